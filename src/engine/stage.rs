//! From inputs to one mutation: steps, journal entries, routing fields, desk entries; and what is told once it is stored.

use crate::config::plan::Routing;
use crate::engine::Meters;
use crate::engine::input::{Input, Look, Reply};
use crate::engine::journal::{Record, encode};
use crate::engine::machine::{Machine, Picture, Taken, ended};
use crate::engine::owned::Ownership;
use crate::engine::patience::patiently;
use crate::engine::pops::{Histories, Scenery, Sheets, awaits_parts, in_brief};
use segue_router::{Channel, Decision, Effect, Outcome, Span, Time};
use segue_session::codec::Coded;
use segue_session::outbound::{DeskNews, Told};
use segue_session::store::{
    Committed, Error as StoreError, Fence, JournalAppend, MUTATION_LIMIT, Mutation, OutboxAppend, RoutingWrite, Seq, Store, Version,
};
use segue_session::{AgentName, Command, InteractionId, Line, Phase, QueueName, Reason, Refusal, RouteRequest, SessionId, TenantId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bytes of desk entries in one batch, past which pops go in brief: with a snapshot beside, a mutation has room for them.
const DESK_BYTES: usize = 8 << 20;

/// The owner's memory.
pub(super) struct Memory {
    pub(super) machine: Machine,
    pub(super) owned: Ownership,
    /// How far the inbox was taken in.
    pub(super) inbox: Seq,
    /// The number of the newest batch.
    pub(super) batch: u64,
}

/// One mutation, and what is told once it is stored. Dropped instead, whoever waits asks again under the same request id.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) number: u64,
    pub(super) mutation: Mutation,
    /// What the mutation's snapshot is made of, where it gets one.
    pub(super) picture: Option<Picture>,
    pub(super) release: Release,
}

/// What is told once a batch is stored.
#[derive(Default)]
pub(super) struct Release {
    /// Entries that the mutation adds to the journal.
    pub(super) entries: u64,
    /// Whether the mutation holds a snapshot.
    pub(super) snapshot: bool,
    /// The config that is in force from then on, where a new one is.
    pub(super) configured: Option<Arc<Routing>>,
    /// Those who wait, with why they are refused, where they are.
    pub(super) answers: Vec<(Reply, Option<Refusal>)>,
    pub(super) looks: Vec<Box<dyn FnOnce() + Send>>,
    /// Sessions whose routing fields were written, with the new version and the line.
    pub(super) sessions: Vec<(SessionId, Version, Line)>,
    pub(super) contents: Vec<(SessionId, Command)>,
    pub(super) decisions: Vec<(SessionId, Decision)>,
    /// Interactions that desks are shown without parts of other systems.
    pub(super) lacking: BTreeSet<(SessionId, InteractionId)>,
    pub(super) moved: BTreeSet<QueueName>,
    pub(super) effects: Vec<Effect>,
    /// How long customers had waited who were taken.
    pub(super) waits: Vec<(QueueName, Span)>,
    /// What ended.
    pub(super) ended: Vec<(QueueName, Channel, Outcome)>,
}

impl Release {
    /// Answers those who wait, and runs the looks.
    pub(super) fn answer(self) {
        for (reply, refusal) in self.answers {
            // Who gave up waiting asks again under the same request id.
            let _ = reply.send(refusal.map_or(Ok(()), Err));
        }
        for look in self.looks {
            look();
        }
    }

    /// Notes what the meters want to know of effects whose cases may be forgotten next.
    fn measure(&mut self, now: Time, machine: &Machine, effects: Vec<Effect>) {
        for effect in &effects {
            match effect {
                Effect::Assign { interaction, since, .. } => {
                    let queue = machine.cases().get(*interaction).map(|case| case.queue.clone());
                    self.waits.extend(queue.map(|queue| (queue, now.since(*since))));
                }
                Effect::Ended { interaction, outcome, .. } => {
                    let case = machine.cases().get(*interaction);
                    self.ended.extend(case.map(|case| (case.queue.clone(), case.channel, *outcome)));
                }
                _ => {}
            }
        }
        self.effects = effects;
    }
}

