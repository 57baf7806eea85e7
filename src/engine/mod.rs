//! The one loop per domain: inbox → step → journal → release effects → next deadline.
//!
//! A task per tenant owns its router; everybody else holds an `Engine`, a handle to its mailbox. What the loop decides
//! is in one fenced mutation per batch, and nobody hears of it before that is stored. While one commit is in flight the
//! loop steps ahead in memory, and releases in order. If a commit is refused, memory is thrown away and rebuilt from the
//! newest snapshot and the journal after it.
//!
//! What is *not* here: sessions' contents (the house applies commands to them), sockets, and any routing rule.

mod answered;
mod bell;
pub mod clock;
mod configure;
mod hours;
mod input;
pub mod journal;
mod lease;
mod machine;
mod metering;
pub mod meters;
mod numbers;
mod owned;
mod parts;
mod patience;
mod pops;
mod recover;
mod replay;
mod run;
mod stage;
#[cfg(test)]
mod tests;
mod upkeep;
mod waits;

pub use clock::Clock;
pub use configure::{Impact, Touched};
pub use meters::Meters;
pub use recover::Error;
pub use replay::{Difference, Report, Yesterday, record, replay};

pub(crate) use bell::Bell;
pub(crate) use input::{Input, Mail};
pub(crate) use machine::Machine;
pub(crate) use parts::Parts;
pub(crate) use pops::{Histories, Scenery, Sheets, known, standing};
pub(crate) use waits::Waits;

use crate::config::plan::{Journal, Routing};
use arc_swap::ArcSwap;
use segue_router::Decision;
use segue_session::store::{Seq, Store, Version};
use segue_session::{AgentName, Command, InteractionId, Line, QueueName, Reason, Refusal, SessionId, TenantId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

/// Mail that may wait for the loop; more is refused as overload.
const MAILBOX: usize = 4096;

/// Who hears what the loop releases. Called from the loop: must not block, and must not ask the loop anything.
pub(crate) trait Listener: Send + Sync + 'static {
    /// An agent's outbox goes up to here now.
    fn desk(&self, agent: &AgentName, seq: Seq);
    /// A session's routing fields are at this version now.
    fn session(&self, session: SessionId, version: Version, line: &Line);
    /// A session's content is to hear of its interaction.
    fn content(&self, session: SessionId, heard: Command);
    /// An offer was made and stored.
    fn offered(&self, agent: &AgentName, decision: &Decision);
    /// Desks were told of an interaction without parts that other systems have.
    fn lacks(&self, session: SessionId, interaction: InteractionId);
    /// Places in these queues may have changed.
    fn moved(&self, queues: &BTreeSet<QueueName>);
    /// Memory was rebuilt: what the former one had stored and not told is to be looked for.
    fn rebuilt(&self);
    /// Whether an agent has a socket open here.
    fn at_desk(&self, agent: &AgentName) -> bool;
    /// Nothing can be decided any more; the process must stop.
    fn fatal(&self, why: String);
}

/// What an engine is started with.
pub(crate) struct Setup {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) domain: TenantId,
    pub(crate) node: String,
    /// The config in force here; the loop puts in what came into force.
    pub(crate) routing: Arc<ArcSwap<Routing>>,
    pub(crate) journal: Journal,
    pub(crate) scenery: Arc<Scenery>,
    pub(crate) clock: Clock,
    pub(crate) meters: Meters,
    pub(crate) listener: Arc<dyn Listener>,
    pub(crate) bell: Arc<Bell>,
}

/// How it stands with a domain's loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It decides.
    Deciding,
    /// Its memory is being made from the store.
    Rebuilding,
    /// It has not the right to decide, and asks for it.
    StandingBy,
    /// It has ended: in order, or because nothing can be decided any more.
    Ended,
}

/// How long a request may wait for a loop that does not decide: a rebuild is over by then, another owner's turn is not.
const REBUILD: Duration = Duration::from_secs(2);

/// A handle to a domain's loop.
pub(crate) struct Engine {
    mail: mpsc::Sender<Mail>,
    stop: watch::Sender<bool>,
    standing: watch::Receiver<Standing>,
    routing: Arc<ArcSwap<Routing>>,
}

