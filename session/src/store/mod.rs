//! Where sessions are kept: one trait, two stores, one exam.
//!
//! A store holds bytes, versions, indexes and leases. It knows no domain rule, takes no time from a clock and draws
//! no randomness. Everything that changes is one [`Mutation`], applied wholly or not at all.
//!
//! What an acknowledgement is worth:
//!
//! | store | setting | it is | survives kill -9 | survives power loss |
//! |---|---|---|---|---|
//! | [`Embedded::memory`] | | held by this process | no | no |
//! | [`Embedded::open`] | | on this disk (fsync) | yes | yes, with the disk |
//! | [`Redis`] | `appendfsync always` | on the server's disk (fsync) | yes | yes, with the server's disk |
//! | [`Redis`] | `appendfsync everysec` | held by the server | yes, of the daemon and of the server | all but the last second or two |
//! | [`Redis`] | `appendonly no`, forced | held by the server | of the daemon only | no |
//!
//! Nothing is told to be safer than it is: [`Store::durability`] says `Memory` for the first and the last two.
//! A write that was not acknowledged is wholly there or wholly absent.
//!
//! What is *not* here: what a document means, when to suspend, whom to offer.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod embedded;
mod form;
mod redis;
#[cfg(any(test, feature = "conformance"))]
pub mod testing;

pub use embedded::{Embedded, EmbeddedOptions, QUEUE_LIMIT};
pub use form::{MUTATION_LIMIT, Malformed, OUTBOX_LIMIT, REQUEST_WINDOW_MS, TIME_LIMIT};
pub use redis::{Redis, RedisOptions};

use crate::{AgentName, RequestId, SessionId, TenantId, Time};
use serde::{Deserialize, Serialize};

/// A version of a document, rising by one with each write; 0 is "not there".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

/// A place in one of the store's logs (inbox, journal, transcript, outbox), rising by one, the first being 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// What an acknowledgement is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Held by this process, or by one that has not yet written it to a disk.
    Memory,
    /// On a disk of one machine.
    Disk,
}

/// The right to decide for a domain: compared for equality, so a frozen owner that wakes up is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// Rises by one with each owner.
    pub epoch: u64,
    /// Drawn by the owner when it took over.
    pub nonce: u64,
    /// Who.
    pub node: String,
}

/// Everything that changes, at once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Mutation {
    /// The owner's right. Needed where `routing`, `inbox_read`, or `snapshot` is written.
    pub fence: Option<Fence>,
    /// Names the command, so that a repeat answers as the first time.
    pub request: Option<Request>,
    /// When, told by the caller: for the idempotency window.
    pub at: Time,
    /// Session contents.
    pub documents: Vec<DocumentWrite>,
    /// Sessions' routing fields.
    pub routing: Vec<RoutingWrite>,
    /// Messages for transcripts.
    pub messages: Vec<MessageAppend>,
    /// Work for the domain's owner.
    pub inbox: Vec<Vec<u8>>,
    /// The owner has dealt with the inbox up to and with this. A lower mark than the present one changes nothing.
    pub inbox_read: Option<Seq>,
    /// Entries for the journal, each about one session or none.
    pub journal: Vec<JournalAppend>,
    /// Entries for agents' outboxes. They come before the copies of this mutation's messages.
    pub outbox: Vec<OutboxAppend>,
    /// A picture of the owner's memory, covering the journal up to and with this mutation's own entries; older ones and the
    /// journal before them may be trimmed by [`Store::trim`].
    pub snapshot: Option<Vec<u8>>,
    /// Small texts of the domain, by name.
    pub kept: Vec<KeptWrite>,
}

impl Mutation {
    /// Whether a session is erased by it.
    #[must_use]
    pub fn erases(&self) -> bool {
        self.documents.iter().any(|write| write.content.is_none())
    }
}

/// A small text of the domain's that must outlive the process: the text of a journey's version that sessions are pinned
/// to, the outboxes' epoch. Few, rarely written, the last write wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWrite {
    /// Its name; `/` parts it, so that those of one kind share a beginning.
    pub key: String,
    /// What it says; `None` removes it.
    pub body: Option<Vec<u8>>,
}

