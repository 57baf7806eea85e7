//! What adapters count. The daemon turns it into metrics; tests look at it.

use std::time::Duration;

/// Where an adapter's counts go. Names are few and fixed, never taken from outside, so that they may be metric labels.
pub trait Meter: Send + Sync + 'static {
    /// A socket was opened.
    fn socket_opened(&self, adapter: &'static str);
    /// A socket was closed with this code's name after so long.
    fn socket_closed(&self, adapter: &'static str, code: &'static str, held: Duration);
    /// A limit was reached: `frame_rate`, `slow_reader`, `message_size`, `sockets` …
    fn limit_reached(&self, adapter: &'static str, limit: &'static str);
}

/// Counts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn socket_opened(&self, _: &'static str) {}
    fn socket_closed(&self, _: &'static str, _: &'static str, _: Duration) {}
    fn limit_reached(&self, _: &'static str, _: &'static str) {}
}
