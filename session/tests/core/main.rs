//! The session core, told as stories and held to its invariants.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod bench;
mod identity;
mod leases;
mod lives;
mod pop;
mod properties;
mod stories;
mod talks;
mod wire;
