//! Agents' desks as far as this process holds their sockets: who is here, what rings, how far each outbox goes.

use crate::engine::Bell;
use dashmap::DashMap;
use segue_adapter_kit::Ephemeral;
use segue_router::Time;
use segue_session::store::Seq;
use segue_session::{AgentName, SessionId};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Typing and receipts waiting for one slow desk. Their room is set aside with the desk, so it costs each idle one its bytes.
const EPHEMERAL: usize = 16;
/// Offers whose showing is still awaited, per agent.
const OFFERS: usize = 32;

/// One agent's desk.
struct Desk {
    sockets: usize,
    /// The newest place in the outbox; `None`: not known since the process began.
    known: Option<Seq>,
    wake: watch::Sender<Seq>,
    ephemeral: broadcast::Sender<(SessionId, Ephemeral)>,
    /// Places in the outbox from which on offers are told, with when they were decided, for the meter of pops.
    awaited: VecDeque<(Seq, Time)>,
}

/// All desks of a tenant.
#[derive(Default)]
pub(super) struct DeskRoom {
    desks: Arc<DashMap<AgentName, Desk>>,
}

/// What a socket listens to.
pub(super) struct Ears {
    pub(super) wake: watch::Receiver<Seq>,
    pub(super) ephemeral: broadcast::Receiver<(SessionId, Ephemeral)>,
    pub(super) presence: Arc<dyn Send + Sync>,
}

/// Held for as long as a socket lives.
struct Socket {
    agent: AgentName,
    desks: Arc<DashMap<AgentName, Desk>>,
    bell: Arc<Bell>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        let Some(mut desk) = self.desks.get_mut(&self.agent) else { return };
        desk.sockets = desk.sockets.saturating_sub(1);
        if desk.sockets == 0 {
            self.bell.lose(&self.agent);
        }
    }
}

impl DeskRoom {
    /// Opens a socket; the agent is here from now on, until the last one is dropped.
    pub(super) fn open(&self, agent: &AgentName, bell: &Arc<Bell>) -> Ears {
        let mut desk = self.entry(agent);
        desk.sockets += 1;
        bell.regain(agent);
        let socket = Socket { agent: agent.clone(), desks: Arc::clone(&self.desks), bell: Arc::clone(bell) };
        Ears { wake: desk.wake.subscribe(), ephemeral: desk.ephemeral.subscribe(), presence: Arc::new(socket) }
    }

    fn entry(&self, agent: &AgentName) -> dashmap::mapref::one::RefMut<'_, AgentName, Desk> {
        self.desks.entry(agent.clone()).or_insert_with(|| Desk {
            sockets: 0,
            known: None,
            wake: watch::Sender::new(Seq(0)),
            ephemeral: broadcast::Sender::new(EPHEMERAL),
            awaited: VecDeque::new(),
        })
    }

    /// Whether the agent has a socket here.
    pub(super) fn is_here(&self, agent: &AgentName) -> bool {
        self.desks.get(agent).is_some_and(|desk| desk.sockets > 0)
    }

    /// Everybody who is here.
    pub(super) fn here(&self) -> Vec<AgentName> {
        self.desks.iter().filter(|desk| desk.sockets > 0).map(|desk| desk.key().clone()).collect()
    }

    /// The outbox goes up to here.
    pub(super) fn grew(&self, agent: &AgentName, seq: Seq) {
        let mut desk = self.entry(agent);
        desk.known = desk.known.max(Some(seq));
        desk.wake.send_if_modified(|newest| {
            seq > *newest && {
                *newest = seq;
                true
            }
        });
    }

    /// How far the outbox goes, as far as is known here.
    pub(super) fn known(&self, agent: &AgentName) -> Option<Seq> {
        self.desks.get(agent).and_then(|desk| desk.known)
    }

    /// An offer was decided then; the next entries tell of it.
    pub(super) fn awaits(&self, agent: &AgentName, decided: Time) {
        let mut desk = self.entry(agent);
        let place = Seq(desk.known.unwrap_or_default().0.saturating_add(1));
        if desk.awaited.len() >= OFFERS {
            desk.awaited.pop_front();
        }
        desk.awaited.push_back((place, decided));
    }

    /// The desk has shown everything up to here: since when the offers among it had been decided.
    pub(super) fn shown(&self, agent: &AgentName, up_to: Seq) -> Vec<Time> {
        let Some(mut desk) = self.desks.get_mut(agent) else { return Vec::new() };
        let shown = desk.awaited.iter().take_while(|(place, _)| *place <= up_to).count();
        desk.awaited.drain(..shown).map(|(_, decided)| decided).collect()
    }

    /// Passes on typing or a receipt.
    pub(super) fn pass(&self, agent: &AgentName, session: SessionId, what: Ephemeral) {
        if let Some(desk) = self.desks.get(agent) {
            // Nobody listens: then nobody misses it.
            let _ = desk.ephemeral.send((session, what));
        }
    }
}
