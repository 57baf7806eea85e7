//! What the WebSocket protocols share: the entrance, the limits, the pings, the close codes, and which socket counts.
//!
//! Invariants: nothing is read before the origin was checked; nothing but a hello is understood before somebody was
//! admitted; a socket holds at most one unsent batch, however slowly its peer reads; every end has a [`CloseCode`].
//!
//! What is *not* here: frames and what they mean. Each protocol has its own, made from its `.proto` files.

mod close;
mod entrance;
mod generation;
mod link;
mod places;
mod stay;

pub use crate::Peer;
pub use close::CloseCode;
pub use entrance::Entrance;
pub use generation::{Generation, Generations};
pub use link::{End, Link};
pub use places::Places;
pub use stay::Stay;

use segue_session::{Reason, Refusal};
use std::time::Duration;

/// A frame that cannot be done: which, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The frame's id, where it had one.
    pub id: String,
    /// Why.
    pub refusal: Refusal,
}

/// Why a socket ends at its hello: the code it is closed with, and what it is told before.
pub type Unwelcome = (CloseCode, Fault);

/// The first frame cannot be taken as a hello.
#[must_use]
pub fn bad_hello(id: String, refusal: Refusal) -> Unwelcome {
    (CloseCode::BadHello, Fault { id, refusal })
}

/// The first frame is another.
#[must_use]
pub fn no_hello(id: String) -> Unwelcome {
    bad_hello(id, Refusal::new(Reason::InvalidArgument, "the first frame must be a hello").about("field", "hello"))
}

/// Holds the version of a hello against the one that is served.
///
/// # Errors
/// [`CloseCode::Unsupported`], naming the one that is.
pub fn speaks(id: &str, version: u32, served: u32) -> Result<(), Unwelcome> {
    if version == served {
        return Ok(());
    }
    let refusal = Refusal::new(Reason::InvalidArgument, "this version of the protocol is not served here");
    let refusal = refusal.about("field", "hello.protocol").about("served", served.to_string());
    Err((CloseCode::Unsupported, Fault { id: id.to_owned(), refusal }))
}

/// Limits and times of a WebSocket. The defaults are the documented ones.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a client may take from the upgrade to its hello.
    pub hello: Duration,
    /// The largest frame that is read, in bytes.
    pub frame: usize,
    /// The largest message that is read, in bytes.
    pub message: usize,
    /// How often the client is pinged.
    pub ping: Duration,
    /// After how many unanswered pings the socket is closed.
    pub misses: u32,
    /// How long a batch may wait for its reader.
    pub slow: Duration,
    /// How many bytes are handed to the socket before they must have been read.
    pub unread: usize,
    /// Frames a second, for good. Beyond them nothing is read until there is room again.
    pub pace: u32,
    /// Frames at once.
    pub burst: u32,
    /// After how many frames at the limit of their pace, without a rest, the socket is closed.
    pub hurried: u32,
    /// After how many unreadable frames in a row the socket is closed.
    pub garbled: u32,
    /// How long a command may take before it is answered `DEADLINE_EXCEEDED`.
    pub command: Duration,
    /// When draining: clients are told to come back after a delay drawn evenly from this.
    pub move_within: Duration,
    /// When draining: how long a client may stay after it was told to move.
    pub move_grace: Duration,
    /// Sockets open at once.
    pub places: Places,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(10),
            frame: 64 << 10,
            message: 256 << 10,
            ping: Duration::from_secs(20),
            misses: 2,
            slow: Duration::from_secs(5),
            unread: 256 << 10,
            pace: 50,
            burst: 200,
            hurried: 1_000,
            garbled: 8,
            command: Duration::from_secs(10),
            move_within: Duration::from_secs(5),
            move_grace: Duration::from_secs(2),
            places: Places::new(50_000, 10_000, 4_000),
        }
    }
}
