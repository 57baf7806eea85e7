//! What can be asked: every answer is counted anew.

use super::{At, Desk, Item, Naive, WrapUp, waits};
use segue_router::{
    AgentId, Change, Channel, Excluded, InteractionId, OfferId, Priority, QueueId, Readiness, Refusal, Requirement, Time, Units,
};
use std::cmp::Reverse;

pub(super) type Spot = (Reverse<Priority>, i128, InteractionId);

impl Naive {
    pub(super) fn item(&self, id: InteractionId) -> Result<&Item, Refusal> {
        self.items.get(&id).ok_or(Refusal::UnknownInteraction(id))
    }

    pub(super) fn signed_in(&self, id: AgentId) -> Result<(), Refusal> {
        match self.agents.get(&id) {
            None => Err(Refusal::UnknownAgent(id)),
            Some(agent) if agent.desk == Desk::Out => Err(Refusal::SignedOut(id)),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn offered(&self, now: Time, id: AgentId, number: OfferId) -> Result<InteractionId, Refusal> {
        self.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
        for (interaction, item) in &self.items {
            if let At::Offered { offer, agent, deadline, .. } = item.at
                && offer == number
            {
                return match () {
                    () if agent != id => Err(Refusal::NotYours(agent)),
                    () if deadline <= now => Err(Refusal::OfferEnded(number)),
                    () => Ok(*interaction),
                };
            }
        }
        Err(Refusal::OfferEnded(number))
    }

    pub(super) fn assigned(&self, id: AgentId, interaction: InteractionId) -> Result<(), Refusal> {
        self.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
        match self.item(interaction)?.at {
            At::Assigned { agent, .. } if agent == id => Ok(()),
            At::Assigned { agent, .. } => Err(Refusal::NotYours(agent)),
            _ => Err(Refusal::WrongMoment(interaction)),
        }
    }

    pub(super) fn wrapping(&self, id: AgentId, interaction: InteractionId) -> Result<&WrapUp, Refusal> {
        self.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
        let found = self.wrap_ups.iter().find(|w| w.agent == id && w.interaction == interaction);
        found.ok_or(match self.items.contains_key(&interaction) {
            true => Refusal::WrongMoment(interaction),
            false => Refusal::UnknownInteraction(interaction),
        })
    }

    pub(super) fn admits(&self, id: InteractionId, queue: QueueId, needs: &Requirement) -> Result<(), Refusal> {
        if !needs.within_limits() {
            return Err(Refusal::TooComplex(id));
        }
        self.room(queue)
    }

    pub(super) fn rank(&self, item: &Item) -> Priority {
        item.wants.priority.plus(self.plan.queues[&item.wants.queue].priority).plus(Priority(self.raised(item)))
    }

    pub(super) fn spot(&self, id: InteractionId) -> Spot {
        let item = &self.items[&id];
        self.spot_at(self.rank(item), item.wants.since, id)
    }

    /// Higher priority, then longer wait; where waits age, the wait that the priority makes of it alone.
    pub(super) fn spot_at(&self, priority: Priority, since: Time, id: InteractionId) -> Spot {
        let ageing = i128::from(self.plan.timings.ageing.0);
        let from = i128::from(since.0) - ageing * i128::from(priority.0);
        (Reverse(if ageing > 0 { Priority(0) } else { priority }), from, id)
    }

    /// What everybody who waits is sorted by before an offer.
    pub(super) fn turn(&self, id: InteractionId) -> (Reverse<Priority>, Reverse<usize>, Spot) {
        let queue = self.items[&id].wants.queue;
        let waiting = self.items.values().filter(|item| waits(item) && item.wants.queue == queue).count();
        let share = self.plan.queues[&queue].share as usize;
        let spot = self.spot(id);
        (spot.0, Reverse((waiting * 1_000_000).checked_div(share).unwrap_or(0)), spot)
    }

    /// Units of everything the agent holds, with its channel.
    pub(super) fn holds(&self, id: AgentId) -> Vec<(Channel, Units)> {
        let mut held = Vec::new();
        for item in self.items.values() {
            match item.at {
                At::Offered { agent, units, .. } | At::Assigned { agent, units, .. } if agent == id => {
                    held.push((item.wants.channel, units));
                }
                _ => {}
            }
        }
        held.extend(self.wrap_ups.iter().filter(|w| w.agent == id).map(|w| (w.channel, w.units)));
        held
    }

    pub(super) fn idle(&self, id: AgentId) -> bool {
        self.holds(id).is_empty()
    }

    pub(super) fn load(&self, id: AgentId) -> Units {
        Units(self.holds(id).iter().map(|(_, units)| units.0).sum())
    }

    pub(super) fn off_duty(&self, id: AgentId, channel: Channel) -> Option<Excluded> {
        let (agent, plan) = (&self.agents[&id], &self.plan.agents[&id]);
        let wrong_presence = agent.next.is_some() || !agent.presence.channels.contains(&channel);
        match agent.desk {
            Desk::Out => Some(Excluded::SignedOut),
            Desk::Lost(_) => Some(Excluded::Lost),
            Desk::In if agent.unresponsive => Some(Excluded::Unresponsive),
            Desk::In if wrong_presence => Some(Excluded::Presence),
            Desk::In if plan.caps.get(&channel) == Some(&0) => Some(Excluded::Cap),
            Desk::In if self.plan.channels[&channel].units > plan.capacity => Some(Excluded::Capacity),
            Desk::In => None,
        }
    }

    pub(super) fn full(&self, id: AgentId, channel: Channel) -> Option<Excluded> {
        let plan = &self.plan.agents[&id];
        let on_channel = self.holds(id).iter().filter(|(held, _)| *held == channel).count();
        if plan.caps.get(&channel).is_some_and(|cap| on_channel >= *cap as usize) {
            return Some(Excluded::Cap);
        }
        let units = self.plan.channels[&channel].units.plus(self.load(id));
        (units > plan.capacity).then_some(Excluded::Capacity)
    }

    pub(super) fn unfit(&self, item: &Item, id: AgentId) -> Option<Excluded> {
        let plan = &self.plan.agents[&id];
        if plan.queues.is_disjoint(&self.served_by(item)) {
            return Some(Excluded::Queue);
        }
        (!self.needs(item).holds(&plan.skills)).then_some(Excluded::Skill)
    }

    /// Whether the agent may have it, now or once other work ends.
    pub(super) fn may_in_time(&self, item: &Item, id: AgentId) -> bool {
        let barred = item.wants.excluded.contains(&id) || self.unfit(item, id).is_some();
        !barred && self.off_duty(id, item.wants.channel).is_none()
    }

    /// Why the agent cannot have it now.
    pub(super) fn why(&self, item: &Item, id: AgentId) -> Option<Excluded> {
        let channel = item.wants.channel;
        if let At::Reserved { agent, by_name, .. } = item.at {
            let others = if by_name { Excluded::Named } else { Excluded::Kept };
            return if agent == id { self.off_duty(id, channel).or(self.full(id, channel)) } else { Some(others) };
        }
        if item.wants.excluded.contains(&id) {
            return Some(Excluded::Named);
        }
        let others = |naive: &Self| {
            naive.plan.agents.keys().any(|other| {
                !item.cooling.contains_key(other)
                    && !item.wants.excluded.contains(other)
                    && naive.unfit(item, *other).is_none()
                    && naive.off_duty(*other, channel).is_none()
            })
        };
        self.unfit(item, id)
            .or_else(|| self.off_duty(id, channel))
            .or_else(|| (item.cooling.contains_key(&id) && others(self)).then_some(Excluded::CoolOff))
            .or_else(|| self.full(id, channel))
    }

    pub(super) fn change(&self, id: AgentId) -> Option<Change> {
        let agent = self.agents.get(&id)?;
        let talking = self.items.values().any(|item| matches!(item.at, At::Assigned { agent, .. } if agent == id));
        let readiness = match agent.desk {
            Desk::Out => Readiness::SignedOut,
            Desk::Lost(_) => Readiness::Lost,
            Desk::In if agent.unresponsive => Readiness::Unresponsive,
            Desk::In if !self.offers_of(id).is_empty() => Readiness::Offered,
            Desk::In if talking => Readiness::Busy,
            Desk::In if !self.idle(id) => Readiness::WrappingUp,
            Desk::In => Readiness::Idle,
        };
        let capacity = self.plan.agents.get(&id).map(|plan| plan.capacity).unwrap_or_default();
        let (presence, next) = (agent.presence.clone(), agent.next.clone());
        Some(Change { agent: id, readiness, presence, next, load: self.load(id), capacity })
    }
}
