//! Sessions, journeys, identity, handles, screen pop; and the stores that keep them.
//!
//! The core is pure: a command goes in with the time and fresh ids, a [`Changed`] comes out, and nothing has happened yet.
//! IO is in [`store`] alone.
//!
//! What is *not* here: sockets, wire formats, routing rules, and the time of day.

pub mod access;
mod change;
pub mod codec;
mod command;
mod facts;
pub mod handle;
mod ids;
pub mod journey;
mod keys;
pub mod limits;
pub mod matter;
mod model;
mod moment;
pub mod needs;
pub mod outbound;
pub mod pop;
mod private;
mod refusal;
pub mod store;
#[warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]
mod verbs;
pub mod view;
pub mod wait;

pub use change::*;
pub use command::*;
pub use ids::*;
pub use keys::Keys;
pub use model::*;
pub use moment::{Action, Actor, Farewell, LINK_PLACE, Moment, Settings, Then};
pub use private::Private;
pub use refusal::{Reason, Refusal};
pub use verbs::{apply, awaited, due};
