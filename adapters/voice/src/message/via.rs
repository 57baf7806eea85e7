//! The `Via` field: the way answers go (RFC 3261, section 20.42; RFC 3581).

use super::scan::{Params, Scan};
use super::uri::{Host, ipv6};
use std::net::{IpAddr, SocketAddr};

/// What begins the branch of those who choose one that is unique (RFC 3261, section 8.1.1.7).
pub const COOKIE: &str = "z9hG4bK";

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// `UDP`, `TCP`, `TLS` …, as written.
    pub transport: &'a str,
    /// Who sent it, in their own words.
    pub host: Host<'a>,
    /// Their port, where they gave one.
    pub port: Option<u16>,
    /// `branch`, `received`, `rport` …
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads the hops of one field's value.
    #[must_use]
    pub fn list(value: &'a str) -> Option<Vec<Self>> {
        let mut scan = Scan::new(value);
        let mut hops = vec![Self::scan(&mut scan)?];
        while scan.separator(',') {
            hops.push(Self::scan(&mut scan)?);
        }
        scan.blanks();
        scan.at_end().then_some(hops)
    }

    /// Reads the first hop of a field's value, and how long it is, in octets.
    #[must_use]
    pub fn top(value: &'a str) -> Option<(Self, usize)> {
        let mut scan = Scan::new(value);
        let hop = Self::scan(&mut scan)?;
        Some((hop, value.len() - scan.rest().len()))
    }

    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.blanks();
        let sip = scan.token()?.eq_ignore_ascii_case("SIP") && scan.separator('/') && scan.token()? == "2.0" && scan.separator('/');
        let transport = scan.token()?;
        if !sip || !scan.blanks() {
            return None;
        }
        let host = Host::scan(scan)?;
        let port = if scan.separator(':') { Some(scan.run(|c| c.is_ascii_digit())?.parse().ok()?) } else { None };
        Some(Self { transport, host, port, params: scan.params()? })
    }

    /// The branch, where it names the transaction: it holds more than the cookie.
    #[must_use]
    pub fn branch(&self) -> Option<&'a str> {
        self.params.value("branch")
    }

    /// Whence the request came, as the hop that took it saw it. Brackets are against the grammar, but common (RFC 5118,
    /// section 4.5).
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.value("received")?;
        text.parse().ok().or_else(|| ipv6(text).map(IpAddr::from))
    }

    /// The value of a request's first `Via` field, with what whoever takes it must note: the source's address where it is not
    /// the one given, and its port where that was asked for.
    #[must_use]
    pub fn noted(value: &'a str, source: SocketAddr) -> Option<String> {
        let (hop, end) = Self::top(value)?;
        let (first, rest) = value.split_at_checked(end)?;
        let first = if hop.params.get("rport") == Some(None) { put_port(first, source.port()) } else { first.to_owned() };
        let same = matches!(hop.host, Host::Address(address) if address == source.ip());
        let received = if same || hop.params.get("received").is_some() { String::new() } else { format!(";received={}", source.ip()) };
        Some(format!("{first}{received}{rest}"))
    }
}

/// Gives the parameter `rport` its value.
fn put_port(hop: &str, port: u16) -> String {
    let parts =
        hop.split(';').map(|part| if part.trim().eq_ignore_ascii_case("rport") { format!("rport={port}") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_may_stand_nearly_everywhere() {
        let value = "SIP  / 2.0  / TCP     spindle.example.com   ; branch  =   z9hG4bK9ikj8  , SIP  /    2.0   / UDP  192.168.255.111   ; branch= z9hG4bK30239";
        let hops = Via::list(value).unwrap();
        assert_eq!((hops[0].transport, hops[0].branch()), ("TCP", Some("z9hG4bK9ikj8")));
        assert_eq!((hops[1].host, hops[1].port), (Host::Address("192.168.255.111".parse().unwrap()), None));
    }

    #[test]
    fn empty_parameters_and_stray_commas_are_refused() {
        assert_eq!(Via::list("SIP/2.0/UDP 192.0.2.15;;,;,,"), None);
        assert_eq!(Via::list("SIP/7.0/UDP 192.0.2.15"), None);
        assert_eq!(Via::list("SIP/2.0/UDP192.0.2.15"), None);
    }

    #[test]
    fn brackets_around_received_are_taken_off() {
        for value in ["received=2001:db8::9:255", "received=[2001:db8::9:255]"] {
            let value = format!("SIP/2.0/UDP [2001:db8::9:1]:5060;{value};branch=z9hG4bKas3-111");
            assert_eq!(Via::list(&value).unwrap()[0].received(), Some("2001:db8::9:255".parse().unwrap()));
        }
    }

    #[test]
    fn the_source_is_noted_in_the_first_hop_alone() {
        let source = "192.0.2.7:40000".parse().unwrap();
        let noted = |value| Via::noted(value, source);
        assert_eq!(
            noted("SIP/2.0/UDP pc:5060;rport;branch=z9hG4bKa, SIP/2.0/TCP b").as_deref(),
            Some("SIP/2.0/UDP pc:5060;rport=40000;branch=z9hG4bKa;received=192.0.2.7, SIP/2.0/TCP b")
        );
        assert_eq!(noted("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa").as_deref(), Some("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa"));
        assert_eq!(noted("nothing"), None);
    }
}
