//! The modelled owner's memory: the real router and the real translator, stepped as the engine steps them.
//!
//! The same inputs give the same state and the same records; [`Memory::replay`] holds the sums against its own.

use super::mutant::Mutant;
use super::rules::Rules;
use super::store::{Entry, sum};
use segue_router::{AgentId, Effect, Event, InteractionId, Readiness, Refusal, Requirement, Router, Snapshot, Time};
use segue_session::outbound::{AWAY, Cases, Chart, DeskNews, Directory, Names, Told, desk_event, presence, route_event};
use segue_session::{AgentName, Command, DeskCommand, DeskEvent, Line, Phase, RequestId, RouteRequest, SessionId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An entry of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Record {
    /// Names got numbers.
    Names(Box<(Directory, Chart)>),
    /// The router was told something.
    Step(Box<Step>),
}

impl Record {
    /// The id of the desk's command that it is about.
    pub(super) fn request(&self) -> Option<RequestId> {
        match self {
            Self::Names(_) => None,
            Self::Step(step) => step.by.as_ref().map(|(_, request)| *request),
        }
    }
}

/// One event, as the router was told it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) at: Time,
    pub(super) event: Event,
    /// Of which session an arrival is.
    session: Option<SessionId>,
    /// Who asked, where a desk did.
    by: Option<(AgentName, RequestId)>,
    pub(super) refused: Option<Refusal>,
    /// What came of it, for the checker.
    pub(super) effects: Vec<Effect>,
    chain: u64,
}

/// Everything the owner holds.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) router: Router,
    pub(super) directory: Directory,
    chart: Chart,
    pub(super) cases: Cases,
    answered: BTreeMap<RequestId, Option<Refusal>>,
    chain: u64,
    pub(super) last: Time,
    mutant: Option<Mutant>,
}

#[derive(Serialize, Deserialize)]
struct Picture {
    router: Snapshot,
    directory: Directory,
    chart: Chart,
    cases: Cases,
    answered: BTreeMap<RequestId, Option<Refusal>>,
    chain: u64,
    last: Time,
}

/// What an input led to.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) records: Vec<Record>,
    pub(super) lines: BTreeSet<SessionId>,
    pub(super) turned_away: Vec<(SessionId, Line)>,
    pub(super) desk: Vec<(AgentName, Entry)>,
    pub(super) contents: Vec<(SessionId, Command)>,
    /// What a desk is answered.
    pub(super) refused: bool,
}

impl Taken {
    pub(super) fn join(&mut self, later: Self) {
        let Self { records, lines, turned_away, desk, contents, refused } = later;
        self.records.extend(records);
        self.lines.extend(lines);
        self.turned_away.extend(turned_away);
        self.desk.extend(desk);
        self.contents.extend(contents);
        self.refused = refused;
    }
}

