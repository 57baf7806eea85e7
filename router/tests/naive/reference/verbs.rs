//! What each event asks and does.

use super::{Agent, At, Desk, Due, Item, Naive, waits};
use segue_router::{
    AgentId, Arrival, Effect, InteractionId, OfferId, Outcome, Plan, Presence, Priority, QueueId, Refusal, Requirement, Span, Time, Units,
    WithdrawReason,
};
use std::collections::BTreeMap;

impl Naive {
    pub(super) fn arrive(&mut self, now: Time, wants: Arrival) -> Result<(), Refusal> {
        let id = wants.interaction;
        if self.items.contains_key(&id) {
            return Err(Refusal::AlreadyHeld(id));
        }
        self.plan.queues.get(&wants.queue).ok_or(Refusal::UnknownQueue(wants.queue))?;
        let units = self.plan.channels.get(&wants.channel).ok_or(Refusal::ChannelNotRouted(wants.channel))?.units;
        if !self.plan.agents.is_empty() && self.plan.agents.values().all(|agent| agent.capacity < units) {
            return Err(Refusal::TooLarge(units));
        }
        if wants.excluded.len() > segue_router::limits::EXCLUDED {
            return Err(Refusal::TooManyExcluded(id));
        }
        if !wants.needs.within_limits() {
            return Err(Refusal::TooComplex(id));
        }
        let wanted = wants.queue;
        let Some(queue) = (if wants.kept { Some(wanted) } else { self.takes_in(wanted) }) else {
            return self.room(wanted);
        };
        let former = wants.continues;
        if let Some(former) = former.filter(|former| self.items.contains_key(former)) {
            self.part(now, former);
            self.depart(now, former);
            self.end(former, Outcome::Suspended);
        }
        let mut cooling = former.and_then(|former| self.parted.remove(&former)).unwrap_or_default();
        cooling.retain(|_, until| *until > now);
        let mut item = Item { wants, cooling, came: now, moved: None, taken: 0, expects: false, at: At::Waiting };
        if queue != wanted {
            (item.wants.queue, item.wants.needs) = (queue, self.plan.queues[&queue].needs.clone());
            item.moved = Some(now);
        }
        if let (Some(agent), Some(former)) = (item.wants.preferred, former)
            && self.makes_room(&item, agent, former)
        {
            self.items.insert(id, item);
            self.line_up(now, id);
            self.wrap_up_ends(now, agent, former, None);
            let item = &self.items[&id];
            let takers: Vec<_> = self.plan.agents.keys().copied().filter(|agent| self.why(item, *agent).is_none()).collect();
            self.offer(now, id, agent, &takers);
            return Ok(());
        }
        let wants = &item.wants;
        let patience = self.plan.queues[&wants.queue].prefer_for;
        let preferred = wants.preferred.filter(|agent| patience > Span(0) && self.plan.agents.contains_key(agent));
        if let Some(agent) = preferred
            && self.may_in_time(&item, agent)
            && self.full(agent, item.wants.channel).is_some()
        {
            item.at = At::Reserved { agent, until: now.after(patience), by_name: false };
        }
        self.items.insert(id, item);
        self.lined_up.push(id);
        Ok(())
    }

    /// Whether the agent may have it, and has room but for wrapping up what it goes on from.
    fn makes_room(&self, item: &Item, agent: AgentId, former: InteractionId) -> bool {
        let wraps = self.wrap_ups.iter().any(|w| (w.agent, w.interaction) == (agent, former));
        if !wraps || !self.plan.agents.contains_key(&agent) || item.cooling.contains_key(&agent) {
            return false;
        }
        let mut without = self.clone();
        without.wrap_ups.retain(|w| (w.agent, w.interaction) != (agent, former));
        let channel = item.wants.channel;
        self.may_in_time(item, agent) && self.full(agent, channel).is_some() && without.full(agent, channel).is_none()
    }

    pub(super) fn accept(&mut self, now: Time, id: AgentId, number: OfferId) -> Result<(), Refusal> {
        let interaction = self.offered(now, id, number)?;
        let agent = self.agents.get_mut(&id).unwrap();
        agent.misses = 0;
        agent.idle_since = now;
        if self.wrapping(id, interaction).is_ok() {
            self.wrap_up_ends(now, id, interaction, None);
        }
        let item = self.items.get_mut(&interaction).unwrap();
        let At::Offered { units, .. } = item.at else { panic!("not on offer") };
        item.at = At::Assigned { offer: number, agent: id, units, since: now };
        item.cooling.clear();
        self.out.push(Effect::Assign { offer: number, interaction, agent: id, since: item.wants.since });
        self.count_service(now, interaction, true);
        Ok(())
    }

