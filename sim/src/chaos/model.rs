//! The checker: a model of its own, told what was committed, that says where the rules were broken.
//!
//! It shares the router's types and none of its code. It knows the routing from [`Rules`], not from the plan that the router
//! was given, and keeps everything in plain maps that it walks.

use super::memory::{Record, Step};
use super::rules::{ASKED, CHAT, QUEUES, Rules, numbered};
use segue_router::{AgentId, Decision, Effect, Event, InteractionId, OfferId, Outcome, Readiness, Refusal, Time, WithdrawReason};
use segue_session::outbound::Directory;
use segue_session::{RequestId, RouteRequest, SessionId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Says what was broken, and stops the run.
macro_rules! hold {
    ($so:expr, $($what:tt)*) => {
        if !$so {
            return Err(format!($($what)*));
        }
    };
}

/// Where an interaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Waiting,
    Offered(AgentId, OfferId, Time),
    Assigned(AgentId, OfferId),
    Ended(Outcome),
}

/// What a session asked for.
#[derive(Clone, Debug)]
struct Wanted {
    session: SessionId,
    queue: &'static str,
    asks: bool,
    priority: i32,
    since: Time,
}

#[derive(Clone, Debug)]
struct Item {
    wanted: Wanted,
    at: At,
    cooling: BTreeSet<AgentId>,
}

impl Item {
    /// First in line first.
    fn rank(&self, id: InteractionId) -> (Reverse<i32>, Time, InteractionId) {
        (Reverse(self.wanted.priority), self.wanted.since, id)
    }
}

/// An agent, as the checker sees them.
#[derive(Clone, Debug, Default)]
struct Face {
    signed_in: bool,
    ready: bool,
    unresponsive: bool,
    misses: u32,
    /// Offers, talks and wrap-ups.
    held: BTreeSet<(InteractionId, OfferId)>,
    wraps: BTreeSet<InteractionId>,
}

impl Face {
    fn count(&self) -> u32 {
        u32::try_from(self.held.len() + self.wraps.len()).unwrap_or(u32::MAX)
    }
}

/// What an agent has, for their desk to be held against: offers, talks, wrap-ups.
pub(super) type Holdings = (BTreeSet<OfferId>, BTreeSet<InteractionId>, BTreeSet<InteractionId>);

/// The model.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) rules: Rules,
    /// The routing that comes into force next.
    announced: Rules,
    directory: Directory,
    wanted: BTreeMap<InteractionId, Wanted>,
    items: BTreeMap<InteractionId, Item>,
    faces: BTreeMap<AgentId, Face>,
    clock: Time,
    /// Who left or suspended, by the place of their word in the inbox.
    leaving: BTreeMap<usize, InteractionId>,
    /// How long the inbox is.
    inbox: usize,
    /// Commands that were done, by their ids.
    done: BTreeSet<RequestId>,
    /// Whose wrap-up of what an arrival goes on from has made room for it in this step.
    made_room: Option<AgentId>,
    pub(super) steps: u64,
}

