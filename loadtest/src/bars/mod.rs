//! The bars: each does one kind of work, with its floor in the same run, and says whether it holds.

mod asked;
mod chat;
mod freed;
mod memory;
mod pop;
mod restart;
mod sockets;
mod suspend;

use crate::report::Report;
use crate::{Options, rooms, say};
use clap::ValueEnum;

/// Which bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// Request for a person → offer with screen pop on the agent's socket.
    Pop,
    /// An agent frees capacity → the next offer on their socket.
    Freed,
    /// Message in → message out at the agent.
    Chat,
    /// Suspensions, durable, over gRPC.
    Suspend,
    /// Resumes, durable, over gRPC.
    Resume,
    /// Sessions, engine and store without sockets: interactions from arrival to the end, all durable.
    Journal,
    /// Idle signed-in desks: memory each, and all back after a drop.
    Sockets,
    /// kill -9, start: how soon it serves, how soon it offers, and nothing lost.
    Restart,
    /// Memory of suspended sessions.
    Memory,
    /// The router alone, on one core.
    Decide,
    /// The router alone, on a floor a hundred times as large.
    DecideScale,
    /// The simulator, on one core.
    SimSpeed,
    /// The router against queueing theory.
    SimTruth,
}

/// All of them.
pub(crate) const ALL: &[Name] = &[
    Name::Suspend,
    Name::Resume,
    Name::Pop,
    Name::Freed,
    Name::Chat,
    Name::Sockets,
    Name::Journal,
    Name::Memory,
    Name::Restart,
    Name::Decide,
    Name::DecideScale,
    Name::SimSpeed,
    Name::SimTruth,
];

/// Measures these; whether all hold.
pub(crate) async fn run(names: &[Name], options: &Options) -> anyhow::Result<bool> {
    let mut all = true;
    for name in names {
        let report = one(*name, options).await?;
        say(&report.line());
        all &= report.holds;
    }
    Ok(all)
}

async fn one(name: Name, options: &Options) -> anyhow::Result<Report> {
    match name {
        Name::Pop => pop::measure(options).await,
        Name::Freed => freed::measure(options).await,
        Name::Chat => chat::measure(options).await,
        Name::Suspend => suspend::measure(options, suspend::Half::Suspend).await,
        Name::Resume => suspend::measure(options, suspend::Half::Resume).await,
        Name::Journal => rooms::journal::measure(options).await,
        Name::Sockets => sockets::measure(options).await,
        Name::Restart => restart::measure(options).await,
        Name::Memory => memory::measure(options).await,
        Name::Decide => rooms::decide::measure(options),
        Name::DecideScale => rooms::decide::scale(options),
        Name::SimSpeed => rooms::sim::speed(),
        Name::SimTruth => rooms::sim::truth(),
    }
}
