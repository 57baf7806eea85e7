//! Clients of the wire, for whoever stands outside: the load client, the story, the tests.
//!
//! [`Customer`] is the app, [`Chat`] the web page, [`Desk`] the agent's screen. Each keeps what the house told it, so that
//! a reader can ask "what does Ada see?".
//!
//! What is *not* here: reconnecting by itself, and policy.

mod app;
mod chat;
mod desk;
mod frames;

pub use app::{Customer, Place};
pub use chat::{Chat, Entry};
pub use desk::{Desk, Held, Screen};
pub use frames::Frames;

use crate::types::v1::Refusal;
use std::time::Duration;
use tonic_types::StatusExt as _;

/// How long a client waits for an answer before it gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What went wrong between client and daemon.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address does not answer, or the handshake failed.
    #[error("while connecting to {address}: {source}")]
    Connect {
        /// Where to.
        address: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The socket broke.
    #[error("while {doing} on the socket: {source}")]
    Socket {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<tokio_tungstenite::tungstenite::Error>,
    },
    /// A frame could not be read or written as JSON.
    #[error("a frame is not what was expected: {frame}")]
    Frame {
        /// The frame.
        frame: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The other side closed, with this code and reason.
    #[error("closed with {code}: {reason}")]
    Closed {
        /// The close code; 1006 where there was none.
        code: u16,
        /// The reason.
        reason: String,
    },
    /// The house refused, with its reason.
    #[error("refused: {}: {}", .0.reason, .0.message)]
    Refused(Box<Refusal>),
    /// A call failed without a reason of ours.
    #[error("the call failed: {0}")]
    Call(Box<tonic::Status>),
    /// Nothing came in time.
    #[error("nothing came within {0:?}")]
    Late(Duration),
    /// An answer lacks a part that it must have.
    #[error("an answer came without its {0}")]
    Lacking(&'static str),
}

impl Error {
    /// The refusal's reason, where it is one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.reason),
            _ => None,
        }
    }
    /// What the refusal says about this key.
    #[must_use]
    pub fn about(&self, key: &str) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.metadata.get(key).map(String::as_str),
            _ => None,
        }
    }
}

impl From<tonic::Status> for Error {
    fn from(status: tonic::Status) -> Self {
        let details = status.get_error_details();
        let Some(info) = details.error_info() else { return Self::Call(Box::new(status)) };
        let retry = details.retry_info().and_then(|r| r.retry_delay);
        Self::Refused(Box::new(Refusal {
            reason: info.reason.clone(),
            message: status.message().to_owned(),
            metadata: info.metadata.clone().into_iter().collect(),
            retry_after_ms: retry.and_then(|d| u64::try_from(d.as_millis()).ok()).unwrap_or_default(),
        }))
    }
}

/// A fresh request id.
#[must_use]
pub fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn text(text: &str) -> crate::types::v1::MessageBody {
    use crate::types::v1::{MessageBody, TextBody, message_body::Kind};
    MessageBody { kind: Some(Kind::Text(TextBody { text: text.to_owned() })) }
}
