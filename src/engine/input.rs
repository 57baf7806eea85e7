//! What reaches the loop: work from the inbox, commands from desks, desks that come and go, deadlines, looks.

use crate::config::plan::Routing;
use crate::engine::machine::Machine;
use segue_session::store::Seq;
use segue_session::{AgentName, DeskCommand, Refusal, RequestId, RouteRequest};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Something for the machine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Input {
    /// From the domain's inbox.
    Route(Seq, RouteRequest),
    /// From an agent's or supervisor's desk.
    Desk {
        /// Who.
        by: AgentName,
        /// Names the command.
        request: RequestId,
        /// What.
        command: DeskCommand,
    },
    /// An agent's first socket opened.
    SignIn(AgentName),
    /// An agent's last socket is gone.
    Lose(AgentName),
    /// A new config is to come into force.
    Configure(Arc<Routing>),
    /// A deadline passed.
    Tick,
}

/// Answers somebody once what they asked for is stored.
pub(crate) type Reply = oneshot::Sender<Result<(), Refusal>>;

/// A look at the machine after a batch; what it returns is run once the batch is stored.
pub(crate) type Look = Box<dyn FnOnce(&Machine) -> Box<dyn FnOnce() + Send> + Send>;

/// A look at the machine as it is, stored or not: for what decides nothing, such as a place in line.
pub(crate) type Glance = Box<dyn FnOnce(&Machine) + Send>;

/// One thing in the loop's mailbox.
pub(crate) enum Mail {
    /// Something for the machine, and who waits for it.
    Ask(Input, Option<Reply>),
    /// A look at what is stored.
    Look(Look),
    /// A look at what is.
    Glance(Glance),
}
