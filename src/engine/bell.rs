//! What rings the loop without a letter: news in the inbox, desks that went, talks whose end was heard, how far the journal goes.

use segue_session::{AgentName, InteractionId};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Bounded by its nature: a flag, places, at most every agent once, and of the talks that are kept until they are heard each once.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    notify: Notify,
    rung: AtomicBool,
    journal: AtomicU64,
    trimmed: AtomicU64,
    lost: Mutex<BTreeSet<AgentName>>,
    heard: Mutex<Vec<InteractionId>>,
}

impl Bell {
    /// The inbox has news.
    pub(crate) fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    /// Waits for a ring of any kind.
    pub(super) async fn rung(&self) {
        self.notify.notified().await;
    }

    /// Whether the inbox had news since it was last asked.
    pub(super) fn take_rung(&self) -> bool {
        self.rung.swap(false, Ordering::AcqRel)
    }

    /// An agent's last socket is gone.
    pub(crate) fn lose(&self, agent: &AgentName) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).insert(agent.clone());
        self.notify.notify_one();
    }

    /// The agent is back before the loop heard that they went.
    pub(crate) fn regain(&self, agent: &AgentName) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).remove(agent);
    }

    /// Agents who went since it was last asked.
    pub(super) fn take_lost(&self) -> BTreeSet<AgentName> {
        std::mem::take(&mut *self.lost.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A session has heard that a talk is over. In no hurry: the loop asks with whatever comes next.
    pub(crate) fn heard(&self, interaction: InteractionId) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(interaction);
    }

    /// Talks whose end was heard since it was last asked.
    pub(super) fn take_heard(&self) -> Vec<InteractionId> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The journal goes at least up to here.
    pub(crate) fn journal_at(&self, place: u64) {
        self.journal.fetch_max(place, Ordering::AcqRel);
    }

    /// How far the journal goes, as far as is known here.
    pub(super) fn journal(&self) -> u64 {
        self.journal.load(Ordering::Acquire)
    }

    /// The journal was dropped up to here.
    pub(super) fn trimmed_to(&self, place: u64) {
        self.trimmed.fetch_max(place, Ordering::AcqRel);
    }

    /// How many entries of the journal are kept, as far as is known here.
    pub(super) fn kept(&self) -> u64 {
        self.journal().saturating_sub(self.trimmed.load(Ordering::Acquire))
    }
}
