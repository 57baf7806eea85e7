//! What the router says to sessions' contents: per session one after the other, in its order, until it was heard.
//!
//! A place of its own beside the chores, so that no other system's slowness keeps a session from hearing. The end of a talk is
//! kept in the router's memory until it was heard: what the process takes with it is said again by the next.

use crate::house::tenant::Tenant;
use segue_session::{Actor, Command, Phase, SessionId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};

/// Sessions of one tenant that are being told at once.
const AT_ONCE: usize = 64;
/// The first and the longest pause before a session is told again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long what is left may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What sessions have not heard yet. A session stands here for as long as somebody tells it.
pub(super) struct Hearings {
    waiting: Mutex<HashMap<SessionId, VecDeque<Command>>>,
    turns: Semaphore,
    /// Told each time a session has heard everything.
    quiet: Notify,
}

impl Default for Hearings {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turns: Semaphore::new(AT_ONCE), quiet: Notify::new() }
    }
}

impl Hearings {
    /// Tells what is left, where the store takes it, and then nobody any more.
    pub(super) async fn close(&self) {
        let quiet = async {
            loop {
                let quiet = self.quiet.notified();
                if self.lock().is_empty() {
                    return;
                }
                quiet.await;
            }
        };
        // What was not heard by then is told by the next process.
        let _ = tokio::time::timeout(LAST_WORDS, quiet).await;
        self.turns.close();
    }

    /// Puts something last; whether nobody tells this session yet.
    fn put(&self, session: SessionId, said: Command) -> bool {
        let mut waiting = self.lock();
        let begun = waiting.contains_key(&session);
        waiting.entry(session).or_default().push_back(said);
        !begun
    }

    /// What this session is to hear next; `None` once it has heard everything.
    fn next(&self, session: SessionId) -> Option<Command> {
        let mut waiting = self.lock();
        let next = waiting.get_mut(&session).and_then(VecDeque::pop_front);
        if next.is_none() {
            waiting.remove(&session);
            self.quiet.notify_one();
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, VecDeque<Command>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tenant {
    /// Lets a session's content hear of its interaction, after everything it was to hear before.
    pub(super) fn hear(self: &Arc<Self>, session: SessionId, said: Command) {
        if self.hearings.put(session, said) {
            let tenant = Arc::clone(self);
            tokio::spawn(async move {
                while let Some(said) = tenant.hearings.next(session) {
                    let over = match &said {
                        Command::Routed(interaction, Phase::WrappingUp(_)) => Some(*interaction),
                        _ => None,
                    };
                    if tenant.tell_content(session, &said).await
                        && let Some(interaction) = over
                    {
                        tenant.bell.heard(interaction);
                    }
                }
            });
        }
    }

    /// Tells until it is stored, or refused for good, or the house closes; whether there is nothing left to tell.
    async fn tell_content(self: &Arc<Self>, session: SessionId, said: &Command) -> bool {
        let (mut pause, longest) = PAUSES;
        loop {
            let Ok(turn) = self.hearings.turns.acquire().await else { return false };
            let told = self.apply(Actor::House, session, None, said.clone()).await;
            drop(turn);
            let Err(refusal) = told else { return true };
            if !refusal.passes() {
                tracing::debug!(tenant = self.id.as_str(), %session, reason = refusal.reason.name(), "the session does not hear any more");
                return true;
            }
            tracing::warn!(tenant = self.id.as_str(), %session, reason = refusal.reason.name(), "the session is told again");
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::InteractionId;
    use uuid::Uuid;

    #[test]
    fn a_session_hears_in_order_and_from_one_alone() {
        let (hearings, session) = (Hearings::default(), SessionId(Uuid::from_u128(1)));
        let said = |phase: Phase| Command::Routed(InteractionId(7), phase);
        assert!(hearings.put(session, said(Phase::Assigned("ada".into()))), "somebody must begin");
        assert!(!hearings.put(session, said(Phase::WrappingUp("ada".into()))));
        assert_eq!(hearings.next(session), Some(said(Phase::Assigned("ada".into()))));
        assert!(!hearings.put(session, said(Phase::Ended)), "while it is told nobody else begins");
        assert_eq!(hearings.next(session), Some(said(Phase::WrappingUp("ada".into()))));
        assert_eq!(hearings.next(session), Some(said(Phase::Ended)));
        assert_eq!(hearings.next(session), None);
        assert!(hearings.put(session, said(Phase::Ended)), "then it begins anew");
    }
}
