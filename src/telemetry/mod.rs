//! What the daemon tells about itself: log lines, traces, metrics.
//!
//! Invariant: no label and no line holds a customer, an agent, a number or a text of theirs.
//!
//! What is *not* here: who may read it (`server`), and what the engine counts (`engine::meters`).

mod logs;
mod metrics;
mod process;

pub use logs::{Error, Guard, init};
pub(crate) use metrics::Kind;
pub use metrics::Metrics;
pub(crate) use process::files;
