//! Stories told through the ports, on the embedded store: who does what, who sees what.

mod faults;
pub(super) mod harness;
mod recovery;
mod stories;
mod talks;
