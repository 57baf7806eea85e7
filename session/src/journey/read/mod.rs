//! From text to a definition: a tree with places, then one reader per kind of step. All faults are gathered.

mod form;
mod journey;
mod reader;
mod steps;
pub(crate) mod tree;

pub use journey::compile;
pub(crate) use reader::{Reader, closest, nearest};
