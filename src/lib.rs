//! Segue: routes people to people over every channel, and never makes a customer start over.
//!
//! This library is the daemon; `main` only starts it.

pub mod config;
pub mod connect;
pub mod doors;
pub mod engine;
pub mod house;
pub mod server;
pub mod telemetry;