    pub(super) fn transfer_to_agent(&mut self, now: Time, id: AgentId, interaction: InteractionId, to: AgentId) -> Result<(), Refusal> {
        self.assigned(id, interaction)?;
        if id == to {
            return Err(Refusal::WrongMoment(interaction));
        }
        let capacity = self.plan.agents.get(&to).ok_or(Refusal::UnknownAgent(to))?.capacity;
        self.signed_in(to)?;
        let wants = &self.item(interaction)?.wants;
        if wants.excluded.contains(&to) {
            return Err(Refusal::ExcludedByName(to));
        }
        let units = self.plan.channels[&wants.channel].units;
        if units > capacity {
            return Err(Refusal::TooLarge(units));
        }
        self.wrap_up_begins(now, interaction);
        self.cool(now, interaction, id);
        let until = now.after(self.plan.timings.transfer_for);
        self.items.get_mut(&interaction).unwrap().at = At::Reserved { agent: to, until, by_name: true };
        self.lined_up.push(interaction);
        Ok(())
    }

    pub(super) fn tick(&mut self, now: Time) {
        while let Some((at, due)) = self.due().first().copied().filter(|(at, _)| *at <= now) {
            match due {
                Due::Offer(number) => {
                    let found = self.items.iter().find_map(|(id, item)| match item.at {
                        At::Offered { offer, agent, .. } if offer == number => Some((*id, agent)),
                        _ => None,
                    });
                    let (interaction, id) = found.unwrap();
                    let limit = self.plan.timings.misses;
                    let agent = self.agents.get_mut(&id).unwrap();
                    if agent.desk == Desk::In {
                        agent.misses += 1;
                        agent.unresponsive |= agent.misses >= limit;
                        self.cool(now, interaction, id);
                    }
                    self.withdraw(now, interaction, WithdrawReason::Expired);
                }
                Due::WrapUp(agent, interaction) => self.wrap_up_ends(now, agent, interaction, None),
                Due::Lost(agent) => self.dismiss(now, agent, WithdrawReason::AgentLeft),
                Due::Transfer(interaction) => self.line_up(now, interaction),
                Due::CoolOff(id) => self.items.get_mut(&id).unwrap().cooling.retain(|_, until| *until > at),
            }
        }
    }

    pub(super) fn configure(&mut self, now: Time, plan: Plan) -> Result<(), Refusal> {
        if !sound(&plan) || self.drops_work(&plan) {
            return Err(Refusal::BadPlan(String::new()));
        }
        let leaving: Vec<_> = self.agents.keys().filter(|id| !plan.agents.contains_key(id)).copied().collect();
        for id in leaving {
            if self.signed_in(id).is_ok() {
                self.dismiss(now, id, WithdrawReason::Moved);
            }
        }
        self.handled.retain(|(queue, _, _)| plan.queues.contains_key(queue));
        self.served.retain(|(queue, _)| plan.queues.contains_key(queue));
        self.closed.retain(|(queue, _)| plan.queues.contains_key(queue));
        for item in self.items.values_mut() {
            let steps = |plan: &Plan| plan.queues[&item.wants.queue].steps.clone();
            if steps(&self.plan) != steps(&plan) {
                (item.taken, item.expects) = (0, false);
            }
        }
        self.plan = plan;
        self.version += 1;
        for id in self.plan.agents.keys() {
            let (desk, presence) = (Desk::Out, Presence::default());
            let fresh = Agent { desk, presence, next: None, misses: 0, unresponsive: false, idle_since: Time(0), last_offer: OfferId(0) };
            self.agents.entry(*id).or_insert(fresh);
        }
        let offers = self.items.iter().filter_map(|(id, item)| match item.at {
            At::Offered { offer, agent, by_name, .. } => {
                (!by_name && self.plan.agents.contains_key(&agent) && self.unfit(item, agent).is_some()).then_some((offer, *id))
            }
            _ => None,
        });
        for id in offers.collect::<BTreeMap<_, _>>().into_values() {
            self.withdraw(now, id, WithdrawReason::Moved);
        }
        Ok(())
    }

    pub(super) fn drops_work(&self, plan: &Plan) -> bool {
        let wanted = self
            .items
            .values()
            .any(|item| !plan.queues.contains_key(&item.wants.queue) || !plan.channels.contains_key(&item.wants.channel));
        wanted || self.wrap_ups.iter().any(|w| !plan.queues.contains_key(&w.queue))
    }

