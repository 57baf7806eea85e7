//! The reference router: obvious and slow. It looks at everything, every time, and keeps nothing that it could count.
//!
//! Written apart from the product: it shares the contract's types and no code. Where the two differ, one is wrong.

use segue_router::{
    AgentId, Arrival, Change, Channel, Choice, Decision, Effect, Event, Excluded, InteractionId, OfferId, Outcome, Plan, PlanVersion,
    Presence, Priority, QueueId, Readiness, Refusal, Requirement, Span, Time, Units, WithdrawReason,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, PartialEq)]
enum Desk {
    Out,
    In,
    Lost(Time),
}

#[derive(Clone)]
struct Agent {
    desk: Desk,
    presence: Presence,
    next: Option<Presence>,
    misses: u32,
    unresponsive: bool,
    idle_since: Time,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Waiting,
    Reserved { agent: AgentId, until: Time },
    Offered { offer: OfferId, agent: AgentId, units: Units, deadline: Time, by_name: bool },
    Assigned { offer: OfferId, agent: AgentId, units: Units },
}

#[derive(Clone)]
struct Item {
    wants: Arrival,
    cooling: BTreeMap<AgentId, Time>,
    at: At,
}

#[derive(Clone)]
struct WrapUp {
    agent: AgentId,
    interaction: InteractionId,
    queue: QueueId,
    channel: Channel,
    units: Units,
    until: Time,
    extensions: u32,
}

#[derive(Clone, Default)]
pub(crate) struct Naive {
    plan: Plan,
    version: u64,
    offers: u64,
    agents: BTreeMap<AgentId, Agent>,
    items: BTreeMap<InteractionId, Item>,
    wrap_ups: Vec<WrapUp>,
    // Notes of the step under way.
    dressed: BTreeSet<AgentId>,
    lined_up: Vec<InteractionId>,
    out: Vec<Effect>,
}

#[derive(Clone, Copy, PartialEq, PartialOrd, Eq, Ord)]
enum Due {
    Offer(OfferId),
    WrapUp(AgentId, InteractionId),
    Lost(AgentId),
    Transfer(InteractionId),
    CoolOff(InteractionId),
}

impl Naive {
    pub(crate) fn step(&mut self, now: Time, event: Event) -> Result<Vec<Effect>, Refusal> {
        let before = self.clone();
        self.dressed.clear();
        self.lined_up.clear();
        self.out.clear();
        if let Err(refusal) = self.apply(now, event) {
            *self = before;
            return Err(refusal);
        }
        self.grant(now);
        self.pair(now, false);
        self.pair(now, true);
        for id in self.lined_up.clone() {
            if let Some(item) = self.items.get(&id).filter(|item| waits(item)) {
                let (queue, since, priority) = (item.wants.queue, item.wants.since, self.rank(item));
                self.out.push(Effect::Wait { interaction: id, queue, since, priority });
            }
        }
        for id in self.agents.keys().copied().collect::<Vec<_>>() {
            let face = |naive: &Self| naive.change(id).map(|c| (c.readiness, c.load, c.capacity));
            let differs = before.agents.contains_key(&id) && face(&before) != face(self);
            if self.dressed.contains(&id) || differs {
                self.out.extend(self.change(id).map(Effect::Agent));
            }
            if !self.plan.agents.contains_key(&id) && self.idle(id) {
                self.agents.remove(&id);
            }
        }
        Ok(self.out.clone())
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        self.due().first().map(|(at, _)| *at)
    }

    fn due(&self) -> BTreeSet<(Time, Due)> {
        let mut due = BTreeSet::new();
        for (id, item) in &self.items {
            match item.at {
                At::Waiting => due.extend(item.cooling.values().min().map(|at| (*at, Due::CoolOff(*id)))),
                At::Reserved { until, .. } => drop(due.insert((until, Due::Transfer(*id)))),
                At::Offered { offer, deadline, .. } => drop(due.insert((deadline, Due::Offer(offer)))),
                At::Assigned { .. } => {}
            }
        }
        for (id, agent) in &self.agents {
            if let Desk::Lost(until) = agent.desk {
                due.insert((until, Due::Lost(*id)));
            }
        }
        due.extend(self.wrap_ups.iter().map(|w| (w.until, Due::WrapUp(w.agent, w.interaction))));
        due
    }

