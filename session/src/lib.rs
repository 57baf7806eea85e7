//! Sessions, journeys, identity, handles, screen pop; and the stores that keep them.
//!
//! The core is pure: a command goes in with the time and fresh ids, a [`Changed`] comes out, and nothing has happened yet.
//! IO is in [`store`] alone.
//!
//! What is *not* here: sockets, wire formats, routing rules, and the time of day.

mod change;
mod command;
mod ids;
pub mod journey;
mod model;
pub mod needs;
pub mod outbound;
mod private;
mod refusal;
pub mod store;

pub use change::*;
pub use command::*;
pub use ids::*;
pub use model::*;
pub use private::Private;
pub use refusal::{Reason, Refusal};
