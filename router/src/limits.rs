//! Limits on what one event may bring, so that no input can make a step unbounded.

/// Parts (nodes) of one requirement.
pub const REQUIREMENT_PARTS: usize = 64;

/// How deep one requirement may be nested.
pub const REQUIREMENT_DEPTH: usize = 8;

/// Agents excluded from one interaction by name.
pub const EXCLUDED: usize = 256;

/// Groups of equal requirements kept while nothing waits in them, so that the next arrival finds them ready.
/// Past this many, the empty ones are dropped and built again when needed; no decision depends on it.
pub const GROUPS_KEPT: usize = 8192;
