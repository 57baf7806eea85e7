//! Keys of one tenant, all derived from one secret, and what is made with them: no secret or personal value is stored in clear.
//!
//! HMAC-SHA256 (RFC 2104, FIPS 180-4) throughout; the tenant's name is part of each derivation, so that what one tenant was
//! given is nothing to another.
//!
//! What is *not* here: where the secret comes from, and randomness.

use crate::store::{KeyKind, LookupKey};
use crate::{CustomerClaims, HandleKind, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use uuid::Uuid;

type Hash = Hmac<Sha256>;

/// The keys of one tenant.
#[derive(Clone)]
pub struct Keys {
    links: Hash,
    handles: Hash,
    lookups: Hash,
    holders: Hash,
    draws: Hash,
}

impl Keys {
    /// Derives a tenant's keys from the daemon's secret (32 bytes or more).
    #[must_use]
    pub fn derive(secret: &[u8], tenant: &TenantId) -> Self {
        let root = keyed(secret);
        let one = |purpose: &str| keyed(&sum(&root, &[b"segue 1", tenant.as_str().as_bytes(), purpose.as_bytes()]));
        Self { links: one("links"), handles: one("handles"), lookups: one("lookups"), holders: one("holders"), draws: one("draws") }
    }

    /// The index's form of a value that sessions are found by. Mail addresses are compared without regard to case.
    #[must_use]
    pub fn lookup(&self, kind: KeyKind, value: &str) -> LookupKey {
        let (name, value) = match kind {
            KeyKind::Customer => ("customer", value.to_owned()),
            KeyKind::Phone => ("phone", value.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect()),
            KeyKind::Email => ("email", value.trim().to_lowercase()),
            KeyKind::Thread => ("thread", value.to_owned()),
            KeyKind::Interaction => ("interaction", value.to_owned()),
        };
        LookupKey { kind, hash: first(sum(&self.lookups, &[name.as_bytes(), value.as_bytes()])) }
    }

    /// The stored form of a code: its digits alone count.
    #[must_use]
    pub fn code(&self, digits: &str) -> [u8; 16] {
        first(sum(&self.handles, &[b"code", digits.as_bytes()]))
    }

    /// The stored form of a link, a reply token or a SIP reference.
    #[must_use]
    pub fn link(&self, kind: HandleKind, token: &[u8]) -> [u8; 16] {
        let name: &[u8] = match kind {
            HandleKind::Link => b"link",
            HandleKind::Code => b"code",
            HandleKind::SipReference => b"sip",
            HandleKind::Reply => b"reply",
        };
        first(sum(&self.handles, &[name, token]))
    }

    /// The message authentication code of a token's body.
    pub(crate) fn mac(&self, body: &[u8]) -> [u8; 32] {
        sum(&self.links, &[body])
    }

    /// Who holds a leg, as stored: a customer or a visitor, by their subject and device.
    pub(crate) fn holder(&self, subject: &str, claims: Option<&CustomerClaims>) -> [u8; 16] {
        let device = claims.and_then(|c| c.device.as_deref()).unwrap_or_default();
        let customer = claims.and_then(|c| c.customer.as_ref()).map_or("", |c| c.as_str());
        first(sum(&self.holders, &[subject.as_bytes(), device.as_bytes(), customer.as_bytes()]))
    }

    /// Sixteen bytes that nobody can tell without the key, even from an id that tells its time of birth.
    pub(crate) fn draw(&self, id: Uuid) -> [u8; 16] {
        first(sum(&self.draws, &[id.as_bytes()]))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(private)")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104, section 3)")]
fn keyed(key: &[u8]) -> Hash {
    Hash::new_from_slice(key).expect("any length will do")
}

/// The code over all parts, each led by its length, so that no two lists of parts read the same.
fn sum(key: &Hash, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = key.clone();
    for part in parts {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into_bytes().into()
}

fn first<const N: usize>(sum: [u8; 32]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(sum) {
        *to = from;
    }
    out
}
