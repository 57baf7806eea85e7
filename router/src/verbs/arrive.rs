//! An interaction arrives, new or back to a kept place.

use crate::router::Router;
use crate::state::{Interaction, Stage};
use crate::turn::Turn;
use crate::{Arrival, InteractionId, QueueId, Refusal, Requirement, Stepped, limits};
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
    router.admits(id, arrival.queue, &arrival.needs)?;

    let interaction = Box::new(Interaction {
        queue: arrival.queue,
        channel: arrival.channel,
        needs: arrival.needs,
        own_priority: arrival.priority,
        priority: arrival.priority.plus(queue.priority),
        since: arrival.since,
        preferred: arrival.preferred,
        excluded: arrival.excluded,
        cooling: BTreeMap::new(),
        stage: Stage::Waiting,
    });
    router.state.arrived = router.state.arrived.saturating_add(1);
    turn.lanes.extend(router.index.enter(&router.state, id, &interaction));
    turn.lined_up.push(id);
    router.state.interactions.insert(id, interaction);
    Ok(())
}

impl Router {
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
