//! Thin clients of the wire, for whoever stands outside: the load client, the story, the tests.
//!
//! What is *not* here: reconnecting, queues, policy. A client that needs them keeps its own place (sequence numbers,
//! resume tokens) and opens another.

mod app;
mod frames;

pub use app::{App, Bearer, app};
pub use frames::Frames;

/// What went wrong between client and daemon.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address does not answer, or the handshake failed.
    #[error("while connecting to {address}")]
    Connect {
        /// Where to.
        address: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The socket broke.
    #[error("while {doing} on the socket")]
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
    /// Nothing came in time.
    #[error("nothing came within {0:?}")]
    Late(std::time::Duration),
}