    pub(super) fn sign_in(&mut self, now: Time, id: AgentId, presence: Presence) -> Result<(), Refusal> {
        self.plan.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
        let agent = self.agents.get_mut(&id).unwrap();
        if agent.desk == Desk::Out {
            agent.idle_since = now;
        }
        agent.desk = Desk::In;
        self.choose(now, id, presence);
        Ok(())
    }

    pub(super) fn lose(&mut self, now: Time, id: AgentId) -> Result<(), Refusal> {
        if self.agents.contains_key(&id) && self.signed_in(id).is_err() && !self.talks_of(id).is_empty() {
            self.abandon_talks(now, id);
            return Ok(());
        }
        self.signed_in(id)?;
        let until = now.after(self.plan.timings.lost_for);
        let agent = self.agents.get_mut(&id).unwrap();
        if agent.desk == Desk::In {
            agent.desk = Desk::Lost(until);
        }
        Ok(())
    }

    pub(super) fn decline(&mut self, now: Time, id: AgentId, offer: OfferId) -> Result<(), Refusal> {
        let interaction = self.offered(now, id, offer)?;
        self.agents.get_mut(&id).unwrap().misses = 0;
        self.cool(now, interaction, id);
        self.withdraw(now, interaction, WithdrawReason::Declined);
        Ok(())
    }

    pub(super) fn wrap_up(&mut self, now: Time, id: AgentId, interaction: InteractionId, code: Option<u32>) -> Result<(), Refusal> {
        let queue = self.wrapping(id, interaction)?.queue;
        if self.plan.queues[&queue].code_required && code.is_none() {
            return Err(Refusal::CodeRequired(interaction));
        }
        self.wrap_up_ends(now, id, interaction, code);
        Ok(())
    }

    pub(super) fn extend(&mut self, id: AgentId, interaction: InteractionId) -> Result<(), Refusal> {
        let wrap_up = self.wrapping(id, interaction)?.clone();
        if wrap_up.extensions >= self.plan.timings.extensions {
            return Err(Refusal::NoMoreExtensions(interaction));
        }
        let until = wrap_up.until.after(self.plan.queues[&wrap_up.queue].wrap_up_extension);
        let found = self.wrap_ups.iter_mut().find(|w| w.agent == id && w.interaction == interaction).unwrap();
        found.until = until;
        found.extensions += 1;
        self.out.push(Effect::BeginWrapUp { interaction, agent: id, until });
        Ok(())
    }

    pub(super) fn transfer_to_queue(
        &mut self,
        now: Time,
        id: AgentId,
        interaction: InteractionId,
        queue: QueueId,
        needs: Requirement,
    ) -> Result<(), Refusal> {
        self.assigned(id, interaction)?;
        self.admits(interaction, queue, &needs)?;
        self.wrap_up_begins(now, interaction);
        self.cool(now, interaction, id);
        self.send_to(now, interaction, queue, needs);
        self.line_up(now, interaction);
        Ok(())
    }

    pub(super) fn prioritise(&mut self, id: InteractionId, priority: Priority) -> Result<(), Refusal> {
        if !waits(self.item(id)?) {
            return Err(Refusal::WrongMoment(id));
        }
        self.items.get_mut(&id).unwrap().wants.priority = priority;
        self.lined_up.push(id);
        Ok(())
    }

    pub(super) fn requeue(&mut self, now: Time, id: InteractionId) -> Result<(), Refusal> {
        match self.item(id)?.at {
            At::Waiting => return Err(Refusal::WrongMoment(id)),
            At::Reserved { .. } => self.line_up(now, id),
            At::Offered { agent, .. } => {
                self.cool(now, id, agent);
                self.withdraw(now, id, WithdrawReason::Moved);
            }
            At::Assigned { .. } => self.unassign(now, id, WithdrawReason::Moved),
        }
        Ok(())
    }
}

fn sound(plan: &Plan) -> bool {
    let shares = plan.queues.values().filter(|queue| queue.share > 0).count();
    (shares == 0 || shares == plan.queues.len() && plan.timings.ageing == Span(0))
        && plan.queues.values().all(|queue| queue.offer_for != Span(0))
        && plan.queues.values().all(|queue| queue.steps.is_sorted_by_key(|step| step.after))
        && plan.agents.values().all(|agent| agent.queues.iter().all(|queue| plan.queues.contains_key(queue)))
        && plan.agents.values().all(|agent| agent.skills.values().all(|level| (1..=10).contains(&level.0)))
        && plan.channels.values().all(|channel| channel.units > Units(0))
        && plan.timings.misses > 0
}
