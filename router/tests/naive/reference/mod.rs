//! The reference router: obvious and slow. It looks at everything, every time, and keeps nothing that it could count.
//!
//! Written apart from the product: it shares the contract's types and no code. Where the two differ, one is wrong.

mod moves;
mod pairing;
mod questions;
mod timelines;
mod verbs;
mod waits;

use segue_router::{
    AgentId, Arrival, Channel, Closing, Effect, Event, InteractionId, OfferId, Outcome, Plan, Presence, QueueId, Refusal, Span, Time,
    Units, WithdrawReason,
};
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
    last_offer: OfferId,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Waiting,
    Reserved { agent: AgentId, until: Time, by_name: bool },
    Offered { offer: OfferId, agent: AgentId, units: Units, deadline: Time, by_name: bool },
    Assigned { offer: OfferId, agent: AgentId, units: Units, since: Time },
}

#[derive(Clone)]
struct Item {
    wants: Arrival,
    cooling: BTreeMap<AgentId, Time>,
    came: Time,
    /// When it was sent to its queue from another.
    moved: Option<Time>,
    /// Steps of its queue's timeline that it has taken.
    taken: usize,
    /// Whether the next one waits for a figure.
    expects: bool,
    at: At,
}

#[derive(Clone)]
struct WrapUp {
    agent: AgentId,
    interaction: InteractionId,
    queue: QueueId,
    channel: Channel,
    units: Units,
    since: Time,
    until: Time,
    extensions: u32,
}

#[derive(Clone, Default)]
pub(crate) struct Naive {
    plan: Plan,
    version: u64,
    clock: Time,
    offers: u64,
    agents: BTreeMap<AgentId, Agent>,
    items: BTreeMap<InteractionId, Item>,
    /// Whom those had ruled out who left with their place kept.
    parted: BTreeMap<InteractionId, BTreeMap<AgentId, Time>>,
    wrap_ups: Vec<WrapUp>,
    /// How long everything took that was ever handled in a queue of the plan.
    handled: Vec<(QueueId, Channel, Span)>,
    /// Everybody who was answered or gave up, and whether that was in time.
    served: Vec<(QueueId, bool)>,
    closed: BTreeSet<(QueueId, Closing)>,
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
        self.clock = now;
        self.grant(now);
        self.release(now);
        loop {
            self.take_due(now);
            self.pair(now, false);
            self.pair(now, true);
            if !self.take_expected(now) {
                break;
            }
        }
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
        let due = self.due().first().map(|(at, _)| *at);
        due.into_iter().chain(self.steps().first().map(|(at, _)| *at)).min()
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
            Event::Arrive(arrival) => self.arrive(now, *arrival)?,
            Event::SignIn(id, presence) => self.sign_in(now, id, presence)?,
            Event::Present(id, presence) => {
                self.signed_in(id)?;
                self.choose(now, id, presence);
            }
            Event::PresentNext(id, next) => {
                self.signed_in(id)?;
                self.dressed.insert(id);
                self.agents.get_mut(&id).unwrap().next = next;
            }
            Event::Lose(id) => self.lose(now, id)?,
            Event::SignOut(id) => {
                self.signed_in(id)?;
                if let Some(talk) = self.talks_of(id).first() {
                    return Err(Refusal::StillAssigned(*talk));
                }
                self.dismiss(now, id, WithdrawReason::AgentLeft);
            }
            Event::Accept(id, offer) => self.accept(now, id, offer)?,
            Event::Decline(id, offer, _) => self.decline(now, id, offer)?,
            Event::Finish(id, interaction) => {
                self.assigned(id, interaction)?;
                self.wrap_up_begins(now, interaction);
                self.end(interaction, Outcome::Handled);
            }
            Event::WrapUp(id, interaction, code) => self.wrap_up(now, id, interaction, code)?,
            Event::Extend(id, interaction) => self.extend(id, interaction)?,
            Event::TransferToQueue(id, interaction, queue, needs) => {
                self.transfer_to_queue(now, id, interaction, queue, needs)?;
            }
            Event::TransferToAgent(id, interaction, to) => self.transfer_to_agent(now, id, interaction, to)?,
            Event::Requeue(id) => self.requeue(now, id)?,
            Event::Prioritise(id, priority) => self.prioritise(id, priority)?,
            Event::Suspend(id) => {
                self.item(id)?;
                self.depart(now, id);
                self.part(now, id);
                self.end(id, Outcome::Suspended);
            }
            Event::Abandon(id) => {
                let talking = matches!(self.item(id)?.at, At::Assigned { .. });
                if !talking {
                    self.count_service(now, id, false);
                }
                self.depart(now, id);
                self.end(id, if talking { Outcome::Handled } else { Outcome::Abandoned });
            }
            Event::Close(queue, _) | Event::Open(queue, _) if !self.plan.queues.contains_key(&queue) => {
                return Err(Refusal::UnknownQueue(queue));
            }
            Event::Close(queue, why) => drop(self.closed.insert((queue, why))),
            Event::Open(queue, why) => drop(self.closed.remove(&(queue, why))),
            Event::Tick => self.tick(now),
        }
        Ok(())
    }
}

fn waits(item: &Item) -> bool {
    matches!(item.at, At::Waiting | At::Reserved { .. })
}