impl Model {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            announced: rules.clone(),
            rules,
            directory: Directory::default(),
            wanted: BTreeMap::new(),
            items: BTreeMap::new(),
            faces: BTreeMap::new(),
            clock: Time(0),
            leaving: BTreeMap::new(),
            inbox: 0,
            done: BTreeSet::new(),
            made_room: None,
            steps: 0,
        }
    }

    /// Another routing was asked for.
    pub(super) fn announce(&mut self, rules: Rules) {
        self.announced = rules;
    }

    /// A command was done under this id.
    pub(super) fn did(&mut self, request: RequestId) -> Result<(), String> {
        hold!(self.done.insert(request), "{request:?} was done twice");
        Ok(())
    }

    /// A session's wish was stored.
    pub(super) fn asked(&mut self, request: &RouteRequest) -> Result<(), String> {
        if let RouteRequest::Suspend(_, id) | RouteRequest::Leave(_, id) = request {
            self.leaving.insert(self.inbox, *id);
        }
        self.inbox += 1;
        let RouteRequest::Arrive { session, interaction, queue, since, priority, continues, kept, .. } = request else { return Ok(()) };
        let Some((queue, of_queue, asks)) = QUEUES.iter().find(|(name, ..)| *name == queue.as_str()) else {
            return Err(format!("{interaction} wants the queue {queue}, which is not there"));
        };
        hold!(!self.wanted.contains_key(interaction), "{interaction} was asked for twice");
        if let Some(former) = continues.filter(|_| *kept).and_then(|former| self.wanted.get(&former)) {
            hold!(former.since == *since, "{interaction} goes on from {:?}, but waits since {since:?}", former.since);
        }
        let wanted = Wanted { session: *session, queue, asks: *asks, priority: priority.0 + of_queue, since: *since };
        self.wanted.insert(*interaction, wanted);
        Ok(())
    }

    /// A batch of the owner's was stored, who has dealt with the inbox up to there.
    pub(super) fn committed(&mut self, records: &[Record], read: Option<usize>) -> Result<(), String> {
        for record in records {
            record.request().map_or(Ok(()), |request| self.did(request))?;
            match record {
                Record::Names(names) => self.directory = names.0.clone(),
                Record::Step(step) => self.step(step).map_err(|why| format!("{why}; after {:?} at {}", step.event, step.at.0))?,
            }
        }
        let later = self.leaving.split_off(&read.unwrap_or_default());
        for id in std::mem::replace(&mut self.leaving, later).into_values() {
            let gone = self.items.get(&id).is_none_or(|item| matches!(item.at, At::Ended(_)));
            hold!(gone, "{id} was left, and is still held");
        }
        if records.is_empty() {
            return Ok(());
        }
        for (id, item) in &self.items {
            if let At::Offered(agent, offer, deadline) = item.at {
                hold!(deadline > self.clock, "{offer} of {id} to {agent} stands at {}, though it ended at {}", self.clock.0, deadline.0);
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let Step { at, event, refused, effects, .. } = step;
        hold!(*at >= self.clock, "time went back from {} to {}", self.clock.0, at.0);
        self.clock = *at;
        self.steps += 1;
        if let Some(refusal) = refused {
            return self.refused(*at, event, refusal);
        }
        self.made_room = None;
        self.before(*at, event)?;
        for effect in effects {
            self.effect(*at, event, effect)?;
        }
        self.after(event)
    }

    /// An accept that was in time may not be refused.
    fn refused(&self, at: Time, event: &Event, refusal: &Refusal) -> Result<(), String> {
        if let Event::Accept(agent, offer) = event {
            let open = self
                .items
                .values()
                .any(|item| matches!(item.at, At::Offered(to, open, until) if to == *agent && open == *offer && until > at));
            hold!(!open, "{agent} accepts {offer} in time and is refused: {refusal:?}");
        }
        Ok(())
    }

    fn before(&mut self, at: Time, event: &Event) -> Result<(), String> {
        match event {
            Event::Configure(_) => self.rules = self.announced.clone(),
            Event::Arrive(arrival) => {
                let id = arrival.interaction;
                let Some(wanted) = self.wanted.get(&id).cloned() else { return Err(format!("{id} arrives, and nobody asked for it")) };
                hold!(!self.items.contains_key(&id), "{id} arrives a second time");
                // Who did not take what it goes on from is last resort for it, too.
                let former = arrival.continues.and_then(|former| self.items.get(&former));
                let cooling = former.map(|former| former.cooling.clone()).unwrap_or_default();
                self.items.insert(id, Item { wanted, at: At::Waiting, cooling });
            }
            Event::Accept(agent, offer) | Event::Decline(agent, offer, _) => {
                let good = |item: &Item| matches!(item.at, At::Offered(to, open, until) if to == *agent && open == *offer && until > at);
                hold!(self.items.values().any(good), "{agent} answers {offer}, which does not stand for them");
                self.face(*agent).misses = 0;
            }
            Event::Finish(agent, id) => {
                let theirs = self.items.get(id).is_some_and(|item| matches!(item.at, At::Assigned(holder, _) if holder == *agent));
                hold!(theirs, "{agent} finishes {id}, which is not theirs");
            }
            Event::Suspend(id) | Event::Abandon(id) => {
                let open = self.items.get(id).is_some_and(|item| !matches!(item.at, At::Ended(_)));
                hold!(open, "{id} is left, and is not held");
            }
            Event::SignIn(agent, presence) | Event::Present(agent, presence) => {
                let face = self.face(*agent);
                (face.misses, face.unresponsive, face.signed_in, face.ready) = (0, false, true, !presence.channels.is_empty());
            }
            Event::Lose(agent) => self.face(*agent).signed_in = false,
            _ => {}
        }
        Ok(())
    }

    fn face(&mut self, agent: AgentId) -> &mut Face {
        self.faces.entry(agent).or_default()
    }

    fn effect(&mut self, at: Time, event: &Event, effect: &Effect) -> Result<(), String> {
        match effect {
            Effect::Wait { interaction, since, priority, .. } => {
                let item = self.items.get(interaction).ok_or_else(|| format!("{interaction} waits, and is not held"))?;
                hold!(item.at == At::Waiting, "{interaction} waits, but is {:?}", item.at);
                hold!(item.wanted.since == *since, "{interaction} waits since {since:?}, not {:?}", item.wanted.since);
                hold!(item.wanted.priority == priority.0, "{interaction} waits with {priority:?}, not {}", item.wanted.priority);
                Ok(())
            }
            Effect::Offer(decision) => self.offer(at, decision),
            Effect::Withdraw { offer, interaction, agent, why } => self.withdraw(at, event, *interaction, (*agent, *offer), *why),
            Effect::Assign { offer, interaction, agent, since } => {
                let item = self.items.get_mut(interaction).ok_or_else(|| format!("{interaction} is assigned, and is not held"))?;
                let stood = matches!(item.at, At::Offered(to, open, _) if to == *agent && open == *offer);
                hold!(stood, "{interaction} is assigned to {agent} by {offer}, but is {:?}", item.at);
                hold!(*event == Event::Accept(*agent, *offer), "{interaction} is assigned to {agent}, who did not accept {offer}");
                hold!(item.wanted.since == *since, "{interaction} waited since {since:?}, not {:?}", item.wanted.since);
                item.at = At::Assigned(*agent, *offer);
                Ok(())
            }
            Effect::BeginWrapUp { interaction, agent, .. } => {
                let face = self.face(*agent);
                let had = face.held.iter().find(|(id, _)| id == interaction).copied();
                let Some(had) = had else { return Err(format!("{agent} wraps up {interaction}, which they did not have")) };
                face.held.remove(&had);
                face.wraps.insert(*interaction);
                Ok(())
            }
            Effect::EndWrapUp { interaction, agent, .. } => {
                hold!(self.face(*agent).wraps.remove(interaction), "{agent} ends a wrap-up of {interaction} that they did not have");
                if matches!(event, Event::Arrive(arrival) if arrival.continues == Some(*interaction)) {
                    self.made_room = Some(*agent);
                }
                Ok(())
            }
            Effect::Ended { interaction, outcome, .. } => self.ended(event, *interaction, *outcome),
            Effect::Invite { .. } => Ok(()),
            Effect::Agent(change) => {
                let capacity = numbered(&self.rules, &self.directory).get(&change.agent).map(|rule| rule.capacity);
                let face = self.face(change.agent);
                face.signed_in = !matches!(change.readiness, Readiness::SignedOut | Readiness::Lost);
                face.ready = !change.presence.channels.is_empty();
                face.unresponsive = change.readiness == Readiness::Unresponsive;
                let load = face.count() * CHAT;
                hold!(change.load.0 == load, "{} is said to hold {} units, and holds {load}", change.agent, change.load.0);
                let said = change.capacity.0;
                hold!(
                    capacity.is_none_or(|capacity| capacity == said),
                    "{} is said to hold {said} at most, not {capacity:?}",
                    change.agent
                );
                Ok(())
            }
        }
    }

    fn offer(&mut self, at: Time, decision: &Decision) -> Result<(), String> {
        let Decision { interaction, agent, offer, since, deadline, .. } = decision;
        let item = self.items.get(interaction).ok_or_else(|| format!("{interaction} is offered, and is not held"))?;
        hold!(item.at == At::Waiting, "{interaction} is offered to {agent}, but is {:?}", item.at);
        hold!(item.wanted.since == *since, "{interaction} is offered as waiting since {since:?}, not {:?}", item.wanted.since);
        let until = at.after(self.rules.offer_for);
        hold!(*deadline == until, "{offer} stands until {}, not {}", deadline.0, until.0);
        if let Some(why) = self.unfit(item, *agent) {
            return Err(format!("{interaction} is offered to {agent}, who {why}"));
        }
        let mine = item.rank(*interaction);
        for (id, other) in &self.items {
            // Room that was made for this one nobody in line could have had.
            let theirs = self.made_room == Some(*agent);
            let before = other.at == At::Waiting && other.rank(*id) < mine && !other.cooling.contains(agent) && !theirs;
            hold!(!before || self.unfit(other, *agent).is_some(), "{interaction} is offered to {agent} before {id}");
        }
        self.face(*agent).held.insert((*interaction, *offer));
        self.items.entry(*interaction).and_modify(|item| item.at = At::Offered(*agent, *offer, *deadline));
        Ok(())
    }

    /// Why an agent may not be offered an interaction.
    fn unfit(&self, item: &Item, agent: AgentId) -> Option<&'static str> {
        let rules = numbered(&self.rules, &self.directory);
        let (Some(rule), Some(face)) = (rules.get(&agent), self.faces.get(&agent)) else { return Some("is not known") };
        match () {
            () if !rule.queues.contains(item.wanted.queue) => Some("does not serve the queue"),
            () if item.wanted.asks && rule.level < ASKED => Some("lacks the skill"),
            () if !face.signed_in => Some("is not there"),
            () if !face.ready => Some("takes no work"),
            () if face.unresponsive => Some("does not answer"),
            () if (face.count() + 1) * CHAT > rule.capacity => Some("has no room"),
            () if face.count() + 1 > rule.cap => Some("has as many as they may"),
            () => None,
        }
    }

    fn withdraw(
        &mut self,
        at: Time,
        event: &Event,
        id: InteractionId,
        (agent, offer): (AgentId, OfferId),
        why: WithdrawReason,
    ) -> Result<(), String> {
        let item = self.items.get_mut(&id).ok_or_else(|| format!("{offer} of {id} is withdrawn, and {id} is not held"))?;
        let theirs = match item.at {
            At::Offered(to, open, until) => {
                hold!(why != WithdrawReason::Expired || until <= at, "{offer} expires at {}, before its deadline {}", at.0, until.0);
                to == agent && open == offer
            }
            At::Assigned(to, by) => to == agent && by == offer,
            At::Waiting | At::Ended(_) => false,
        };
        hold!(theirs, "{offer} of {id} is withdrawn from {agent}, but {id} is {:?}", item.at);
        item.at = At::Waiting;
        if matches!(why, WithdrawReason::Declined | WithdrawReason::Expired | WithdrawReason::AgentLeft) {
            item.cooling.insert(agent);
        }
        let declined = matches!(event, Event::Decline(..));
        hold!(declined == (why == WithdrawReason::Declined), "{offer} is withdrawn as {why:?} by {event:?}");
        let face = self.face(agent);
        face.held.remove(&(id, offer));
        if why == WithdrawReason::Expired && face.signed_in {
            face.misses += 1;
        }
        Ok(())
    }

    fn ended(&mut self, event: &Event, id: InteractionId, outcome: Outcome) -> Result<(), String> {
        let item = self.items.get_mut(&id).ok_or_else(|| format!("{id} ends, and is not held"))?;
        let right = match (event, item.at) {
            (_, At::Ended(before)) => return Err(format!("{id} ends as {outcome:?}, and ended as {before:?} before")),
            (Event::Finish(..), At::Assigned(..)) => Outcome::Handled,
            (Event::Suspend(_) | Event::Arrive(_), _) => Outcome::Suspended,
            (Event::Abandon(_), At::Assigned(..)) => Outcome::Handled,
            (Event::Abandon(_), _) => Outcome::Abandoned,
            (_, at) => return Err(format!("{id} ends as {outcome:?}, but is {at:?}")),
        };
        hold!(right == outcome, "{id} ends as {outcome:?}, not {right:?}");
        if let At::Offered(agent, offer, _) | At::Assigned(agent, offer) = item.at {
            item.at = At::Ended(outcome);
            self.face(agent).held.remove(&(id, offer));
        } else {
            item.at = At::Ended(outcome);
        }
        Ok(())
    }

    /// What holds between two events.
    fn after(&mut self, event: &Event) -> Result<(), String> {
        for (agent, face) in &self.faces {
            let misses = self.rules.misses;
            hold!(
                face.misses < misses || face.unresponsive || !face.signed_in,
                "{agent} missed {} offers, and still gets some",
                face.misses
            );
        }
        if let Event::Present(agent, presence) = event {
            let ready = !presence.channels.is_empty();
            hold!(self.face(*agent).ready == ready, "{agent} chose a presence, and has another");
        }
        for (id, item) in self.items.iter().filter(|(_, item)| item.at == At::Waiting) {
            let free = self.faces.keys().find(|agent| !item.cooling.contains(agent) && self.unfit(item, **agent).is_none());
            hold!(free.is_none(), "{id} waits, though {free:?} may take it and has room");
        }
        Ok(())
    }

    /// Interactions that are neither ended nor still on their way from the inbox.
    pub(super) fn open(&self) -> usize {
        let ended = self.items.values().filter(|item| matches!(item.at, At::Ended(_))).count();
        self.wanted.len() - ended
    }

    /// How an interaction ended; `None` while it has not, or where it never arrived.
    pub(super) fn outcome(&self, id: InteractionId) -> Option<Outcome> {
        match self.items.get(&id)?.at {
            At::Ended(outcome) => Some(outcome),
            At::Waiting | At::Offered(..) | At::Assigned(..) => None,
        }
    }

    /// Which session an interaction is of, and whether it is with an agent.
    pub(super) fn talks(&self, id: InteractionId) -> Option<(SessionId, bool)> {
        let item = self.items.get(&id)?;
        Some((item.wanted.session, matches!(item.at, At::Assigned(..))))
    }

    /// What an agent has.
    pub(super) fn holdings(&self, agent: AgentId) -> Holdings {
        let mut holdings = Holdings::default();
        for (id, item) in &self.items {
            match item.at {
                At::Offered(to, offer, _) if to == agent => drop(holdings.0.insert(offer)),
                At::Assigned(to, _) if to == agent => drop(holdings.1.insert(*id)),
                At::Waiting | At::Offered(..) | At::Assigned(..) | At::Ended(_) => {}
            }
        }
        holdings.2 = self.faces.get(&agent).map(|face| face.wraps.clone()).unwrap_or_default();
        holdings
    }

    /// How many arrived, and how many of these ended as what.
    pub(super) fn counts(&self) -> (usize, BTreeMap<Outcome, usize>) {
        let mut outcomes = BTreeMap::new();
        for item in self.items.values() {
            if let At::Ended(outcome) = item.at {
                *outcomes.entry(outcome).or_default() += 1;
            }
        }
        (self.items.len(), outcomes)
    }
}
