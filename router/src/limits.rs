//! Limits on what one event may bring, so that no input can make a step unbounded.

use crate::Span;

/// Parts (nodes) of one requirement.
pub const REQUIREMENT_PARTS: usize = 64;

/// Deadlines that one tick sees to. More that are due leave the router's deadline where it is: the next tick's matter.
pub const TIMERS: usize = 64;

/// How deep one requirement may be nested.
pub const REQUIREMENT_DEPTH: usize = 8;

/// Agents excluded from one interaction by name.
pub const EXCLUDED: usize = 256;

/// Groups of equal requirements kept while nothing waits in them, so that the next arrival finds them ready.
/// Past this many, the empty ones are dropped and built again when needed; no decision depends on it.
pub const GROUPS_KEPT: usize = 8192;

/// The longest handling time that is learned from: whatever lay on a desk for longer was not being worked on.
pub const HANDLING: Span = Span::seconds(8 * 3600);

/// Over how many of the latest handling times the mean is taken.
pub const HANDLINGS: u32 = 64;

/// Interactions that left with their place kept and had ruled somebody out for a while: past this many, what the oldest had ruled
/// out is forgotten early.
pub const PARTED: usize = 4096;

/// Over how many of the latest customers a service level is taken.
pub const SERVED: u32 = 100;

/// Who gives up so soon was hardly there: they count for no service level.
pub const SHORT_ABANDON: Span = Span::seconds(5);

/// Steps of one queue's timeline.
pub const STEPS: usize = 16;

/// The longest wait that anybody is told to expect: past it, the figure says no more than "very long".
pub const WAIT_TOLD: Span = Span::seconds(24 * 3600);
