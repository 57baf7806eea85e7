//! What operators may look at and do, by the command line or the private port.

use segue_router::Outcome;
use segue_session::{CustomerId, InteractionId, Line, QueueName, Session, SessionEvent, SessionId, Time};
use segue_session::{AgentName, Channel, PopWhy};
use serde::Serialize;
use std::collections::BTreeMap;

/// A session in a list.
#[derive(Clone, Debug, Serialize)]
pub struct SessionRow {
    /// Which.
    pub session: SessionId,
    /// `active`, `suspended`, `closed`, `expired`.
    pub standing: &'static str,
    /// Who, if known.
    pub customer: Option<CustomerId>,
    /// Where it stands: journey and step.
    pub at: Option<String>,
    /// Channels of the legs alive.
    pub channels: Vec<Channel>,
    /// How it stands with the agents.
    pub line: Option<Line>,
    /// When it last changed.
    pub updated: Time,
}

/// A session whole.
#[derive(Clone, Debug, Serialize)]
pub struct SessionDetail {
    /// The document.
    pub session: Session,
    /// Its version.
    pub version: u64,
    /// How it stands with the agents.
    pub line: Option<Line>,
    /// What happened, oldest first.
    pub events: Vec<SessionEvent>,
}

/// An interaction that the router holds.
#[derive(Clone, Debug, Serialize)]
pub struct InteractionRow {
    /// Which.
    pub interaction: InteractionId,
    /// Of which session.
    pub session: SessionId,
    /// In which queue.
    pub queue: QueueName,
    /// On which channel.
    pub channel: Channel,
    /// `waiting`, `offered`, `assigned`, `wrapping_up`.
    pub phase: &'static str,
    /// Who has it.
    pub agent: Option<AgentName>,
    /// Since when the customer has waited.
    pub since: Time,
}

/// Why an interaction went where it went, and why it waits.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Which.
    pub interaction: InteractionId,
    /// Of which session.
    pub session: Option<SessionId>,
    /// Offers made, oldest first, each with why.
    pub offers: Vec<ExplainedOffer>,
    /// Why it waits now, where it does.
    pub waiting: Option<ExplainedWait>,
    /// How it ended, where it has.
    pub outcome: Option<Outcome>,
}

/// Why an agent was offered it.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedOffer {
    /// When.
    pub at: Time,
    /// Whom.
    pub agent: AgentName,
    /// Why, as on the screen pop.
    pub why: PopWhy,
}

/// Why an interaction has no agent yet.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedWait {
    /// In which queue.
    pub queue: QueueName,
    /// How many stand before it.
    pub ahead: u32,
    /// Since when the customer has waited.
    pub since: Time,
    /// With which rank.
    pub priority: i32,
    /// How many agents cannot have it, by the first reason that applies.
    pub excluded: BTreeMap<String, u32>,
    /// The agent it is kept for, after a transfer to them by name.
    pub reserved: Option<AgentName>,
}
