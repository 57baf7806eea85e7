//! Messages as they come, what is seen of each and where it belongs; and ours.

#![expect(clippy::unwrap_used, reason = "tests")]

mod anything;
mod hostile;
mod sending;
mod threads;
mod view;
mod views;
