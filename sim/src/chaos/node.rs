//! A modelled node: its clock, its right to decide, its mail, its sockets.
//!
//! What is *not* here: what it decides (`memory`), and when it acts (`world`).

use super::memory::Memory;
use super::store::Fence;
use segue_router::{Readiness, Time};
use segue_session::{AgentName, DeskCommand, RequestId};
use std::collections::BTreeSet;

/// How long a lease lasts, in milliseconds of the node's clock.
pub(super) const LEASE: u64 = 10_000;

/// A socket of a desk, on a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Socket {
    pub(super) agent: AgentName,
    pub(super) number: u64,
}

/// What waits for the owner's loop.
#[derive(Clone, Debug)]
pub(super) enum Mail {
    SignIn(AgentName),
    Command(Socket, RequestId, DeskCommand),
}

/// One node.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) up: bool,
    /// Which life of the process this is.
    pub(super) life: u64,
    /// Until when it stands still.
    pub(super) still: Time,
    /// By how much its clock is wrong, in milliseconds.
    pub(super) wrong: i64,
    /// The last time of day it went by, and when that was.
    steady: (Time, Time),
    /// Nothing it says reaches the store.
    pub(super) cut: bool,
    /// Nothing the store says reaches it.
    pub(super) deaf: bool,
    pub(super) fence: Option<Fence>,
    /// Until when it may decide, by its own clock.
    pub(super) until: Time,
    pub(super) memory: Option<Memory>,
    /// The batch that is on its way to the store.
    pub(super) flies: Option<u64>,
    /// How far the inbox was taken in.
    pub(super) inbox: usize,
    /// How long the journal is, with what is on its way.
    pub(super) journal: usize,
    pub(super) pictured: usize,
    /// The routing of its file, and the one its memory was told last.
    pub(super) turn: usize,
    pub(super) told: Option<usize>,
    pub(super) mail: Vec<Mail>,
    pub(super) lost: BTreeSet<AgentName>,
    pub(super) sockets: BTreeSet<Socket>,
}

impl Node {
    pub(super) fn started() -> Self {
        Self { up: true, life: 1, ..Self::default() }
    }

    /// The time of day on its wall.
    pub(super) fn wall(&self, now: Time) -> Time {
        Time(now.0.saturating_add_signed(self.wrong))
    }

    /// The time that it decides by: with the wall, but never back; then a little slower than time passes, until they meet.
    pub(super) fn steadily(&mut self, now: Time) -> Time {
        let wall = self.wall(now);
        let passed = now.since(self.steady.1).0;
        let told = wall.max(Time(self.steady.0.0 + passed * 19 / 20));
        self.steady = (told, now);
        told
    }

    /// Tells no time before this one from now on.
    pub(super) fn begin(&mut self, at: Time, now: Time) {
        self.steady = (at.max(self.wall(now)), now);
    }

    /// Whether it acts at this moment.
    pub(super) fn acts(&self, now: Time) -> bool {
        self.up && self.still <= now
    }

    /// Whether it decides, as far as it knows.
    pub(super) const fn decides(&self) -> bool {
        self.memory.is_some()
    }

    /// Whoever has no desk here is missed.
    pub(super) fn all_missed(&self, memory: &Memory) -> Result<(), String> {
        for change in memory.router.agents().filter_map(|agent| memory.router.agent(agent)) {
            let away = matches!(change.readiness, Readiness::Lost | Readiness::SignedOut);
            let name = memory.directory.agent_name(change.agent);
            if !away && !self.sockets.iter().any(|socket| Some(&socket.agent) == name) {
                return Err(format!("{} has no desk, and is not missed", change.agent));
            }
        }
        Ok(())
    }

    /// Throws its memory away.
    pub(super) fn forget(&mut self) {
        (self.memory, self.flies, self.told) = (None, None, None);
        self.mail.clear();
    }

    /// The process ends.
    pub(super) fn end(&mut self) {
        self.forget();
        (self.up, self.fence) = (false, None);
        self.life += 1;
        self.sockets.clear();
        self.lost.clear();
    }

    /// A socket is gone; its agent is missed where it was the last.
    pub(super) fn hang_up(&mut self, socket: &Socket) {
        if self.sockets.remove(socket) && !self.sockets.iter().any(|other| other.agent == socket.agent) {
            self.lost.insert(socket.agent.clone());
        }
    }
}