impl Batch {
    /// What is to be stored. A snapshot is written beside the loop, which may go on meanwhile.
    pub(super) fn take(&mut self) -> impl Future<Output = Mutation> + Send + use<> {
        let (mut mutation, picture) = (std::mem::take(&mut self.mutation), self.picture.take());
        async move {
            let Some(picture) = picture else { return mutation };
            let most = MUTATION_LIMIT.saturating_sub(mutation.weight());
            match tokio::task::spawn_blocking(move || encode(&picture)).await {
                Ok(body) if body.len() <= most => mutation.snapshot = Some(body),
                Ok(body) => {
                    tracing::error!(bytes = body.len(), most, "what is held is too much for a snapshot; the journal grows until it is less")
                }
                Err(error) => tracing::error!(%error, "a snapshot could not be written"),
            }
            mutation
        }
    }

    /// Whether there is nothing to store.
    pub(super) fn is_idle(&self) -> bool {
        let m = &self.mutation;
        m.journal.is_empty() && m.routing.is_empty() && m.outbox.is_empty() && m.inbox_read.is_none() && self.picture.is_none()
    }
}

/// What a batch is made of.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) asks: Vec<(Input, Option<Reply>)>,
    pub(super) looks: Vec<Look>,
    pub(super) routes: Vec<Input>,
    pub(super) tick: bool,
    pub(super) lost: BTreeSet<AgentName>,
    pub(super) snapshot: bool,
}

/// Where batches are made.
pub(super) struct Stage<'a> {
    pub(super) store: &'a Arc<dyn Store>,
    pub(super) domain: &'a TenantId,
    pub(super) scenery: &'a Scenery,
    pub(super) fence: &'a Fence,
    pub(super) now: Time,
    pub(super) meters: &'a Meters,
}

