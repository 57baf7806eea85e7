//! Doorbells of sessions: who watches hears that there is news, and fetches it themselves.
//!
//! A bell exists while somebody watches; a session nobody watches costs nothing.

use dashmap::DashMap;
use segue_adapter_kit::{Ephemeral, Wake, Watch};
use segue_session::store::{Seq, Version};
use segue_session::{Channel, ExpectedWait, InteractionId, QueueName, SessionId, Time};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{broadcast, watch};

/// Things that are not kept, waiting for one slow listener. Their room is set aside with the bell.
const EPHEMERAL: usize = 16;

/// One session's bell.
struct Bell {
    wake: watch::Sender<Wake>,
    ephemeral: broadcast::Sender<Ephemeral>,
    /// The routing fields' version that was rung for last.
    routing: Version,
    /// How it waits, as last looked at: when that changes, it rings.
    waiting: Option<Waiting>,
}

/// Who waits, where, and what they were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) queue: QueueName,
    pub(super) of: Waiter,
    /// `None` while it is being worked out.
    pub(super) told: Option<Place>,
    /// In which turn it was looked at last.
    pub(super) looked: u64,
}

/// Who waits, or would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiter {
    /// Somebody in line.
    Interaction(InteractionId),
    /// Somebody who may join it, on this channel.
    Newcomer(Channel),
}

/// How far one is from an agent, as they are told it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// How many are ahead.
    pub(super) ahead: Option<u32>,
    /// How long it takes.
    pub(super) expected_wait: Option<ExpectedWait>,
}

/// All bells of a tenant.
#[derive(Default)]
pub(super) struct Bells {
    bells: DashMap<SessionId, Bell>,
    /// When customers without a stream asked for news last.
    asked: DashMap<SessionId, Time>,
    turns: AtomicU64,
}

impl Bells {
    /// Watches a session; `line` is how it stands now.
    pub(super) fn watch(&self, session: SessionId) -> Watch {
        let bell = self.bells.entry(session).or_insert_with(|| Bell {
            wake: watch::Sender::new(Wake::default()),
            ephemeral: broadcast::Sender::new(EPHEMERAL),
            routing: Version(0),
            waiting: None,
        });
        Watch { wake: bell.wake.subscribe(), ephemeral: bell.ephemeral.subscribe() }
    }

    /// The session's customer asked for news.
    pub(super) fn heard(&self, session: SessionId, now: Time) {
        self.asked.insert(session, now);
    }

    /// Whether somebody watches the session, or its customer asked for news since then.
    pub(super) fn heard_of(&self, session: SessionId, since: Time) -> bool {
        let watched = self.bells.get(&session).is_some_and(|bell| bell.wake.receiver_count() > 0);
        watched || self.asked.get(&session).is_some_and(|at| *at >= since)
    }

    /// Forgets who asked before that, and bells that nobody hears any more.
    pub(super) fn forget(&self, before: Time) {
        self.asked.retain(|_, at| *at >= before);
        self.bells.retain(|_, bell| bell.wake.receiver_count() > 0 || bell.ephemeral.receiver_count() > 0);
    }

    /// The content is at this version.
    pub(super) fn content(&self, session: SessionId, version: Version) {
        self.ring(session, |bell| {
            bell.wake.send_if_modified(|wake| {
                version > wake.version && {
                    wake.version = version;
                    true
                }
            });
        });
    }

    /// The transcript goes up to here.
    pub(super) fn message(&self, session: SessionId, seq: Seq) {
        self.ring(session, |bell| {
            bell.wake.send_if_modified(|wake| {
                seq > wake.message && {
                    wake.message = seq;
                    true
                }
            });
        });
    }

    /// The routing fields are at this version.
    pub(super) fn routing(&self, session: SessionId, version: Version) {
        self.ring(session, |bell| {
            if version > bell.routing {
                bell.routing = version;
                bell.wake.send_modify(|wake| wake.routing += 1);
            }
        });
    }

    /// Sessions that somebody watches, of those that are wanted.
    pub(super) fn heard_in(&self, wanted: impl Fn(&SessionId) -> bool) -> Vec<SessionId> {
        let watched = self.bells.iter().filter(|bell| bell.wake.receiver_count() > 0 && wanted(bell.key()));
        watched.map(|bell| *bell.key()).collect()
    }

    /// A place in line, or a wait, is not as it was told.
    pub(super) fn stir(&self, session: SessionId) {
        self.ring(session, |bell| bell.wake.send_modify(|wake| wake.routing += 1));
    }

    /// Remembers where somebody waits who looks at a session, and what they are told.
    pub(super) fn waits(&self, session: SessionId, waiting: Option<Waiting>) {
        self.ring(session, |bell| {
            let looked = bell.waiting.as_ref().map_or(0, |former| former.looked);
            bell.waiting = waiting.map(|now| Waiting { looked, ..now });
        });
    }

