//! What queueing theory says, exactly: nothing here knows the router or the simulator.

mod erlang;
mod skills;

pub use erlang::{Queue, Steady};
pub use skills::{Network, Waits};

/// Why theory has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// More work comes than can be done, and nobody leaves: the line grows for ever.
    #[error("more work arrives than the agents can do: the line would grow for ever")]
    Overload,
    /// The question is not a sensible one.
    #[error("{0}")]
    Senseless(&'static str),
}
