//! Doorbells of sessions: who watches hears that there is news, and fetches it themselves.
//!
//! A bell exists while somebody watches; a session nobody watches costs nothing.

use dashmap::DashMap;
use segue_adapter_kit::{Ephemeral, Wake, Watch};
use segue_session::store::{Seq, Version};
use segue_session::{Line, Phase, QueueName, SessionId, Time};
use std::collections::BTreeSet;
use tokio::sync::{broadcast, watch};

/// Things that are not kept, waiting for one slow listener. Their room is set aside with the bell.
const EPHEMERAL: usize = 16;

/// One session's bell.
struct Bell {
    wake: watch::Sender<Wake>,
    ephemeral: broadcast::Sender<Ephemeral>,
    /// The queue it waits in, as last heard: when places there change, it rings.
    waits_in: Option<QueueName>,
}

/// All bells of a tenant.
#[derive(Default)]
pub(super) struct Bells {
    bells: DashMap<SessionId, Bell>,
    /// When customers without a stream asked for news last.
    asked: DashMap<SessionId, Time>,
}

impl Bells {
    /// Watches a session; `line` is how it stands now.
    pub(super) fn watch(&self, session: SessionId) -> Watch {
        let bell = self.bells.entry(session).or_insert_with(|| Bell {
            wake: watch::Sender::new(Wake::default()),
            ephemeral: broadcast::Sender::new(EPHEMERAL),
            waits_in: None,
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

    /// Forgets who asked before that.
    pub(super) fn forget(&self, before: Time) {
        self.asked.retain(|_, at| *at >= before);
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

    /// The routing fields changed.
    pub(super) fn routing(&self, session: SessionId, line: &Line) {
        self.ring(session, |bell| {
            bell.waits_in = (line.phase == Phase::Waiting).then(|| line.queue.clone());
            bell.wake.send_modify(|wake| wake.routing += 1);
        });
    }

    /// Remembers where a session waits that somebody has looked at.
    pub(super) fn waits(&self, session: SessionId, line: Option<&Line>) {
        if let Some(mut bell) = self.bells.get_mut(&session) {
            bell.waits_in = line.filter(|line| line.phase == Phase::Waiting).map(|line| line.queue.clone());
        }
    }

    /// Places in these queues may have changed. Forgets bells that nobody hears any more.
    pub(super) fn moved(&self, queues: &BTreeSet<QueueName>) {
        self.bells.retain(|_, bell| {
            if bell.waits_in.as_ref().is_some_and(|queue| queues.contains(queue)) {
                bell.wake.send_modify(|wake| wake.routing += 1);
            }
            bell.wake.receiver_count() > 0 || bell.ephemeral.receiver_count() > 0
        });
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
    use segue_session::{Channel, InteractionId};
    use uuid::Uuid;

    fn line(phase: Phase) -> Line {
        Line {
            interaction: InteractionId(1),
            phase,
            queue: "faults".into(),
            channel: Channel::Chat,
            since: Time(0),
            ahead: None,
            callback: false,
        }
    }

    #[test]
    fn rings_only_forward_and_only_where_somebody_waits() {
        let bells = Bells::default();
        let session = SessionId(Uuid::from_u128(1));
        bells.content(session, Version(9));
        let mut watch = bells.watch(session);
        assert_eq!(*watch.wake.borrow_and_update(), Wake::default(), "a bell nobody watched has heard nothing");
        bells.content(session, Version(3));
        bells.content(session, Version(2));
        assert_eq!(watch.wake.borrow_and_update().version, Version(3));
        bells.routing(session, &line(Phase::Waiting));
        bells.moved(&BTreeSet::from(["sales".into()]));
        assert_eq!(watch.wake.borrow_and_update().routing, 1);
        bells.moved(&BTreeSet::from(["faults".into()]));
        assert_eq!(watch.wake.borrow_and_update().routing, 2);
        drop(watch);
        bells.moved(&BTreeSet::new());
        assert!(bells.bells.is_empty(), "nobody hears it any more");
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
