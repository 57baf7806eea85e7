//! Outboxes in memory, with numbers, epochs and trimming.

use super::held;
use crate::{Colleague, Connection, DeskDirectory, DeskEntry, DeskStart, Desks, DirectoryQueue, Ephemeral, QueueFigures, Resume};
use segue_session::store::Seq;
use segue_session::{
    AgentName, Channel, DeskAck, DeskAgent, DeskCommand, DeskEvent, DeskSnapshot, Message, Party, Principal, QueueName, Readiness, Reason,
    Refusal, RequestId, SessionId, Time, Units,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{broadcast, watch};

/// Desks in memory. Tests put entries into outboxes by [`ToyDesks::tell`] and look at what was asked by
/// [`ToyDesks::commands`].
#[derive(Default)]
pub struct ToyDesks {
    kept: Mutex<Kept>,
    down: AtomicBool,
}

#[derive(Default)]
struct Kept {
    desks: BTreeMap<AgentName, Desk>,
    commands: Vec<DeskCommand>,
    passed: Vec<(SessionId, Ephemeral)>,
    answered: BTreeMap<RequestId, (DeskCommand, DeskAck)>,
    messages: Vec<(Seq, Message)>,
    figures: QueueFigures,
    stir: watch::Sender<u64>,
}

struct Desk {
    epoch: u64,
    entries: Vec<(Seq, DeskEntry)>,
    last: Seq,
    shown: Seq,
    wake: watch::Sender<Seq>,
    ephemeral: broadcast::Sender<(SessionId, Ephemeral)>,
    open: Arc<()>,
}

impl Default for Desk {
    fn default() -> Self {
        let (entries, open) = (Vec::new(), Arc::new(()));
        let (wake, ephemeral) = (watch::channel(Seq(0)).0, broadcast::channel(16).0);
        Self { epoch: 1, entries, last: Seq(0), shown: Seq(0), wake, ephemeral, open }
    }
}

impl Desk {
    /// More entries than this are a snapshot.
    const MOST: usize = 200;

    fn since(&self, agent: &AgentName, after: Seq) -> DeskStart {
        let rest: Vec<_> = self.entries.iter().filter(|(seq, _)| *seq > after).cloned().collect();
        let trimmed = self.entries.first().is_none_or(|(first, _)| first.0 > after.0 + 1) && after < self.last;
        if trimmed || rest.len() > Self::MOST { DeskStart::Snapshot(Box::new(self.snapshot(agent))) } else { DeskStart::Entries(rest) }
    }

    fn snapshot(&self, agent: &AgentName) -> DeskSnapshot {
        let agent = DeskAgent {
            agent: agent.clone(),
            readiness: Readiness::Idle,
            presence: "ready".into(),
            channels: BTreeSet::from([Channel::Chat]),
            next: None,
            load: Units(0),
            capacity: Units(100),
            since: Time(0),
        };
        DeskSnapshot { seq: self.last, agent, offers: Vec::new(), assignments: Vec::new() }
    }
}

impl ToyDesks {
    /// Puts an entry into an agent's outbox, and rings.
    pub fn tell(&self, agent: &str, entry: DeskEntry) -> Seq {
        let mut kept = held(&self.kept);
        let desk = kept.desks.entry(AgentName::new(agent)).or_default();
        desk.last.0 += 1;
        desk.entries.push((desk.last, entry));
        desk.wake.send_replace(desk.last);
        desk.last
    }

    /// Puts an event into an agent's outbox, and rings.
    pub fn event(&self, agent: &str, event: DeskEvent) -> Seq {
        self.tell(agent, DeskEntry::Event(Box::new(event)))
    }

    /// Something that is not kept comes from a customer.
    pub fn pass_on(&self, agent: &str, session: SessionId, what: Ephemeral) {
        let mut kept = held(&self.kept);
        let _ = kept.desks.entry(AgentName::new(agent)).or_default().ephemeral.send((session, what));
    }

    /// Drops all entries of an outbox: whoever has not seen them gets a snapshot.
    pub fn trim(&self, agent: &str) {
        held(&self.kept).desks.entry(AgentName::new(agent)).or_default().entries.clear();
    }

    /// The queue stands so from now on; supervisors hear of it.
    pub fn stands(&self, figures: QueueFigures) {
        let mut kept = held(&self.kept);
        kept.figures = figures;
        kept.stir.send_modify(|stir| *stir += 1);
    }

    /// The store is out of reach, or back.
    pub fn down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// What [`Desks::messages`] answers.
    pub fn transcript(&self, messages: Vec<(Seq, Message)>) {
        held(&self.kept).messages = messages;
    }

    /// Every command that was done, once each, in order.
    #[must_use]
    pub fn commands(&self) -> Vec<DeskCommand> {
        held(&self.kept).commands.clone()
    }

    /// What was passed on, in order.
    #[must_use]
    pub fn passed(&self) -> Vec<(SessionId, Ephemeral)> {
        held(&self.kept).passed.clone()
    }

    /// Up to where an agent's desk has shown everything.
    #[must_use]
    pub fn seen(&self, agent: &str) -> Seq {
        held(&self.kept).desks.get(&AgentName::new(agent)).map(|desk| desk.shown).unwrap_or_default()
    }

    /// How many sockets an agent has open.
    #[must_use]
    pub fn sockets(&self, agent: &str) -> usize {
        held(&self.kept).desks.get(&AgentName::new(agent)).map_or(0, |desk| Arc::strong_count(&desk.open) - 1)
    }

    fn breathes(&self) -> Result<(), Refusal> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Refusal::new(Reason::Unavailable, "the store cannot be reached"));
        }
        Ok(())
    }
}