impl Stage<'_> {
    /// Steps through everything gathered and makes one mutation of it.
    pub(super) async fn stage(&self, memory: &mut Memory, mut gathered: Gathered, first: Option<Taken>) -> Result<Batch, StoreError> {
        memory.batch += 1;
        let mut batch = Batch { number: memory.batch, ..Batch::default() };
        let mut sum = Sum::default();
        if let Some(taken) = first {
            sum.add(taken);
        }
        let snapshot = gathered.snapshot;
        let looks = std::mem::take(&mut gathered.looks);
        self.step_all(memory, gathered, &mut batch, &mut sum);
        self.write(memory, &mut batch, sum).await?;
        if snapshot {
            batch.picture = Some(memory.machine.picture());
            batch.release.snapshot = true;
        }
        batch.mutation.at = memory.machine.at(self.now);
        batch.mutation.fence = Some(self.fence.clone());
        batch.release.looks = looks.into_iter().map(|look| look(&memory.machine)).collect();
        Ok(batch)
    }

    fn step_all(&self, memory: &mut Memory, gathered: Gathered, batch: &mut Batch, sum: &mut Sum) {
        let desks = gathered.lost.into_iter().map(|agent| (Input::Lose(agent), None));
        let tick = gathered.tick.then_some((Input::Tick, None));
        // What frees an agent goes before what comes new; commands of one desk stay in their order.
        let routes = gathered.routes.into_iter().map(|route| (route, None));
        for (input, reply) in tick.into_iter().chain(desks).chain(gathered.asks).chain(routes) {
            let begun = std::time::Instant::now();
            let taken = memory.machine.take(self.now, &input);
            self.meters.matching.observe(begun.elapsed().as_secs_f64());
            if let Some(reply) = reply {
                batch.release.answers.push((reply, taken.answer.clone()));
            }
            if let Input::Configure(routing) = &input
                && taken.answer.is_none()
            {
                batch.release.configured = Some(Arc::clone(routing));
            }
            sum.add(taken);
            if let Input::Route(place, request) = &input {
                if let RouteRequest::Leave(session, _) = request {
                    sum.left.insert(*session);
                }
                memory.inbox = memory.inbox.max(*place);
                batch.mutation.inbox_read = Some(memory.inbox);
            }
        }
    }

    /// Reads the sessions that a batch needs, in one go. One that cannot be read can be shown to nobody: its interaction ends
    /// before anybody is told of it, and who is offered what instead may need more.
    async fn sheets(&self, memory: &mut Memory, batch: u64, sum: &mut Sum) -> Result<Sheets, StoreError> {
        let mut sheets = Sheets::default();
        loop {
            let wanted = sum.wanted(memory, &sheets);
            let more = patiently(|| Sheets::load(self.store, self.domain, wanted.clone())).await?;
            for (session, stored) in more.iter() {
                match stored {
                    Some(_) => memory.owned.learn(session, stored, batch),
                    None => memory.owned.erased(session, batch),
                }
            }
            sheets.extend(more);
            let unreadable = sum.unreadable(&memory.machine, &sheets);
            if unreadable.is_empty() {
                return Ok(sheets);
            }
            for (session, interaction) in unreadable {
                tracing::error!(tenant = self.domain.as_str(), %session, "an interaction ends, as its session cannot be shown to anybody");
                let refused = memory.machine.line(session).map(|line| Line {
                    phase: Phase::Refused(Reason::Internal.name()),
                    ahead: None,
                    expected_wait: None,
                    ..line
                });
                let leave = RouteRequest::Leave(session, interaction);
                sum.add(memory.machine.take(self.now, &Input::Route(memory.inbox, leave)));
                sum.lines.insert(session, refused);
            }
        }
    }

    /// Puts into the mutation what the steps led to.
    async fn write(&self, memory: &mut Memory, batch: &mut Batch, mut sum: Sum) -> Result<(), StoreError> {
        let sheets = self.sheets(memory, batch.number, &mut sum).await?;
        let Sum { records, told, lines: news, moved, effects, left: _ } = sum;
        let append = |(session, record): (Option<SessionId>, Record)| JournalAppend { session, body: encode(&record) };
        batch.release.entries = records.len() as u64;
        batch.mutation.journal = records.into_iter().map(append).collect();
        let line = |(session, refused): (SessionId, Option<Line>)| Some((session, refused.or_else(|| memory.machine.line(session))?));
        let lines: BTreeMap<SessionId, Line> = news.into_iter().filter_map(line).collect();
        let joins: BTreeSet<SessionId> = told.desk.iter().filter_map(|(_, news)| news.joins()).collect();
        let others = self.scenery.histories(self.store, self.domain, &sheets, &told).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = self.domain.as_str(), %error, "pops go without their customers' former interactions");
            Histories::new()
        });
        self.tell_desks(memory, batch, &told, &sheets, &others);
        for (session, line) in lines {
            // What is said between this look and the write reaches who joins from the store.
            let seen = joins.contains(&session).then(|| sheets.stored(session)).flatten().map(|stored| stored.last_message);
            self.write_line(memory, batch, session, line, seen);
        }
        let over: Vec<InteractionId> = ended(&effects).collect();
        let release = &mut batch.release;
        release.measure(self.now, &memory.machine, effects);
        (release.contents, release.decisions, release.moved) = (told.contents, told.decisions, moved);
        for session in over.iter().filter_map(|id| memory.machine.cases().get(*id)).map(|case| case.session) {
            memory.owned.done(session, batch.number);
        }
        memory.machine.forget(over.iter().copied());
        let gone: Vec<InteractionId> = over.into_iter().filter(|id| memory.machine.cases().get(*id).is_none()).collect();
        self.scenery.parts.forget(&gone);
        self.scenery.waits.forget(&gone);
        Ok(())
    }

    /// Puts the desks' entries into the mutation. Where they are too much for one, what is left of the pops follows: the sessions
    /// come back through the inbox, in the same mutation, so that no crash comes between.
    fn tell_desks(&self, memory: &Memory, batch: &mut Batch, told: &Told, sheets: &Sheets, others: &Histories) {
        let (mut bytes, mut whole, mut brief) = (0_usize, BTreeSet::new(), BTreeSet::new());
        for (agent, news) in &told.desk {
            let Some(mut event) = self.scenery.complete(self.now, &memory.machine, sheets, others, agent, news) else { continue };
            if let Some(session) = news.shows() {
                batch.release.lacking.extend(awaits_parts(&event, news).map(|interaction| (session, interaction)));
                // A session is told whole of or not at all: so the first of each batch is whole, and all come to an end.
                if bytes < DESK_BYTES || whole.contains(&session) {
                    whole.insert(session);
                } else {
                    brief.insert(session);
                    let Some(short) = in_brief(event) else { continue };
                    event = short;
                }
            }
            let body = encode(&event);
            bytes = bytes.saturating_add(body.len());
            batch.mutation.outbox.push(OutboxAppend { agent: agent.clone(), about: event.sessions(), body });
        }
        batch.mutation.inbox = brief.into_iter().map(|session| encode(&RouteRequest::Refresh(session))).collect();
    }

    fn write_line(&self, memory: &mut Memory, batch: &mut Batch, session: SessionId, line: Line, seen: Option<Seq>) {
        let fields = match line.encode() {
            Ok(fields) => fields,
            Err(error) => return tracing::error!(%session, error = &error as &dyn std::error::Error, "a line cannot be stored"),
        };
        // Erased while it waited: there is nothing to write to, and nobody to tell.
        let Some(expect) = memory.owned.write(session, batch.number) else { return };
        let agents = memory.machine.listeners(session);
        batch.mutation.routing.push(RoutingWrite { session, expect, fields, agents, seen });
        batch.release.sessions.push((session, Version(expect.0.saturating_add(1)), line));
    }
}

