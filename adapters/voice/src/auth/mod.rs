//! Digest authentication, both ways (RFC 3261, section 22; RFC 7616; RFC 8760).
//!
//! A request that proves nothing costs no memory: nonces are signed, bound to the source and short-lived; only those that somebody
//! has used are remembered, so that each count is used once.
//!
//! Invariants: whether somebody exists shows in no answer; secrets and proofs are compared in constant time and shown nowhere.
//!
//! What is *not* here: where secrets are kept, and what somebody may do who has proved who they are.

mod digest;
mod door;
mod proof;

pub use digest::Algorithm;
pub use door::{Door, Unproved};
pub use proof::{Login, prove};
