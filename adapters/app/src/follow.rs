//! What a stream tells next: each stream keeps a place of its own, fetches on a ring, and tells what is newer.
//!
//! Invariants: the first event is a snapshot; sequence numbers rise by one; no version is told after a newer one; no
//! message is told twice or out of order. Pure: views and messages are handed in.

use crate::screen::app_view;
use segue_adapter_kit::Ephemeral;
use segue_proto::app::v1::{
    DeliveredChanged, Heartbeat, LineChanged, Moving, ReadChanged, SessionEvent, Snapshot, TypingChanged, ViewChanged, session_event::Kind,
};
use segue_proto::convert::{check, message, session, timestamp};
use segue_session::store::Seq;
use segue_session::{AgentName, Message, Refusal, Time, View};
use std::time::Duration;

/// The token to go on with after this message. Opaque to clients, and no secret: whoever follows a session with it may see
/// that session anyway, or is refused.
#[must_use]
pub fn resume_token(message: Seq) -> String {
    format!("m1.{}", message.0)
}

/// After which message a token goes on.
///
/// # Errors
/// `InvalidArgument` where it is none of ours.
pub fn parse_token(field: &str, token: &str) -> Result<Seq, Refusal> {
    let number: Option<u64> = token.strip_prefix("m1.").and_then(|digits| digits.parse().ok());
    // Only as we write it: no sign, no leading zero.
    let ours = number.filter(|n| resume_token(Seq(*n)) == token);
    ours.map(Seq).ok_or_else(|| check::invalid(field, "is not a token of this service"))
}

/// One stream's side of a session.
#[derive(Debug)]
pub struct Follower {
    sequence: u64,
    shown: Option<View>,
    message: Seq,
    continued: bool,
}

impl Follower {
    /// One that has been told the messages up to here; `continued` where a resume token says so.
    #[must_use]
    pub const fn new(message: Seq, continued: bool) -> Self {
        Self { sequence: 0, shown: None, message, continued }
    }

    /// The last message that was told.
    #[must_use]
    pub const fn message(&self) -> Seq {
        self.message
    }

    /// What a view brings: a snapshot at first; then its change, or its line's, or nothing where it is not newer.
    pub fn view(&mut self, view: View) -> Option<SessionEvent> {
        let kind = match &self.shown {
            None => self.snapshot(&view),
            Some(shown) if view.version < shown.version || view.routing_version < shown.routing_version => return None,
            Some(shown) if view.version > shown.version => Kind::View(ViewChanged { view: Some(app_view(&view)) }),
            Some(shown) if view.line != shown.line => {
                Kind::Line(LineChanged { routing_version: view.routing_version.0, line: view.line.as_ref().map(session::line) })
            }
            Some(_) => return None,
        };
        self.shown = Some(view);
        Some(self.event(kind))
    }

    /// The first event. A transcript that ends before what the client has seen is not the one it has seen (a crash took
    /// messages that were kept in memory only), so it is told from the beginning.
    fn snapshot(&mut self, view: &View) -> Kind {
        if self.message > view.last_message {
            self.message = Seq(0);
            self.continued = false;
        }
        Kind::Snapshot(Snapshot { view: Some(app_view(view)), continued: self.continued, messages_after: self.message.0 })
    }

    /// A message, unless it was told.
    pub fn say(&mut self, seq: Seq, one: &Message) -> Option<SessionEvent> {
        if seq <= self.message {
            return None;
        }
        self.message = seq;
        Some(self.event(Kind::Message(message::message(seq, one))))
    }

    /// Something that is not kept. The customer's own typing is no news to the customer.
    pub fn pass(&mut self, what: Ephemeral) -> Option<SessionEvent> {
        let name = |agent: Option<AgentName>| agent.as_ref().map(ToString::to_string).unwrap_or_default();
        let kind = match what {
            Ephemeral::Typing { agent: None, .. } => return None,
            Ephemeral::Typing { agent, on } => Kind::Typing(TypingChanged { agent: name(agent), on }),
            Ephemeral::Delivered { agent, up_to } => Kind::Delivered(DeliveredChanged { agent: name(agent), up_to: up_to.0 }),
            Ephemeral::Read { agent, up_to } => Kind::Read(ReadChanged { agent: name(agent), up_to: up_to.0 }),
        };
        Some(self.event(kind))
    }

    /// A sign of life.
    pub fn heartbeat(&mut self, now: Time) -> SessionEvent {
        self.event(Kind::Heartbeat(Heartbeat { time: Some(timestamp(now)) }))
    }

    /// The last event before the server stops.
    pub fn moving(&mut self, after: Duration) -> SessionEvent {
        self.event(Kind::Moving(Moving { retry_after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX) }))
    }

    fn event(&mut self, kind: Kind) -> SessionEvent {
        self.sequence = self.sequence.saturating_add(1);
        SessionEvent { sequence: self.sequence, resume_token: resume_token(self.message), kind: Some(kind) }
    }
}
