//! Keys in a description: `a=crypto` (RFC 4568), for those whose signalling is secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// Bytes of a key, and of the salt after it.
const KEY: usize = 16;
const SALT: usize = 14;

/// How packets are protected: AES in counter mode, and a mark by HMAC-SHA1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// With a mark of 80 bits: what we offer.
    AesCm128HmacSha1_80,
    /// With a mark of 32 bits: taken where they offer nothing better.
    AesCm128HmacSha1_32,
}

impl Suite {
    const ALL: [Self; 2] = [Self::AesCm128HmacSha1_80, Self::AesCm128HmacSha1_32];

    /// Its name in a description.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }
}

/// The keys of one way. `Debug` shows the suite alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    suite: Suite,
    secret: [u8; KEY + SALT],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({}, private)", self.suite.name())
    }
}

impl Keys {
    /// New ones.
    #[must_use]
    pub fn random(suite: Suite) -> Self {
        Self { suite, secret: rand::random() }
    }

    /// For what.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt.
    pub(crate) fn reveal(&self) -> (&[u8], &[u8]) {
        self.secret.split_at(KEY)
    }
}

/// A line: its tag, and the keys of who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crypto {
    pub(super) tag: u32,
    pub(super) keys: Keys,
}

impl Crypto {
    /// Reads `TAG SUITE inline:KEY…`. `None` for suites that we have not, and for what would change how packets are protected: several keys
    /// (a master key identifier), and parameters of the session (RFC 4568, 6.3: what is not understood is not accepted). A lifetime is read
    /// over: a call ends before 2^48 packets do.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let tag = fields.next().filter(|tag| tag.len() < 10)?.parse().ok()?;
        let name = fields.next()?;
        let suite = Suite::ALL.into_iter().find(|suite| suite.name() == name)?;
        let (key, none) = (fields.next()?, fields.next());
        let mut parts = key.strip_prefix("inline:")?.split('|');
        let secret = STANDARD.decode(parts.next()?).ok()?;
        let several = key.contains(';') || parts.any(|part| part.contains(':'));
        let secret = secret.try_into().ok().filter(|_| none.is_none() && !several)?;
        Some(Self { tag, keys: Keys { suite, secret } })
    }
}

impl fmt::Display for Crypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} inline:{}", self.tag, self.keys.suite.name(), STANDARD.encode(self.keys.secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 4568, 9.1.
    const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

    #[test]
    fn a_line_reads_as_it_is_written() {
        let line = Crypto { tag: 7, keys: Keys::random(Suite::AesCm128HmacSha1_32) };
        assert_eq!(Crypto::parse(&line.to_string()), Some(line.clone()));
        assert_eq!(format!("{line:?}"), "Crypto { tag: 7, keys: Keys(AES_CM_128_HMAC_SHA1_32, private) }");
        let read = Crypto::parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20")).expect("a lifetime is no matter");
        assert_eq!((read.tag, read.keys.reveal()), (1, (&b"YS___semctl () {"[..], &b"\t220;}\n}\nunles"[..])));
    }

    #[test]
    fn what_would_be_protected_otherwise_is_not_taken() {
        for line in [
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY};inline:{KEY}"),
            format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
            "1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=".to_owned(),
            "1 AES_CM_128_HMAC_SHA1_80".to_owned(),
            format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        ] {
            assert_eq!(Crypto::parse(&line), None, "{line}");
        }
    }
}
