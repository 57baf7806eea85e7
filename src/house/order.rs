//! One command for one session: load, decide, store, tell. The only place where a session's content is written.

use crate::engine::journal::{Record, encode};
use crate::engine::meters::OfResult;
use crate::house::tenant::Tenant;
use segue_adapter_kit::Accepted;
use segue_session::codec::{Coded, fingerprint};
use segue_session::store::{
    Committed, DocumentWrite, Error as StoreError, JournalAppend, MessageAppend, Mutation, Request, Stored, Version,
};
use segue_session::{Actor, Changed, Command, GivenHandle, Line, Moment, Reason, Refusal, RequestId, Session, SessionId, apply, view};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// How often a command is applied anew because somebody else was quicker.
const TRIES: usize = 8;

/// What a repeat is answered.
#[derive(Default, Serialize, Deserialize)]
struct Answer {
    handles: Vec<GivenHandle>,
    erased: bool,
}

/// A session as read, decoded.
pub(super) struct Read {
    pub(super) stored: Stored,
    pub(super) session: Session,
    pub(super) line: Option<Line>,
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
        let print = fingerprint(&command).map_err(|_| Refusal::new(Reason::InvalidArgument, "the command cannot be written"))?;
        for _ in 0..TRIES {
            let read = self.read(id).await?;
            let changed = match self.decide(who, read.as_ref(), command.clone()) {
                Ok(changed) => changed,
                // What was done once cannot always be done again: the first answer counts.
                Err(refusal) => return self.first_answer(id, request, print).await?.ok_or(refusal),
            };
            if !changed.dirty && changed.route.is_empty() && changed.messages.is_empty() && changed.lookups.is_empty() {
                return match self.first_answer(id, request, print).await? {
                    Some(first) => Ok(first),
                    None => Ok(Applied { read, handles: changed.handles, repeat: false }),
                };
            }
            let expect = read.as_ref().map(|read| read.stored.version).unwrap_or_default();
            let mutation = self.mutation(id, expect, request.map(|id| (id, print)), &changed)?;
            match self.commit(mutation).await {
                Ok(committed) if committed.repeat => return self.repeated(id, &committed).await,
                Ok(committed) => return self.tell(read, changed, &committed).await,
                Err(StoreError::Conflict { .. } | StoreError::HandleTaken(_) | StoreError::Absent(_)) => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Err(Refusal::new(Reason::VersionConflict, "others keep changing the session; look and try again").retry_after(100))
    }

    fn decide(&self, who: Actor<'_>, read: Option<&Read>, command: Command) -> Result<Changed, Refusal> {
        let mut ids = Uuid::now_v7;
        let mut moment = Moment {
            now: self.clock.now(),
            tenant: &self.id,
            who,
            settings: &self.settings,
            keys: &self.keys,
            library: &self.library,
            ids: &mut ids,
        };
        apply(&mut moment, read.map(|read| read.session.clone()), read.and_then(|read| read.line.as_ref()), command)
    }

    fn mutation(&self, id: SessionId, expect: Version, request: Option<(RequestId, u64)>, changed: &Changed) -> Result<Mutation, Refusal> {
        let too_odd = |_| Refusal::new(Reason::InvalidArgument, "the session cannot be written");
        let content = changed.session.as_ref().map(Coded::encode).transpose().map_err(too_odd)?;
        let messages = changed.messages.iter().map(|message| Ok(MessageAppend { session: id, body: message.encode().map_err(too_odd)? }));
        let answer = Answer { handles: changed.handles.clone(), erased: changed.session.is_none() };
        Ok(Mutation {
            request: request.map(|(id, fingerprint)| Request { id, fingerprint, result: encode(&answer) }),
            at: self.clock.now(),
            documents: vec![DocumentWrite {
                session: id,
                expect,
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

    /// Commits; when the outcome is unknown, asks again with the same request id, which the store knows if it was done.
    pub(super) async fn commit(&self, mut mutation: Mutation) -> Result<Committed, StoreError> {
        let named = mutation.request.is_some();
        if !named {
            mutation.request = Some(Request { id: RequestId(Uuid::now_v7()), fingerprint: 0, result: Vec::new() });
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
                // Done the first time, unheard: not a repeat of the caller's.
                Ok(committed) if !named || left < TRIES => {
                    return Ok(Committed { repeat: committed.repeat && named && left == TRIES, ..committed });
                }
                outcome => return outcome,
            }
        }
    }

    /// What this request was answered before, if it was.
    async fn first_answer(&self, id: SessionId, request: Option<RequestId>, print: u64) -> Result<Option<Applied>, Refusal> {
        let Some(request) = request else { return Ok(None) };
        match self.first_time(id, request, print).await? {
            Some(committed) => self.repeated(id, &committed).await.map(Some),
            None => Ok(None),
        }
    }

    /// What this request led to, if it was done: a write that expects a version which no session has is refused, unless its
    /// request is a repeat.
    pub(super) async fn first_time(&self, id: SessionId, request: RequestId, print: u64) -> Result<Option<Committed>, Refusal> {
        let probe = Mutation {
            request: Some(Request { id: request, fingerprint: print, result: Vec::new() }),
            at: self.clock.now(),
            documents: vec![DocumentWrite {
                session: id,
                expect: Version(u64::MAX),
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

    /// Everything that follows from a stored change.
    async fn tell(self: &Arc<Self>, read: Option<Read>, changed: Changed, committed: &Committed) -> Result<Applied, Refusal> {
        self.heard(committed, changed.events.len());
        self.measure(&changed);
        let Changed { session, lookups, handles, .. } = changed;
        let Some(session) = session else { return Ok(Applied { read: None, handles, repeat: false }) };
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
        let stored = Stored {
            version,
            content: Vec::new(),
            routing_version: before.map(|read| read.stored.routing_version).unwrap_or_default(),
            routing: Vec::new(),
            last_message,
        };
        let line = read.and_then(|read| read.line);
        Ok(Applied { read: Some(Read { stored, session, line }), handles, repeat: false })
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
    pub(super) async fn accepted(&self, applied: Applied) -> Accepted {
        let Applied { read, handles, repeat } = applied;
        let view = match read {
            Some(read) => Some(self.view_of(&read).await),
            None => None,
        };
        Accepted { view, durability: self.store.durability(), handles, repeat }
    }

    /// A session as its customer sees it, with the place in line as of now.
    pub(super) async fn view_of(&self, read: &Read) -> segue_session::View {
        let beside = view::Read {
            version: read.stored.version,
            routing_version: read.stored.routing_version,
            last_message: read.stored.last_message,
            line: read.line.as_ref(),
        };
        let mut view = view::of(&read.session, beside, &self.library, self.clock.now());
        self.bells.waits(read.session.id, view.line.as_ref());
        if let Some(line) = view.line.as_mut().filter(|line| line.phase == segue_session::Phase::Waiting) {
            line.ahead = self.ahead(line.interaction).await;
        }
        view
    }

    /// How many are ahead in line, where that is known now.
    async fn ahead(&self, interaction: segue_session::InteractionId) -> Option<u32> {
        let looked = self.engine().glance(move |machine| machine.router().place(interaction).map(|place| place.ahead));
        looked.await.ok().flatten()
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
        if let Some(why) = self.store.broken() {
            self.fatal.send_if_modified(|fatal| {
                fatal.is_none() && {
                    *fatal = Some(why);
                    true
                }
            });
        }
        Refusal::new(Reason::Unavailable, "the store cannot be reached just now; repeat with the same request id").retry_after(1000)
    }
}