/// A named command.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// A hash of its content: the same id with another one is a conflict.
    pub fingerprint: u64,
    /// What a repeat is to be answered.
    pub result: Vec<u8>,
    /// The session with which the result is forgotten, where it holds anything of one.
    pub of: Option<SessionId>,
}

/// A session's content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DocumentWrite {
    /// Which session.
    pub session: SessionId,
    /// The version it was read at; 0 to create it.
    pub expect: Version,
    /// When the session began: [`Store::find`] goes by it. An erasure need not know.
    pub born: Time,
    /// The new content. `None` erases the session with all its indexes, routing fields and transcript, the entries of
    /// agents' outboxes that tell of it, and the results of requests that hold anything of it. Journal entries stay: they
    /// hold no personal values.
    pub content: Option<Vec<u8>>,
    /// Whether it is still live. A final one (closed, expired) leaves the `live` index.
    pub live: bool,
    /// The next moment something is due for it. Replaces the former one.
    pub due: Option<Time>,
    /// All look-up keys it shall have from now on; the store works out the difference.
    pub keys: Vec<LookupKey>,
    /// All handles that lead to it from now on; the store works out the difference.
    pub handles: Vec<HandleKey>,
}

/// A way to find sessions: by customer, by telephone number, by mail thread …
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LookupKey {
    /// What kind of key.
    pub kind: KeyKind,
    /// A keyed hash of the value: personal values never stand in an index in clear.
    pub hash: [u8; 16],
}

/// Kinds of look-up keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A customer's id.
    Customer,
    /// A telephone number in E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// A thread of e-mails, or another outside thread.
    Thread,
    /// An interaction of the session.
    Interaction,
}

/// A handle as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HandleKey {
    /// A keyed hash of the handle, never the handle.
    pub hash: [u8; 16],
    /// Until when it holds; at that moment it does not any more, and another session may take it.
    pub until: Time,
}

/// The owner's fields of a session. The session must be there, or be created by the same mutation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingWrite {
    /// Which session.
    pub session: SessionId,
    /// The version they were read or written at by this owner.
    pub expect: Version,
    /// The new fields.
    pub fields: Vec<u8>,
    /// Whose outboxes get a copy of each message of this session from now on, those of this mutation included.
    pub agents: Vec<AgentName>,
    /// The end of the transcript as the owner saw it when it decided: who is new among `agents` gets copies of what was
    /// said after it and before this mutation, too. They come after the entries of [`Mutation::outbox`]. `None`: of nothing.
    pub seen: Option<Seq>,
}

/// One message for a session's transcript. The store numbers it, and appends a copy to the outbox of each agent of the
/// session (see [`RoutingWrite::agents`]) in the same write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessageAppend {
    /// Whose transcript.
    pub session: SessionId,
    /// The message.
    pub body: Vec<u8>,
}

/// One entry of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalAppend {
    /// The session it is about, if one.
    pub session: Option<SessionId>,
    /// The entry.
    pub body: Vec<u8>,
}

/// One entry for an agent's desk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutboxAppend {
    /// Whose desk.
    pub agent: AgentName,
    /// The sessions that it tells of: it goes with the first of them that is erased. Where one is not there any more, the
    /// entry takes its place and is not kept.
    pub about: Vec<SessionId>,
    /// The entry.
    pub body: Vec<u8>,
}

/// What a mutation led to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The request had been applied before; nothing changed now. The numbers below are those of the first time.
    pub repeat: bool,
    /// What the request's result is: this time's, or the first time's.
    pub result: Vec<u8>,
    /// The sequence number of each message, in order.
    pub messages: Vec<Seq>,
    /// The last place in the inbox, where something was appended.
    pub inbox: Option<Seq>,
    /// The first place in the journal that this mutation took, where it appended any.
    pub journal: Option<Seq>,
    /// For each outbox that grew, the last place in it, by the agents' names.
    pub outbox: Vec<(AgentName, Seq)>,
}

