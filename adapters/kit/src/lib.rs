//! The contract every channel adapter keeps, and the suite that examines it.
//!
//! An adapter translates between its channel and four ports: [`Doors`] (who is it), [`House`] (sessions), [`Desks`]
//! (agents) and [`Drain`] (stop in order). It never meets the router, a store, or another adapter.

mod drain;
mod ports;

pub use drain::{Drain, Draining};
pub use ports::{Accepted, Connection, DeskEntry, DeskStart, Desks, Doors, Ephemeral, House, Order, Page, Resume, Target, Wake, Watch};
