//! E-mail: what a message says, what it belongs to, and whether it may be answered by itself.
//!
//! [`mail::read`] makes one typed view of any bytes; [`thread::place`] says which session a message belongs to. Both are pure:
//! no socket, no store, no clock.
//!
//! Invariants: no input fails but by a limit with a name ([`mail::Limits`]); the work is linear in the bytes, and what is not
//! linear by nature is bounded by a count; nothing of a message is trusted but a token that we signed; nothing is `Debug`ged that
//! a customer wrote.
//!
//! What is *not* here yet: the mailboxes (IMAP), sending (SMTP), and the sessions that a message starts and resumes.

pub mod mail;
pub mod thread;