/// What all steps of a batch led to.
#[derive(Default)]
struct Sum {
    records: Vec<(Option<SessionId>, Record)>,
    told: Told,
    /// Sessions whose line is news; with it where their arrival was refused last.
    lines: BTreeMap<SessionId, Option<Line>>,
    moved: BTreeSet<QueueName>,
    effects: Vec<Effect>,
    /// Sessions that left the line, or their talk.
    left: BTreeSet<SessionId>,
}

impl Sum {
    fn add(&mut self, taken: Taken) {
        let Taken { records, told, turned_away, moved, answer: _, effects } = taken;
        self.records.extend(records);
        self.lines.extend(told.lines.iter().map(|session| (*session, None)));
        self.lines.extend(turned_away.into_iter().map(|(session, line)| (session, Some(line))));
        self.told.extend(told);
        self.moved.extend(moved);
        self.effects.extend(effects);
    }

    /// The sessions to be read, beside those that were.
    fn wanted(&self, memory: &Memory, read: &Sheets) -> BTreeSet<SessionId> {
        let lacking = self.told.desk.iter().filter_map(|(_, news)| news.lacks());
        let written = self.lines.iter().filter(|(session, refused)| refused.is_some() || memory.machine.line(**session).is_some());
        let unknown = written.map(|(session, _)| *session).filter(|session| !memory.owned.knows(*session));
        // Who left may have been erased, and then there is nothing to write to.
        lacking.chain(unknown).chain(self.left.iter().copied()).filter(|session| !read.has(*session)).collect()
    }

    /// Interactions that stand offered, of sessions that cannot be read. An agent who wraps one up may be offered it again: only the
    /// offer counts, and what ends an interaction ends its offer.
    fn unreadable(&self, machine: &Machine, read: &Sheets) -> BTreeSet<(SessionId, InteractionId)> {
        let offered = self.told.desk.iter().filter_map(|(_, news)| match news {
            DeskNews::Offered(session, decision) if read.is_unreadable(*session) => Some((*session, decision)),
            _ => None,
        });
        let is_offered = |decision: &Decision| {
            let case = machine.cases().get(decision.interaction);
            case.and_then(|case| case.offer.as_ref()).is_some_and(|offer| offer.agent == decision.agent)
        };
        let stands = offered.filter(|(_, decision)| is_offered(decision));
        stands.map(|(session, decision)| (session, decision.interaction)).collect()
    }
}

/// Whose outbox grew, and how far.
pub(super) fn grown(committed: &Committed) -> impl Iterator<Item = (&AgentName, Seq)> {
    committed.outbox.iter().map(|(agent, seq)| (agent, *seq))
}