/// A session as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its content's version.
    pub version: Version,
    /// Its content.
    pub content: Vec<u8>,
    /// The version of its routing fields; 0 where there are none.
    pub routing_version: Version,
    /// Its routing fields; empty where there are none.
    pub routing: Vec<u8>,
    /// The number of the last message of its transcript; 0 where there is none.
    pub last_message: Seq,
}

/// A session that was found, and its place among those found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Found {
    /// When it began.
    pub born: Time,
    /// Which.
    pub session: SessionId,
}

/// How far sessions and outboxes go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Of each session: its content's version, its routing fields' version, the number of its last message.
    pub sessions: Vec<(Version, Version, Seq)>,
    /// Of each agent: the last place in the outbox.
    pub outboxes: Vec<Seq>,
}

/// Which snapshots are kept, and with them the journal after the oldest of them. The newest always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// So many of the newest.
    pub snapshots: usize,
    /// None that was taken before this, by [`Mutation::at`].
    pub since: Time,
}

/// One entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// The session it is about, where the log knows.
    pub session: Option<SessionId>,
    /// What it says.
    pub body: Vec<u8>,
}

/// One entry of an agent's outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place.
    pub seq: Seq,
    /// Set where it is a copy of a message: of which transcript, and its place there.
    pub message: Option<(SessionId, Seq)>,
    /// What it says.
    pub body: Vec<u8>,
}

/// A part of an agent's outbox. The places of entries that were trimmed or erased are never given out again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// The last place that was given out, whether or not its entry is still there; 0 where none was.
    pub end: Seq,
    /// Entries, oldest first.
    pub entries: Vec<OutboxEntry>,
}