impl Engine {
    /// Starts the loop and waits until its memory stands.
    ///
    /// # Errors
    ///
    /// Why memory cannot be rebuilt from the store.
    pub(crate) async fn start(setup: Setup) -> Result<Self, Error> {
        let (mail, mailbox) = mpsc::channel(MAILBOX);
        let (stop, stopped) = watch::channel(false);
        let (ready, stands) = oneshot::channel();
        let (told, standing) = watch::channel(Standing::StandingBy);
        let Setup { store, domain, node, routing, journal, scenery, clock, meters, listener, bell } = setup;
        let owner = run::Owner {
            store,
            domain,
            node,
            routing: Arc::clone(&routing),
            journal,
            scenery,
            time: clock::Steady::of(clock.clone()),
            clock,
            meters,
            listener,
            bell,
            mail: mailbox,
            stop: stopped,
            standing: told,
            ready: Some(ready),
        };
        tokio::spawn(owner.run());
        match stands.await {
            Ok(outcome) => outcome.map(|()| Self { mail, stop, standing, routing }),
            Err(_) => Err(Error::Unreadable { place: 0, why: "the loop ended before it stood".to_owned() }),
        }
    }

    /// How it stands now.
    pub(crate) fn standing(&self) -> Standing {
        *self.standing.borrow()
    }

    /// Asks for something and waits until it is stored. An answer that is lost with the loop's memory is asked for again:
    /// inputs of desks are named, so a repeat does nothing twice.
    pub(crate) async fn ask(&self, input: Input) -> Result<(), Refusal> {
        loop {
            self.decides().await?;
            let (reply, answer) = oneshot::channel();
            self.mail.try_send(Mail::Ask(input.clone(), Some(reply))).map_err(|why| match why {
                mpsc::error::TrySendError::Full(_) => Refusal::new(Reason::Overloaded, "too much is asked just now").retry_after(500),
                mpsc::error::TrySendError::Closed(_) => Refusal::new(Reason::Unavailable, "this node does not decide any more"),
            })?;
            if let Some(answer) = self.while_deciding(answer).await? {
                return answer;
            }
        }
    }

    /// Puts a config in force between two inputs, and waits until that is stored. A node that stands by keeps it for its turn.
    pub(crate) async fn configure(&self, routing: Arc<Routing>) -> Result<(), Refusal> {
        if self.standing() == Standing::StandingBy {
            self.routing.store(Arc::clone(&routing));
            if self.standing() == Standing::StandingBy {
                return Ok(());
            }
        }
        self.ask(Input::Configure(routing)).await
    }

    /// Looks at the machine; what is seen is told only once it is stored.
    pub(crate) async fn look<T: Send + 'static>(&self, look: impl FnOnce(&Machine) -> T + Send + 'static) -> Result<T, Refusal> {
        let (told, seen) = oneshot::channel();
        let look = Box::new(move |machine: &Machine| -> Box<dyn FnOnce() + Send> {
            let seen = look(machine);
            Box::new(move || drop(told.send(seen)))
        });
        self.see(Mail::Look(look), seen).await
    }

    /// Looks at the machine as it is now, without waiting for the store.
    pub(crate) async fn glance<T: Send + 'static>(&self, glance: impl FnOnce(&Machine) -> T + Send + 'static) -> Result<T, Refusal> {
        let (told, seen) = oneshot::channel();
        let glance = Box::new(move |machine: &Machine| drop(told.send(glance(machine))));
        self.see(Mail::Glance(glance), seen).await
    }

    async fn see<T>(&self, mail: Mail, seen: oneshot::Receiver<T>) -> Result<T, Refusal> {
        self.decides().await?;
        self.mail.send_timeout(mail, REBUILD).await.map_err(|_| undecided())?;
        self.while_deciding(seen).await?.ok_or_else(undecided)
    }

    /// Waits a little for a loop that does not decide just now.
    async fn decides(&self) -> Result<(), Refusal> {
        let mut standing = self.standing.clone();
        let decides = standing.wait_for(|standing| *standing == Standing::Deciding);
        match timeout(REBUILD, decides).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(undecided()),
        }
    }

    /// Waits for an answer as long as the loop decides, and a little longer; `None` where it was lost with the loop's memory.
    async fn while_deciding<T>(&self, answer: oneshot::Receiver<T>) -> Result<Option<T>, Refusal> {
        let (mut standing, mut answer) = (self.standing.clone(), answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return Ok(answer.ok()),
                () = async { drop(standing.wait_for(|standing| *standing != Standing::Deciding).await) } => self.decides().await?,
            }
        }
    }

    /// Ends the loop in order: what is under way is stored, a snapshot is taken, the right to decide is given back.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }
}

fn undecided() -> Refusal {
    Refusal::new(Reason::Unavailable, "nothing can be decided here just now; ask again").retry_after(500)
}

/// The newest snapshot's place in the journal, and the chain's hash there.
#[cfg(test)]
pub(crate) async fn recovered(store: &Arc<dyn Store>, domain: &TenantId) -> (u64, String) {
    let recovered = recover::recover(store, domain).await.expect("it was stored");
    let place = store.snapshot(domain).await.expect("it can be read").map(|(place, _)| place.0).unwrap_or_default();
    (place, recovered.machine.chain().to_string())
}