fn name(who: &Principal) -> Result<AgentName, Refusal> {
    match &who.party {
        Party::Agent(name) | Party::Supervisor(name) => Ok(name.clone()),
        Party::Customer(_) | Party::Admin | Party::Service => Err(Refusal::new(Reason::PermissionDenied, "desks are for agents")),
    }
}

#[async_trait::async_trait]
impl Desks for ToyDesks {
    async fn hello(&self, who: &Principal, resume: Option<Resume>) -> Result<Connection, Refusal> {
        self.breathes()?;
        let agent = name(who)?;
        let mut kept = held(&self.kept);
        let desk = kept.desks.entry(agent.clone()).or_default();
        let start = match resume {
            Some(at) if at.epoch == desk.epoch && at.seq <= desk.last => desk.since(&agent, at.seq),
            _ => DeskStart::Snapshot(Box::new(desk.snapshot(&agent))),
        };
        let (wake, ephemeral) = (desk.wake.subscribe(), desk.ephemeral.subscribe());
        let (epoch, presence) = (desk.epoch, Arc::clone(&desk.open) as _);
        let stir = matches!(who.party, Party::Supervisor(_)).then(|| kept.stir.subscribe());
        Ok(Connection { epoch, start, wake, ephemeral, stir, presence })
    }

    async fn command(&self, who: &Principal, request: RequestId, command: DeskCommand) -> Result<DeskAck, Refusal> {
        self.breathes()?;
        let agent = name(who)?;
        let supervises = matches!(command, DeskCommand::Prioritise(..) | DeskCommand::Requeue(..) | DeskCommand::Force(..));
        if supervises && !matches!(who.party, Party::Supervisor(_)) {
            return Err(Refusal::new(Reason::PermissionDenied, "that is for supervisors"));
        }
        let mut kept = held(&self.kept);
        if let Some((was, ack)) = kept.answered.get(&request) {
            if *was != command {
                return Err(Refusal::new(Reason::RequestIdReused, "the request came before with other content"));
            }
            return Ok(ack.clone());
        }
        let seq = kept.desks.entry(agent).or_default().last;
        let message = matches!(command, DeskCommand::Say(..)).then_some(Seq(1));
        let ack = DeskAck { request: Some(request), message, handles: Vec::new(), seq };
        kept.commands.push(command.clone());
        kept.answered.insert(request, (command, ack.clone()));
        Ok(ack)
    }

    async fn since(&self, who: &Principal, after: Seq) -> Result<DeskStart, Refusal> {
        self.breathes()?;
        let agent = name(who)?;
        Ok(held(&self.kept).desks.entry(agent.clone()).or_default().since(&agent, after))
    }

    async fn messages(&self, _: &Principal, _: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        self.breathes()?;
        Ok(held(&self.kept).messages.iter().filter(|(seq, _)| *seq > after).take(limit).cloned().collect())
    }

    async fn pass(&self, _: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        self.breathes()?;
        held(&self.kept).passed.push((session, what));
        Ok(())
    }

    async fn directory(&self, _: &Principal) -> Result<DeskDirectory, Refusal> {
        self.breathes()?;
        let kept = held(&self.kept);
        let all = Channel::ALL.into_iter().collect();
        let (queue, title) = (QueueName::new("faults"), "Faults".to_owned());
        Ok(DeskDirectory {
            presences: vec![("ready".into(), all), ("away".into(), BTreeSet::new())],
            decline_reasons: vec!["busy".into()],
            queues: vec![DirectoryQueue { queue, title, codes: vec!["solved".into()], code_required: true, figures: Some(kept.figures) }],
            journeys: Vec::new(),
        })
    }

    async fn colleagues(&self, _: &Principal) -> Result<Vec<Colleague>, Refusal> {
        self.breathes()?;
        Ok(vec![Colleague {
            agent: AgentName::new("bob"),
            title: "Bob".into(),
            readiness: Readiness::Idle,
            presence: Some("ready".into()),
        }])
    }

    async fn shown(&self, who: &Principal, up_to: Seq) -> Result<(), Refusal> {
        self.breathes()?;
        let agent = name(who)?;
        held(&self.kept).desks.entry(agent).or_default().shown = up_to;
        Ok(())
    }
}
