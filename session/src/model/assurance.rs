//! How surely we know who it is.

use crate::Time;
use serde::{Deserialize, Serialize};

/// Levels, after NIST SP 800-63 and eIDAS in spirit: each includes those below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssuranceLevel {
    /// Nothing is known.
    #[default]
    None,
    /// An identifier was given or seen (a caller's number), but not proven.
    Claimed,
    /// One factor, or a handle that only this customer was given.
    Low,
    /// Signed in at the tenant's issuer.
    Substantial,
    /// Signed in with two factors.
    High,
}

/// One proof of who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How: `sign_in`, `link`, `code`, `caller_number`, `agent_check`, or a method of the issuer's `amr` (RFC 8176).
    pub method: String,
    /// What it was worth when made.
    pub level: AssuranceLevel,
    /// Who vouches.
    pub issuer: String,
    /// When.
    pub at: Time,
    /// When it is worth nothing any more.
    pub until: Time,
}

/// All proofs of a session, oldest first. Nothing is taken out; what is over is over by its own date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger(pub Vec<Proof>);

impl Ledger {
    /// How surely we know now: the best of what still holds.
    #[must_use]
    pub fn level(&self, now: Time) -> AssuranceLevel {
        self.holding(now).map(|p| p.level).max().unwrap_or_default()
    }
    /// How surely was known at a time past.
    #[must_use]
    pub fn level_then(&self, at: Time) -> AssuranceLevel {
        self.holding(at).filter(|p| p.at <= at).map(|p| p.level).max().unwrap_or_default()
    }
    /// The proofs that still hold, oldest first.
    pub fn holding(&self, now: Time) -> impl Iterator<Item = &Proof> {
        self.0.iter().filter(move |p| now < p.until)
    }
}
