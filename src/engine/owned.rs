//! The versions of the routing fields this owner writes, so that each write names the one before it.

use segue_session::SessionId;
use segue_session::store::{Stored, Version};
use std::collections::BTreeMap;

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
}

impl Ownership {
    pub(super) fn knows(&self, session: SessionId) -> bool {
        self.sessions.contains_key(&session)
    }

    /// Takes in what the store says of a session that this owner does not know yet.
    pub(super) fn learn(&mut self, session: SessionId, stored: Option<&Stored>, batch: u64) {
        let version = stored.map(|stored| stored.routing_version);
        self.sessions.entry(session).or_insert(Owned { version, batch });
    }

    /// The store has nothing of this session any more.
    pub(super) fn erased(&mut self, session: SessionId, batch: u64) {
        self.sessions.insert(session, Owned { version: None, batch });
    }

    /// The version that a write in this batch expects; `None` where there is nothing to write to.
    pub(super) fn write(&mut self, session: SessionId, batch: u64) -> Option<Version> {
        let owned = self.sessions.get_mut(&session)?;
        owned.batch = batch;
        let expect = owned.version?;
        owned.version = Some(Version(expect.0.saturating_add(1)));
        Some(expect)
    }

    /// Lets go of sessions whose last write is stored and which the router has nothing of any more.
    pub(super) fn let_go(&mut self, stored: u64, held: impl Fn(SessionId) -> bool) {
        self.sessions.retain(|session, owned| owned.batch > stored || held(*session));
    }
}
