//! The HTML of a message: what of it is shown, and what it says as text.
//!
//! Its tags are read once by a reader of our own ([`tags`]), which bounds what comes after; `ammonia` decides what is shown.
//!
//! What is *not* here: images. None is shown, from outside or from the message; what belongs to it is among its attachments.

mod plain;
mod safe;
mod tags;

pub(super) use plain::plain;
pub(super) use safe::safe;
