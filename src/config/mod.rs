//! What the daemon is told: as typed (`raw`), then as resolved ([`plan`]), with all faults listed at once.
//!
//! A file is read into a tree in which every value knows its place (`tree`), variables of the environment are put over it
//! (`variables`), the tree is held against the schema (`shape`), and what fits is resolved (`check`).
//!
//! What is *not* here: what the plan leads to.

mod check;
mod difference;
mod fault;
mod hours;
mod init;
mod load;
mod network;
pub mod plan;
mod raw;
mod routing;
mod shape;
mod show;
mod source;
mod tree;
mod units;
mod variables;

pub use difference::{Change, Keys, Reach, is_of, is_routing};
pub use fault::{Faults, Report, Weight};
pub use init::init;
pub use load::{Loaded, Mode, Wanted, load};
pub use show::{Shown, schema};
pub use source::Files;
pub use units::{lasting, spelled};

#[cfg(test)]
mod tests;
