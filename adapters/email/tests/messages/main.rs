//! Messages as they come: what is seen of each, and where it belongs.

#![expect(clippy::unwrap_used, reason = "tests")]

mod hostile;
mod threads;
mod view;
mod views;
