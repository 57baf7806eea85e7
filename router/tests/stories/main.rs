//! Stories: every verb, every refusal and every edge as a transcript. A changed behaviour shows as changed prose.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod capacity;
mod config;
mod explain;
mod line;
mod matching;
mod offers;
mod presence;
mod refusals;
mod restore;
mod tale;
mod timeline;
mod transfer;
mod traps;
mod waits;
mod wrap_up;
