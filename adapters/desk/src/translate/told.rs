//! What a desk is told.

use segue_adapter_kit::ws::{Fault, Settings};
use segue_adapter_kit::{Colleague, DeskDirectory, DeskEntry, DirectoryQueue, Ephemeral};
use segue_proto::convert::{check, message::message, pop, refusal::refusal, session as sessions, timestamp, word};
use segue_proto::desk::v1::{self as wire, ack::Result as Answer, entry::Event, server_frame::Frame};
use segue_proto::types::v1 as shared;
use segue_session::store::Seq;
use segue_session::{
    AgentName, DeskAck, DeskAgent, DeskAssignment, DeskEvent, DeskOffer, DeskSnapshot, InteractionId, Message, Outcome, Readiness,
    RequestId, SessionId, Time, WithdrawReason,
};
use std::collections::BTreeSet;

/// What a welcome tells.
#[derive(Debug)]
pub(crate) struct Welcoming<'a> {
    /// The server's clock.
    pub now: Time,
    /// When the token ends.
    pub expires: Time,
    /// The outbox's epoch.
    pub epoch: u64,
    /// Whether entries follow rather than a snapshot.
    pub continued: bool,
    /// Who signed in.
    pub agent: String,
    /// Whether they are a supervisor.
    pub supervisor: bool,
    /// What there is to choose from.
    pub directory: &'a DeskDirectory,
    /// Limits in force.
    pub settings: &'a Settings,
}

/// The first frame.
#[must_use]
pub(crate) fn welcome(core: &Welcoming<'_>) -> Frame {
    let bytes = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
    Frame::Welcome(wire::Welcome {
        protocol: crate::PROTOCOL,
        time: Some(timestamp(core.now)),
        expire_time: Some(timestamp(core.expires)),
        epoch: core.epoch,
        continued: core.continued,
        agent: core.agent.clone(),
        supervisor: core.supervisor,
        // Colleagues are many and change by the second: they are asked for when a hand-over is meant.
        directory: Some(directory(core.directory, &[])),
        limits: Some(wire::Limits {
            frame_bytes: bytes(core.settings.frame),
            message_bytes: bytes(core.settings.message),
            text_bytes: bytes(check::TEXT),
            frames_per_second: core.settings.pace,
        }),
    })
}

/// What there is to choose from.
#[must_use]
pub(crate) fn directory(core: &DeskDirectory, colleagues: &[Colleague]) -> wire::Directory {
    let channels = |set: &BTreeSet<_>| set.iter().map(|&one| word::channel(one).into()).collect();
    wire::Directory {
        presences: core.presences.iter().map(|(name, set)| wire::Presence { presence: name.clone(), channels: channels(set) }).collect(),
        decline_reasons: core.decline_reasons.clone(),
        queues: core.queues.iter().map(queue).collect(),
        colleagues: colleagues.iter().map(colleague).collect(),
        journeys: core.journeys.iter().map(ToString::to_string).collect(),
    }
}

fn queue(core: &DirectoryQueue) -> wire::DirectoryQueue {
    wire::DirectoryQueue {
        queue: core.queue.to_string(),
        title: core.title.clone(),
        codes: core.codes.clone(),
        code_required: core.code_required,
        waiting: core.figures.map(|now| now.waiting),
        waiting_since: core.figures.and_then(|now| now.since).map(timestamp),
        agents_on_duty: core.figures.map_or(0, |now| now.on_duty),
        agents_idle: core.figures.map_or(0, |now| now.idle),
        expected_wait: core.figures.and_then(|now| now.expected_wait).map(sessions::expected_wait),
    }
}

/// How these queues and agents stand; nothing where there are none.
#[must_use]
pub(crate) fn figures<'a>(queues: impl Iterator<Item = &'a DirectoryQueue>, agents: impl Iterator<Item = &'a Colleague>) -> Option<Frame> {
    let told = wire::Figures { queues: queues.map(queue).collect(), agents: agents.map(colleague).collect() };
    (!told.queues.is_empty() || !told.agents.is_empty()).then_some(Frame::Figures(told))
}

