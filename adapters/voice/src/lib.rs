//! Voice over SIP.
//!
//! Octets pass the ingress validator ([`ingress`]) before anything is kept for them; what keeps the rules reaches the
//! transactions ([`transaction`]), which have neither sockets nor a clock; one task ([`stack`]) owns both and hands out handles.
//!
//! ```text
//! socket → gate (rate, rules, behind?) → inbox → transactions → Asked
//! ```
//!
//! What is *not* here: media.

pub mod ingress;
pub mod message;
pub mod stack;
pub mod transaction;
pub mod transport;
