//! URIs: `sip:`, `sips:` and `tel:` are understood, others are known to be others (RFC 3261, section 19.1; RFC 3966).

use super::scan::Scan;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest URI, in octets.
pub const MAX_URI: usize = 2 * 1024;

/// How a URI is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `sip:`.
    Sip,
    /// `sips:`: over TLS at each hop.
    Sips,
    /// `tel:`: a telephone number.
    Tel,
}

/// Why a text is no URI that we understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is no URI at all.
    Malformed,
    /// It is a URI of a scheme that is not ours.
    Foreign,
}

/// Where somebody is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    /// How.
    pub scheme: Scheme,
    /// The part before the `@`, as written; the number of a `tel:`.
    pub user: Option<&'a str>,
    /// A name or an address; empty for a `tel:`.
    pub host: Host<'a>,
    /// The port, where it is given.
    pub port: Option<u16>,
    /// What follows the host: `;name=value`, as written.
    params: &'a str,
    /// Whether header fields are carried along (`?…`).
    pub headers: bool,
}

/// A host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// A name.
    Name(&'a str),
    /// An address.
    Address(IpAddr),
}

impl<'a> Host<'a> {
    /// Reads a name, an IPv4 address, or an IPv6 address in brackets.
    pub(super) fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        if scan.eat('[') {
            let inside = scan.run(|c| c != ']')?;
            return scan.eat(']').then(|| ipv6(inside).map(|address| Self::Address(address.into()))).flatten();
        }
        let name = scan.run(|c| c.is_ascii_alphanumeric() || "-._".contains(c))?;
        Some(name.parse::<Ipv4Addr>().map_or(Self::Name(name), |address| Self::Address(address.into())))
    }
}

/// An IPv6 address, with or without brackets. Three colons are read as two: a fault of RFC 3261's grammar made some write them
/// (RFC 5118, section 4.10).
#[must_use]
pub fn ipv6(text: &str) -> Option<Ipv6Addr> {
    let text = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    text.parse().ok().or_else(|| text.replacen(":::", "::", 1).parse().ok())
}

impl<'a> Uri<'a> {
    /// Reads a URI.
    ///
    /// # Errors
    ///
    /// [`Unread::Foreign`] where the scheme is not ours, else [`Unread::Malformed`].
    pub fn parse(text: &'a str) -> Result<Self, Unread> {
        let (scheme, rest) = text.split_once(':').ok_or(Unread::Malformed)?;
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        {
            return Err(Unread::Malformed);
        }
        let scheme = match scheme {
            s if s.eq_ignore_ascii_case("sip") => Scheme::Sip,
            s if s.eq_ignore_ascii_case("sips") => Scheme::Sips,
            s if s.eq_ignore_ascii_case("tel") => Scheme::Tel,
            _ => return Err(Unread::Foreign),
        };
        if rest.len() > MAX_URI || rest.chars().any(|c| c.is_control() || " <>\"".contains(c)) {
            return Err(Unread::Malformed);
        }
        if scheme == Scheme::Tel { Self::tel(rest) } else { Self::sip(scheme, rest) }.ok_or(Unread::Malformed)
    }

    fn tel(rest: &'a str) -> Option<Self> {
        let (number, params) = rest.split_once(';').unwrap_or((rest, ""));
        let well = !number.is_empty() && number.chars().all(|c| c.is_ascii_hexdigit() || "+-.()*#".contains(c));
        well.then_some(Self { scheme: Scheme::Tel, user: Some(number), host: Host::Name(""), port: None, params, headers: false })
    }

