//! What the journal says: everything the owner was told, with the time, and a hash of what it decided.
//!
//! Hashes are chained: each covers the one before it, the input and the effects. Two journals with the same last hash
//! are the same journal, and a replay that reaches it took the same decisions.

use segue_router::{Decision, Effect, Event, Refusal, Time};
use segue_session::outbound::{Chart, Directory};
use segue_session::{AgentName, RequestId, SessionEvent, SessionId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Something happened to a session.
    Session(SessionEvent),
    /// The router was told something.
    Step(Box<Step>),
    /// An offer was made, with why; stands under the session it is of, for whoever asks later.
    Decision(Box<Decision>),
    /// Names got numbers: before the `configure` that uses them.
    Names(Box<NamesRecord>),
}

/// Names and what they mean from here on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamesRecord {
    /// All numbers given so far.
    pub directory: Directory,
    /// What the names mean.
    pub chart: Chart,
}

/// One event, as the router was told it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
    /// Beside the event: what the router does not know.
    pub aside: Aside,
    /// Who asked, where a desk did.
    pub by: Option<Asker>,
    /// Why it was refused, where it was.
    pub refused: Option<Refusal>,
    /// The chain's hash up to and with this.
    pub hash: Hash,
}

/// A desk's command by its name, so that a repeat is known after a crash too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asker {
    /// Who.
    pub agent: AgentName,
    /// The command's id.
    pub request: RequestId,
    /// A hash of its content.
    pub fingerprint: u64,
}

/// What belongs to an event and is no business of the router's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// Nothing.
    #[default]
    None,
    /// Of which session an arrival is, and whether a call back is awaited.
    Arrival(SessionId, bool),
}

/// A link of the chain: SHA-256.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash([u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Hash {
    /// The next link: over this one, the input, and what came of it.
    #[must_use]
    pub fn next(self, at: Time, event: &Event, outcome: Result<&[Effect], &Refusal>) -> Self {
        let mut sha = Sha256::new();
        sha.update(self.0);
        sha.update(encode(&(at, event)));
        match outcome {
            Ok(effects) => sha.update(encode(effects)),
            Err(refusal) => sha.update(encode(refusal)),
        }
        Self(sha.finalize().into())
    }
}

/// MessagePack with names, as everything in the stores.
///
/// # Panics
///
/// Where the value cannot be said in MessagePack: a sequence without a length. None of our types has one, and storing
/// something else in its place would be found by the next start only.
#[expect(clippy::expect_used, reason = "a fault of this program, better heard now than by the next start")]
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    rmp_serde::to_vec_named(value).expect("our types can be said in MessagePack")
}

/// Reads what [`encode`] wrote.
///
/// # Errors
///
/// In words, what does not fit.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    rmp_serde::from_slice(bytes).map_err(|why| why.to_string())
}

/// A hash of a command's content, to tell a repeat from another command under the same id.
pub fn fingerprint<T: Serialize>(value: &T) -> u64 {
    let digest = Sha256::digest(encode(value));
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
