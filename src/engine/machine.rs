//! The owner's memory: the router, and what the outside calls the things it numbers. No IO, no clock.
//!
//! The same inputs give the same state and the same records; [`Machine::replay`] walks records and holds the hashes
//! against its own.

use crate::engine::answered::{Answered, Known};
use crate::engine::hours::Gatekeeper;
use crate::engine::input::Input;
use crate::engine::journal::{Aside, Asker, Hash, Record, Step, fingerprint};
use segue_router::{Effect, Event, Priority, QueueId, Readiness, Router, Time};
use segue_session::outbound::{AWAY, Cases, Chart, Directory, Names, Told, channel_name, desk_event, presence, refusal, route_event};
use segue_session::pop::Rank;
use segue_session::{
    AgentName, Command, DeskCommand, InteractionId, Line, Phase, QueueName, Reason, Refusal, RequestId, RouteRequest, SessionId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What this build calls itself in pictures: its version, and a sum over all that it decides by.
pub(super) const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("SEGUE_DECISIONS"));

/// Everything the owner of a domain holds in memory.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(super) router: Router,
    pub(super) directory: Directory,
    pub(super) chart: Chart,
    cases: Cases,
    answered: Answered,
    chain: Hash,
    pub(super) last: Time,
    pub(super) hours: Gatekeeper,
}

/// A machine as stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Picture {
    /// Which build took it, and wrote the journal after it: another one begins with a picture of its own.
    #[serde(default)]
    pub(super) build: String,
    router: segue_router::Snapshot,
    directory: Directory,
    chart: Chart,
    cases: Cases,
    answered: Answered,
    chain: Hash,
    last: Time,
}

impl Picture {
    /// Whether this build took it.
    pub(super) fn is_ours(&self) -> bool {
        self.build == BUILD
    }
}

/// What an input led to.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// For the journal, each with the session it is about.
    pub(crate) records: Vec<(Option<SessionId>, Record)>,
    /// What is to be stored and told.
    pub(crate) told: Told,
    /// Lines of sessions whose arrival was refused.
    pub(crate) turned_away: Vec<(SessionId, Line)>,
    /// Queues in which somebody's place may have changed.
    pub(crate) moved: BTreeSet<QueueName>,
    /// What the asker is answered.
    pub(crate) answer: Option<Refusal>,
    /// For the meters: interactions that ended, offers that ended, accepted waits.
    pub(crate) effects: Vec<Effect>,
}

impl Taken {
    /// What another step led to, after this.
    pub(super) fn join(&mut self, later: Self) {
        let Self { records, told, turned_away, moved, answer, effects } = later;
        self.records.extend(records);
        self.told.extend(told);
        self.turned_away.extend(turned_away);
        self.moved.extend(moved);
        self.answer = answer.or(self.answer.take());
        self.effects.extend(effects);
    }
}

/// An event with what belongs to it.
pub(super) struct Turn {
    at: Time,
    event: Event,
    session: Option<SessionId>,
    aside: Aside,
    by: Option<Asker>,
}

impl Turn {
    /// An event that is nobody's in particular.
    pub(super) const fn of(at: Time, event: Event) -> Self {
        Self { at, event, session: None, aside: Aside::None, by: None }
    }
}

