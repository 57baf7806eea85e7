//! One command for one session: load, decide, store, tell. The only place where a session's content is written.

use crate::engine::journal::{Record, encode};
use crate::engine::meters::OfResult;
use crate::house::chores::Chore;
use crate::house::tenant::Tenant;
use segue_adapter_kit::Accepted;
use segue_session::codec::{Coded, fingerprint};
use segue_session::store::{
    Committed, DocumentWrite, Error as StoreError, JournalAppend, Malformed, MessageAppend, Mutation, Request, Stored, Version,
};
use segue_session::{
    Actor, Arriving, Asker, Changed, Claim, Command, GivenHandle, Leg, LegId, LegStanding, Line, Moment, Principal, Reason, Refusal,
    RequestId, Session, SessionId, Time, apply, due, view,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tracing::Instrument as _;
use uuid::Uuid;

/// How often a command is applied anew because somebody else was quicker.
const TRIES: usize = 8;

/// What a repeat is answered.
#[derive(Default, Serialize, Deserialize)]
struct Answer {
    handles: Vec<GivenHandle>,
    erased: bool,
    /// Drawn for each attempt: tells one that was done unheard from one that was done before by another.
    #[serde(default)]
    attempt: Uuid,
}

impl Answer {
    /// The session with which it is forgotten: ways back lead to one.
    fn of(&self, session: SessionId) -> Option<SessionId> {
        (!self.handles.is_empty()).then_some(session)
    }
}

/// A request by its id, and what it says: of which session, by whom, what. The store knows it by both.
#[derive(Clone, Copy)]
struct Named {
    id: RequestId,
    fingerprint: u64,
}

fn named(id: RequestId, session: SessionId, asker: Option<Asker<'_>>, command: &Command) -> Result<Named, Refusal> {
    let unwritable = |_| Refusal::new(Reason::InvalidArgument, "the command cannot be written");
    Ok(Named { id, fingerprint: fingerprint(session, asker, command).map_err(unwritable)? })
}

/// A session as read, decoded.
pub(super) struct Read {
    pub(super) stored: Stored,
    pub(super) session: Session,
    pub(super) line: Option<Line>,
}

/// How a commit ended.
enum Settled {
    /// It was done, and those who wait were told.
    Now(Box<Applied>),
    /// The request had been done before: what was kept of it.
    Before(Committed),
}

/// What a command led to, stored.
pub(super) struct Applied {
    pub(super) read: Option<Read>,
    pub(super) handles: Vec<GivenHandle>,
    pub(super) repeat: bool,
}

impl Tenant {
    /// A session, decoded; `None` where there is none.
    pub(super) async fn read(&self, session: SessionId) -> Result<Option<Read>, Refusal> {
        let stored = self.store.session(&self.id, session).await.map_err(|error| self.failed(&error))?;
        stored.map(|stored| self.decode(stored)).transpose()
    }

    pub(super) fn decode(&self, stored: Stored) -> Result<Read, Refusal> {
        let unreadable = |error: segue_session::codec::Error| {
            tracing::error!(tenant = self.id.as_str(), error = &error as &dyn std::error::Error, "a session cannot be read");
            Refusal::new(Reason::Internal, "the session cannot be read")
        };
        let session = Session::decode(&stored.content).map_err(unreadable)?;
        let line = if stored.routing.is_empty() { None } else { Some(Line::decode(&stored.routing).map_err(unreadable)?) };
        Ok(Read { stored, session, line })
    }

    /// Applies a command and answers when it is stored. The same request id answers the same.
    pub(super) async fn apply(
        self: &Arc<Self>,
        who: Actor<'_>,
        id: SessionId,
        request: Option<RequestId>,
        command: Command,
    ) -> Result<Applied, Refusal> {
        let asker = match who {
            Actor::Principal(who) => Some(who.asker()),
            Actor::House => None,
        };
        let request = request.map(|request| named(request, id, asker, &command)).transpose()?;
        self.carry_out(who, id, request, command, None).await
    }

    /// Does what is due for a session, which stands in the index of deadlines at `row`. Whether nothing is due until `now` any
    /// more: where nothing was, the index told of settings that hold no longer, and is written anew.
    pub(super) async fn timer(self: &Arc<Self>, id: SessionId, row: Time, now: Time) -> Result<bool, Refusal> {
        let applied = self.carry_out(Actor::House, id, None, Command::Timer, Some(row)).await?;
        let due = applied.read.and_then(|read| due(&read.session, &self.settings.load(), &self.library));
        Ok(due.is_none_or(|due| due > now))
    }

    async fn carry_out(
        self: &Arc<Self>,
        who: Actor<'_>,
        id: SessionId,
        request: Option<Named>,
        command: Command,
        row: Option<Time>,
    ) -> Result<Applied, Refusal> {
        let arriving = command.arriving().map(|arriving| arriving.leg);
        for _ in 0..TRIES {
            let read = self.read(id).await?;
            let changed = match self.decide(who, read.as_ref(), command.clone()) {
                Ok(changed) => changed,
                // What was done once cannot always be done again: the first answer counts.
                Err(refusal) => {
                    let first = self.first_answer(id, request).await?.ok_or(refusal)?;
                    return self.here_again(who, first, arriving).await;
                }
            };
            let misplaced = row.is_some_and(|row| changed.due != Some(row));
            if !misplaced && !changed.dirty && changed.route.is_empty() && changed.messages.is_empty() && changed.lookups.is_empty() {
                return match self.first_answer(id, request).await? {
                    Some(first) => self.here_again(who, first, arriving).await,
                    None => Ok(Applied { read, handles: changed.handles, repeat: false }),
                };
            }
            let expect = read.as_ref().map(|read| read.stored.version).unwrap_or_default();
            let mutation = self.mutation(id, expect, request, &changed)?;
            match self.settle(read, changed, mutation).await? {
                Ok(Settled::Before(committed)) => {
                    let first = self.repeated(id, &committed).await?;
                    return self.here_again(who, first, arriving).await;
                }
                Ok(Settled::Now(applied)) => return Ok(*applied),
                Err(StoreError::Conflict { .. } | StoreError::HandleTaken(_) | StoreError::Absent(_)) => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Err(Refusal::new(Reason::VersionConflict, "others keep changing the session; look and try again").retry_after(100))
    }

    fn decide(&self, who: Actor<'_>, read: Option<&Read>, command: Command) -> Result<Changed, Refusal> {
        let mut ids = Uuid::now_v7;
        let now = self.clock.now();
        let settings = self.settings.load();
        let mut moment = Moment {
            now,
            tenant: &self.id,
            life: self.life,
            heard: read.is_some_and(|read| self.bells.heard_of(read.session.id, self.silent_since())),
            who,
            settings: &settings,
            keys: &self.keys,
            library: &self.library,
            ids: &mut ids,
        };
        apply(&mut moment, read.map(|read| read.session.clone()), read.and_then(|read| read.line.as_ref()), command)
    }

    fn mutation(&self, id: SessionId, expect: Version, request: Option<Named>, changed: &Changed) -> Result<Mutation, Refusal> {
        let too_odd = |_| Refusal::new(Reason::InvalidArgument, "the session cannot be written");
        let content = changed.session.as_ref().map(Coded::encode).transpose().map_err(too_odd)?;
        let messages = changed.messages.iter().map(|message| Ok(MessageAppend { session: id, body: message.encode().map_err(too_odd)? }));
        let answer = Answer { handles: changed.handles.clone(), erased: changed.session.is_none(), attempt: Uuid::now_v7() };
        Ok(Mutation {
            request: request.map(|Named { id: request, fingerprint }| Request {
                id: request,
                fingerprint,
                result: encode(&answer),
                of: answer.of(id),
            }),
            at: self.clock.now(),
            documents: vec![DocumentWrite {
                session: id,
                expect,
                born: changed.session.as_ref().map(|session| session.created).unwrap_or_default(),
                live: changed.session.as_ref().is_some_and(|session| !session.is_final()),
                content,
                due: changed.due,
                keys: changed.keys.clone(),
                handles: changed.handle_keys.clone(),
            }],
            messages: messages.collect::<Result<_, Refusal>>()?,
            inbox: changed.route.iter().map(encode).collect(),
            journal: changed
                .events
                .iter()
                .map(|event| JournalAppend { session: Some(id), body: encode(&Record::Session(event.clone())) })
                .collect(),
            ..Mutation::default()
        })
    }

    /// Commits a change and tells of it.
    async fn settle(
        self: &Arc<Self>,
        read: Option<Read>,
        changed: Changed,
        mutation: Mutation,
    ) -> Result<Result<Settled, StoreError>, Refusal> {
        let tenant = Arc::clone(self);
        seen_through(async move {
            let committed = tenant.commit(mutation).await?;
            if committed.repeat {
                return Ok(Settled::Before(committed));
            }
            Ok(Settled::Now(Box::new(tenant.tell(read, changed, &committed))))
        })
        .await
    }

    /// Commits; when the outcome is unknown, asks again with the same request id, which the store knows if it was done.
    pub(super) async fn commit(&self, mut mutation: Mutation) -> Result<Committed, StoreError> {
        let named = mutation.request.is_some();
        if !named {
            mutation.request = Some(Request { id: RequestId(Uuid::now_v7()), fingerprint: 0, result: Vec::new(), of: None });
        }
        let mut left = TRIES;
        loop {
            let begun = tokio::time::Instant::now();
            let outcome = self.store.commit(&self.id, mutation.clone()).await;
            self.meters.commit.observe(begun.elapsed().as_secs_f64());
            match outcome {
                Err(StoreError::Unknown { doing, source }) if left > 0 => {
                    left -= 1;
                    tracing::warn!(tenant = self.id.as_str(), doing, error = &*source as &dyn std::error::Error, "asking the store again");
                }
                // Done by an attempt of this very call, unheard: not a repeat of the caller's.
                Ok(committed) if committed.repeat && (!named || is_own(&mutation, &committed)) => {
                    return Ok(Committed { repeat: false, ..committed });
                }
                outcome => return outcome,
            }
        }
    }

    /// Applies the house's own command for somebody who may give it, or may not: what they had done before under this
    /// request id is answered as the first time, though they might not do it any more.
    pub(super) async fn apply_for(
        self: &Arc<Self>,
        who: &Principal,
        may: Result<(), Refusal>,
        id: SessionId,
        request: RequestId,
        command: Command,
    ) -> Result<Applied, Refusal> {
        let request = Some(named(request, id, Some(who.asker()), &command)?);
        let Err(refusal) = may else { return self.carry_out(Actor::House, id, request, command, None).await };
        self.first_answer(id, request).await?.ok_or(refusal)
    }

    /// What this request was answered before, if it was.
    async fn first_answer(&self, id: SessionId, request: Option<Named>) -> Result<Option<Applied>, Refusal> {
        let Some(Named { id: request, fingerprint }) = request else { return Ok(None) };
        match self.first_time(id, request, fingerprint).await? {
            Some(committed) => self.repeated(id, &committed).await.map(Some),
            None => Ok(None),
        }
    }

    /// What this request led to, if it was done: a write that expects a version which no session has is refused, unless its
    /// request is a repeat.
    pub(super) async fn first_time(&self, id: SessionId, request: RequestId, print: u64) -> Result<Option<Committed>, Refusal> {
        let probe = Mutation {
            request: Some(Request { id: request, fingerprint: print, result: Vec::new(), of: None }),
            at: self.clock.now(),
            documents: vec![DocumentWrite {
                session: id,
                expect: Version(u64::MAX),
                born: Time::default(),
                content: None,
                live: false,
                due: None,
                keys: Vec::new(),
                handles: Vec::new(),
            }],
            ..Mutation::default()
        };
        match self.store.commit(&self.id, probe).await {
            Ok(committed) if committed.repeat => Ok(Some(committed)),
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::Absent(_)) => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    async fn repeated(&self, id: SessionId, first: &Committed) -> Result<Applied, Refusal> {
        let answer: Answer = crate::engine::journal::decode(&first.result).unwrap_or_default();
        let read = if answer.erased { None } else { self.read(id).await? };
        Ok(Applied { read, handles: answer.handles, repeat: true })
    }

    /// What was asked over a connection that is gone, of this life or a former one, may be repeated over another: the leg is
    /// here from now on, and no grace runs against it.
    async fn here_again(self: &Arc<Self>, who: Actor<'_>, first: Applied, leg: Option<LegId>) -> Result<Applied, Refusal> {
        let Some(session) = first.read.as_ref().map(|read| &read.session) else { return Ok(first) };
        self.ask_again(session);
        let gone = |l: &&Leg| match l.standing {
            LegStanding::Live => l.life != self.life,
            LegStanding::Lost { .. } => true,
            LegStanding::Ended { .. } => false,
        };
        let Some(leg) = leg.and_then(|leg| session.leg(leg)).filter(gone) else { return Ok(first) };
        let leg = Arriving { leg: leg.id, channel: leg.channel, address: None, language: None };
        let held = Box::pin(self.apply(who, session.id, None, Command::Resume { leg, by: Claim::SameLeg })).await?;
        Ok(Applied { read: held.read, ..first })
    }

    /// Everything that follows from a stored change.
    fn tell(self: &Arc<Self>, read: Option<Read>, changed: Changed, committed: &Committed) -> Applied {
        self.heard(committed, changed.events.len());
        self.measure(&changed);
        let Changed { session, lookups, seeks, handles, .. } = changed;
        let Some(session) = session else {
            let over = read.iter().flat_map(|read| &read.session.interactions).map(|record| record.id);
            self.scenery.parts.forget(&over.collect::<Vec<_>>());
            return Applied { read: None, handles, repeat: false };
        };
        let before = read.as_ref();
        let version = Version(before.map(|read| read.stored.version.0).unwrap_or_default().saturating_add(1));
        let last_message = committed.messages.last().copied().or(before.map(|read| read.stored.last_message)).unwrap_or_default();
        self.bells.content(session.id, version);
        if !committed.messages.is_empty() {
            self.bells.message(session.id, last_message);
        }
        for lookup in lookups {
            self.look_up(session.id, lookup);
        }
        if !seeks.is_empty() {
            self.chore(Chore::Recognise(session.id, seeks.into_iter().collect()));
        }
        let stored = Stored {
            version,
            content: Vec::new(),
            routing_version: before.map(|read| read.stored.routing_version).unwrap_or_default(),
            routing: Vec::new(),
            last_message,
        };
        let line = read.and_then(|read| read.line);
        Applied { read: Some(Read { stored, session, line }), handles, repeat: false }
    }

    /// Rings whoever waits for what a commit brought: the router's owner, desks, the snapshot's count.
    pub(super) fn heard(&self, committed: &Committed, entries: usize) {
        if let Some(first) = committed.journal {
            self.bell.journal_at(first.0.saturating_add(entries as u64).saturating_sub(1));
        }
        if committed.inbox.is_some() {
            self.bell.ring();
        }
        for (agent, seq) in &committed.outbox {
            self.desks.grew(agent, *seq);
        }
    }

    /// The answer for a customer.
    pub(super) async fn accepted(&self, who: &Principal, applied: Applied) -> Accepted {
        let Applied { read, handles, repeat } = applied;
        let view = match read {
            Some(read) => Some(self.view_of(who, &read).await),
            None => None,
        };
        Accepted { view, durability: self.store.durability(), handles, repeat }
    }

    /// A session as its customer sees it, with its place in line as of now.
    pub(super) async fn view_of(&self, who: &Principal, read: &Read) -> segue_session::View {
        let beside = view::Read {
            version: read.stored.version,
            routing_version: read.stored.routing_version,
            last_message: read.stored.last_message,
            line: read.line.as_ref(),
        };
        let view = view::to(who, &self.keys, &read.session, beside, &self.library, self.clock.now());
        self.place(&read.session, view).await
    }

    /// Counts a resume that was refused.
    pub(super) fn count_resume(&self, refusal: &Refusal) {
        let result = if refusal.reason == Reason::AlreadyResumed { "already" } else { "refused" };
        self.meters.resumes.get_or_create(&OfResult::of(result)).inc();
    }

    /// What the outside is told of a fault of the store's; it is logged here, once.
    pub(super) fn failed(&self, error: &StoreError) -> Refusal {
        if let StoreError::RequestReused(_) = error {
            return Refusal::new(Reason::RequestIdReused, "this request id was used for something else");
        }
        tracing::error!(tenant = self.id.as_str(), error = error as &dyn std::error::Error, "the store failed");
        match error {
            StoreError::Malformed(Malformed::TooLarge(_)) => {
                return Refusal::new(Reason::LimitExceeded, "this is more than one change may bring").about("limit", "change_bytes");
            }
            StoreError::Malformed(_) => return Refusal::new(Reason::Internal, "no store takes this change"),
            _ => {}
        }
        if let Some(why) = self.store.broken() {
            self.give_up(why);
        }
        Refusal::new(Reason::Unavailable, "the store cannot be reached just now; repeat with the same request id").retry_after(1000)
    }
}

/// Whether what was done is this mutation: what is kept of a command tells each attempt from all others.
fn is_own(mutation: &Mutation, committed: &Committed) -> bool {
    mutation.request.as_ref().is_some_and(|request| request.result == committed.result)
}

/// Runs something to its end, though whoever asked may hang up or run out of time meanwhile: between a commit and the
/// telling of it nothing may come.
pub(super) async fn seen_through<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Refusal> {
    let done = tokio::spawn(work.in_current_span()).await;
    done.map_err(|_| Refusal::new(Reason::Internal, "the command ended without an answer; repeat it with the same request id"))
}
