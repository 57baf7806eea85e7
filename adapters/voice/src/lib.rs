//! Voice over SIP.
//!
//! Octets pass the ingress validator ([`ingress`]) before anything is kept for them; what keeps the rules reaches the
//! transactions ([`transaction`]), which have neither sockets nor a clock; one task ([`stack`]) owns both and hands out handles.
//! What belongs together over the length of a call is a [`dialog`]'s. Who asks is proved by [`auth`], where telephones are is known
//! by the [`registrar`], which ways lead out by [`trunk`], and what a caller presses is heard by [`ivr`].
//!
//! ```text
//! socket → gate (rate, rules, behind?) → inbox → transactions → Asked
//! ```
//!
//! What is *not* here: media, and what a session is.

pub mod auth;
pub mod dialog;
pub mod ingress;
pub mod ivr;
pub mod message;
pub mod registrar;
pub mod stack;
pub mod transaction;
pub mod transport;
pub mod trunk;