    /// Whoever waits in these queues, at most so many: who was looked at longest ago goes first. And the queues in which more
    /// wait.
    pub(super) fn waiting(&self, queues: &BTreeSet<QueueName>, most: usize) -> (Vec<(SessionId, Waiting)>, BTreeSet<QueueName>) {
        if queues.is_empty() {
            return Default::default();
        }
        let in_them = |waiting: &&Waiting| queues.contains(&waiting.queue);
        let waiting = |bell: &Bell| bell.waiting.as_ref().filter(in_them).cloned();
        let mut found: Vec<_> = self.bells.iter().filter_map(|bell| Some((*bell.key(), waiting(&bell)?))).collect();
        found.sort_by_key(|(session, waiting)| (waiting.looked, *session));
        let rest = found.split_off(found.len().min(most)).into_iter().map(|(_, waiting)| waiting.queue).collect();
        // From 1 on, each a number of its own: at 0 are those who were not looked at yet, and nobody is ahead of another for good.
        let turns = self.turns.fetch_add(found.len() as u64, Ordering::Relaxed).saturating_add(1);
        for ((session, _), turn) in found.iter().zip(turns..) {
            self.ring(*session, |bell| bell.waiting.iter_mut().for_each(|waiting| waiting.looked = turn));
        }
        (found, rest)
    }

    /// Anything may have changed.
    pub(super) fn all(&self) {
        self.bells.iter().for_each(|bell| bell.wake.send_modify(|wake| wake.routing += 1));
    }

    /// Passes on what is not kept.
    pub(super) fn pass(&self, session: SessionId, what: Ephemeral) {
        if let Some(bell) = self.bells.get(&session) {
            // Nobody listens: then nobody misses it.
            let _ = bell.ephemeral.send(what);
        }
    }

    fn ring(&self, session: SessionId, ring: impl FnOnce(&mut Bell)) {
        if let Some(mut bell) = self.bells.get_mut(&session) {
            ring(&mut bell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn waiting(queue: &str, n: u128) -> Waiting {
        Waiting { queue: queue.into(), of: Waiter::Interaction(InteractionId(n)), told: None, looked: 0 }
    }

    #[test]
    fn rings_only_forward_and_lets_go_of_what_nobody_hears() {
        let bells = Bells::default();
        let session = SessionId(Uuid::from_u128(1));
        bells.content(session, Version(9));
        let mut watch = bells.watch(session);
        assert_eq!(*watch.wake.borrow_and_update(), Wake::default(), "a bell nobody watched has heard nothing");
        bells.content(session, Version(3));
        bells.content(session, Version(2));
        assert_eq!(watch.wake.borrow_and_update().version, Version(3));
        bells.stir(session);
        assert_eq!(watch.wake.borrow_and_update().routing, 1);
        drop(watch);
        bells.forget(Time(0));
        assert!(bells.bells.is_empty(), "nobody hears it any more");
    }

    #[test]
    fn of_many_who_wait_each_has_their_turn() {
        let bells = Bells::default();
        let sessions: Vec<SessionId> = (1..=5).map(|n| SessionId(Uuid::from_u128(n))).collect();
        let _watches: Vec<Watch> = sessions.iter().map(|session| bells.watch(*session)).collect();
        sessions.iter().zip(1..).for_each(|(session, n)| bells.waits(*session, Some(waiting("faults", n))));
        bells.waits(sessions[4], Some(waiting("sales", 5)));
        let faults = BTreeSet::from(["faults".into()]);
        let mut turns = Vec::new();
        for _ in 0..4 {
            let (found, rest) = bells.waiting(&faults, 3);
            assert_eq!((found.len(), &rest), (3, &faults), "one is left each time");
            turns.extend(found.into_iter().map(|(session, _)| session));
        }
        for session in &sessions[..4] {
            assert_eq!(turns.iter().filter(|one| *one == session).count(), 3, "none is passed over");
        }
        assert_eq!(bells.waiting(&BTreeSet::from(["sales".into()]), 3), (vec![(sessions[4], waiting("sales", 5))], BTreeSet::new()));
    }

    #[test]
    fn who_watches_or_asked_was_heard_of() {
        let bells = Bells::default();
        let [watched, asked, silent] = [1, 2, 3].map(|n| SessionId(Uuid::from_u128(n)));
        let watch = bells.watch(watched);
        bells.heard(asked, Time(100));
        let heard = |since| [watched, asked, silent].map(|session| bells.heard_of(session, Time(since)));
        assert_eq!(heard(100), [true, true, false]);
        assert_eq!(heard(101), [true, false, false], "that was too long ago");
        drop(watch);
        bells.forget(Time(101));
        assert_eq!(heard(0), [false; 3]);
        assert!(bells.asked.is_empty());
    }
}
