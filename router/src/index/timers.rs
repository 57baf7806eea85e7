//! What happens by itself, and when.

use crate::{AgentId, InteractionId, OfferId, Time};
use std::collections::BTreeSet;

/// What is due. The order among things due at the same moment is that of these variants, then of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The offer expires.
    Offer(OfferId),
    /// The wrap-up ends by itself.
    WrapUp(AgentId, InteractionId),
    /// The grace of a lost desk ends.
    Lost(AgentId),
    /// A transfer to a named agent falls back.
    Transfer(InteractionId),
    /// Somebody is last resort for it no longer.
    CoolOff(InteractionId),
}

/// Everything that has a deadline, by deadline.
pub(crate) type Timers = BTreeSet<(Time, Timer)>;
