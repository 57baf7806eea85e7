//! What goes out: what a command changed, as values. Whoever runs the core stores, routes, asks and tells, in that order.

use crate::store::{HandleKey, LookupKey};
use crate::{AgentName, GivenHandle, InteractionId, Message, Private, QueueName, RequestId, Session, SessionId, Time};
use segue_router::{Channel, Priority};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a command leads to. Nothing of it has happened yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The session as it shall be; `None` to erase it.
    pub session: Option<Session>,
    /// Whether anything in it changed (otherwise there is nothing to store).
    pub dirty: bool,
    /// What happened, for the journal, in order.
    pub events: Vec<SessionEvent>,
    /// What the router's owner is to be told, in order.
    pub route: Vec<RouteRequest>,
    /// Messages for the transcript (notices of the house).
    pub messages: Vec<Message>,
    /// Questions to other systems, to be asked once the change is stored.
    pub lookups: Vec<LookupRequest>,
    /// By these it may be found who the customer could be; nobody is known yet.
    pub seeks: Vec<LookupKey>,
    /// Handles for the customer, once.
    pub handles: Vec<GivenHandle>,
    /// All look-up keys the session shall have.
    pub keys: Vec<LookupKey>,
    /// All handles that lead to it.
    pub handle_keys: Vec<HandleKey>,
    /// The next moment something is due.
    pub due: Option<Time>,
}

/// What the router's owner is told about a session, by names; it numbers them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteRequest {
    /// An interaction wants an agent.
    Arrive {
        /// Of which session.
        session: SessionId,
        /// Its id.
        interaction: InteractionId,
        /// Where.
        queue: QueueName,
        /// On which channel.
        channel: Channel,
        /// Who may take it, as a requirement expression without variables.
        needs: String,
        /// With which rank.
        priority: Priority,
        /// Since when the customer waits.
        since: Time,
        /// Who should have it.
        preferred: Option<AgentName>,
        /// Who must not.
        excluded: BTreeSet<AgentName>,
        /// A call back is wanted.
        callback: bool,
        /// What it goes on from; where that is held still, it moves: as one, so that a refusal leaves the old place.
        #[serde(default)]
        continues: Option<InteractionId>,
        /// Whether it returns to a kept place, for which nobody is turned away.
        #[serde(default)]
        kept: bool,
    },
    /// The customer suspended.
    Suspend(SessionId, InteractionId),
    /// The customer left the line or the talk for good.
    Leave(SessionId, InteractionId),
    /// The session changed while an agent has it, or is offered it: refresh the pop.
    Refresh(SessionId),
}

/// A question to another system.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupRequest {
    /// Names it; also the idempotency key sent along.
    pub id: RequestId,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where.
    pub url: Private<String>,
    /// With which body.
    pub body: Private<serde_json::Value>,
    /// Until when it is worth asking, over all tries: then the journey has gone on without the answer.
    pub until: Time,
    /// How often to try again where that is safe.
    pub retries: u32,
}

/// What happened to a session, for the event log: names and numbers, never values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEvent {
    /// Which session.
    pub session: SessionId,
    /// When.
    pub at: Time,
    /// What: `started`, `resumed`, `suspended`, `answered`, `stepped`, `asked_for_person`, `wasted_self_care` …
    pub kind: String,
    /// Its particulars, without personal values.
    pub args: std::collections::BTreeMap<String, String>,
}
