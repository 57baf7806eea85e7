//! What a customer's leg is shown, the same on every channel before it is rendered.

use crate::journey::Prompt;
use crate::store::{Seq, Version};
use crate::{AgentName, AssuranceLevel, ExpectedWait, InteractionId, QueueName, SessionId, Standing, Time};
use segue_router::Channel;
use serde::{Deserialize, Serialize};

/// A session as its customer sees it at one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Which session.
    pub session: SessionId,
    /// Its content's version: a leg that has shown a newer one ignores this.
    pub version: Version,
    /// The routing fields' version.
    pub routing_version: Version,
    /// How it stands.
    pub standing: Standing,
    /// In which language the prompt is.
    pub language: crate::Language,
    /// What is asked or said now.
    pub prompt: Option<Prompt>,
    /// How it stands with the agents.
    pub line: Option<Line>,
    /// The number of the last message.
    pub last_message: Seq,
    /// How surely the customer is known now.
    pub level: AssuranceLevel,
    /// Channels of the legs that are alive now.
    pub channels: Vec<Channel>,
}

/// How it stands with the agents; written by the router's owner (the session's routing fields).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which interaction.
    pub interaction: InteractionId,
    /// Where it is.
    pub phase: Phase,
    /// In which queue.
    pub queue: QueueName,
    /// On which channel.
    pub channel: Channel,
    /// Since when the customer has waited.
    pub since: Time,
    /// How many are ahead, where it waits and that is known (filled in at the moment of looking).
    pub ahead: Option<u32>,
    /// How long it has yet to wait, as customers are told it, where it waits and that is known (filled in at the moment of
    /// looking, and never stored).
    #[serde(skip)]
    pub expected_wait: Option<ExpectedWait>,
    /// A call back is awaited.
    pub callback: bool,
}

/// Where an interaction is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// In line.
    Waiting,
    /// Being put to an agent.
    Offered(AgentName),
    /// With an agent.
    Assigned(AgentName),
    /// The agent is wrapping up; the talk is over.
    WrappingUp(AgentName),
    /// Out of the line with its place kept by the session.
    Suspended,
    /// Over.
    Ended,
    /// The router refused it, with the reason's wire name.
    Refused(String),
}

/// One line of "my matters".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// Which session.
    pub session: SessionId,
    /// What it is about: the journey's title in the customer's language.
    pub title: String,
    /// Where it stands, in words.
    pub at_step: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// When it last changed.
    pub updated: Time,
    /// Where it is live now.
    pub channels: Vec<Channel>,
}