    fn sip(scheme: Scheme, rest: &'a str) -> Option<Self> {
        let (user, rest) = match rest.split_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, rest),
        };
        if user.is_some_and(|user| user.is_empty() || !well_escaped(user)) {
            return None;
        }
        let mut scan = Scan::new(rest);
        let host = Host::scan(&mut scan)?;
        let port = if scan.eat(':') { Some(scan.run(|c| c.is_ascii_digit())?.parse().ok()?) } else { None };
        let rest = scan.rest();
        let (params, headers) = match rest.split_once('?') {
            Some((params, _)) => (params, true),
            None => (rest, false),
        };
        let params = if params.is_empty() { params } else { params.strip_prefix(';')? };
        let well = |param: &str| {
            let (name, value) = param.split_once('=').unwrap_or((param, "-"));
            !name.is_empty() && !value.is_empty() && well_escaped(param)
        };
        (params.is_empty() || params.split(';').all(well)).then_some(Self { scheme, user, host, port, params, headers })
    }

    /// A parameter's value, as written: `None` where it is absent, `Some("")` where it has no value.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params
            .split(';')
            .map(|param| param.split_once('=').unwrap_or((param, "")))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The user part with its escapes undone, once: `value%2541` becomes `value%41`. Octets that are no UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn user_unescaped(&self) -> Option<String> {
        self.user.map(unescape)
    }
}

/// Whether every `%` is followed by two hexadecimal digits.
fn well_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|after| after.as_bytes().first_chunk::<2>().is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
}

fn unescape(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped =
            after.first_chunk::<2>().filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(str::from_utf8(two).ok()?, 16).ok());
        match escaped {
            Some(octet) => {
                octets.push(octet);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                octets.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        let uri = Uri::parse("sip:sips%3Auser%40example.com@example.net;a=value%2541").unwrap();
        assert_eq!(uri.user_unescaped().as_deref(), Some("sips:user@example.com"));
        assert_eq!((uri.scheme, uri.host), (Scheme::Sip, Host::Name("example.net")));
        assert_eq!(Uri::parse("sip:value%2541@h").unwrap().user_unescaped().as_deref(), Some("value%41"));
        assert_eq!(Uri::parse("sip:%00@h").unwrap().user_unescaped().as_deref(), Some("\0"));
        assert_eq!(Uri::parse("sip:50%@h"), Err(Unread::Malformed));
    }

    #[test]
    fn a_semicolon_before_the_at_belongs_to_the_user() {
        let uri = Uri::parse("sip:user;par=u%40example.net@example.com").unwrap();
        assert_eq!(uri.user_unescaped().as_deref(), Some("user;par=u@example.net"));
        assert_eq!(uri.param("par"), None);
    }

    #[test]
    fn an_address_without_brackets_is_no_host() {
        assert_eq!(Uri::parse("sip:2001:db8::10"), Err(Unread::Malformed));
        let uri = Uri::parse("sip:[2001:db8::10:5070]").unwrap();
        assert_eq!((uri.host, uri.port), (Host::Address("2001:db8::10:5070".parse().unwrap()), None));
        let uri = Uri::parse("sip:[2001:db8::10]:5070").unwrap();
        assert_eq!((uri.host, uri.port), (Host::Address("2001:db8::10".parse().unwrap()), Some(5070)));
    }

    #[test]
    fn schemes_of_others_are_known_to_be_others() {
        assert_eq!(Uri::parse("soap.beep://192.0.2.103:3002"), Err(Unread::Foreign));
        assert_eq!(Uri::parse("<sip:user@example.com>"), Err(Unread::Malformed));
        assert_eq!(Uri::parse("tel:+1-201-555-0123;phone-context=x").unwrap().user, Some("+1-201-555-0123"));
    }

    #[test]
    fn parameters_are_found_whatever_their_case() {
        let uri = Uri::parse("sips:a@h:5061;Transport=tcp;lr?Route=x").unwrap();
        assert_eq!((uri.param("transport"), uri.param("lr"), uri.param("maddr")), (Some("tcp"), Some(""), None));
        assert!(uri.headers);
        assert_eq!(Uri::parse("sip:a@h;;lr"), Err(Unread::Malformed));
        assert_eq!(Uri::parse("sip:a@h;x="), Err(Unread::Malformed));
    }
}
