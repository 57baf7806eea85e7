//! One endpoint attached to a session on one channel.

use crate::{LegId, Private, Proof, Time};
use segue_router::Channel;
use serde::{Deserialize, Serialize};

/// A leg, live or past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Its id.
    pub id: LegId,
    /// On which channel.
    pub channel: Channel,
    /// Where from: a number, an address, a device; for people who may see it.
    pub address: Option<Private<String>>,
    /// When it came.
    pub since: Time,
    /// How it stands.
    pub standing: LegStanding,
    /// The device its token names; no other may use the leg.
    #[serde(default)]
    pub device: Option<String>,
    /// A keyed hash of who holds it, so that a visitor who has not signed in is known again.
    #[serde(default)]
    pub holder: Option<[u8; 16]>,
    /// The life of the daemon in which it came or came back last; see [`crate::Moment::life`].
    #[serde(default)]
    pub life: u64,
    /// Whether the customer signed in on this very leg. What others proved does not count for one that came by a handle.
    #[serde(default)]
    pub signed_in: bool,
    /// What whoever holds this leg has proved on it; it stands in the session's ledger too.
    #[serde(default)]
    pub proofs: Vec<Proof>,
}

/// How a leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegStanding {
    /// Attached.
    Live,
    /// Its connection vanished at that time; a grace runs until the second.
    Lost {
        /// When it vanished.
        at: Time,
        /// Until when it may come back without a suspension.
        grace: Time,
        /// Whether it vanished with the node that held it.
        #[serde(default)]
        with_node: bool,
    },
    /// Over.
    Ended {
        /// When.
        at: Time,
    },
}
