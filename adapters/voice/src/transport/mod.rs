//! Sockets: octets in through the gate, octets out (RFC 3261, section 18).
//!
//! A task for each socket reads, judges and passes on; what is refused is answered there and goes no further. Nothing here
//! waits for anybody: a queue that is full loses a datagram, a stream that does not read is closed.
//!
//! What is *not* here: what a message is about.

mod gate;
mod sources;
mod stream;
mod udp;

pub use gate::{Gate, GateSettings};

pub(crate) use stream::{Line, accept, dial};
pub(crate) use udp::{bind, receive};

use crate::message::Message;
use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::sync::mpsc;

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream that nobody else reads.
    Tls,
}

impl Transport {
    /// Whether what is sent comes, or the sender hears of it.
    #[must_use]
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// As `Via` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A way to a peer: which socket, and whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flow {
    /// What carries it.
    pub transport: Transport,
    /// Which socket of ours; a stream's is never used again.
    pub socket: u64,
    /// Whom it reaches.
    pub peer: SocketAddr,
}

/// News from a socket.
#[derive(Debug)]
pub(crate) enum News {
    /// A message that keeps the rules came.
    Came(Message, Flow, Instant),
    /// A stream is open to be written to.
    Opened(Flow, Line),
    /// A stream is gone, or could not be opened.
    Closed(Flow),
}

/// Where the sockets' news goes.
pub(crate) type Inbox = mpsc::Sender<News>;