    fn apply(&mut self, now: Time, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Configure(plan) => self.configure(now, *plan)?,
            Event::Arrive(arrival) => self.arrive(*arrival)?,
            Event::SignIn(id, presence) => {
                self.plan.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
                let agent = self.agents.get_mut(&id).unwrap();
                if agent.desk == Desk::Out {
                    agent.idle_since = now;
                }
                agent.desk = Desk::In;
                self.choose(now, id, presence);
            }
            Event::Present(id, presence) => {
                self.signed_in(id)?;
                self.choose(now, id, presence);
            }
            Event::PresentNext(id, next) => {
                self.signed_in(id)?;
                self.dressed.insert(id);
                self.agents.get_mut(&id).unwrap().next = next;
            }
            Event::Lose(id) => {
                self.signed_in(id)?;
                let until = now.after(self.plan.timings.lost_for);
                let agent = self.agents.get_mut(&id).unwrap();
                if agent.desk == Desk::In {
                    agent.desk = Desk::Lost(until);
                }
            }
            Event::SignOut(id) => {
                self.signed_in(id)?;
                self.dismiss(now, id, WithdrawReason::AgentLeft);
            }
            Event::Accept(id, offer) => self.accept(now, id, offer)?,
            Event::Decline(id, offer, _) => {
                let interaction = self.offered(now, id, offer)?;
                self.agents.get_mut(&id).unwrap().misses = 0;
                self.cool(now, interaction, id);
                self.withdraw(now, interaction, WithdrawReason::Declined);
            }
            Event::Finish(id, interaction) => {
                self.assigned(id, interaction)?;
                self.wrap_up_begins(now, interaction);
                self.end(interaction, Outcome::Handled);
            }
            Event::WrapUp(id, interaction, code) => {
                let queue = self.wrapping(id, interaction)?.queue;
                if self.plan.queues[&queue].code_required && code.is_none() {
                    return Err(Refusal::CodeRequired(interaction));
                }
                self.wrap_up_ends(now, id, interaction, code);
            }
            Event::Extend(id, interaction) => {
                let wrap_up = self.wrapping(id, interaction)?.clone();
                if wrap_up.extensions >= self.plan.timings.extensions {
                    return Err(Refusal::NoMoreExtensions(interaction));
                }
                let until = wrap_up.until.after(self.plan.queues[&wrap_up.queue].wrap_up_extension);
                let found = self.wrap_ups.iter_mut().find(|w| w.agent == id && w.interaction == interaction).unwrap();
                found.until = until;
                found.extensions += 1;
                self.out.push(Effect::BeginWrapUp { interaction, agent: id, until });
            }
            Event::TransferToQueue(id, interaction, queue, needs) => {
                self.assigned(id, interaction)?;
                self.admits(interaction, queue, &needs)?;
                self.wrap_up_begins(now, interaction);
                self.cool(now, interaction, id);
                let item = self.items.get_mut(&interaction).unwrap();
                item.wants.queue = queue;
                item.wants.needs = needs;
                self.line_up(now, interaction);
            }
            Event::TransferToAgent(id, interaction, to) => self.transfer_to_agent(now, id, interaction, to)?,
            Event::Requeue(id) => match self.item(id)?.at {
                At::Waiting => return Err(Refusal::WrongMoment(id)),
                At::Reserved { .. } => self.line_up(now, id),
                At::Offered { agent, .. } => {
                    self.cool(now, id, agent);
                    self.withdraw(now, id, WithdrawReason::Moved);
                }
                At::Assigned { agent, offer, .. } => {
                    self.cool(now, id, agent);
                    self.agents.get_mut(&agent).unwrap().idle_since = now;
                    self.out.push(Effect::Withdraw { offer, interaction: id, agent, why: WithdrawReason::Moved });
                    self.line_up(now, id);
                }
            },
            Event::Prioritise(id, priority) => {
                if !waits(self.item(id)?) {
                    return Err(Refusal::WrongMoment(id));
                }
                self.items.get_mut(&id).unwrap().wants.priority = priority;
                self.lined_up.push(id);
            }
            Event::Suspend(id) => {
                self.item(id)?;
                self.depart(now, id);
                self.end(id, Outcome::Suspended);
            }
            Event::Abandon(id) => {
                let talking = matches!(self.item(id)?.at, At::Assigned { .. });
                self.depart(now, id);
                self.end(id, if talking { Outcome::Handled } else { Outcome::Abandoned });
            }
            Event::Tick => self.tick(now),
        }
        Ok(())
    }

    // Questions.

    fn item(&self, id: InteractionId) -> Result<&Item, Refusal> {
        self.items.get(&id).ok_or(Refusal::UnknownInteraction(id))
    }

    fn signed_in(&self, id: AgentId) -> Result<(), Refusal> {
        match self.agents.get(&id) {
            None => Err(Refusal::UnknownAgent(id)),
            Some(agent) if agent.desk == Desk::Out => Err(Refusal::SignedOut(id)),
            Some(_) => Ok(()),
        }
    }

    fn offered(&self, now: Time, id: AgentId, number: OfferId) -> Result<InteractionId, Refusal> {
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

    fn assigned(&self, id: AgentId, interaction: InteractionId) -> Result<(), Refusal> {
        self.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
        match self.item(interaction)?.at {
            At::Assigned { agent, .. } if agent == id => Ok(()),
            At::Assigned { agent, .. } => Err(Refusal::NotYours(agent)),
            _ => Err(Refusal::WrongMoment(interaction)),
        }
    }

    fn wrapping(&self, id: AgentId, interaction: InteractionId) -> Result<&WrapUp, Refusal> {
        self.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
        let found = self.wrap_ups.iter().find(|w| w.agent == id && w.interaction == interaction);
        found.ok_or(match self.items.contains_key(&interaction) {
            true => Refusal::WrongMoment(interaction),
            false => Refusal::UnknownInteraction(interaction),
        })
    }

    fn admits(&self, id: InteractionId, queue: QueueId, needs: &Requirement) -> Result<(), Refusal> {
        if !needs.within_limits() {
            return Err(Refusal::TooComplex(id));
        }
        let plan = self.plan.queues.get(&queue).ok_or(Refusal::UnknownQueue(queue))?;
        let waiting = self.items.values().filter(|item| waits(item) && item.wants.queue == queue).count();
        if waiting >= plan.depth as usize { Err(Refusal::QueueFull(queue)) } else { Ok(()) }
    }

    fn rank(&self, item: &Item) -> Priority {
        item.wants.priority.plus(self.plan.queues[&item.wants.queue].priority)
    }

    fn spot(&self, id: InteractionId) -> (Reverse<Priority>, Time, InteractionId) {
        let item = &self.items[&id];
        (Reverse(self.rank(item)), item.wants.since, id)
    }

    /// Units of everything the agent holds, with its channel.
    fn holds(&self, id: AgentId) -> Vec<(Channel, Units)> {
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

    fn idle(&self, id: AgentId) -> bool {
        self.holds(id).is_empty()
    }

    fn load(&self, id: AgentId) -> Units {
        Units(self.holds(id).iter().map(|(_, units)| units.0).sum())
    }

    fn off_duty(&self, id: AgentId, channel: Channel) -> Option<Excluded> {
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

    fn full(&self, id: AgentId, channel: Channel) -> Option<Excluded> {
        let plan = &self.plan.agents[&id];
        let on_channel = self.holds(id).iter().filter(|(held, _)| *held == channel).count();
        if plan.caps.get(&channel).is_some_and(|cap| on_channel >= *cap as usize) {
            return Some(Excluded::Cap);
        }
        let units = self.plan.channels[&channel].units.plus(self.load(id));
        (units > plan.capacity).then_some(Excluded::Capacity)
    }

    fn unfit(&self, item: &Item, id: AgentId) -> Option<Excluded> {
        let plan = &self.plan.agents[&id];
        if !plan.queues.contains(&item.wants.queue) {
            return Some(Excluded::Queue);
        }
        (!item.wants.needs.holds(&plan.skills)).then_some(Excluded::Skill)
    }

    /// Why the agent cannot have it now.
    fn why(&self, item: &Item, id: AgentId) -> Option<Excluded> {
        let channel = item.wants.channel;
        if let At::Reserved { agent, .. } = item.at {
            return if agent == id { self.off_duty(id, channel).or(self.full(id, channel)) } else { Some(Excluded::Named) };
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

    // Moves.

    fn line_up(&mut self, now: Time, id: InteractionId) {
        let item = self.items.get_mut(&id).unwrap();
        item.at = At::Waiting;
        item.cooling.retain(|_, until| *until > now);
        self.lined_up.push(id);
    }

    fn cool(&mut self, now: Time, id: InteractionId, agent: AgentId) {
        let until = now.after(self.plan.timings.cool_off);
        if until > now {
            self.items.get_mut(&id).unwrap().cooling.insert(agent, until);
        }
    }

    fn withdraw(&mut self, now: Time, id: InteractionId, why: WithdrawReason) {
        self.take_back(id, why);
        self.line_up(now, id);
    }

    fn take_back(&mut self, id: InteractionId, why: WithdrawReason) {
        let At::Offered { offer, agent, .. } = self.items[&id].at else { panic!("not on offer") };
        self.out.push(Effect::Withdraw { offer, interaction: id, agent, why });
    }

    fn end(&mut self, id: InteractionId, outcome: Outcome) {
        let item = self.items.remove(&id).unwrap();
        self.out.push(Effect::Ended { interaction: id, outcome, since: item.wants.since, priority: item.wants.priority });
    }

    fn depart(&mut self, now: Time, id: InteractionId) {
        match self.items[&id].at {
            At::Offered { .. } => self.take_back(id, WithdrawReason::CustomerLeft),
            At::Assigned { .. } => self.wrap_up_begins(now, id),
            At::Waiting | At::Reserved { .. } => {}
        }
    }

    fn wrap_up_begins(&mut self, now: Time, id: InteractionId) {
        let item = &self.items[&id];
        let At::Assigned { agent, units, .. } = item.at else { panic!("not assigned") };
        let (queue, channel) = (item.wants.queue, item.wants.channel);
        let until = now.after(self.plan.queues[&queue].wrap_up_for);
        self.wrap_ups.push(WrapUp { agent, interaction: id, queue, channel, units, until, extensions: 0 });
        self.out.push(Effect::BeginWrapUp { interaction: id, agent, until });
        if until <= now {
            self.wrap_up_ends(now, agent, id, None);
        }
    }

    fn wrap_up_ends(&mut self, now: Time, agent: AgentId, interaction: InteractionId, code: Option<u32>) {
        self.wrap_ups.retain(|w| (w.agent, w.interaction) != (agent, interaction));
        self.agents.get_mut(&agent).unwrap().idle_since = now;
        self.out.push(Effect::EndWrapUp { interaction, agent, code });
    }

    fn offers_of(&self, id: AgentId) -> Vec<InteractionId> {
        let theirs = self.items.iter().filter_map(|(interaction, item)| match item.at {
            At::Offered { offer, agent, .. } if agent == id => Some((offer, *interaction)),
            _ => None,
        });
        theirs.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    fn wear(&mut self, now: Time, id: AgentId, presence: Presence) {
        self.dressed.insert(id);
        let agent = self.agents.get_mut(&id).unwrap();
        if agent.presence.channels.is_empty() && !presence.channels.is_empty() {
            agent.idle_since = now;
        }
        agent.presence = presence;
        agent.next = None;
    }

    fn choose(&mut self, now: Time, id: AgentId, presence: Presence) {
        let agent = self.agents.get_mut(&id).unwrap();
        if agent.unresponsive {
            agent.idle_since = now;
        }
        agent.unresponsive = false;
        agent.misses = 0;
        self.wear(now, id, presence.clone());
        for interaction in self.offers_of(id) {
            if !presence.channels.contains(&self.items[&interaction].wants.channel) {
                self.withdraw(now, interaction, WithdrawReason::AgentLeft);
            }
        }
    }

    fn dismiss(&mut self, now: Time, id: AgentId, why: WithdrawReason) {
        self.dressed.insert(id);
        let agent = self.agents.get_mut(&id).unwrap();
        agent.desk = Desk::Out;
        agent.next = None;
        for interaction in self.offers_of(id) {
            self.withdraw(now, interaction, why);
        }
        let kept = |item: &Item| matches!(item.at, At::Reserved { agent, .. } if agent == id);
        let mut kept: Vec<_> = self.items.iter().filter(|(_, item)| kept(item)).map(|(id, _)| *id).collect();
        kept.sort_by_key(|id| (self.items[id].wants.channel, self.spot(*id)));
        for interaction in kept {
            self.line_up(now, interaction);
        }
    }

    // Longer verbs.

    fn arrive(&mut self, wants: Arrival) -> Result<(), Refusal> {
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
        self.admits(id, wants.queue, &wants.needs)?;
        self.items.insert(id, Item { wants, cooling: BTreeMap::new(), at: At::Waiting });
        self.lined_up.push(id);
        Ok(())
    }

    fn accept(&mut self, now: Time, id: AgentId, number: OfferId) -> Result<(), Refusal> {
        let interaction = self.offered(now, id, number)?;
        let agent = self.agents.get_mut(&id).unwrap();
        agent.misses = 0;
        agent.idle_since = now;
        if self.wrapping(id, interaction).is_ok() {
            self.wrap_up_ends(now, id, interaction, None);
        }
        let item = self.items.get_mut(&interaction).unwrap();
        let At::Offered { units, .. } = item.at else { panic!("not on offer") };
        item.at = At::Assigned { offer: number, agent: id, units };
        item.cooling.clear();
        self.out.push(Effect::Assign { offer: number, interaction, agent: id, since: item.wants.since });
        Ok(())
    }

    fn transfer_to_agent(&mut self, now: Time, id: AgentId, interaction: InteractionId, to: AgentId) -> Result<(), Refusal> {
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
        self.items.get_mut(&interaction).unwrap().at = At::Reserved { agent: to, until };
        self.lined_up.push(interaction);
        Ok(())
    }

    fn tick(&mut self, now: Time) {
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

    fn configure(&mut self, now: Time, plan: Plan) -> Result<(), Refusal> {
        if !sound(&plan) || self.drops_work(&plan) {
            return Err(Refusal::BadPlan(String::new()));
        }
        let leaving: Vec<_> = self.agents.keys().filter(|id| !plan.agents.contains_key(id)).copied().collect();
        for id in leaving {
            if self.signed_in(id).is_ok() {
                self.dismiss(now, id, WithdrawReason::Moved);
            }
        }
        self.plan = plan;
        self.version += 1;
        for id in self.plan.agents.keys() {
            let (desk, presence) = (Desk::Out, Presence::default());
            let fresh = Agent { desk, presence, next: None, misses: 0, unresponsive: false, idle_since: Time(0) };
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

    fn drops_work(&self, plan: &Plan) -> bool {
        let wanted = self
            .items
            .values()
            .any(|item| !plan.queues.contains_key(&item.wants.queue) || !plan.channels.contains_key(&item.wants.channel));
        wanted || self.wrap_ups.iter().any(|w| !plan.queues.contains_key(&w.queue))
    }

    fn grant(&mut self, now: Time) {
        for id in self.agents.keys().copied().collect::<Vec<_>>() {
            if let Some(next) = self.agents[&id].next.clone()
                && self.idle(id)
            {
                self.wear(now, id, next);
            }
        }
    }

    /// The first in line whom somebody may take, to the best of those; again, until there is none.
    fn pair(&mut self, now: Time, last_resort: bool) {
        'again: loop {
            let mut line: Vec<_> = self.items.iter().filter(|(_, item)| waits(item)).map(|(id, _)| *id).collect();
            line.sort_by_key(|id| self.spot(*id));
            for id in line {
                let item = &self.items[&id];
                let takers: Vec<_> = self.plan.agents.keys().copied().filter(|agent| self.why(item, *agent).is_none()).collect();
                let by_name = matches!(item.at, At::Reserved { .. });
                let fresh = |agent: &AgentId| by_name || last_resort || !item.cooling.contains_key(agent);
                let preferred = item.wants.preferred.filter(|agent| takers.contains(agent)).filter(fresh);
                let best = takers.iter().copied().filter(fresh).min_by_key(|agent| self.order(item, *agent));
                if let Some(winner) = preferred.or(best) {
                    self.offer(now, id, winner, &takers);
                    continue 'again;
                }
            }
            return;
        }
    }

    fn order(&self, item: &Item, id: AgentId) -> (Reverse<u32>, usize, u32, bool, Time, AgentId) {
        let skills = &self.plan.agents[&id].skills;
        let fitness = item.wants.needs.skills().iter().filter_map(|skill| skills.get(skill)).map(|level| u32::from(level.0)).sum();
        let (fitness, uses, load) = match self.plan.queues[&item.wants.queue].choice {
            Choice::LongestIdle => (0, 0, 0),
            Choice::MostFit => (fitness, 0, 0),
            Choice::LeastFlexible => (0, skills.len(), 0),
            Choice::LeastLoaded => (0, 0, self.load(id).0),
        };
        (Reverse(fitness), uses, load, !self.idle(id), self.agents[&id].idle_since, id)
    }

    fn offer(&mut self, now: Time, id: InteractionId, winner: AgentId, takers: &[AgentId]) {
        let item = &self.items[&id];
        let queue = &self.plan.queues[&item.wants.queue];
        let by_name = matches!(item.at, At::Reserved { .. });
        let mut excluded = BTreeMap::new();
        for agent in self.plan.agents.keys() {
            if let Some(reason) = self.why(item, *agent) {
                *excluded.entry(reason).or_default() += 1;
            }
        }
        let skills = &self.plan.agents[&winner].skills;
        let others = takers.iter().copied().filter(|agent| *agent != winner);
        self.offers += 1;
        let offer = OfferId(self.offers);
        let deadline = now.after(queue.offer_for);
        let decision = Decision {
            offer,
            interaction: id,
            queue: item.wants.queue,
            channel: item.wants.channel,
            agent: winner,
            at: now,
            deadline,
            since: item.wants.since,
            priority: self.rank(item),
            plan: PlanVersion(self.version),
            choice: queue.choice,
            eligible: u32::try_from(takers.len()).unwrap(),
            excluded,
            levels: item.wants.needs.skills().into_iter().filter_map(|skill| Some((skill, *skills.get(&skill)?))).collect(),
            idle_since: self.agents[&winner].idle_since,
            preferred: by_name || item.wants.preferred == Some(winner),
            runner_up: others.min_by_key(|agent| self.order(item, *agent)),
        };
        let units = self.plan.channels[&item.wants.channel].units;
        self.items.get_mut(&id).unwrap().at = At::Offered { offer, agent: winner, units, deadline, by_name };
        self.out.push(Effect::Offer(Box::new(decision)));
    }

    fn change(&self, id: AgentId) -> Option<Change> {
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

fn waits(item: &Item) -> bool {
    matches!(item.at, At::Waiting | At::Reserved { .. })
}

fn sound(plan: &Plan) -> bool {
    plan.queues.values().all(|queue| queue.offer_for != Span(0))
        && plan.agents.values().all(|agent| agent.queues.iter().all(|queue| plan.queues.contains_key(queue)))
        && plan.agents.values().all(|agent| agent.skills.values().all(|level| (1..=10).contains(&level.0)))
        && plan.channels.values().all(|channel| channel.units > Units(0))
        && plan.timings.misses > 0
}
