//! An interaction arrives, new or back to a kept place.

use crate::router::Router;
use crate::standing::{Standing, standing};
use crate::state::{Interaction, Reservation, Stage};
use crate::turn::Turn;
use crate::verbs::leave::depart;
use crate::{AgentId, Arrival, Channel, InteractionId, Outcome, Priority, QueueId, Refusal, Requirement, Span, Stepped, Time, limits};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn arrive(router: &mut Router, turn: &mut Turn<'_>, arrival: Arrival) -> Stepped {
    let id = arrival.interaction;
    if router.state.interactions.contains_key(&id) {
        return Err(Refusal::AlreadyHeld(id));
    }
    router.state.plan.queues.get(&arrival.queue).ok_or(Refusal::UnknownQueue(arrival.queue))?;
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
    // What comes back to a kept place is not asked.
    let queue = if arrival.kept { Some(arrival.queue) } else { router.takes_in(arrival.queue) };
    let Some(queue) = queue else { return router.open_to_more(arrival.queue) };

    let continues = arrival.continues;
    let cooling = continues.map(|former| move_on(router, turn, former)).unwrap_or_default();
    let interaction = Box::new(Interaction { cooling, ..router.admitted(turn.now, queue, arrival) });
    let prefer_for = router.state.plan.queues.get(&queue).map(|plan| plan.prefer_for).unwrap_or_default();
    let taken_over = continues.filter(|former| router.has_room_but_for(&interaction, *former));
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

/// What it goes on from ends, suspended, where it is still held; whom that has ruled out for a while.
fn move_on(router: &mut Router, turn: &mut Turn<'_>, former: InteractionId) -> BTreeMap<AgentId, Time> {
    if let Some(stage) = router.state.interactions.get(&former).map(|held| held.stage.clone()) {
        depart(router, turn, former, &stage);
        router.end(turn, former, Outcome::Suspended);
    }
    let mut cooling = router.state.parted.remove(&former).unwrap_or_default();
    cooling.retain(|_, until| *until > turn.now);
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

    /// An arrival as it waits in the queue that takes it: the one it wants, or where that one's limits send it.
    pub(crate) fn admitted(&self, now: Time, queue: QueueId, arrival: Arrival) -> Interaction {
        let plan = &self.state.plan;
        let mut interaction = Interaction {
            queue: arrival.queue,
            channel: arrival.channel,
            needs: arrival.needs,
            own_priority: arrival.priority,
            priority: arrival.priority,
            raised: Priority(0),
            since: arrival.since,
            came: Some(now),
            moved: None,
            steps_taken: 0,
            expects: false,
            asked: None,
            also: BTreeSet::new(),
            preferred: arrival.preferred,
            excluded: arrival.excluded,
            cooling: BTreeMap::new(),
            stage: Stage::Waiting,
        };
        match plan.queues.get(&queue) {
            Some(there) if queue != arrival.queue => interaction.move_to(plan, queue, there.needs.clone(), now),
            Some(_) | None => interaction.rank(plan),
        }
        interaction
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
        self.open_to_more(queue)
    }
}
