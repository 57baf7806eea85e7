//! The ports: what an adapter may ask for.

use segue_session::store::{Durability, Seq, Version};
use segue_session::{
    AgentName, Channel, Command, DeskAck, DeskCommand, DeskEvent, DeskSnapshot, ExpectedWait, GivenHandle, JourneyName, Matter, Message,
    MessageBody, Principal, Private, QueueName, Readiness, Refusal, RequestId, SessionId, Time, View,
};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::{broadcast, watch};

/// Who is it: tokens in, principals out. Implemented by the daemon.
#[async_trait::async_trait]
pub trait Doors: Send + Sync + 'static {
    /// Verifies a bearer token (JWT) or a one-use ticket, for a channel that wants one of these roles.
    async fn admit(&self, credential: &Private<String>) -> Result<Principal, Refusal>;

    /// A visitor of web chat who has not signed in: an anonymous principal of the tenant that owns this widget key.
    async fn admit_visitor(&self, widget: &str) -> Result<Principal, Refusal>;

    /// Whether a browser page of this origin may open a socket.
    fn origin_allowed(&self, origin: Option<&str>) -> bool;
}

/// A command for a session, named so that a repeat is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Names it; the same id answers the same.
    pub request: RequestId,
    /// Which session.
    pub target: Target,
    /// What is wanted.
    pub command: Command,
}

/// Which session a command is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By id: the caller must be its customer, or have a live leg in it.
    Session(SessionId),
    /// By a signed link's token or reply token.
    Link(Private<String>),
    /// By a typed or spoken code. `from` is where the tries are counted.
    Code {
        /// 6 to 8 digits.
        code: Private<String>,
        /// Peer address or number.
        from: String,
    },
}

/// What a command led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// How the session stands now, for the customer; `None` where it was erased.
    pub view: Option<View>,
    /// What the acknowledgement is worth.
    pub durability: Durability,
    /// Handles, once.
    pub handles: Vec<GivenHandle>,
    /// The answer of a former time: this request id was applied before.
    pub repeat: bool,
}

/// A message that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place in the transcript.
    pub seq: Seq,
    /// What the acknowledgement is worth.
    pub durability: Durability,
    /// It was stored at a former time, under this request id.
    pub repeat: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// Sessions, for customers' channels. Implemented by the daemon; every call checks that this principal may.
#[async_trait::async_trait]
pub trait House: Send + Sync + 'static {
    /// Applies a command: load, decide, store, tell. Answers when it is stored.
    async fn order(&self, who: &Principal, order: Order) -> Result<Accepted, Refusal>;

    /// Appends a customer's message to the transcript; answers when it is stored. A repeat stores nothing and answers the same.
    async fn say(
        &self,
        who: &Principal,
        session: SessionId,
        leg: segue_session::LegId,
        request: RequestId,
        body: MessageBody,
    ) -> Result<Said, Refusal>;

    /// How a session stands, with the place in line as of now. For a leg: refused with `AlreadyResumed` where the leg is over
    /// and the session goes on elsewhere, for that is nothing to show there.
    async fn view(&self, who: &Principal, session: SessionId, leg: Option<segue_session::LegId>) -> Result<View, Refusal>;

    /// Messages after `after`, oldest first, at most `limit` (at most 200).
    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal>;

    /// The open matters of a signed-in customer, the last change first.
    async fn matters(&self, who: &Principal, page_size: usize, page: Option<&str>) -> Result<Page<Matter>, Refusal>;

    /// A doorbell for one session: rings at each change, carries what is not kept.
    fn watch(&self, who: &Principal, session: SessionId) -> Watch;

    /// Passes on something that is not kept (typing, receipts).
    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal>;
}

/// A doorbell: it says that there is news and how far it goes; the listener fetches from where it stands itself, so a lost
/// ring costs nothing but time, and nothing comes twice.
#[derive(Debug)]
pub struct Watch {
    /// The newest known versions. Changes wake the listener.
    pub wake: watch::Receiver<Wake>,
    /// Things that are not kept; a slow listener misses some.
    pub ephemeral: broadcast::Receiver<Ephemeral>,
}

/// How far the news goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wake {
    /// The session's content.
    pub version: Version,
    /// Its routing fields; also rises when the place in line may have changed.
    pub routing: u64,
    /// Its transcript.
    pub message: Seq,
}

/// Something that is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ephemeral {
    /// Somebody types, or stopped.
    Typing {
        /// An agent; `None` is the customer.
        agent: Option<AgentName>,
        /// Begins or ends.
        on: bool,
    },
    /// What was said up to here has reached somebody's screen.
    Delivered {
        /// An agent; `None` is the customer.
        agent: Option<AgentName>,
        /// Up to which message.
        up_to: Seq,
    },
    /// Somebody has read up to here.
    Read {
        /// An agent; `None` is the customer.
        agent: Option<AgentName>,
        /// Up to which message.
        up_to: Seq,
    },
}