impl Memory {
    pub(super) fn new(mutant: Option<Mutant>) -> Self {
        Self { mutant, ..Self::default() }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn at(&mut self, now: Time) -> Time {
        let at = if self.is(Mutant::TimeGoesBack) { now } else { now.max(self.last) };
        self.last = at;
        at
    }

    /// Puts a routing in force, unless it is already.
    pub(super) fn configure(&mut self, now: Time, rules: &Rules) -> Taken {
        let at = self.at(now);
        let (chart, mut directory) = (rules.chart(), self.directory.clone());
        let plan = rules.plan(&mut directory, self.mutant);
        let forgotten = self.is(Mutant::ReloadForgotten) && self.router.version().0 > 0;
        if forgotten || self.router.plan() == &plan && self.chart == chart && self.directory == directory {
            return Taken::default();
        }
        (self.directory, self.chart) = (directory.clone(), chart.clone());
        let names = Record::Names(Box::new((directory, chart)));
        let mut taken = self.step(at, Event::Configure(Box::new(plan)), None, None);
        taken.records.insert(0, names);
        taken
    }

    /// Takes in work from the inbox.
    pub(super) fn route(&mut self, now: Time, request: &RouteRequest) -> Taken {
        let at = self.at(now);
        let Ok(Some(mut event)) = route_event(&self.directory, &self.chart, request) else { return Taken::default() };
        match &mut event {
            Event::Arrive(arrival) => {
                if self.is(Mutant::LastInFirstOut) {
                    arrival.since = Time(u64::MAX / 2 - arrival.since.0);
                }
                if self.is(Mutant::PlaceForgotten) {
                    arrival.since = at;
                }
                if self.is(Mutant::NeedsForgotten) {
                    arrival.needs = Requirement::default();
                }
            }
            Event::Abandon(_) if self.is(Mutant::LeaveForgotten) => return Taken::default(),
            Event::Suspend(id) if self.is(Mutant::SuspensionIsLeaving) => event = Event::Abandon(*id),
            _ => {}
        }
        let session = if let RouteRequest::Arrive { session, .. } = request { Some(*session) } else { None };
        let mut taken = self.step(at, event, session, None);
        if let RouteRequest::Arrive { session, interaction, queue, channel, since, callback, .. } = request
            && taken.refused
        {
            let phase = Phase::Refused("TURNED_AWAY".to_owned());
            let (queue, phased) = (queue.clone(), phase.clone());
            let line = Line {
                interaction: *interaction,
                phase: phased,
                queue,
                channel: *channel,
                since: *since,
                ahead: None,
                expected_wait: None,
                callback: *callback,
            };
            taken.turned_away.push((*session, line));
            taken.contents.push((*session, Command::Routed(*interaction, phase)));
        }
        taken
    }

    /// Takes in a desk's command; a repeat answers as the first time.
    pub(super) fn desk(&mut self, now: Time, by: &AgentName, request: RequestId, command: &DeskCommand) -> Taken {
        let at = self.at(now);
        if let Some(refused) = self.answered.get(&request) {
            return Taken { refused: refused.is_some(), ..Taken::default() };
        }
        if self.is(Mutant::PresenceForgotten) && matches!(command, DeskCommand::Present(name) if name == AWAY) {
            return Taken::default();
        }
        match desk_event(&self.directory, &self.chart, &self.cases, by, command) {
            Ok(Some(event)) => self.step(at, event, None, Some((by.clone(), request))),
            Ok(None) | Err(_) => Taken { refused: true, ..Taken::default() },
        }
    }

    pub(super) fn sign_in(&mut self, now: Time, name: &AgentName) -> Taken {
        let at = self.at(now);
        let Some(agent) = self.directory.agent(name) else { return Taken::default() };
        let chosen = match self.router.agent(agent) {
            Some(change) if change.readiness == Readiness::Lost => Ok(change.presence),
            Some(change) if change.readiness != Readiness::SignedOut => return Taken::default(),
            Some(_) | None => presence(&self.directory, &self.chart, AWAY),
        };
        chosen.map(|presence| self.step(at, Event::SignIn(agent, presence), None, None)).unwrap_or_default()
    }

    pub(super) fn lose(&mut self, now: Time, name: &AgentName) -> Taken {
        let at = self.at(now);
        if self.is(Mutant::LossForgotten) {
            return Taken::default();
        }
        let present = self.directory.agent(name).and_then(|agent| self.router.agent(agent));
        match present.filter(|change| !matches!(change.readiness, Readiness::Lost | Readiness::SignedOut)) {
            Some(change) => self.step(at, Event::Lose(change.agent), None, None),
            None => Taken::default(),
        }
    }

    /// Lets pass what is due.
    pub(super) fn tick(&mut self, now: Time) -> Taken {
        let at = self.at(now);
        match self.router.deadline() {
            Some(due) if due <= at && !self.is(Mutant::LostTimer) => self.step(at, Event::Tick, None, None),
            Some(_) | None => Taken::default(),
        }
    }

    fn step(&mut self, at: Time, event: Event, session: Option<SessionId>, by: Option<(AgentName, RequestId)>) -> Taken {
        let mut effects = Vec::new();
        let refused = self.router.step(at, event.clone(), &mut effects).err();
        let link = (self.chain, at, &event, &effects, &refused);
        self.chain = sum(&rmp_serde::to_vec_named(&link).unwrap_or_default());
        if let Some((_, request)) = &by {
            self.answered.insert(*request, refused.clone());
        }
        let mut taken = Taken { refused: refused.is_some(), ..Taken::default() };
        if refused.is_none() {
            self.follow(at, &event, session, &effects, &mut taken);
        }
        taken.records.push(Record::Step(Box::new(Step { at, event, session, by, refused, effects, chain: self.chain })));
        taken
    }

    fn follow(&mut self, at: Time, event: &Event, session: Option<SessionId>, effects: &[Effect], taken: &mut Taken) {
        if let (Event::Arrive(arrival), Some(session)) = (event, session)
            && let Some(queue) = self.directory.queue_name(arrival.queue)
        {
            self.cases.arrive(session, arrival, queue.clone(), false);
        }
        let customer_left = match event {
            Event::Arrive(arrival) => arrival.continues.is_some(),
            event => matches!(event, Event::Suspend(_) | Event::Abandon(_)),
        };
        let names = Names { directory: &self.directory, chart: &self.chart, customer_left };
        let mut told = Told::default();
        for effect in effects {
            self.cases.apply(at, &names, effect, &mut told);
        }
        taken.lines.extend(told.lines);
        taken.contents.extend(told.contents);
        taken.desk.extend(told.desk.into_iter().filter_map(|(agent, news)| Some((agent, entry(&news)?))));
    }

    /// The session's line, by names.
    pub(super) fn line(&self, session: SessionId) -> Option<Line> {
        self.cases.line(session, |agent| self.directory.agent_name(agent).cloned())
    }

    /// What contents should have heard of the cases held.
    pub(super) fn standings(&self) -> Vec<(SessionId, Command)> {
        let name = |agent: AgentId| self.directory.agent_name(agent).cloned();
        let stands =
            |(id, case): (InteractionId, &segue_session::outbound::Case)| Some((case.session, Command::Routed(id, case.to_hear(name)?)));
        self.cases.iter().filter_map(stands).collect()
    }

    /// Lets go of what is over, once its session has heard.
    pub(super) fn heard(&mut self, interactions: &[InteractionId]) {
        self.cases.heard(interactions);
    }

    /// Takes in a record again; `Err` says how this memory differs from the one that wrote it.
    pub(super) fn replay(&mut self, record: &Record) -> Result<(), String> {
        match record {
            Record::Names(names) => {
                let (directory, chart) = names.as_ref();
                (self.directory, self.chart) = (directory.clone(), chart.clone());
                Ok(())
            }
            Record::Step(step) => {
                let Step { at, event, session, by, chain, .. } = step.as_ref();
                self.last = *at;
                let by = by.clone().filter(|_| !self.is(Mutant::AnswersForgotten));
                self.step(*at, event.clone(), *session, by);
                let same = self.chain == *chain;
                same.then_some(()).ok_or_else(|| format!("{event:?} at {} did not lead to what the journal says", at.0))
            }
        }
    }

    pub(super) fn picture(&self) -> Vec<u8> {
        let picture = Picture {
            router: self.router.snapshot(),
            directory: self.directory.clone(),
            chart: self.chart.clone(),
            cases: self.cases.clone(),
            answered: if self.is(Mutant::AnswersForgotten) { BTreeMap::new() } else { self.answered.clone() },
            chain: self.chain,
            last: self.last,
        };
        rmp_serde::to_vec_named(&picture).unwrap_or_default()
    }

    pub(super) fn of_picture(bytes: &[u8], mutant: Option<Mutant>) -> Result<Self, String> {
        let picture: Picture = rmp_serde::from_slice(bytes).map_err(|why| why.to_string())?;
        let Picture { router, directory, chart, cases, answered, chain, last } = picture;
        let router = Router::restore(router).map_err(|why| why.to_string())?;
        Ok(Self { router, directory, chart, cases, answered, chain, last, mutant })
    }
}

/// What a desk is told, as far as its agent acts on it.
fn entry(news: &DeskNews) -> Option<Entry> {
    match news {
        DeskNews::Offered(_, decision) => Some(Entry::Offered(decision.offer, decision.interaction, decision.deadline)),
        DeskNews::Assigned(_, interaction, offer) => Some(Entry::Assigned(*offer, *interaction)),
        DeskNews::Updated(..) => None,
        DeskNews::Ready(event) => match event.as_ref() {
            DeskEvent::Withdrawn { offer, interaction, .. } => Some(Entry::Withdrawn(*offer, *interaction)),
            DeskEvent::CustomerLeft { interaction, .. } => Some(Entry::CustomerLeft(*interaction)),
            DeskEvent::WrapUpBegan { interaction, .. } => Some(Entry::WrapUpBegan(*interaction)),
            DeskEvent::WrapUpEnded { interaction, .. } => Some(Entry::WrapUpEnded(*interaction)),
            DeskEvent::Offered(_) | DeskEvent::Assigned { .. } | DeskEvent::Updated(_) | DeskEvent::Enriched { .. } => None,
            DeskEvent::Agent(_) | DeskEvent::Noted { .. } => Some(Entry::Else),
        },
    }
}
