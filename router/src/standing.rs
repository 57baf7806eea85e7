//! Whether an agent takes new work on a channel: the part of eligibility that is the agent's alone.
//!
//! Not here: what depends on the interaction (queue, skills, exclusions); see `explain`.

use crate::state::{Agent, Desk};
use crate::{Channel, Excluded, Readiness, Units};

/// An agent's standing on one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// On duty, with room.
    Open,
    /// On duty, without room: they will have room when work ends.
    Full(Excluded),
    /// Not on duty: only they, or their plan, can change that.
    Off(Excluded),
}

impl Default for Standing {
    fn default() -> Self {
        Self::Off(Excluded::SignedOut)
    }
}

impl Standing {
    /// Whether they could be offered work now or once other work ends.
    pub(crate) const fn on_duty(self) -> bool {
        match self {
            Self::Open | Self::Full(_) => true,
            Self::Off(_) => false,
        }
    }

    /// Why no offer may come, if so.
    pub(crate) const fn reason(self) -> Option<Excluded> {
        match self {
            Self::Open => None,
            Self::Full(reason) | Self::Off(reason) => Some(reason),
        }
    }
}

/// The standing of an agent for one more piece of work of `units` on `channel`. The first reason that applies, in
/// the order of what has to change first: the desk, the agent's choice, the limits.
pub(crate) fn standing(agent: &Agent, channel: Channel, units: Units) -> Standing {
    match agent.desk {
        Desk::Out => return Standing::Off(Excluded::SignedOut),
        Desk::Lost { .. } => return Standing::Off(Excluded::Lost),
        Desk::In => {}
    }
    if agent.unresponsive {
        return Standing::Off(Excluded::Unresponsive);
    }
    // A wish for the next presence lets the present work drain; otherwise it might never come true.
    if agent.next.is_some() || !agent.presence.channels.contains(&channel) {
        return Standing::Off(Excluded::Presence);
    }
    let cap = *agent.limits.caps.get(channel);
    if cap == Some(0) {
        return Standing::Off(Excluded::Cap);
    }
    if units > agent.limits.capacity {
        return Standing::Off(Excluded::Capacity);
    }
    if cap.is_some_and(|cap| *agent.held.get(channel) >= cap) {
        return Standing::Full(Excluded::Cap);
    }
    if agent.load.plus(units) > agent.limits.capacity {
        return Standing::Full(Excluded::Capacity);
    }
    Standing::Open
}

/// What the router says of an agent: the desk first, then the most pressing thing they hold.
pub(crate) fn readiness(agent: &Agent) -> Readiness {
    match agent.desk {
        Desk::Out => return Readiness::SignedOut,
        Desk::Lost { .. } => return Readiness::Lost,
        Desk::In => {}
    }
    if agent.unresponsive {
        Readiness::Unresponsive
    } else if !agent.offers.is_empty() {
        Readiness::Offered
    } else if !agent.assignments.is_empty() {
        Readiness::Busy
    } else if !agent.wrap_ups.is_empty() {
        Readiness::WrappingUp
    } else {
        Readiness::Idle
    }
}
