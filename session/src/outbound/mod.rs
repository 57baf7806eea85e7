//! The translator between names and numbers: what sessions and desks ask, as router events; what the router says, as
//! lines for sessions and entries for desks.
//!
//! Pure. [`Directory`] numbers the names, [`Chart`] says what the names of a config mean, [`Cases`] follows every
//! interaction the router holds. All three can be stored and read back.
//!
//! What is *not* here: who decides (the router), when anything is told (the engine), how it looks on the wire.

mod ask;
mod cases;
mod desk;
mod directory;
mod effects;
mod told;
mod why;

pub use ask::{channel_name, refusal, route_event};
pub use cases::{Case, Cases, Face, Hold, Wrapping};
pub use desk::{desk_event, presence};
pub use directory::Directory;
pub use effects::{Names, code_required, desk_agent};
pub use told::{DeskNews, Told};
pub use why::{excluded_name, why};

use crate::{Language, QueueName};
use segue_router::Channel;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The presence that takes work on every channel; always there.
pub const READY: &str = "ready";
/// The presence that takes none; always there.
pub const AWAY: &str = "away";

/// What the names of the config in force mean, as far as the translator must know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// Channels on which work may come, by presence.
    pub presences: BTreeMap<String, BTreeSet<Channel>>,
    /// Queues.
    pub queues: BTreeMap<QueueName, ChartQueue>,
    /// Languages and titles of agents.
    pub agents: BTreeMap<crate::AgentName, ChartAgent>,
}

/// A queue on the chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartQueue {
    /// Asked of everybody who comes to this queue, beside what they ask themselves; empty for none.
    pub needs: String,
    /// Its wrap-up codes.
    pub codes: BTreeSet<String>,
    /// Whether wrap-up ends only with one of them.
    pub code_required: bool,
}

/// An agent on the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartAgent {
    /// What customers see.
    pub title: String,
    /// The desk's language.
    pub language: Language,
}