/// Agents' desks. Implemented by the daemon; every call checks role, agent and assignment.
#[async_trait::async_trait]
pub trait Desks: Send + Sync + 'static {
    /// A desk says hello. Another socket of the same agent may be open: all get everything. A supervisor who is no agent of
    /// the tenant's has a desk without offers, from which they watch.
    async fn hello(&self, who: &Principal, resume: Option<Resume>) -> Result<Connection, Refusal>;

    /// Applies a command; answers when its effects are stored.
    async fn command(&self, who: &Principal, request: RequestId, command: DeskCommand) -> Result<DeskAck, Refusal>;

    /// Entries after `after`; or a snapshot where they are not all there any more, or too many.
    async fn since(&self, who: &Principal, after: Seq) -> Result<DeskStart, Refusal>;

    /// Messages of a session that the agent has or had, after `after`.
    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal>;

    /// Passes on typing and receipts to a session of the agent's.
    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal>;

    /// What the agent may choose from, and the queues work can be given to, as they stand now.
    async fn directory(&self, who: &Principal) -> Result<DeskDirectory, Refusal>;

    /// The other agents, as they stand now, those who are signed in first. Apart from the rest, for they are many: ten
    /// thousand desks that come back at once must not list ten thousand colleagues each.
    async fn colleagues(&self, who: &Principal) -> Result<Vec<Colleague>, Refusal>;

    /// The desk confirms that it has shown everything up to here (for the pop's metrics and trimming).
    async fn shown(&self, who: &Principal, up_to: Seq) -> Result<(), Refusal>;
}

/// What a desk can choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskDirectory {
    /// Presences, in the config's order, with the channels on which each lets offers come.
    pub presences: Vec<(String, BTreeSet<Channel>)>,
    /// Why offers may be declined.
    pub decline_reasons: Vec<String>,
    /// Queues of the tenant.
    pub queues: Vec<DirectoryQueue>,
    /// Journeys whose first step can be put in front of a customer.
    pub journeys: Vec<JourneyName>,
}

/// A queue to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryQueue {
    /// Which.
    pub queue: QueueName,
    /// What to call it.
    pub title: String,
    /// Codes to choose from at wrap-up.
    pub codes: Vec<String>,
    /// Whether one must be chosen.
    pub code_required: bool,
    /// How it stands now, where that is known.
    pub figures: Option<QueueFigures>,
}

/// How a queue stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// How many wait.
    pub waiting: u32,
    /// Since when the one who has waited longest has.
    pub since: Option<Time>,
    /// Of its agents, how many take work now or once other work ends.
    pub on_duty: u32,
    /// Of these, how many hold nothing.
    pub idle: u32,
    /// How long a newcomer would wait, on the channel where that is longest, as people are told it.
    pub expected_wait: Option<ExpectedWait>,
}

/// Another agent to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Colleague {
    /// Who.
    pub agent: AgentName,
    /// What customers see.
    pub title: String,
    /// What the router says of them.
    pub readiness: Readiness,
    /// What they chose, by the config's name, where they are signed in.
    pub presence: Option<String>,
}

/// Where a desk was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// Of which outbox: drawn anew when an outbox cannot be continued.
    pub epoch: u64,
    /// The last entry it has seen.
    pub seq: Seq,
}

/// A desk's connection. Dropping it says that the socket is gone; when the agent's last one goes, the grace begins.
pub struct Connection {
    /// The outbox's epoch.
    pub epoch: u64,
    /// What brings the desk up to date.
    pub start: DeskStart,
    /// The newest place in the outbox. Changes wake the listener, who calls [`Desks::since`].
    pub wake: watch::Receiver<Seq>,
    /// Typing and receipts of sessions of the agent's.
    pub ephemeral: broadcast::Receiver<(SessionId, Ephemeral)>,
    /// For supervisors: changes when queues or agents may stand otherwise than [`Desks::directory`] told.
    pub stir: Option<watch::Receiver<u64>>,
    /// Held for as long as the socket lives.
    pub presence: Arc<dyn Send + Sync>,
}

/// What brings a desk up to date.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskStart {
    /// The whole desk.
    Snapshot(Box<DeskSnapshot>),
    /// What it has missed.
    Entries(Vec<(Seq, DeskEntry)>),
}

/// One entry for a desk.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskEntry {
    /// Something about offers, assignments, the agent.
    Event(Box<DeskEvent>),
    /// A message in one of the agent's sessions, with its number in the transcript.
    Message(SessionId, Seq, Message),
}
