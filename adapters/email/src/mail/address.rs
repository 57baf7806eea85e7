//! Addresses: who can be written to, and nothing that could be more than that.

use super::field::one_line;
use segue_session::Private;

/// An address that can be written to: `local@domain`, with nothing in it that could end a field, a path or a list.
///
/// Narrower than RFC 5321, section 4.1.2: no quoted local parts and no address literals. Characters beyond ASCII are taken
/// (RFC 6531). The domain is in small letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(Private<String>);

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(private)")
    }
}

/// A text is no address that we write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address is like name@example.org: at most 64 bytes, an @, and a domain of at most 255")]
pub struct NotAnAddress;

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// Where it is none that we write to.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnAddress)?;
        let domain = domain.to_lowercase();
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || c.is_alphanumeric();
        let dotted = |text: &str, fits: &dyn Fn(char) -> bool| text.split('.').all(|part| !part.is_empty() && part.chars().all(fits));
        let host = |c: char| c.is_alphanumeric() || c == '-';
        let fits = local.len() <= 64 && domain.len() <= 255 && dotted(local, &atom) && dotted(&domain, &host);
        if fits { Ok(Self(format!("{local}@{domain}").into())) } else { Err(NotAnAddress) }
    }

    /// The address.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.reveal().rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after it, in small letters.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.reveal().rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether two lead to the same mailbox: nobody tells local parts apart by the size of letters, and neither do we.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.reveal().to_lowercase() == other.reveal().to_lowercase()
    }

    /// The address without what stands after a `+` (a subaddress, RFC 5233), and that.
    #[must_use]
    pub fn detail(&self) -> (Self, Option<&str>) {
        match self.local().split_once('+') {
            Some((base, detail)) if !base.is_empty() => (Self(format!("{base}@{}", self.domain()).into()), Some(detail)),
            _ => (self.clone(), None),
        }
    }
}

/// An address with a name to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The name, on one line; empty where there is none.
    pub name: Private<String>,
    /// Where it is.
    pub address: Address,
}

impl Mailbox {
    pub(super) fn read(addr: &mail_parser::Addr<'_>) -> Option<Self> {
        let address = Address::parse(addr.address.as_deref()?.trim()).ok()?;
        let name = one_line(addr.name.as_deref().unwrap_or_default());
        Some(Self { name: Private::new(plain_name(&name)), address })
    }
}

/// A name without what turns writing round, which makes one name look like another (Unicode TR 36).
pub(super) fn plain_name(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().filter(|c| !turns(*c)).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_nothing_more() {
        for good in ["ana@example.org", "a.b+c@example.org", "jürgen@müller.example", "o'neil@x.example", "a@b"] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "a b@example.org",
            "a\r\nBcc: x@example.org",
            "a@example.org\r\nBcc: x@example.org",
            "a@b@example.org",
            "<a@example.org>",
            "a@example.org,b@example.org",
            "\"a b\"@example.org",
            "a..b@example.org",
            "a@.example",
            "a@[127.0.0.1]",
            &long,
        ] {
            assert_eq!(Address::parse(bad), Err(NotAnAddress), "{bad:?}");
        }
    }

    #[test]
    fn a_subaddress_is_told_from_its_mailbox() {
        let address = Address::parse("Help+abc-DEF@Example.org").unwrap();
        let (base, detail) = address.detail();
        assert_eq!((base.reveal(), detail), ("Help@example.org", Some("abc-DEF")));
        assert!(base.same(&Address::parse("help@EXAMPLE.org").unwrap()));
        assert_eq!(Address::parse("+x@example.org").unwrap().detail().1, None);
    }
}
