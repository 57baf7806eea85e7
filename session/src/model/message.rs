//! Messages of a transcript.

use crate::{AgentName, LegId, Private, Time};
use segue_router::Channel;
use serde::{Deserialize, Serialize};

/// One message, as stored; its number is its place in the transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Given by its sender (their request id), so that a repeat is known.
    pub id: crate::RequestId,
    /// Who says it.
    pub from: Speaker,
    /// When it was accepted.
    pub at: Time,
    /// What it says.
    pub body: MessageBody,
}

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer, on a leg.
    Customer(LegId, Channel),
    /// An agent.
    Agent(AgentName),
    /// The daemon itself.
    House,
}

/// What a message carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageBody {
    /// Text, at most 16 KB.
    Text(Private<String>),
    /// A file by reference: where it lies, its name, its media type, its size in bytes.
    File {
        /// Where it lies (an https URL of an allow-listed host).
        url: Private<String>,
        /// Its name.
        name: Private<String>,
        /// Its media type.
        media_type: String,
        /// Its size in bytes.
        size: u64,
    },
    /// Text with short answers to pick from.
    QuickReplies {
        /// The text.
        text: Private<String>,
        /// The answers.
        replies: Vec<String>,
    },
    /// Something the house says, by key: `agent_joined`, `agent_left`, `suspended`, `resumed`, `transferred`.
    Notice {
        /// Which.
        key: String,
        /// Its particulars.
        args: std::collections::BTreeMap<String, String>,
    },
}
