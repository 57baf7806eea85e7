//! The versions of the routing fields this owner writes, so that each write names the one before it.

use segue_session::SessionId;
use segue_session::store::{Stored, Version};
use std::collections::{BTreeMap, VecDeque};

/// A session's routing fields, as far as this owner wrote or read them.
#[derive(Clone, Copy, Debug)]
struct Owned {
    /// The version the next write expects; `None`: the session was erased.
    version: Option<Version>,
    /// The batch that touched it last.
    batch: u64,
}

/// All that this owner has at hand.
#[derive(Debug, Default)]
pub(super) struct Ownership {
    sessions: BTreeMap<SessionId, Owned>,
    /// What batches touched, in their order: all there is to look at once they are stored, however much is held.
    touched: VecDeque<(u64, SessionId)>,
}

impl Ownership {
    pub(super) fn knows(&self, session: SessionId) -> bool {
        self.sessions.contains_key(&session)
    }

    /// Takes in what the store says of a session that this owner does not know yet.
    pub(super) fn learn(&mut self, session: SessionId, stored: Option<&Stored>, batch: u64) {
        let version = stored.map(|stored| stored.routing_version);
        self.sessions.entry(session).or_insert(Owned { version, batch });
        self.touched.push_back((batch, session));
    }

    /// The store has nothing of this session any more.
    pub(super) fn erased(&mut self, session: SessionId, batch: u64) {
        self.sessions.insert(session, Owned { version: None, batch });
        self.touched.push_back((batch, session));
    }

    /// The version that a write in this batch expects; `None` where there is nothing to write to.
    pub(super) fn write(&mut self, session: SessionId, batch: u64) -> Option<Version> {
        let owned = self.sessions.get_mut(&session)?;
        owned.batch = batch;
        self.touched.push_back((batch, session));
        let expect = owned.version?;
        owned.version = Some(Version(expect.0.saturating_add(1)));
        Some(expect)
    }

    /// The router lets go of this session after this batch: looked at once that is stored, though nothing of it is written.
    pub(super) fn done(&mut self, session: SessionId, batch: u64) {
        self.touched.push_back((batch, session));
    }

    /// Lets go of sessions whose last write is stored and which the router has nothing of any more.
    pub(super) fn let_go(&mut self, stored: u64, held: impl Fn(SessionId) -> bool) {
        while let Some((_, session)) = self.touched.pop_front_if(|(batch, _)| *batch <= stored) {
            if self.sessions.get(&session).is_some_and(|owned| owned.batch <= stored) && !held(session) {
                self.sessions.remove(&session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use uuid::Uuid;

    #[test]
    fn what_is_held_costs_a_commit_nothing_and_what_is_over_does_not_stay() {
        let (mut owned, nth) = (Ownership::default(), |n: u128| SessionId(Uuid::from_u128(n)));
        (0..1000).for_each(|n| owned.learn(nth(n), None, 0));
        owned.let_go(0, |_| true);
        let asked = Cell::new(0);
        let ask = |held: bool| {
            let asked = &asked;
            move |_| {
                asked.set(asked.get() + 1);
                held
            }
        };
        owned.write(nth(1), 1);
        owned.write(nth(2), 1);
        owned.write(nth(2), 2);
        owned.let_go(1, ask(false));
        assert_eq!((asked.get(), owned.knows(nth(1)), owned.knows(nth(2))), (1, false, true), "one has a write under way");
        owned.let_go(2, ask(true));
        owned.done(nth(2), 2);
        owned.let_go(3, ask(false));
        assert_eq!((asked.get(), owned.sessions.len()), (3, 998), "and goes once the router is done with it");
        assert!(owned.touched.is_empty());
    }
}
