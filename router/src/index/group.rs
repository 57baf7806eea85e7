//! All waiting interactions with the same queue, channel and requirement, and the agents who meet it.
//!
//! A group holds no wait and no available agent at once, but for agents whom every waiting interaction rules out.
//! Its counts rise and fall with each agent's standing, so that a decision reads them and scans nobody.

use super::line::{Bars, Line};
use super::station::{Basis, Seat};
use crate::standing::Standing;
use crate::{AgentId, AgentPlan, Channel, Choice, Excluded, QueueId, Requirement, SkillId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What makes interactions equal to an agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey {
    pub(crate) queue: QueueId,
    pub(crate) channel: Channel,
    pub(crate) needs: Requirement,
    /// Queues whose agents may take it, too.
    pub(crate) also: BTreeSet<QueueId>,
}

/// How fit (or how flexible) an agent is for one group: fixed while the plan is. Lower goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weight {
    fitness: Reverse<u32>,
    skills: usize,
}

impl Weight {
    pub(crate) fn of(choice: Choice, asked: &BTreeSet<SkillId>, plan: &AgentPlan) -> Self {
        match choice {
            Choice::LongestIdle | Choice::LeastLoaded | Choice::RoundRobin => Self::default(),
            Choice::MostFit => Self {
                fitness: Reverse(asked.iter().filter_map(|skill| plan.skills.get(skill)).map(|level| u32::from(level.0)).sum()),
                skills: 0,
            },
            Choice::LeastFlexible => Self { fitness: Reverse(0), skills: plan.skills.len() },
        }
    }
}

/// The order among available agents. Best first: by the queue's choice, then who holds nothing, then longer idle,
/// then lower id. Total, so replays agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    weight: Weight,
    /// Units held, or the number of the last offer, where the choice asks for it.
    charge: u64,
    idle: super::station::Idle,
    pub(crate) agent: AgentId,
}

impl Rank {
    pub(crate) fn of(choice: Choice, weight: Weight, basis: Basis, agent: AgentId) -> Self {
        let charge = match choice {
            Choice::LeastLoaded => u64::from(basis.load.0),
            Choice::RoundRobin => basis.last_offer.0,
            Choice::LongestIdle | Choice::MostFit | Choice::LeastFlexible => 0,
        };
        Self { weight, charge, idle: basis.idle, agent }
    }
}

/// One group.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) key: GroupKey,
    pub(crate) choice: Choice,
    pub(crate) asked: BTreeSet<SkillId>,
    pub(crate) line: Line,
    /// How many agents serve the queue, or one of the others.
    pub(crate) members: usize,
    /// Of these, who meet the requirement.
    pub(crate) qualified: BTreeMap<AgentId, Weight>,
    /// Of these, who stand open on the channel.
    pub(crate) available: BTreeSet<Rank>,
    /// Of these, why the others do not stand open.
    pub(crate) excluded: BTreeMap<Excluded, u32>,
    /// Of these, who are on duty on the channel.
    pub(crate) on_duty: u32,
    /// How many interactions on the channel those on duty can hold at once.
    pub(crate) slots: u32,
}

impl Group {
    pub(crate) fn new(key: GroupKey, choice: Choice) -> Self {
        let asked = key.needs.skills();
        Self {
            key,
            choice,
            asked,
            line: Line::default(),
            members: 0,
            qualified: BTreeMap::new(),
            available: BTreeSet::new(),
            excluded: BTreeMap::new(),
            on_duty: 0,
            slots: 0,
        }
    }

    /// A qualified agent now stands like this.
    pub(crate) fn enter(&mut self, agent: AgentId, seat: &Seat, standing: Standing, basis: Basis) {
        if standing.on_duty() {
            self.on_duty = self.on_duty.saturating_add(1);
            self.slots = self.slots.saturating_add(seat.slots);
        }
        match standing.reason() {
            None => {
                self.available.insert(Rank::of(self.choice, seat.weight, basis, agent));
            }
            Some(reason) => {
                let count = self.excluded.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// A qualified agent no longer stands like this.
    pub(crate) fn leave(&mut self, agent: AgentId, seat: &Seat, standing: Standing, basis: Basis) {
        if standing.on_duty() {
            self.on_duty = self.on_duty.saturating_sub(1);
            self.slots = self.slots.saturating_sub(seat.slots);
        }
        match standing.reason() {
            None => {
                self.available.remove(&Rank::of(self.choice, seat.weight, basis, agent));
            }
            Some(reason) => less_one(&mut self.excluded, reason),
        }
    }

    /// Whether nobody is on duty but those whom the lane rules out: then those who only cool off may take it.
    pub(crate) fn last_resort(&self, bars: &Bars, on_duty: impl Fn(AgentId) -> bool) -> bool {
        let barred = bars.agents().filter(|agent| self.qualified.contains_key(agent) && on_duty(*agent)).count();
        usize::try_from(self.on_duty).is_ok_and(|all| all <= barred)
    }

    /// The lanes that a cooling agent might now be the last resort for.
    pub(crate) fn cooling_lanes(&self) -> impl Iterator<Item = Arc<Bars>> + '_ {
        self.line.barred().values().filter(|bars| !bars.cooling.is_empty()).cloned()
    }
}

/// Takes one off a count, and drops a count of none.
pub(crate) fn less_one(counts: &mut BTreeMap<Excluded, u32>, reason: Excluded) {
    if let Some(count) = counts.get_mut(&reason) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(&reason);
        }
    }
}
