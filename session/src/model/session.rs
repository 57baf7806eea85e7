//! The session document: what is kept under the content's version.

use crate::journey::Position;
use crate::{
    AgentName, Answers, AssuranceLevel, CustomerId, InteractionId, JourneyName, Language, Ledger, Leg, LegId, PersonaId, Private,
    QueueName, SessionId, StepId, TenantId, Time,
};
use segue_router::{Channel, Priority};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The lasting thread with one customer about one matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub tenant: TenantId,
    /// With whom.
    pub party: Who,
    /// How it stands.
    pub standing: Standing,
    /// In which language.
    pub language: Language,
    /// Where it stands in its journey; `None` where there is no journey (a plain chat).
    pub position: Option<Position>,
    /// What was answered.
    pub answers: Answers,
    /// What the signed claims say (`customer.…` in expressions).
    pub customer: BTreeMap<String, Private<serde_json::Value>>,
    /// What was said without a signature (`claimed.…`): never used for priority or history.
    pub claimed: BTreeMap<String, Private<serde_json::Value>>,
    /// Named documents (profile, cart …), whole values by name.
    pub documents: BTreeMap<String, Private<serde_json::Value>>,
    /// Live and past legs, oldest first; past ones are capped.
    pub legs: Vec<Leg>,
    /// Routable work, oldest first.
    pub interactions: Vec<InteractionRecord>,
    /// Agents' notes.
    pub notes: Vec<Note>,
    /// How surely we know who it is.
    pub assurance: Ledger,
    /// What the customer agreed to.
    pub consent: Vec<Consent>,
    /// The last steps walked, oldest first, capped.
    pub trail: Vec<TrailStep>,
    /// Handles given out and not used up, by their hash.
    pub handles: Vec<HandleRecord>,
    /// The last suspension, kept after the resume for who takes over.
    #[serde(default)]
    pub stopped: Option<Suspension>,
    /// When it began.
    pub created: Time,
    /// When it last changed.
    pub updated: Time,
    /// When it ends whatever happens.
    pub ends: Time,
    /// When it ends unless something happens.
    pub idle_ends: Time,
    /// How often it was suspended, and resumed.
    pub suspensions: u32,
    /// How often a question was asked whose answer was known. Must stay 0.
    pub asked_twice: u32,
    /// Whether the customer was warned that the time runs out.
    #[serde(default)]
    pub warned: bool,
    /// Hand-overs between agents, oldest first, capped.
    #[serde(default)]
    pub transfers: Vec<HandOver>,
}

/// An agent passed the session on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Who passed it on.
    pub from: AgentName,
    /// To whom: a queue or an agent, by name.
    pub to: String,
    /// When.
    pub at: Time,
    /// With which words.
    pub note: Option<Private<String>>,
}

/// With whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Nobody knows.
    Unknown,
    /// One of these: several people behind one number or address (a household).
    Candidates(Vec<Candidate>),
    /// This one. `before` is what is restored when the identification is undone.
    Known {
        /// Who.
        customer: CustomerId,
        /// In which role.
        persona: Option<PersonaId>,
        /// What stood here before.
        before: Box<Self>,
    },
}

/// Somebody it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub customer: CustomerId,
    /// In which role.
    pub persona: Option<PersonaId>,
    /// What to call them on the desk.
    pub label: Private<String>,
    /// How likely, 0 to 100.
    pub score: u8,
}

/// How a session stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Somebody is here, or was a moment ago.
    Active,
    /// Nobody is here; it can be resumed.
    Suspended(Suspension),
    /// It ended on purpose.
    Closed {
        /// When.
        at: Time,
        /// How.
        outcome: String,
    },
    /// Its time is over.
    Expired {
        /// When.
        at: Time,
    },
}

