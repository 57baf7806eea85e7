//! The mobile app's gRPC service: `segue.app.v1.AppService`.
//!
//! `service` takes calls in and gives answers out; [`translate`] turns requests into orders and back, and holds no
//! socket; [`screen`] draws prompts; [`events`] words what is news; `stream` keeps the streams; `legs`
//! knows which leg lives by which streams; `talk` hears a chat's client.
//!
//! Invariants: the tenant comes from the token alone; a stream tells nothing twice and nothing older than it has told; a
//! leg whose last stream broke is told lost, exactly once.
//!
//! What is *not* here: what a command means, tokens, TLS, and the HTTP server.

mod admit;
mod legs;
mod service;
mod stream;
mod talk;

pub mod events;
pub mod screen;
#[cfg(feature = "testing")]
pub mod testing;
pub mod translate;

pub use service::App;

use std::time::Duration;

/// Limits and times of the service. The defaults are the documented ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a call may take that comes without a deadline.
    pub deadline: Duration,
    /// How long any call may take, whatever its deadline.
    pub longest: Duration,
    /// How long a stream is silent before a heartbeat.
    pub heartbeat: Duration,
    /// Streams at once on one leg.
    pub streams_per_leg: usize,
    /// Streams at once in all.
    pub streams: usize,
    /// Messages a second on one chat stream, for good. Beyond them nothing is read until there is room again.
    pub pace: u32,
    /// Messages at once.
    pub burst: u32,
    /// After how many messages at the limit of their pace, without a rest, the stream ends.
    pub hurried: u32,
    /// How long an event may wait for its reader.
    pub slow: Duration,
    /// When draining: clients are told to come back after a delay drawn evenly from this.
    pub move_within: Duration,
    /// The largest message that is read, in bytes.
    pub message: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            longest: Duration::from_secs(60),
            heartbeat: Duration::from_secs(20),
            streams_per_leg: 4,
            streams: 50_000,
            pace: 50,
            burst: 200,
            hurried: 1_000,
            slow: Duration::from_secs(5),
            move_within: Duration::from_secs(5),
            message: 1 << 20,
        }
    }
}
