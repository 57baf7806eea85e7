//! Stories told through the ports: who does what, who sees what.

mod begins;
mod bounds;
mod codes;
mod faults;
pub(super) mod harness;
mod haste;
mod parts;
mod recovery;
mod repeats;
mod retention;
mod stories;
mod talks;
