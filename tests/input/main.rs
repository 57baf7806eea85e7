//! Bad input against the real daemon: every field of every request and frame at its limits and past them, other tenants, other
//! roles, tokens that do not hold, bytes that are no frame. Each gets a clear refusal, and nothing has changed.
//!
//! The fields come from the descriptors: a field that is added is tried without a change here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod calls;
mod doors;
mod mutate;
#[path = "../product/mod.rs"]
mod product;
mod raw;
mod sockets;
mod stand;