fn colleague(core: &Colleague) -> wire::Colleague {
    wire::Colleague {
        agent: core.agent.to_string(),
        title: core.title.clone(),
        readiness: readiness(core.readiness).into(),
        presence: core.presence.clone().unwrap_or_default(),
    }
}

/// The whole desk.
#[must_use]
pub(crate) fn snapshot(core: &DeskSnapshot) -> Frame {
    Frame::Snapshot(wire::Snapshot {
        sequence: core.seq.0,
        agent: Some(agent(&core.agent)),
        offers: core.offers.iter().map(offer).collect(),
        assignments: core.assignments.iter().map(assignment).collect(),
    })
}

/// One entry of the outbox.
#[must_use]
pub(crate) fn entry(seq: Seq, core: &DeskEntry) -> Frame {
    let event = match core {
        DeskEntry::Event(event) => self::event(event),
        DeskEntry::Message(session, place, said) => {
            Event::Message(wire::SessionMessage { session_id: session.to_string(), message: Some(for_desk(*place, said)) })
        }
    };
    Frame::Entry(wire::Entry { sequence: seq.0, event: Some(event) })
}

fn event(core: &DeskEvent) -> Event {
    match core {
        DeskEvent::Offered(one) => Event::Offered(offer(one)),
        DeskEvent::Withdrawn { offer, interaction, why } => {
            let reason = withdraw_reason(*why).into();
            Event::Withdrawn(wire::Withdrawn { offer_id: offer.0, interaction_id: id(*interaction), reason })
        }
        DeskEvent::Assigned { offer, interaction, session, after } => Event::Assigned(wire::Assigned {
            offer_id: offer.0,
            interaction_id: id(*interaction),
            session_id: session.to_string(),
            after_message: after.0,
        }),
        DeskEvent::Updated(one) => Event::Updated(pop::pop(one)),
        DeskEvent::Enriched { session, connector, part } => Event::Enriched(wire::Enriched {
            session_id: session.to_string(),
            connector: connector.clone(),
            part: Some(pop::enrichment(part)),
        }),
        DeskEvent::CustomerLeft { interaction, outcome } => {
            Event::CustomerLeft(wire::CustomerLeft { interaction_id: id(*interaction), outcome: self::outcome(*outcome).into() })
        }
        DeskEvent::WrapUpBegan { interaction, until, code_required } => Event::WrapUpBegan(wire::WrapUpBegan {
            interaction_id: id(*interaction),
            until: Some(timestamp(*until)),
            code_required: *code_required,
        }),
        DeskEvent::WrapUpEnded { interaction, code } => {
            Event::WrapUpEnded(wire::WrapUpEnded { interaction_id: id(*interaction), code: code.clone().unwrap_or_default() })
        }
        DeskEvent::Agent(one) => Event::Agent(agent(one)),
        DeskEvent::Noted { session, note } => Event::Noted(wire::Noted { session_id: session.to_string(), note: Some(pop::note(note)) }),
    }
}

fn offer(core: &DeskOffer) -> wire::Offer {
    wire::Offer {
        offer_id: core.offer.0,
        interaction_id: id(core.interaction),
        deadline: Some(timestamp(core.deadline)),
        pop: Some(pop::pop(&core.pop)),
    }
}

fn assignment(core: &DeskAssignment) -> wire::Assignment {
    wire::Assignment {
        interaction_id: id(core.interaction),
        pop: Some(pop::pop(&core.pop)),
        messages: core.messages.iter().map(|(seq, said)| for_desk(*seq, said)).collect(),
        wrap_up_until: core.wrap_up_until.map(timestamp),
        code_required: core.code_required,
    }
}

