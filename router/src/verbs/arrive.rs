//! An interaction arrives, new or back to a kept place.

use crate::router::Router;
use crate::standing::{Standing, standing};
use crate::state::{Interaction, Reservation, Stage};
use crate::turn::Turn;
use crate::verbs::leave::depart;
use crate::{AgentId, Arrival, Channel, InteractionId, Outcome, QueueId, Refusal, Requirement, Span, Stepped, Time, limits};
use std::collections::BTreeMap;

pub(crate) fn arrive(router: &mut Router, turn: &mut Turn<'_>, arrival: Arrival) -> Stepped {
    let id = arrival.interaction;
    if router.state.interactions.contains_key(&id) {
        return Err(Refusal::AlreadyHeld(id));
    }
    let Some(queue) = router.state.plan.queues.get(&arrival.queue) else { return Err(Refusal::UnknownQueue(arrival.queue)) };
    let Some(price) = router.state.plan.channels.get(&arrival.channel) else {
        return Err(Refusal::ChannelNotRouted(arrival.channel));
    };
    // A plan without agents is one that is still being filled: then the interaction may wait for it.
    if price.units > router.index.largest && !router.state.plan.agents.is_empty() {
        return Err(Refusal::TooLarge(price.units));
    }
    if arrival.excluded.len() > limits::EXCLUDED {
        return Err(Refusal::TooManyExcluded(id));
    }
    if !arrival.needs.within_limits() {
        return Err(Refusal::TooComplex(id));
    }
    if !arrival.kept {
        router.admits(id, arrival.queue, &arrival.needs)?;
    }

    let (prefer_for, added) = (queue.prefer_for, queue.priority);
    let cooling = arrival.continues.map(|former| move_on(router, turn, former)).unwrap_or_default();
    let interaction = Box::new(Interaction {
        queue: arrival.queue,
        channel: arrival.channel,
        needs: arrival.needs,
        own_priority: arrival.priority,
        priority: arrival.priority.plus(added),
        since: arrival.since,
        preferred: arrival.preferred,
        excluded: arrival.excluded,
        cooling,
        stage: Stage::Waiting,
    });
    let taken_over = arrival.continues.filter(|former| router.has_room_but_for(&interaction, *former));
    let kept_for = router.worth_waiting_for(&interaction).filter(|_| prefer_for > Span(0));
    router.state.arrived = router.state.arrived.saturating_add(1);
    if let (Some(former), Some(agent)) = (taken_over, interaction.preferred) {
        // Their units pass from the one to the other: nobody in line could have had them.
        router.state.interactions.insert(id, interaction);
        router.line_up(turn, id);
        router.end_wrap_up(turn, agent, former, None);
        router.offer(turn, id, agent);
        return Ok(());
    }
    if let Some(agent) = kept_for {
        router.state.interactions.insert(id, interaction);
        router.reserve(turn, id, Reservation { agent, until: turn.now.after(prefer_for), by_name: false });
        return Ok(());
    }
    turn.lanes.extend(router.index.enter(&router.state, id, &interaction));
    turn.lined_up.push(id);
    router.state.interactions.insert(id, interaction);
    Ok(())
}

/// What it goes on from ends, suspended, where it is still held; whom that had ruled out for a while.
fn move_on(router: &mut Router, turn: &mut Turn<'_>, former: InteractionId) -> BTreeMap<AgentId, Time> {
    let Some(held) = router.state.interactions.get(&former) else { return BTreeMap::new() };
    let (stage, cooling) = (held.stage.clone(), held.cooling.clone());
    depart(router, turn, former, &stage);
    router.end(turn, former, Outcome::Suspended);
    cooling
}

impl Router {
    /// Whether the agent whom it prefers may take it, and would have room if they did not wrap up what it goes on from.
    fn has_room_but_for(&self, interaction: &Interaction, former: InteractionId) -> bool {
        let held = interaction.preferred.and_then(|agent| Some((agent, self.state.agents.get(&agent)?)));
        let Some((agent, held)) = held else { return false };
        let (Some(wrap_up), Some(plan)) = (held.wrap_ups.get(&former), self.state.plan.agents.get(&agent)) else { return false };
        let ruled_out = interaction.excluded.contains(&agent) || interaction.cooling.contains_key(&agent);
        if ruled_out || self.unfit(plan, interaction).is_some() {
            return false;
        }
        let mut without = held.clone();
        without.give_units(wrap_up.channel, wrap_up.units);
        let full = matches!(self.standing(agent, interaction.channel), Standing::Full(_));
        full && standing(&without, interaction.channel, self.price(interaction.channel)) == Standing::Open
    }

    /// The agent whom it prefers, when they may take it and will have room once other work ends.
    fn worth_waiting_for(&self, interaction: &Interaction) -> Option<AgentId> {
        let agent = interaction.preferred.filter(|agent| !interaction.excluded.contains(agent))?;
        let fits = self.unfit(self.state.plan.agents.get(&agent)?, interaction).is_none();
        match self.standing(agent, interaction.channel) {
            Standing::Full(_) if fits => Some(agent),
            Standing::Full(_) | Standing::Open | Standing::Off(_) => None,
        }
    }

    /// What is kept for agents who no longer take it, or to whom it no longer may go, returns to its place in line.
    pub(crate) fn release(&mut self, turn: &mut Turn<'_>) {
        let mut released = Vec::new();
        for &agent in turn.touched.keys() {
            let Some(station) = self.index.stations.get(&agent) else { continue };
            for channel in Channel::ALL {
                let kept = station.reserved.get(channel).iter().map(|spot| spot.interaction);
                released.extend(kept.filter(|id| self.waits_in_vain(*id, agent)));
            }
        }
        for id in released {
            self.fall_back(turn, id);
        }
    }

    fn waits_in_vain(&self, id: InteractionId, agent: AgentId) -> bool {
        let Some(interaction) = self.state.interactions.get(&id) else { return false };
        let by_name = matches!(interaction.stage, Stage::Reserved(kept) if kept.by_name);
        let fits = self.state.plan.agents.get(&agent).is_some_and(|plan| self.unfit(plan, interaction).is_none());
        !(by_name || fits && self.standing(agent, interaction.channel).on_duty())
    }

    /// Whether the queue takes one more that asks for this. What returns to its place is not asked.
    pub(crate) fn admits(&self, id: InteractionId, queue: QueueId, needs: &Requirement) -> Stepped {
        if !needs.within_limits() {
            return Err(Refusal::TooComplex(id));
        }
        let plan = self.state.plan.queues.get(&queue).ok_or(Refusal::UnknownQueue(queue))?;
        let waiting = self.index.queues.get(&queue).map_or(0, |queue| queue.ages.len());
        if u32::try_from(waiting).map_or(true, |waiting| waiting >= plan.depth) {
            return Err(Refusal::QueueFull(queue));
        }
        Ok(())
    }
}
