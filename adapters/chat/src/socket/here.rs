//! The leg that a socket is.

use crate::translate::Returning;
use segue_adapter_kit::ws::Generation;
use segue_adapter_kit::{Follower, Watch};
use segue_session::store::{Seq, Version};
use segue_session::{LegId, SessionId};

/// The leg that a socket is.
pub(super) struct Here {
    pub session: SessionId,
    pub leg: LegId,
    /// The session's doorbell.
    pub watch: Watch,
    /// The leg's turn: whether this socket is its newest.
    pub turn: Generation<LegId>,
    /// Whether the leg is live, as far as was shown. Where it is not, there is no leg to lose.
    pub live: bool,
    /// Whether typing and receipts can still come.
    pub passing: bool,
    /// What was told of the session.
    pub follower: Follower,
}

impl Here {
    /// A leg that has shown nothing yet.
    pub(super) const fn new(session: SessionId, leg: LegId, watch: Watch, turn: Generation<LegId>) -> Self {
        Self { session, leg, watch, turn, live: true, passing: true, follower: Follower::new(session, Seq(0)) }
    }

    /// A leg that comes back.
    pub(super) fn again(from: &Returning, watch: Watch, turn: Generation<LegId>) -> Self {
        let &Returning { session, leg, message, version, routing } = from;
        let follower = match version {
            Version(0) => Follower::new(session, message),
            _ => Follower::again(session, message, version, routing),
        };
        Self { follower, ..Self::new(session, leg, watch, turn) }
    }

    /// A leg ends with its session's suspension, and stays ended when others bring the session back. Whether it just did.
    pub(super) fn ends(&mut self) -> bool {
        let was = self.live;
        self.live = was && self.follower.active();
        was != self.live
    }
}
