//! Segue: routes people to people over every channel, and never makes a customer start over.
//!
//! This library is the daemon; `main` only starts it.

pub mod admin;
pub mod audit;
pub mod cli;
pub mod config;
pub mod connect;
pub mod console;
pub mod demo;
pub mod doctor;
pub mod doors;
pub mod engine;
pub mod house;
pub mod reload;
pub mod serve;
pub mod server;
pub mod telemetry;
