//! An agent as the groups know them: the standing that was last made known, and the groups they qualify for.

use super::Slot;
use super::group::Weight;
use super::line::Spot;
use crate::standing::Standing;
use crate::state::{Agent, ByChannel, Desk};
use crate::{Channel, OfferId, Time, Units};
use std::collections::BTreeSet;

/// How long an agent has been idle. Holding nothing goes before holding something, then the earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Idle {
    holds_work: bool,
    since: Time,
}

/// What the order among agents rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Basis {
    pub(crate) load: Units,
    pub(crate) idle: Idle,
    pub(crate) last_offer: OfferId,
}

impl Basis {
    pub(crate) fn of(agent: &Agent) -> Self {
        let idle = Idle { holds_work: !agent.holds_nothing(), since: agent.idle_since };
        Self { load: agent.load, idle, last_offer: agent.last_offer }
    }
}

/// A group that an agent qualifies for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) group: Slot,
    pub(crate) weight: Weight,
    /// How many interactions of the group the agent can hold at once: fixed while the plan is.
    pub(crate) slots: u32,
}

/// What an agent counts as in each of their queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Duty {
    pub(crate) signed_in: bool,
    pub(crate) on_duty: bool,
    pub(crate) idle: bool,
    /// On which channels they are on duty, with how many slots.
    pub(crate) slots: ByChannel<u32>,
    /// On which they have room now.
    pub(crate) open: ByChannel<bool>,
}

impl Duty {
    pub(crate) fn of(agent: &Agent, station: &Station) -> Self {
        let mut duty = Self { signed_in: agent.desk != Desk::Out, ..Self::default() };
        for channel in Channel::ALL {
            let standing = *station.standing.get(channel);
            duty.on_duty |= standing.on_duty();
            *duty.open.get_mut(channel) = standing == Standing::Open;
            *duty.slots.get_mut(channel) = if standing.on_duty() { *station.slots.get(channel) } else { 0 };
        }
        duty.idle = duty.on_duty && agent.holds_nothing();
        duty
    }
}

/// An agent as the groups know them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Station {
    pub(crate) standing: ByChannel<Standing>,
    pub(crate) basis: Basis,
    pub(crate) duty: Duty,
    /// How many interactions they can hold at once on each channel.
    pub(crate) slots: ByChannel<u32>,
    /// Where their queues count them.
    pub(crate) tallies: Vec<usize>,
    pub(crate) seats: ByChannel<Vec<Seat>>,
    /// Kept for them, and not offered yet.
    pub(crate) reserved: ByChannel<BTreeSet<Spot>>,
}
