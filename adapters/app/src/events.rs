//! The events of a stream: what is news, as the app reads it.
//!
//! Invariants: the first event is a snapshot; sequence numbers rise by one. Pure: what is news is handed in.
//!
//! What is *not* here: what is news; see [`segue_adapter_kit::Follower`].

use crate::screen::app_view;
use segue_adapter_kit::{Ephemeral, Next};
use segue_proto::app::v1::{
    DeliveredChanged, Heartbeat, LineChanged, Moving, ReadChanged, SessionEvent, Snapshot, TypingChanged, ViewChanged, session_event::Kind,
};
use segue_proto::convert::{check, message, session, timestamp};
use segue_session::store::Seq;
use segue_session::{AgentName, LegId, Refusal, Time};
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

/// The events of one stream.
#[derive(Debug)]
pub struct Events {
    sequence: u64,
    /// Whose they are.
    leg: LegId,
    /// The last message that was told.
    message: Seq,
    /// Whether the stream goes on where a resume token said, until that was told.
    continued: Option<bool>,
}

impl Events {
    /// Of a leg's stream that was told the messages up to here; `continued` where a resume token says so.
    #[must_use]
    pub const fn new(leg: LegId, message: Seq, continued: bool) -> Self {
        Self { sequence: 0, leg, message, continued: Some(continued) }
    }

    /// What is news. The first is a snapshot; it goes on only in the transcript that the resume token knew.
    pub fn told(&mut self, told: Next) -> SessionEvent {
        let kind = match told {
            Next::View(view, after) => match self.continued.take() {
                Some(continued) => {
                    let continued = continued && after == self.message;
                    self.message = after;
                    Kind::Snapshot(Snapshot { view: Some(app_view(&view)), continued, messages_after: after.0 })
                }
                None => Kind::View(ViewChanged { view: Some(app_view(&view)) }),
            },
            Next::Line(view) => Kind::Line(LineChanged {
                routing_version: view.routing_version.0,
                line: view.line.as_ref().map(|line| session::line(line, &view.language)),
            }),
            Next::Message(place, one) => {
                self.message = place;
                Kind::Message(message::message(place, &one, Some(self.leg)))
            }
        };
        self.event(kind)
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
