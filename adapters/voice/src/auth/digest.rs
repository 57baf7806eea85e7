//! The sums, and the header values that carry them.

use crate::message::scan::Scan;
use md5::Md5;
use sha2::{Digest as _, Sha256};

/// How the sum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// What every telephone knows, and nobody should rely on but over TLS or a trusted network.
    Md5,
    /// What newer ones know (RFC 8760).
    Sha256,
}

impl Algorithm {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Reads a name; what has none is MD5.
    pub(super) fn parse(name: Option<&str>) -> Option<Self> {
        [Self::Md5, Self::Sha256].into_iter().find(|algorithm| name.unwrap_or("MD5").eq_ignore_ascii_case(algorithm.as_str()))
    }

    fn hex(self, text: &str) -> String {
        let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect();
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

/// Everything that goes into the sum but the secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) user: &'a str,
    pub(super) realm: &'a str,
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
    pub(super) nonce: &'a str,
    /// The count and the other side's nonce; `None` as RFC 2069 had it.
    pub(super) counted: Option<(&'a str, &'a str)>,
}

impl Sum<'_> {
    /// The proof (RFC 7616, section 3.4.1).
    pub(super) fn proof(&self, secret: &str) -> String {
        let hex = |text: &str| self.algorithm.hex(text);
        let who = hex(&format!("{}:{}:{secret}", self.user, self.realm));
        let what = hex(&format!("{}:{}", self.method, self.uri));
        match self.counted {
            Some((count, theirs)) => hex(&format!("{who}:{}:{count}:{theirs}:auth:{what}", self.nonce)),
            None => hex(&format!("{who}:{}:{what}", self.nonce)),
        }
    }
}

/// The parameters of a `Digest` value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Values(Vec<(String, String)>);

impl Values {
    /// Reads `Digest name=value, name="value"`. `None` for other schemes, and for what is against the grammar.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut scan = Scan::new(value);
        if !scan.token()?.eq_ignore_ascii_case("Digest") || !scan.blanks() {
            return None;
        }
        let mut values = Vec::new();
        loop {
            let name = scan.token()?.to_ascii_lowercase();
            if !scan.separator('=') {
                return None;
            }
            let value = match scan.quoted() {
                Some(quoted) => unquoted(quoted),
                None => scan.run(|c| !" \t,\"".contains(c))?.to_owned(),
            };
            values.push((name, value));
            if !scan.separator(',') {
                break;
            }
        }
        scan.blanks();
        scan.at_end().then_some(Self(values))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// A string without its quotes and escapes.
fn unquoted(quoted: &str) -> String {
    let inside = quoted.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')).unwrap_or(quoted);
    let mut escaped = false;
    let kept = inside.chars().filter(|c| {
        escaped = *c == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

/// A string with quotes, and with escapes where it needs them.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rfcs_examples_come_out() {
        let old = Sum {
            algorithm: Algorithm::Md5,
            user: "Mufasa",
            realm: "testrealm@host.com",
            method: "GET",
            uri: "/dir/index.html",
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            counted: Some(("00000001", "0a4f113b")),
        };
        // RFC 2617, section 3.5.
        assert_eq!(old.proof("Circle Of Life"), "6629fae49393a05397450978507c4ef1");
        let new = Sum {
            realm: "http-auth@example.org",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            counted: Some(("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")),
            ..old
        };
        // RFC 7616, section 3.9.1.
        assert_eq!(new.proof("Circle of Life"), "8ca523f5e9506fed4657c9700eebdbec");
        let new = Sum { algorithm: Algorithm::Sha256, ..new };
        assert_eq!(new.proof("Circle of Life"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn values_are_read_with_their_quotes_and_blanks() {
        let values = Values::parse("DIGEST  realm = \"a, \\\"b\\\\\" ,nc=00000001,  qop=auth ").unwrap();
        assert_eq!((values.get("realm"), values.get("nc"), values.get("qop")), (Some("a, \"b\\"), Some("00000001"), Some("auth")));
        for value in
            ["Basic realm=\"a\"", "Digest", "Digest realm", "Digest realm=\"a", "Digest a=b,", "NoOneKnowsThisScheme opaque-data=here"]
        {
            assert_eq!(Values::parse(value), None, "{value}");
        }
        assert_eq!(unquoted(&quoted("a\\\"b")), "a\\\"b");
    }
}
