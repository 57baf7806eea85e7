//! The contract every channel adapter keeps, and the suite that examines it.
//!
//! An adapter translates between its channel and four ports: [`Doors`] (who is it), [`House`] (sessions), [`Desks`]
//! (agents) and [`Drain`] (stop in order). It never meets the router, a store, or another adapter.
//!
//! # The contract
//!
//! `docs/protocol/adapter-contract.md` has it as numbered sentences; in short (MUST, as in RFC 2119):
//!
//! - **At the door** (1 to 5): nothing is understood of a stranger but who they are; the tenant comes from the admitted
//!   principal alone; no token in a URL; connections end with their token; tries of codes are counted by [`Peer`].
//! - **In a session** (6 to 15): ids of legs are secrets, and the same for a repeated request ([`ids`]); what was said is told
//!   in order and once; no view after a newer one; nothing is acknowledged before the house has; nothing is kept here that a
//!   loss of the process would lose.
//! - **When something is lost** (16 to 20): a leg that is lost is told once; a doorbell is news, never the payload; a house out
//!   of breath closes no connection; what failed is tried again with [`Backoff`].
//! - **Limits** (21 to 25): every field, every buffer, every rate has one, with a name, and is counted ([`Meter`]).
//! - **Stopping** (26 to 28): no new connection, a hint to move with a delay of its own, then the graces of the legs.
//! - **Private things** (29, 30): nothing that a customer said or is called is logged; no agent is told a leg's id.
//!
//! `conformance` is the exam (feature `conformance`), `testing` has stand-ins for the daemon (feature `testing`), `ws`
//! what the WebSocket protocols share (feature `ws`).
//!
//! What is *not* here: any channel's wire.

mod backoff;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod drain;
mod follow;
pub mod ids;
mod lost;
mod meter;
mod pace;
mod patience;
mod peer;
mod ports;
mod retry;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "ws")]
pub mod ws;

pub use backoff::{Backoff, spread};
pub use clock::{instant_of, now};
pub use drain::{Drain, Draining};
pub use follow::{Follower, Next};
pub use lost::lost;
pub use meter::{Meter, NoMeter};
pub use pace::Pace;
pub use patience::{transient, within};
pub use peer::{At, Peer, network};
pub use ports::{
    Accepted, Colleague, Connection, DeskDirectory, DeskEntry, DeskStart, Desks, DirectoryQueue, Doors, Ephemeral, House, Order, Page,
    QueueFigures, Resume, Said, Target, Wake, Watch,
};
pub use retry::Retry;
