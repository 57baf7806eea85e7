//! A new config comes into force between two events. Live work is never cut by it.
//!
//! - Refused with every fault named: a plan that contradicts itself, or that drops a queue or a channel on which
//!   something is still held or wrapped up. (Set the queue's depth to 0, let it drain, then drop it.)
//! - An agent who is no longer in the plan is signed out: offers return to their place, assignments and wrap-ups
//!   stay theirs until they end (or their desk is lost), then the agent is forgotten.
//! - An offer whose agent no longer fits is withdrawn. One that fits stands, also above a lowered limit.
//! - What waits keeps its place; its rank follows the queue's new priority. A timeline that changed begins anew for
//!   whoever waits: what is due by then is taken at once.

use crate::index::Index;
use crate::router::Router;
use crate::state::{Limits, State};
use crate::turn::{Face, Turn};
use crate::{AgentId, Channel, OfferId, Plan, QueueId, Refusal, Span, Stepped, WithdrawReason};
use std::collections::BTreeSet;

pub(crate) fn configure(router: &mut Router, turn: &mut Turn<'_>, plan: Plan) -> Stepped {
    if let Some(objection) = router.objection(&plan) {
        return Err(objection);
    }

    for (&id, agent) in router.state.agents.iter() {
        turn.touched.insert(id, Some(Face::of(agent)));
    }
    let leaving: Vec<AgentId> = router.state.agents.keys().filter(|id| !plan.agents.contains_key(id)).copied().collect();
    for id in leaving {
        if router.signed_in(id).is_ok() {
            router.dismiss(turn, id, WithdrawReason::Moved);
        }
    }
    let before = std::mem::replace(&mut router.state.plan, plan);
    router.state.version.0 = router.state.version.0.saturating_add(1);
    adapt(&mut router.state, &before);
    for (&id, agent) in router.state.agents.iter() {
        turn.touched.entry(id).or_insert_with(|| Some(Face::of(agent)));
    }
    router.index = Index::build(&router.state);
    // Lanes noted so far were the old index's. Every agent looks for work now, which finds every new pair.
    turn.lanes.clear();
    for offer in unfit(router) {
        router.withdraw(turn, offer, WithdrawReason::Moved);
    }
    Ok(())
}

impl Router {
    /// Why this plan could not come into force now, with every fault named; `None` where it could.
    #[must_use]
    pub fn objection(&self, plan: &Plan) -> Option<Refusal> {
        let mut faults = contradictions(plan);
        faults.extend(dropped(&self.state, plan));
        (!faults.is_empty()).then(|| Refusal::BadPlan(faults.join("; ")))
    }
}

/// Agents, limits and ranks follow the new plan.
fn adapt(state: &mut State, before: &Plan) {
    state.closed.retain(|(queue, _)| state.plan.queues.contains_key(queue));
    state.service.retain(|queue, _| state.plan.queues.contains_key(queue));
    state.handling.retain(|queue, _| state.plan.queues.contains_key(queue));
    for id in state.plan.agents.keys() {
        state.agents.or_default(*id);
    }
    for (id, agent) in state.agents.iter_mut() {
        agent.limits = state.plan.agents.get(id).map(Limits::of).unwrap_or_default();
        agent.ceiling = agent.load.max(agent.limits.capacity);
    }
    for interaction in state.interactions.values_mut() {
        let steps = |plan: &Plan| plan.queues.get(&interaction.queue).map(|queue| queue.steps.clone());
        if steps(before) != steps(&state.plan) {
            interaction.begin_timeline();
        }
        interaction.rank(&state.plan);
    }
}

/// Offers whose agent no longer serves the queue or no longer meets the requirement.
fn unfit(router: &Router) -> Vec<OfferId> {
    let offers = router.state.offers.iter().filter(|(_, offer)| {
        let interaction = router.state.interactions.get(&offer.interaction);
        let plan = router.state.plan.agents.get(&offer.agent);
        match (interaction, plan) {
            (Some(interaction), Some(plan)) if !offer.by_name => router.unfit(plan, interaction).is_some(),
            (Some(_) | None, Some(_) | None) => false,
        }
    });
    offers.map(|(id, _)| *id).collect()
}

fn contradictions(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, queue) in &plan.queues {
        if queue.offer_for == Span(0) {
            faults.push(format!("{id}: an offer must stand for some time"));
        }
    }
    faults.extend(crate::steps::contradictions(plan));
    for (id, agent) in &plan.agents {
        for queue in agent.queues.iter().filter(|queue| !plan.queues.contains_key(queue)) {
            faults.push(format!("{id} serves {queue}, which the plan does not have"));
        }
        for (skill, level) in agent.skills.iter().filter(|(_, level)| !(1..=10).contains(&level.0)) {
            faults.push(format!("{id} has {skill} at {level}: levels are 1 to 10"));
        }
    }
    for (channel, price) in &plan.channels {
        if price.units.0 == 0 {
            faults.push(format!("{channel:?}: an interaction must cost at least one unit"));
        }
    }
    let (with, without): (Vec<_>, Vec<_>) = plan.queues.iter().partition(|(_, queue)| queue.share > 0);
    if !with.is_empty() {
        faults.extend(without.iter().map(|(id, _)| format!("{id} has no share, though others have")));
        if plan.timings.ageing > Span(0) {
            faults.push("waits count for priorities, or queues have shares: not both".to_owned());
        }
    }
    if plan.timings.misses == 0 {
        faults.push("an agent becomes unresponsive after one miss at the least".to_owned());
    }
    faults
}

/// Queues and channels that the new plan no longer has, though something on them is still held.
fn dropped(state: &State, plan: &Plan) -> Vec<String> {
    let mut queues: BTreeSet<QueueId> = BTreeSet::new();
    let mut channels: BTreeSet<Channel> = BTreeSet::new();
    for interaction in state.interactions.values() {
        queues.insert(interaction.queue);
        channels.insert(interaction.channel);
    }
    for wrap_up in state.agents.values().flat_map(|agent| agent.wrap_ups.values()) {
        queues.insert(wrap_up.queue);
    }
    let queues = queues.iter().filter(|id| !plan.queues.contains_key(id)).map(|id| format!("{id} still holds work"));
    let channels =
        channels.iter().filter(|channel| !plan.channels.contains_key(channel)).map(|channel| format!("{channel:?} still holds work"));
    queues.chain(channels).collect()
}
