//! The session core, told as stories and held to its invariants.

mod bench;
mod identity;
mod pop;
mod properties;
mod stories;
mod wire;
