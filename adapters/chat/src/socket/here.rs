//! The leg that a socket is, with what it has shown: views and lines by version, messages by number.

use crate::translate::{self, Returning};
use segue_adapter_kit::ws::Generation;
use segue_adapter_kit::{Wake, Watch};
use segue_proto::chat::v1::server_frame::Frame;
use segue_session::store::{Seq, Version};
use segue_session::{LegId, Line, Message, SessionId, Speaker, Standing, View};

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
    shown: Option<Shown>,
    /// The last message that was sent.
    pub message: Seq,
    /// How far the news went that was looked at.
    seen: Wake,
}

struct Shown {
    version: Version,
    routing: Version,
    line: Option<Line>,
}

impl Here {
    /// A leg that has shown nothing yet.
    pub(super) fn new(session: SessionId, leg: LegId, watch: Watch, turn: Generation<LegId>) -> Self {
        let (shown, message, seen) = (None, Seq(0), Wake::default());
        Self { session, leg, watch, turn, live: true, passing: true, shown, message, seen }
    }

    /// A leg that comes back.
    pub(super) fn again(from: &Returning, watch: Watch, turn: Generation<LegId>) -> Self {
        let shown = (from.version > Version(0)).then_some(Shown { version: from.version, routing: from.routing, line: None });
        Self { shown, message: from.message, ..Self::new(from.session, from.leg, watch, turn) }
    }

    /// What is new at the doorbell: whether the view, and whether the transcript.
    pub(super) fn news(&mut self) -> (bool, bool) {
        let wake = *self.watch.wake.borrow_and_update();
        let view = wake.version != self.seen.version || wake.routing != self.seen.routing;
        let messages = wake.message > self.message;
        self.seen = wake;
        (view, messages)
    }

    /// Forgets that news was looked at, because it could not be fetched.
    pub(super) fn unsee(&mut self) {
        self.seen = Wake::default();
    }

    /// The frame for a view: whole where the content is newer, the line alone where that has changed, nothing where a newer
    /// one was shown.
    pub(super) fn show(&mut self, view: &View) -> Option<Frame> {
        let frame = match &self.shown {
            Some(shown) if view.version < shown.version || view.routing_version < shown.routing => return None,
            Some(shown) if view.version == shown.version && view.line == shown.line => return None,
            Some(shown) if view.version == shown.version => translate::line(view),
            Some(_) | None => translate::view(view),
        };
        // A leg ends with its session's suspension, and stays ended when others bring the session back.
        self.live &= matches!(view.standing, Standing::Active);
        self.shown = Some(Shown { version: view.version, routing: view.routing_version, line: view.line.clone() });
        Some(frame)
    }

    /// The frame for a message, unless it was sent.
    pub(super) fn say(&mut self, seq: Seq, message: &Message) -> Option<Frame> {
        if seq <= self.message {
            return None;
        }
        self.message = seq;
        Some(translate::said(seq, message))
    }
}

/// Whether a message wants to be told delivered: an agent said it.
pub(super) const fn wants_receipt(message: &Message) -> bool {
    matches!(message.from, Speaker::Agent(_))
}
