//! Writes on their way to the store, and what is told once they are there.
//!
//! The checker is told in the moment in which the store has it; whoever waits, when the answer comes back, if it does.

use super::fault::Fault;
use super::mutant::Mutant;
use super::node::Socket;
use super::rules::Rules;
use super::store::{Mutation, Refused};
use super::world::{Ask, Batch, Failed, What, World, Write};
use segue_router::{InteractionId, Span};
use segue_session::{Command, Phase, RequestId, Session, SessionId};
use std::collections::BTreeSet;

/// How many states of the checker are kept, for a failover that takes writes back.
const KEPT: usize = 8;

impl World<'_> {
    /// A write reaches the store, or does not.
    pub(super) fn write(&mut self, number: usize, life: u64, write: Write) -> Result<(), String> {
        let node = &self.nodes[number];
        if self.cancelled.contains(&(number, life)) {
            return Ok(());
        }
        if node.life == life && node.still > self.now {
            // It stood still before it had sent.
            let then = node.still.since(self.now);
            self.put(Span(then.0 + 1), What::Write(number, life, Box::new(write)));
            return Ok(());
        }
        let unknown = self.strikes(Fault::Unknown, 60);
        let lost = self.nodes[number].cut || unknown && self.luck.below(2) == 0;
        let deaf = self.nodes[number].deaf || unknown || lost;
        let mutation = match &write {
            Write::Session(_, mutation) | Write::Batch(mutation, _) => mutation.clone(),
        };
        let outcome = if lost { Err(Refused::Full) } else { self.commit(mutation)? };
        let way = if deaf { Span::seconds(1) } else { self.way() };
        match write {
            Write::Session(ask, _) if deaf => self.unanswered(ask),
            Write::Session(ask, _) => self.written(number, ask, outcome),
            Write::Batch(_, batch) => {
                let heard = match outcome {
                    _ if deaf => Err(Failed::Else),
                    Ok(_) => Ok(()),
                    Err(Refused::Fenced) => Err(Failed::Deposed),
                    Err(Refused::Conflict | Refused::Full) => Err(Failed::Else),
                };
                self.put(way, What::Landed(number, life, heard, Box::new(batch)));
            }
        }
        Ok(())
    }

    /// Applies a mutation, and tells the checker in the same moment.
    fn commit(&mut self, mutation: Mutation) -> Result<Result<bool, Refused>, String> {
        let Mutation { request, inbox, inbox_read, journal, .. } = mutation.clone();
        let outcome = self.store.commit(mutation);
        if outcome == Ok(false) {
            request.map_or(Ok(()), |request| self.model.did(request))?;
            inbox.iter().try_for_each(|request| self.model.asked(request))?;
            self.model.committed(&journal, inbox_read)?;
            self.keep();
        }
        Ok(outcome)
    }

    pub(super) fn keep(&mut self) {
        self.report.commits = self.report.commits.max(self.store.len() as u64);
        self.kept.retain(|(at, _)| *at < self.store.len());
        self.kept.push_back((self.store.len(), self.model.clone()));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// The log is shorter than it was: so is what the checker knows. What was acknowledged and is gone was promised by nobody.
    pub(super) fn forgive(&mut self) {
        let len = self.store.len();
        self.kept.retain(|(at, _)| *at <= len);
        if let Some((_, model)) = self.kept.back() {
            self.model = model.clone();
        }
        self.model.announce(Rules::of(self.turn));
        let known = self.known_requests();
        self.acknowledged.retain(|request| known.contains(request));
        let sessions = &self.store.tables().sessions;
        self.resumed.retain(|(id, number), _| {
            let resumed =
                |session: &Session| session.suspensions > *number || session.suspensions == *number && session.present().next().is_some();
            sessions.get(id).is_some_and(|(_, session)| resumed(session))
        });
    }

    pub(super) fn landed(&mut self, number: usize, life: u64, outcome: Result<(), Failed>, batch: Batch) {
        let kept = self.is(Mutant::MemoryKept);
        let node = &mut self.nodes[number];
        if node.life != life || node.flies != Some(batch.number) {
            return;
        }
        node.flies = None;
        match outcome {
            Ok(()) => self.release(number, batch),
            Err(Failed::Else) if kept => self.release(number, batch),
            Err(Failed::Else) => node.forget(),
            Err(Failed::Deposed) => {
                node.forget();
                node.fence = None;
            }
        }
    }

    /// Tells what is stored.
    pub(super) fn release(&mut self, number: usize, batch: Batch) {
        for (socket, request) in batch.answers {
            self.acknowledged.insert(request);
            if let Some(desk) = self.desk(&socket) {
                let way = self.way();
                self.put(way, What::Told(desk, socket, request));
            }
        }
        for socket in self.nodes[number].sockets.clone() {
            if let Some(desk) = self.desk(&socket).filter(|_| batch.desk.iter().any(|(agent, _)| *agent == socket.agent)) {
                let way = Span(2 + self.net.below(30) as u64);
                self.put(way, What::Ring(desk, socket, None));
            }
        }
        for (session, command) in batch.contents {
            self.content(number, session, command);
        }
    }

    pub(super) fn release_early(&mut self, number: usize, batch: &Batch) {
        for socket in self.nodes[number].sockets.clone() {
            let news: Vec<_> = batch.desk.iter().filter(|(agent, _)| *agent == socket.agent).map(|(_, entry)| entry.clone()).collect();
            if let Some(desk) = self.desk(&socket).filter(|_| !news.is_empty()) {
                self.put(Span(0), What::Ring(desk, socket, Some(news)));
            }
        }
    }

    pub(super) fn desk(&self, socket: &Socket) -> Option<usize> {
        self.desks.iter().position(|desk| desk.agent == socket.agent)
    }

    /// A session is to hear what became of its interaction.
    pub(super) fn content(&mut self, number: usize, session: SessionId, command: Command) {
        if self.is(Mutant::ContentsUntold) {
            return;
        }
        let ask = Ask { customer: None, life: self.nodes[number].life, request: None, session, command, tries: 0 };
        self.put(Span(1), What::Ask(number, Box::new(ask)));
    }

    /// A session has heard it.
    pub(super) fn heard(&mut self, number: usize, life: u64, command: &Command) {
        let node = &mut self.nodes[number];
        if let (Command::Routed(id, Phase::WrappingUp(_)), true, Some(memory)) = (command, node.life == life, node.memory.as_mut()) {
            memory.heard(&[InteractionId(id.0)]);
        }
    }

    /// Ids of everything that was stored under one.
    pub(super) fn known_requests(&self) -> BTreeSet<RequestId> {
        let tables = self.store.tables();
        let by = tables.journal.iter().filter_map(super::memory::Record::request);
        tables.requests.iter().copied().chain(by).collect()
    }
}
