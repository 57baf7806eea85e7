//! What the exam needs of a channel, and of the ground it is held on.

use segue_session::{AssuranceLevel, Channel, SuspendCause};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What went wrong, in words for whoever reads the test's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl Fault {
    /// A fault.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Ways back in that a customer knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By being signed in.
    SignedIn,
    /// By a signed link.
    Link,
    /// By a code.
    Code,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SignedIn, Self::Link, Self::Code];

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed in",
            Self::Link => "link",
            Self::Code => "code",
        }
    }
}

/// A way back in, with what it takes.
#[derive(Clone, PartialEq, Eq)]
pub enum WayBack {
    /// The session's id, as the list of open matters tells it.
    SignedIn(String),
    /// A link's token.
    Link(String),
    /// Digits.
    Code(String),
}

/// How a session stands, as a customer sees it on one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Which session.
    pub session: String,
    /// Whether somebody is in it; otherwise why it is suspended, where it is.
    pub active: bool,
    /// Why it is suspended.
    pub suspended: Option<SuspendCause>,
    /// At which step.
    pub step: Option<String>,
    /// Fields of the form that are filled, with their values as shown.
    pub filled: BTreeMap<String, String>,
    /// The field that is asked for next.
    pub asked: Option<String>,
    /// How it stands with the agents.
    pub line: Option<SeenLine>,
    /// How surely the customer is known.
    pub level: AssuranceLevel,
    /// What was said by people, in order, with numbers.
    pub said: Vec<(u64, String)>,
}

/// How it stands with the agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenLine {
    /// In which queue.
    pub queue: String,
    /// Since when the customer has waited, as the wire tells it.
    pub since: String,
    /// `waiting`, `offered`, `assigned`, `wrapping_up`, `suspended`, `ended` or `refused`.
    pub phase: String,
}

/// What a daemon has on record about a session, and no customer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Why it is suspended, where it is.
    pub suspended: Option<SuspendCause>,
    /// How often a question was asked whose answer was known.
    pub asked_twice: u32,
}

/// One channel, driven over its real wire as a customer's device would.
#[async_trait::async_trait]
pub trait ChannelUnderTest: Send + Sync {
    /// Which.
    fn channel(&self) -> Channel;
    /// Which ways back in it can take. At least one.
    fn ways(&self) -> Vec<Way>;
    /// Whether a leg of this channel can be left for this cause. `Err` says why not, for the table.
    fn can_leave(&self, cause: SuspendCause) -> Result<(), &'static str>;
    /// Connects as this signed-in customer, on a device of their own.
    async fn connect(&self, customer: &str) -> Result<Box<dyn CustomerLeg>, Fault>;
}

/// A customer on a channel. Every call answers when the daemon has answered.
#[async_trait::async_trait]
pub trait CustomerLeg: Send {
    /// Begins a session through this journey.
    async fn start(&mut self, journey: &str) -> Result<Seen, Fault>;
    /// Comes back into a suspended session. The fault of a refusal holds its reason's wire name.
    async fn come_back(&mut self, by: &WayBack) -> Result<Seen, Fault>;
    /// Takes a choice of the menu.
    async fn choose(&mut self, choice: &str) -> Result<Seen, Fault>;
    /// Gives the field's value.
    async fn fill(&mut self, field: &str, value: &str) -> Result<Seen, Fault>;
    /// Says something to the agent.
    async fn say(&mut self, text: &str) -> Result<(), Fault>;
    /// How it stands now, with everything said so far.
    async fn see(&mut self) -> Result<Seen, Fault>;
    /// Asks for a way back of this kind ([`Way::Link`] or [`Way::Code`]).
    async fn way_back(&mut self, way: Way) -> Result<WayBack, Fault>;
    /// Suspends on the customer's wish; answers when that is stored.
    async fn suspend(&mut self) -> Result<(), Fault>;
    /// Vanishes without a word, as by a dead battery.
    async fn vanish(self: Box<Self>);
}

/// The ground the exam is held on: a daemon, its clock, its agents.
#[async_trait::async_trait]
pub trait Ground: Send + Sync {
    /// The channels that are there.
    fn channels(&self) -> &[Box<dyn ChannelUnderTest>];
    /// A customer whom nobody has used yet. Their tokens prove [`AssuranceLevel::Substantial`] or more.
    fn fresh_customer(&self) -> String;
    /// How long the exam waits for something that must come by itself.
    fn patience(&self) -> Duration;
    /// An agent accepts this session's interaction. Answers when the customer can see it.
    async fn assign(&self, session: &str) -> Result<(), Fault>;
    /// The agent who has this session parks it.
    async fn park(&self, session: &str) -> Result<(), Fault>;
    /// Lets as much time pass as lost legs have for their grace, where it does not pass by itself within the exam's patience.
    async fn pass_grace(&self) -> Result<(), Fault>;
    /// Lets as much time pass as idle sessions have, where it does not pass by itself within the exam's patience. Connected
    /// legs stay connected and do nothing.
    async fn pass_idle(&self) -> Result<(), Fault>;
    /// Kills the daemon as by `kill -9`, and starts it again on the same store. All sockets are gone.
    async fn kill(&self) -> Result<(), Fault>;
    /// What the daemon has on record about this session.
    async fn record(&self, session: &str) -> Result<Record, Fault>;
}
