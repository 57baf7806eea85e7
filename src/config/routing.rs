//! How a tenant's routing goes, as resolved: by names, every reference checked.

use super::hours::Hours;
use segue_session::{AgentName, Channel, Farewell, Language, QueueName, Reason, SkillName};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How a tenant's routing goes, by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// Queues.
    pub queues: BTreeMap<QueueName, Queue>,
    /// Agents.
    pub agents: BTreeMap<AgentName, Agent>,
    /// Presences an agent may choose; `ready` and `away` are always there.
    pub presences: BTreeMap<String, PresencePlan>,
    /// Why offers may be declined.
    pub decline_reasons: Vec<String>,
    /// What an interaction costs on each channel, in units.
    pub units: BTreeMap<Channel, u32>,
    /// Misses before an agent is unresponsive, and the graces.
    pub timings: segue_router::Timings,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// What to call it.
    pub title: String,
    /// Which agent is taken.
    pub choice: segue_router::Choice,
    /// How long an offer stands.
    pub offer_for: Duration,
    /// How long wrap-up may last.
    pub wrap_up_for: Duration,
    /// How much an extension adds.
    pub wrap_up_extension: Duration,
    /// Codes to choose from at wrap-up.
    pub codes: Vec<String>,
    /// Whether one must be chosen.
    pub code_required: bool,
    /// Rank of the whole queue.
    pub priority: i32,
    /// The most that may wait.
    pub depth: u32,
    /// For how long a customer is kept for the agent who served them before.
    pub prefer_for: Duration,
    /// Its part of all who wait, against the other queues' shares; 0 where queues have none.
    pub share: u32,
    /// Asked of everybody who comes to this queue, beside what the journey asks: a requirement expression, empty for none.
    pub needs: String,
    /// Within which wait customers are to be answered.
    pub answer_within: Duration,
    /// What changes for whoever waits, in the order of their waits; the longest wait is the last of them.
    pub steps: Vec<Step>,
    /// When it takes newcomers; `None`: always.
    pub hours: Option<Hours>,
    /// Where newcomers go while it is full.
    pub full: Option<QueueName>,
    /// Where newcomers go while it is closed.
    pub closed: Option<QueueName>,
    /// What becomes of whom no queue takes, by the reason.
    pub farewells: BTreeMap<Reason, Farewell>,
}

/// What changes for whoever has waited for some time. Requirements are expressions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The wait at which it is due.
    pub after: Duration,
    /// The live figure that it then waits for.
    pub when: Option<segue_router::Figure>,
    /// Skills no longer asked for.
    pub drop: BTreeSet<SkillName>,
    /// Skills asked for at so many levels less.
    pub lower: BTreeMap<SkillName, u8>,
    /// Asked for as well; empty for nothing.
    pub add: String,
    /// Whoever meets this may take it, too; empty for nobody.
    pub widen: String,
    /// Agents of these queues may take it, too.
    pub queues: BTreeSet<QueueName>,
    /// Added to its priority.
    pub raise: i32,
    /// Whether the customer is offered a call back.
    pub invites: bool,
    /// Where it goes, if anywhere.
    pub overflow: Option<Way>,
}

/// Where a step sends an interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// To another queue.
    Queue(QueueName),
    /// Out of the line.
    Out,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// What customers see.
    pub title: String,
    /// Skills with levels 1 to 10.
    pub skills: BTreeMap<SkillName, u8>,
    /// Queues served.
    pub queues: BTreeSet<QueueName>,
    /// Units.
    pub capacity: u32,
    /// At most so many at once on a channel.
    pub caps: BTreeMap<Channel, u32>,
    /// The desk's language.
    pub language: Language,
}

/// A presence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresencePlan {
    /// Channels on which offers may come; none: not routable.
    pub channels: BTreeSet<Channel>,
}
