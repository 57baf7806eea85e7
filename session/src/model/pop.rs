//! The screen pop: what the agent sees of a session before anything rings. Each part says where it is from and how old.

use crate::store::Version;
use crate::{
    AgentName, AssuranceLevel, Candidate, Consent, CustomerId, ExpectedWait, FieldId, InteractionId, JourneyName, Language, Note,
    PersonaId, Private, Proof, QueueName, Sensitivity, SessionId, Source, SuspendCause, Time, TrailStep,
};
use segue_router::{Channel, OfferId, Priority};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an agent sees with an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScreenPop {
    /// Which session.
    pub session: SessionId,
    /// As of which version.
    pub version: Version,
    /// When it was put together.
    pub at: Time,
    /// On which channel the customer is.
    pub channel: Channel,
    /// Where from, and what vouches for it, newest leg first.
    pub legs: Vec<PopLeg>,
    /// The queue and the wait.
    pub queue: PopQueue,
    /// Why you.
    pub why: PopWhy,
    /// Who it is.
    pub customer: PopCustomer,
    /// How surely we know.
    pub assurance: PopAssurance,
    /// Where they stopped.
    pub stopped: Option<PopStopped>,
    /// What they answered, in the order asked.
    pub answers: Vec<PopAnswer>,
    /// What failed: steps with errors, repeats or abandoned.
    pub failed: Vec<TrailStep>,
    /// The last steps, oldest first.
    pub trail: Vec<TrailStep>,
    /// Former interactions of this session and of this customer, newest first.
    pub history: Vec<PopHistory>,
    /// Notes, newest first.
    pub notes: Vec<Note>,
    /// What they agreed to.
    pub consent: Vec<Consent>,
    /// Who passed it on, with their words.
    pub transfers: Vec<PopTransfer>,
    /// Links with their values filled in, to allow-listed hosts only.
    pub links: Vec<PopLink>,
    /// What the agent may do.
    pub actions: Vec<String>,
    /// Parts from other systems, by connector; late ones come as deltas.
    pub enrichment: BTreeMap<String, PopEnrichment>,
}

/// A leg on the pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopLeg {
    /// On which channel.
    pub channel: Channel,
    /// Where from.
    pub address: Option<Private<String>>,
    /// Since when.
    pub since: Time,
    /// Whether it is alive.
    pub live: bool,
}

/// Queue and wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopQueue {
    /// Which queue.
    pub name: QueueName,
    /// Since when the customer has waited, over all suspensions.
    pub since: Time,
    /// With which rank.
    pub priority: Priority,
    /// Why that rank, in words.
    pub priority_why: String,
    /// A call back is wanted at this number.
    pub callback: Option<Private<String>>,
    /// How long a wait the customer was told of first; `None` where nobody could tell them.
    #[serde(default)]
    pub told: Option<ExpectedWait>,
}

/// Why this agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopWhy {
    /// The decision in one line.
    pub line: String,
    /// Which offer it is.
    pub offer: OfferId,
    /// How many could have had it.
    pub eligible: u32,
    /// How many could not, by reason (wire names).
    pub excluded: BTreeMap<String, u32>,
    /// Levels in the skills asked for.
    pub levels: BTreeMap<String, u8>,
    /// Whether this agent was preferred, having served the customer before.
    pub preferred: bool,
    /// Who would have been next.
    pub runner_up: Option<AgentName>,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopCustomer {
    /// Who, if known.
    pub customer: Option<CustomerId>,
    /// In which role.
    pub persona: Option<PersonaId>,
    /// One of these, if not known.
    pub candidates: Vec<Candidate>,
    /// In which language.
    pub language: Language,
    /// Signed attributes.
    pub attributes: BTreeMap<String, Private<serde_json::Value>>,
    /// Unsigned ones, to be shown as such.
    pub claimed: BTreeMap<String, Private<serde_json::Value>>,
}

/// How surely we know those who are here now; what others proved on legs that are over is among the proofs alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopAssurance {
    /// Now: what everybody who is here has proved at least. Where nobody is, those who left last.
    pub level: AssuranceLevel,
    /// The proofs that still hold, first those of who is here, then best first.
    pub proofs: Vec<PopProof>,
    /// What need not be asked again of those who are here, in words.
    pub skip: Vec<String>,
}

/// A proof, and whose leg it was given on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopProof {
    /// The proof. The leg is not named: its id is its holder's secret.
    pub proof: Proof,
    /// On which channel it was given; `None` where it was on no leg, or on one that is forgotten.
    pub channel: Option<Channel>,
    /// Whether who gave it is here; where nobody is, whether they left last.
    pub here: bool,
}

/// Where they stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopStopped {
    /// In which journey.
    pub journey: JourneyName,
    /// At which step, in words.
    pub step: String,
    /// At which field, in words.
    pub field: Option<String>,
    /// When.
    pub at: Time,
    /// On which channel.
    pub channel: Option<Channel>,
    /// Why; `None` where the customer went on without stopping.
    pub cause: Option<SuspendCause>,
}

/// An answer on the pop. Secret values are masked before they get here, and so is what is personal and was given more surely
/// than those are known who are here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopAnswer {
    /// Which field.
    pub field: FieldId,
    /// What was asked, in the agent's language.
    pub asked: String,
    /// What was answered, as text.
    pub answer: Private<String>,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// How surely the customer was known when it was given.
    pub level: AssuranceLevel,
    /// Where it came from.
    pub source: Source,
    /// When.
    pub at: Time,
}

/// A former interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopHistory {
    /// Of which session.
    pub session: SessionId,
    /// Which.
    pub interaction: InteractionId,
    /// On which channel.
    pub channel: Channel,
    /// In which queue.
    pub queue: QueueName,
    /// When.
    pub at: Time,
    /// How it ended.
    pub outcome: String,
}

/// A hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopTransfer {
    /// Who passed it on.
    pub from: AgentName,
    /// When.
    pub at: Time,
    /// With which words.
    pub note: Option<Private<String>>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopLink {
    /// What it is called.
    pub label: String,
    /// Where it leads.
    pub url: Private<String>,
}

/// A part from another system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopEnrichment {
    /// How it stands.
    pub standing: EnrichmentStanding,
    /// What it says.
    pub data: Option<Private<serde_json::Value>>,
    /// When it was fetched.
    pub at: Time,
}

/// How a part from another system stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrichmentStanding {
    /// Still coming.
    Pending,
    /// Here.
    Ready,
    /// It failed or took too long.
    Failed,
}
