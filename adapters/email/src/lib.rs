//! E-mail: what a message says, what it belongs to, what is answered, and whether anything is answered by itself.
//!
//! [`mail::read`] makes one typed view of any bytes; [`thread::place`] says which session a message belongs to;
//! [`out::Outgoing`] is a mail of ours, in the words of [`words`]; [`manners`] keeps us from answering machines. All of it is
//! pure: no socket, no store, no clock.
//!
//! Invariants: no input fails but by a limit with a name ([`mail::Limits`]); the work is linear in the bytes, and what is not
//! linear by nature is bounded by a count; nothing of a message is trusted but a token that we signed; no field of ours is more
//! than it is; nothing is `Debug`ged that a customer wrote.
//!
//! What is *not* here yet: the mailboxes (IMAP), sending (SMTP), and the sessions that a message starts and resumes.

pub mod mail;
pub mod manners;
pub mod out;
pub mod thread;
pub mod words;