/// What can go wrong. Nothing has changed, except where it says unknown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A document or routing field was at another version.
    #[error("session {session} is at version {at:?}, not {expected:?}")]
    Conflict {
        /// Which session.
        session: SessionId,
        /// Where it is.
        at: Version,
        /// Where it was thought to be.
        expected: Version,
    },
    /// Routing fields or a message for a session that is not there, or is erased by the same mutation.
    #[error("session {0} is not there")]
    Absent(SessionId),
    /// A handle to be put is in use for another session; draw another.
    #[error("a handle of session {0} is in use already")]
    HandleTaken(SessionId),
    /// The request id was used for something else.
    #[error("request {0} came before with other content")]
    RequestReused(RequestId),
    /// Another owner has taken over.
    #[error("the domain has another owner (epoch {epoch})")]
    Fenced {
        /// The epoch now in force.
        epoch: u64,
    },
    /// The outcome is unknown: ask again with the same request id, never undo.
    #[error("the outcome is unknown while {doing}")]
    Unknown {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The mutation is one that no store takes, however often it is asked.
    #[error("a mutation is malformed: {0}")]
    Malformed(#[from] Malformed),
    /// The store cannot be reached or cannot write; nothing was done.
    #[error("the store failed while {doing}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What was read is not what was written.
    #[error("{what} in the store cannot be read: {why}")]
    Corrupt {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// Another process has the store's file open.
    #[error("{0} is in use by another process; stop that one first, or give this one a directory of its own")]
    Held(String),
    /// The store is not fit for use, with what to do about it.
    #[error("{0}")]
    Unfit(String),
}

/// What every store promises; `conformance` is its exam.
///
/// All reads see every mutation that was acknowledged before they began. A domain is a tenant: no call touches two.
#[async_trait::async_trait]
pub trait Store: Send + Sync + 'static {
    /// Applies everything or nothing. Waits until it is as durable as [`Store::durability`] says.
    ///
    /// A caller that gives up waiting, or gets [`Error::Unknown`], does not know the outcome. Sent again with the same
    /// [`Mutation::request`] within [`REQUEST_WINDOW_MS`], it is applied once in all. Without a request, documents and
    /// routing fields are still written once, as their versions have moved on, but pure appends may be there twice: whoever
    /// must append exactly once names the request, or starts over from what is stored, as an owner does.
    ///
    /// # Errors
    /// A refusal ([`Error::Conflict`], [`Error::Absent`], [`Error::HandleTaken`], [`Error::RequestReused`],
    /// [`Error::Fenced`]) or a failure ([`Error::Malformed`], [`Error::Failed`], [`Error::Corrupt`], [`Error::Unfit`]): nothing was written.
    /// [`Error::Unknown`]: all or nothing was.
    async fn commit(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error>;

    /// What an acknowledgement is worth here.
    fn durability(&self) -> Durability;

    /// Why this store will never write again, where so: the process ends then, and another one opens the store afresh.
    fn broken(&self) -> Option<String> {
        None
    }

    /// One session.
    async fn session(&self, domain: &TenantId, session: SessionId) -> Result<Option<Stored>, Error>;

    /// Several sessions, in the order asked.
    async fn sessions(&self, domain: &TenantId, sessions: &[SessionId]) -> Result<Vec<Option<Stored>>, Error>;

    /// Live sessions in id order after `after`, for take-over scans and lists.
    async fn live(&self, domain: &TenantId, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error>;

    /// Sessions that have the key, those that began last first (among equals, the highest id first); only what comes after
    /// `after` in that order, where told, whether or not that one is still there.
    async fn find(&self, domain: &TenantId, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Error>;

    /// Where a handle leads, if it holds at `now`.
    async fn handle(&self, domain: &TenantId, hash: &[u8; 16], now: Time) -> Result<Option<SessionId>, Error>;

    /// Sessions for which something is due at or before `now`, most overdue first.
    async fn due(&self, domain: &TenantId, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Error>;

    /// Messages of a transcript after `after`, oldest first.
    async fn messages(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error>;

    /// Inbox entries after `after`, oldest first.
    async fn inbox(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error>;

    /// How far the owner has dealt with the inbox.
    async fn inbox_read(&self, domain: &TenantId) -> Result<Seq, Error>;

    /// Journal entries after `after`, oldest first.
    async fn journal(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error>;

    /// Journal entries about one session after `after`, oldest first.
    async fn journal_of(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error>;

    /// An agent's outbox after `after`, with where it ends. Of its last [`OUTBOX_LIMIT`] entries none is missing but what
    /// was erased.
    async fn outbox(&self, domain: &TenantId, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Error>;

    /// How far sessions and outboxes go, without what is in them, in the order asked: for those who wait for a doorbell to
    /// see whether one was lost. A session that is not there is at 0.
    async fn ends(&self, domain: &TenantId, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Error>;

    /// The newest snapshot, with the last journal place it covers.
    async fn snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error>;

    /// The oldest snapshot kept, from which the journal can be walked again; a store that keeps one answers with that.
    async fn oldest_snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        self.snapshot(domain).await
    }

    /// Kept texts whose name begins with `prefix`, by name.
    async fn kept(&self, domain: &TenantId, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error>;

    /// Drops what nobody needs: snapshots but those to [`Keep`], the journal before the oldest kept one, inbox entries that
    /// were dealt with, results of requests older than the window. Answers the place up to which the journal is dropped.
    async fn trim(&self, domain: &TenantId, now: Time, keep: Keep) -> Result<Seq, Error>;

    /// Whether one process alone can have this store open. Where so, whoever has it open is alive alone.
    fn exclusive(&self) -> bool;

    /// Takes the right to decide for a domain, unless another owner's lease still runs at `now`. The same node and nonce get
    /// the same right again. The same node with a new nonce is its next life where the store is [`Store::exclusive`], and
    /// need not wait for the former; elsewhere it may be a second process of that name, and waits as everybody does.
    async fn acquire(&self, domain: &TenantId, node: &str, nonce: u64, now: Time, lease_ms: u64) -> Result<Option<Fence>, Error>;

    /// Whose lease was written last and until when, unless it was given back: for messages, not to decide by.
    async fn holder(&self, domain: &TenantId) -> Result<Option<(String, Time)>, Error>;

    /// Prolongs the lease. `false`: it is another's now.
    async fn renew(&self, domain: &TenantId, fence: &Fence, now: Time, lease_ms: u64) -> Result<bool, Error>;

    /// Gives the right back, so that the next owner need not wait.
    async fn release(&self, domain: &TenantId, fence: &Fence) -> Result<(), Error>;
}
