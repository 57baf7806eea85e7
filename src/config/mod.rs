//! Configuration twice: as typed, as resolved.

pub mod plan;