impl Machine {
    pub(crate) const fn router(&self) -> &Router {
        &self.router
    }
    pub(crate) const fn directory(&self) -> &Directory {
        &self.directory
    }
    pub(crate) const fn cases(&self) -> &Cases {
        &self.cases
    }
    pub(crate) const fn names(&self) -> Names<'_> {
        Names { directory: &self.directory, chart: &self.chart, customer_left: false }
    }
    pub(crate) const fn chart(&self) -> &Chart {
        &self.chart
    }
    /// Desks' commands whose answers are known.
    pub(super) fn answers(&self) -> usize {
        self.answered.len()
    }
    pub(super) const fn chain(&self) -> Hash {
        self.chain
    }
    pub(super) fn deadline(&self) -> Option<Time> {
        self.router.deadline().into_iter().chain(self.hours.deadline()).min()
    }

    /// A rank in line of this queue, with what of it the queue adds.
    pub(crate) fn rank(&self, queue: QueueId, priority: Priority) -> Rank {
        let of_queue = self.router.plan().queues.get(&queue).map(|plan| plan.priority).unwrap_or_default();
        Rank { priority, of_queue }
    }

    /// The time of the last input.
    pub(super) const fn last(&self) -> Time {
        self.last
    }

    /// The time of the next input: never before the last one's.
    pub(super) fn at(&self, now: Time) -> Time {
        now.max(self.last)
    }

    /// The session's line, by names.
    pub(crate) fn line(&self, session: SessionId) -> Option<Line> {
        self.cases.line(session, |agent| self.directory.agent_name(agent).cloned())
    }

    /// What contents should have heard of the cases held.
    pub(super) fn standings(&self) -> impl Iterator<Item = (SessionId, Command)> {
        let name = |agent| self.directory.agent_name(agent).cloned();
        self.cases.iter().flat_map(move |(interaction, case)| {
            let invited = (case.invited && case.ended.is_none()).then_some(Command::Invited(interaction));
            let stands = case.to_hear(name).map(|phase| Command::Routed(interaction, phase));
            invited.into_iter().chain(stands).map(|heard| (case.session, heard))
        })
    }

    /// Agents who get copies of the session's messages.
    pub(super) fn listeners(&self, session: SessionId) -> Vec<AgentName> {
        self.cases.listeners(session).into_iter().filter_map(|agent| self.directory.agent_name(agent).cloned()).collect()
    }

    /// Takes in one input at `now` and says what follows.
    pub(crate) fn take(&mut self, now: Time, input: &Input) -> Taken {
        let at = self.at(now);
        self.last = at;
        match input {
            Input::Route(_, request) => self.route(at, request),
            Input::Desk { by, request, command } => self.desk(at, by, *request, command),
            Input::SignIn(agent) => self.sign_in(at, agent),
            Input::Lose(agent) => self.lose(at, agent),
            Input::Configure(routing) => self.configure(now, routing),
            Input::Tick => {
                let mut taken = self.keep_hours(at);
                taken.join(self.step(Turn::of(at, Event::Tick)));
                taken
            }
        }
    }

    /// Closes and opens queues by their hours. What was told the router stands in the journal: a replay asks no clock.
    pub(super) fn keep_hours(&mut self, at: Time) -> Taken {
        let mut taken = Taken::default();
        for event in self.hours.turns(at, &self.router) {
            taken.join(self.step(Turn::of(at, event)));
        }
        taken
    }

    fn route(&mut self, at: Time, request: &RouteRequest) -> Taken {
        let event = match route_event(&self.directory, &self.chart, request) {
            Ok(Some(event)) => event,
            Ok(None) => return self.refresh(request),
            Err(why) => return self.turned_away(request, why),
        };
        let (session, aside) = match request {
            RouteRequest::Arrive { session, callback, .. } => (*session, Aside::Arrival(*session, *callback)),
            RouteRequest::Suspend(session, _) | RouteRequest::Leave(session, _) | RouteRequest::Refresh(session) => (*session, Aside::None),
        };
        let mut taken = self.step(Turn { at, event, session: Some(session), aside, by: None });
        match taken.answer.take() {
            Some(why) if matches!(request, RouteRequest::Arrive { .. }) => {
                let turned = self.turned_away(request, why);
                taken.turned_away = turned.turned_away;
                taken.told.contents.extend(turned.told.contents);
            }
            // Already gone: what the customer wanted is so.
            Some(_) | None => {}
        }
        taken
    }

    /// An arrival that cannot be: the session's line says why. Who has a place in line, or a talk, has it still, and the line
    /// goes on telling of that.
    fn turned_away(&self, request: &RouteRequest, why: Refusal) -> Taken {
        let mut taken = Taken::default();
        let RouteRequest::Arrive { session, interaction, queue, channel, since, callback, .. } = request else { return taken };
        let phase = Phase::Refused(why.reason.name());
        tracing::warn!(queue = queue.as_str(), channel = channel_name(*channel), reason = why.reason.name(), "an arrival was refused");
        if self.cases.of(*session).all(|(_, case)| case.ended.is_some()) {
            let line = Line {
                interaction: *interaction,
                phase: phase.clone(),
                queue: queue.clone(),
                channel: *channel,
                since: *since,
                ahead: None,
                expected_wait: None,
                callback: *callback,
            };
            taken.turned_away.push((*session, line));
        }
        taken.told.contents.push((*session, Command::Routed(*interaction, phase)));
        taken
    }

    /// The session changed while somebody has it or is offered it: a new pop.
    fn refresh(&self, request: &RouteRequest) -> Taken {
        let mut taken = Taken::default();
        let RouteRequest::Refresh(session) = request else { return taken };
        for (interaction, case) in self.cases.of(*session) {
            let offered = case.offer.as_ref().map(|offer| offer.agent);
            for agent in offered.into_iter().chain(case.assigned_to()) {
                let Some(name) = self.directory.agent_name(agent) else { continue };
                let news = segue_session::outbound::DeskNews::Updated(*session, interaction, agent);
                taken.told.desk.push((name.clone(), news));
            }
        }
        taken
    }

    fn desk(&mut self, at: Time, by: &AgentName, request: RequestId, command: &DeskCommand) -> Taken {
        let print = fingerprint(&(by, command));
        match self.answered.look(request, print) {
            Known::New => {}
            Known::Repeat(why) => {
                return Taken { answer: why.map(|why| refusal(&self.directory, &why)), ..Taken::default() };
            }
            Known::Reused => return refused(Refusal::new(Reason::RequestIdReused, "this request id was used for something else")),
        }
        let event = match desk_event(&self.directory, &self.chart, &self.cases, by, command) {
            Ok(Some(event)) => event,
            Ok(None) => return refused(Refusal::new(Reason::Internal, "this command is not for the router")),
            Err(why) => return refused(why),
        };
        let session = interaction_of(command).and_then(|id| self.cases.get(id)).map(|case| case.session);
        let session = session.or_else(|| self.offered(by, command));
        let asker = Asker { agent: by.clone(), request, fingerprint: print };
        self.step(Turn { at, event, session, aside: Aside::None, by: Some(asker) })
    }

    /// The session that an offer's command is about.
    fn offered(&self, by: &AgentName, command: &DeskCommand) -> Option<SessionId> {
        let (DeskCommand::Accept(offer) | DeskCommand::Decline(offer, _)) = command else { return None };
        self.cases.offered(self.directory.agent(by)?, *offer).map(|(_, case)| case.session)
    }

    fn sign_in(&mut self, at: Time, name: &AgentName) -> Taken {
        let Some(agent) = self.directory.agent(name) else {
            return refused(Refusal::new(Reason::NotFound, "there is no such agent").about("agent", name.as_str()));
        };
        let known = self.router.agent(agent);
        let chosen = match known {
            // A second desk, or one that came back: what they chose stands.
            Some(change) if change.readiness == Readiness::Lost => Ok(change.presence),
            Some(change) if change.readiness != Readiness::SignedOut => return Taken::default(),
            Some(_) | None => presence(&self.directory, &self.chart, AWAY),
        };
        match chosen {
            Ok(presence) => self.step(Turn::of(at, Event::SignIn(agent, presence))),
            Err(why) => refused(why),
        }
    }

    fn lose(&mut self, at: Time, name: &AgentName) -> Taken {
        // Who left the config amid a talk is signed out, but is missed all the same.
        let talks = |agent| self.cases.held_by(agent).any(|(_, case)| case.assigned_to() == Some(agent));
        let present = self.directory.agent(name).and_then(|agent| self.router.agent(agent)).filter(|change| match change.readiness {
            Readiness::Lost => false,
            Readiness::SignedOut => talks(change.agent),
            Readiness::Idle | Readiness::Offered | Readiness::Busy | Readiness::WrappingUp | Readiness::Unresponsive => true,
        });
        match present {
            Some(change) => self.step(Turn::of(at, Event::Lose(change.agent))),
            None => Taken::default(),
        }
    }

    /// The one place where the router is told something.
    pub(super) fn step(&mut self, turn: Turn) -> Taken {
        let Turn { at, event, session, aside, by } = turn;
        let mut effects = Vec::new();
        let outcome = self.router.step(at, event.clone(), &mut effects);
        self.chain = self.chain.next(at, &event, outcome.as_ref().map(|()| effects.as_slice()));
        let refused = outcome.err();
        if let Some(asker) = &by {
            self.answered.note(at, asker.request, asker.fingerprint, refused.clone());
        }
        let mut taken = Taken { answer: refused.as_ref().map(|why| refusal(&self.directory, why)), ..Taken::default() };
        if refused.is_none() {
            self.follow(at, &event, &aside, &effects, &mut taken);
        }
        let step = Step { at, event, aside, by, refused, hash: self.chain };
        taken.records.push((session, Record::Step(Box::new(step))));
        let decisions =
            taken.told.decisions.iter().map(|(session, decision)| (Some(*session), Record::Decision(Box::new(decision.clone()))));
        taken.records.extend(decisions);
        taken.effects = effects;
        taken
    }

    /// What the effects mean by names.
    fn follow(&mut self, at: Time, event: &Event, aside: &Aside, effects: &[Effect], taken: &mut Taken) {
        if let (Event::Arrive(arrival), Aside::Arrival(session, callback)) = (event, aside)
            && let Some(queue) = self.directory.queue_name(arrival.queue)
        {
            self.cases.arrive(*session, arrival, queue.clone(), *callback);
        }
        let customer_left = match event {
            Event::Arrive(arrival) => arrival.continues.is_some(),
            event => matches!(event, Event::Suspend(_) | Event::Abandon(_)),
        };
        let names = Names { directory: &self.directory, chart: &self.chart, customer_left };
        for effect in effects {
            if let Some(id) = moves_line(effect) {
                taken.moved.extend(self.cases.get(id).map(|case| case.queue.clone()));
            }
            if let Effect::Agent(change) = effect {
                // Who serves a queue, or has room, is half of how long one waits there.
                let queues = self.router.plan().agents.get(&change.agent).into_iter().flat_map(|agent| &agent.queues);
                taken.moved.extend(queues.filter_map(|queue| self.directory.queue_name(*queue).cloned()));
            }
            self.cases.apply(at, &names, effect, &mut taken.told);
        }
    }

    /// Forgets cases that are over; after their lines have been taken.
    pub(super) fn forget(&mut self, ended: impl IntoIterator<Item = InteractionId>) {
        self.cases.forget_over(ended);
    }

    /// Sessions have heard that these talks are over. Not in the journal: after a crash they are told again, and say so again.
    pub(super) fn heard(&mut self, interactions: &[InteractionId]) {
        self.cases.heard(interactions);
    }

    /// Takes in a record of the journal again; `Err` says how this machine differs from the one that wrote it.
    pub(super) fn replay(&mut self, record: &Record) -> Result<(), String> {
        match record {
            Record::Session(_) | Record::Decision(_) => Ok(()),
            Record::Names(names) => {
                (self.directory, self.chart) = (names.directory.clone(), names.chart.clone());
                Ok(())
            }
            Record::Step(step) => {
                let Step { at, event, aside, by, refused, hash } = step.as_ref();
                self.last = *at;
                let turn = Turn { at: *at, event: event.clone(), session: None, aside: aside.clone(), by: by.clone() };
                let taken = self.step(turn);
                self.forget(ended(&taken.effects));
                let again = taken.records.iter().find_map(|(_, record)| match record {
                    Record::Step(step) => Some(step.refused.clone()),
                    Record::Session(_) | Record::Decision(_) | Record::Names(_) => None,
                });
                if self.chain == *hash {
                    return Ok(());
                }
                Err(format!("{event:?} at {} led to {again:?} and {:?}, not to {refused:?}", at.0, taken.effects))
            }
        }
    }

    /// Goes on from a step that another build decided otherwise: its link of the chain counts, so that the next difference
    /// is found for itself.
    pub(super) fn adopt(&mut self, record: &Record) {
        if let Record::Step(step) = record {
            self.chain = step.hash;
        }
    }

    /// The machine as a value.
    pub(super) fn picture(&self) -> Picture {
        Picture {
            build: BUILD.to_owned(),
            router: self.router.snapshot(),
            directory: self.directory.clone(),
            chart: self.chart.clone(),
            cases: self.cases.clone(),
            answered: self.answered.clone(),
            chain: self.chain,
            last: self.last,
        }
    }

    /// The machine that a value was taken of.
    pub(super) fn from_picture(picture: Picture) -> Result<Self, String> {
        let Picture { build: _, router, directory, chart, cases, answered, chain, last } = picture;
        let router = Router::restore(router).map_err(|why| why.to_string())?;
        Ok(Self { router, directory, chart, cases, answered, chain, last, hours: Gatekeeper::default() })
    }
}

/// Interactions whose case may be over by these effects.
pub(super) fn ended(effects: &[Effect]) -> impl Iterator<Item = InteractionId> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Ended { interaction, .. } | Effect::EndWrapUp { interaction, .. } => Some(*interaction),
        _ => None,
    })
}

fn moves_line(effect: &Effect) -> Option<InteractionId> {
    match effect {
        Effect::Wait { interaction, .. } | Effect::Ended { interaction, .. } => Some(*interaction),
        Effect::Offer(decision) => Some(decision.interaction),
        _ => None,
    }
}

pub(super) fn refused(why: Refusal) -> Taken {
    Taken { answer: Some(why), ..Taken::default() }
}

/// The interaction that a desk's command names.
const fn interaction_of(command: &DeskCommand) -> Option<InteractionId> {
    match command {
        DeskCommand::Prioritise(id, ..)
        | DeskCommand::Requeue(id, _)
        | DeskCommand::TransferToQueue(id, ..)
        | DeskCommand::TransferToAgent(id, ..)
        | DeskCommand::Finish(id)
        | DeskCommand::WrapUp(id, ..)
        | DeskCommand::Extend(id) => Some(*id),
        _ => None,
    }
}