fn agent(core: &DeskAgent) -> wire::AgentStanding {
    wire::AgentStanding {
        agent: core.agent.to_string(),
        readiness: readiness(core.readiness).into(),
        presence: core.presence.clone(),
        channels: core.channels.iter().map(|&one| word::channel(one).into()).collect(),
        next_presence: core.next.clone().unwrap_or_default(),
        load: core.load.0,
        capacity: core.capacity.0,
        since: Some(timestamp(core.since)),
    }
}

/// A message for an agent, who is on no leg.
fn for_desk(seq: Seq, core: &Message) -> shared::Message {
    message(seq, core, None)
}

/// A command was done.
#[must_use]
pub(crate) fn ack(request: RequestId, core: &DeskAck) -> Frame {
    let said = core.message.map(|place| Answer::Said(wire::Said { sequence: place.0 }));
    let handles = || Answer::Handles(wire::Handles { handles: core.handles.iter().map(sessions::handle).collect() });
    let result = said.or_else(|| (!core.handles.is_empty()).then(handles));
    Frame::Ack(wire::Ack { id: request.to_string(), sequence: core.seq.0, result })
}

/// Messages that were asked for.
#[must_use]
pub(crate) fn messages(request: RequestId, core: &[(Seq, Message)]) -> Frame {
    let messages = core.iter().map(|(seq, said)| for_desk(*seq, said)).collect();
    Frame::Ack(wire::Ack { id: request.to_string(), sequence: 0, result: Some(Answer::Messages(wire::Messages { messages })) })
}

/// A frame was refused.
#[must_use]
pub(crate) fn error(fault: &Fault) -> Frame {
    Frame::Error(wire::Error { id: fault.id.clone(), refusal: Some(refusal(&fault.refusal)) })
}

/// Something that is not kept.
#[must_use]
pub(crate) fn passed(session: SessionId, core: &Ephemeral) -> Frame {
    let session_id = session.to_string();
    let named = |agent: &Option<AgentName>| agent.as_ref().map(ToString::to_string).unwrap_or_default();
    let receipt = |agent, up_to: &Seq, kind: wire::ReceiptKind| {
        Frame::Receipt(wire::Receipt { session_id: session.to_string(), agent: named(agent), up_to: up_to.0, kind: kind.into() })
    };
    match core {
        Ephemeral::Typing { agent, on } => Frame::Typing(wire::CustomerTyping { session_id, agent: named(agent), on: *on }),
        Ephemeral::Delivered { agent, up_to } => receipt(agent, up_to, wire::ReceiptKind::Delivered),
        Ephemeral::Read { agent, up_to } => receipt(agent, up_to, wire::ReceiptKind::Read),
    }
}

fn id(core: InteractionId) -> String {
    sessions::interaction_id(core)
}

const fn readiness(core: Readiness) -> wire::Readiness {
    match core {
        Readiness::SignedOut => wire::Readiness::SignedOut,
        Readiness::Idle => wire::Readiness::Idle,
        Readiness::Offered => wire::Readiness::Offered,
        Readiness::Busy => wire::Readiness::Busy,
        Readiness::WrappingUp => wire::Readiness::WrappingUp,
        Readiness::Unresponsive => wire::Readiness::Unresponsive,
        Readiness::Lost => wire::Readiness::Lost,
    }
}

const fn withdraw_reason(core: WithdrawReason) -> wire::WithdrawReason {
    match core {
        WithdrawReason::Declined => wire::WithdrawReason::Declined,
        WithdrawReason::Expired => wire::WithdrawReason::Expired,
        WithdrawReason::CustomerLeft => wire::WithdrawReason::CustomerLeft,
        WithdrawReason::AgentLeft => wire::WithdrawReason::AgentLeft,
        WithdrawReason::Moved => wire::WithdrawReason::Moved,
    }
}

const fn outcome(core: Outcome) -> wire::Outcome {
    match core {
        Outcome::Handled => wire::Outcome::Handled,
        Outcome::Abandoned => wire::Outcome::Abandoned,
        Outcome::Suspended => wire::Outcome::Suspended,
        Outcome::Overflowed => wire::Outcome::Overflowed,
    }
}
