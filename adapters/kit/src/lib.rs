//! The contract every channel adapter keeps, and the suite that examines it.
//!
//! An adapter translates between its channel and four ports: [`Doors`] (who is it), [`House`] (sessions), [`Desks`]
//! (agents) and [`Drain`] (stop in order). It never meets the router, a store, or another adapter.

mod backoff;
#[cfg(feature = "conformance")]
pub mod conformance;
mod drain;
pub mod ids;
mod meter;
mod peer;
mod ports;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "ws")]
pub mod ws;

pub use backoff::{Backoff, spread};
pub use drain::{Drain, Draining};
pub use meter::{Meter, NoMeter};
pub use peer::Peer;
pub use ports::{
    Accepted, Colleague, Connection, DeskDirectory, DeskEntry, DeskStart, Desks, DirectoryQueue, Doors, Ephemeral, House, Order, Page,
    Resume, Target, Wake, Watch,
};
