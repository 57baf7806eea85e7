//! What a page is told.

use super::bubble::bubble;
use crate::PROTOCOL;
use segue_adapter_kit::ws::{Fault, Settings};
use segue_adapter_kit::{Ephemeral, Next, Said};
use segue_proto::chat::v1::{self as wire, ack::Result as Answer, server_frame::Frame};
use segue_proto::convert::{check, message, refusal::refusal, session, timestamp, word};
use segue_session::store::{Durability, Seq};
use segue_session::{AgentName, Channel, LegId, Message, Refusal, RequestId, SessionId, Time, View};

/// What a welcome tells.
#[derive(Debug)]
pub(crate) struct Welcoming<'a> {
    pub(crate) now: Time,
    /// When the token ends.
    pub(crate) expires: Time,
    /// The leg that is back, or why it is not.
    pub(crate) returned: Option<Result<(SessionId, LegId), Refusal>>,
    pub(crate) device: &'a str,
    pub(crate) settings: &'a Settings,
}

/// The first frame.
pub(crate) fn welcome(core: &Welcoming<'_>) -> Frame {
    let bytes = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
    let (resumed, not_resumed) = match &core.returned {
        Some(Ok((session, leg))) => (Some(attached(*session, *leg)), None),
        Some(Err(why)) => (None, Some(refusal(why))),
        None => (None, None),
    };
    Frame::Welcome(wire::Welcome {
        protocol: PROTOCOL,
        time: Some(timestamp(core.now)),
        expire_time: Some(timestamp(core.expires)),
        resumed,
        not_resumed,
        limits: Some(wire::Limits {
            frame_bytes: bytes(core.settings.frame),
            message_bytes: bytes(core.settings.message),
            text_bytes: bytes(check::TEXT),
            frames_per_second: core.settings.pace,
        }),
        device: core.device.to_owned(),
    })
}

fn attached(session: SessionId, leg: LegId) -> wire::Attached {
    wire::Attached { session_id: session.to_string(), leg_id: leg.to_string() }
}

/// What is news to a page of this channel, which is this leg.
pub(crate) fn told(core: Next, channel: Channel, leg: LegId) -> Frame {
    match core {
        Next::View(one, _) => view(&one, channel),
        Next::Line(one) => line(&one),
        Next::Message(place, one) => said(place, &one, leg),
    }
}

/// How a session stands, whole.
pub(crate) fn view(core: &View, channel: Channel) -> Frame {
    let session = session::view(core, channel);
    let bubble = core.prompt.as_ref().map(|prompt| bubble(prompt, &core.language));
    Frame::View(wire::View { session: Some(session), bubble })
}

/// How it stands with the agents.
pub(crate) fn line(core: &View) -> Frame {
    Frame::Line(wire::LineChanged {
        session_id: core.session.to_string(),
        routing_version: core.routing_version.0,
        line: core.line.as_ref().map(|line| session::line(line, &core.language)),
    })
}

/// A message of the transcript, to a page that is this leg.
pub(crate) fn said(seq: Seq, core: &Message, leg: LegId) -> Frame {
    Frame::Message(message::message(seq, core, Some(leg)))
}

/// Something that is not kept. What this customer does themselves is no news to them.
pub(crate) fn passed(core: &Ephemeral) -> Option<Frame> {
    let receipt = |agent: &AgentName, up_to: &Seq, kind: wire::ReceiptKind| {
        Frame::Receipt(wire::Receipt { agent: agent.to_string(), up_to: up_to.0, kind: kind.into() })
    };
    match core {
        Ephemeral::Typing { agent: Some(agent), on } => Some(Frame::Typing(wire::AgentTyping { agent: agent.to_string(), on: *on })),
        Ephemeral::Delivered { agent: Some(agent), up_to } => Some(receipt(agent, up_to, wire::ReceiptKind::Delivered)),
        Ephemeral::Read { agent: Some(agent), up_to } => Some(receipt(agent, up_to, wire::ReceiptKind::Read)),
        Ephemeral::Typing { agent: None, .. } | Ephemeral::Delivered { agent: None, .. } | Ephemeral::Read { agent: None, .. } => None,
    }
}

/// A command was done.
pub(crate) mod ack {
    use super::*;
    use segue_adapter_kit::{Accepted, Page};
    use segue_session::{GivenHandle, Matter};

    fn ack(request: RequestId, durability: Option<Durability>, repeat: bool, result: Option<Answer>) -> Frame {
        let durability = durability.map(|one| word::durability(one).into()).unwrap_or_default();
        Frame::Ack(wire::Ack { id: request.to_string(), durability, repeat, result })
    }

    /// Something was done, and there is no more to say than its handles.
    pub(crate) fn done(request: RequestId, core: &Accepted, handles: &[GivenHandle]) -> Frame {
        let given = || Answer::Handles(wire::Handles { handles: handles.iter().map(session::handle).collect() });
        ack(request, Some(core.durability), core.repeat, (!handles.is_empty()).then(given))
    }

    /// This socket is a leg of a session now.
    pub(crate) fn came(request: RequestId, core: &Accepted, of: SessionId, leg: LegId) -> Frame {
        ack(request, Some(core.durability), core.repeat, Some(Answer::Attached(attached(of, leg))))
    }

    /// A message was stored.
    pub(crate) fn said(request: RequestId, said: Said) -> Frame {
        ack(request, Some(said.durability), said.repeat, Some(Answer::Said(wire::Said { sequence: said.seq.0 })))
    }

    /// Open matters.
    pub(crate) fn matters(request: RequestId, page: &Page<Matter>) -> Frame {
        let matters = page.rows.iter().map(session::matter).collect();
        let next_page_token = page.next.clone().unwrap_or_default();
        ack(request, None, false, Some(Answer::Matters(wire::Matters { matters, next_page_token })))
    }

    /// The token was taken.
    pub(crate) fn refreshed(request: RequestId, expires: Time) -> Frame {
        ack(request, None, false, Some(Answer::Refreshed(wire::Refreshed { expire_time: Some(timestamp(expires)) })))
    }
}

/// A frame was refused.
pub(crate) fn error(fault: &Fault) -> Frame {
    Frame::Error(wire::Error { id: fault.id.clone(), refusal: Some(refusal(&fault.refusal)) })
}