/// Why, when, where a session stopped, and until when it can be resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Why.
    pub cause: SuspendCause,
    /// When.
    pub at: Time,
    /// On which channel.
    pub channel: Option<Channel>,
    /// At which step.
    pub step: Option<StepId>,
    /// Until when it can be resumed.
    pub until: Time,
    /// The interaction that lost its agent or its place in line by it, to be given back on resume.
    pub interaction: Option<InteractionId>,
}

/// Why a session was suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspendCause {
    /// The customer asked.
    Asked,
    /// The last leg was lost and did not come back within its grace.
    Dropped,
    /// Nothing was heard for too long.
    Idle,
    /// An agent parked it.
    Parked,
    /// A step takes time.
    Step,
    /// The node that held the legs died.
    NodeLost,
}

impl SuspendCause {
    /// All of them, for the matrix.
    pub const ALL: [Self; 6] = [Self::Asked, Self::Dropped, Self::Idle, Self::Parked, Self::Step, Self::NodeLost];
}

/// One routable piece of work of the session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InteractionRecord {
    /// Its id.
    pub id: InteractionId,
    /// On which channel.
    pub channel: Channel,
    /// In which queue.
    pub queue: QueueName,
    /// Who may take it, as written in the journey with its names resolved: `internet >= 3 and lang.en >= 5`.
    pub needs: String,
    /// With which rank.
    pub priority: Priority,
    /// Why that rank, in words.
    #[serde(default)]
    pub priority_why: String,
    /// When the customer began to wait: kept over suspensions, transfers and channels.
    pub since: Time,
    /// A call back is wanted at this number instead of waiting on the line.
    pub callback: Option<Private<String>>,
    /// Whether the customer was offered a call back while they waited.
    #[serde(default)]
    pub invited: bool,
    /// Who should have it.
    pub preferred: Option<AgentName>,
    /// Whether it is over, and how.
    pub ended: Option<segue_router::Outcome>,
    /// When it was over.
    #[serde(default)]
    pub ended_at: Option<Time>,
    /// With whom the customer was told they are: each comes and goes once for them, whatever is said again.
    #[serde(default)]
    pub with: Option<AgentName>,
    /// Whose place in line it takes; where the router refuses it, they have it still.
    #[serde(default)]
    pub moves: Option<InteractionId>,
}

/// A note of an agent's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Whose.
    pub by: AgentName,
    /// When.
    pub at: Time,
    /// What.
    pub text: Private<String>,
}

/// What a customer agreed to, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To what: `recording`, `marketing`, `callback` …
    pub purpose: String,
    /// On which channel it may be used; `None` for all.
    pub channel: Option<Channel>,
    /// In which role.
    pub persona: Option<PersonaId>,
    /// Yes or no.
    pub given: bool,
    /// When.
    pub at: Time,
    /// On which leg it was said.
    pub evidence: LegId,
}

/// A step that was walked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailStep {
    /// In which journey.
    pub journey: JourneyName,
    /// Which.
    pub step: StepId,
    /// When it was reached.
    pub at: Time,
    /// On which channel.
    pub channel: Option<Channel>,
    /// How often an answer did not fit there.
    pub errors: u32,
    /// How often it was shown again.
    pub repeats: u32,
}

/// A handle that was given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandleRecord {
    /// What kind.
    pub kind: HandleKind,
    /// A keyed hash of it.
    pub hash: [u8; 16],
    /// Until when it holds.
    pub until: Time,
    /// What coming in by it proves.
    pub level: AssuranceLevel,
    /// On which channels it may be used; empty for all.
    pub channels: Vec<Channel>,
    /// Used up by its first use.
    pub once: bool,
    /// When it was used up; it is kept a little longer, so that who comes second is told where the session is live.
    #[serde(default)]
    pub used: Option<Time>,
}

/// Kinds of handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandleKind {
    /// A signed link (also as QR code or deep link).
    Link,
    /// A code of 6 to 8 digits to be typed or spoken.
    Code,
    /// A reference in SIP headers.
    SipReference,
    /// A reply address.
    Reply,
}
