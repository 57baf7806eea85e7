//! What a desk asks.

use segue_adapter_kit::ws::Fault;
use segue_adapter_kit::{Ephemeral, Resume};
use segue_proto::convert::check::{self, CREDENTIAL, TEXT};
use segue_proto::convert::{frame, message, prose};
use segue_proto::desk::v1::{ClientFrame, Hello, client_frame::Frame, hello::Credential};
use segue_session::store::Seq;
use segue_session::{
    AgentName, CustomerId, DeskCommand, FieldId, InteractionId, JourneyName, OfferId, Priority, Private, QueueName, Refusal, RequestId,
    SessionId,
};
use std::fmt;
use uuid::Uuid;

/// The most messages of a transcript in one answer.
const MESSAGES: usize = 200;
/// As many as are sent where nobody says how many.
const MESSAGES_USUAL: usize = 50;

/// A hello, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// A token or a ticket.
    pub credential: Private<String>,
    /// Where the desk was.
    pub resume: Option<Resume>,
    /// Which tab it is, where it says.
    pub tab: Option<String>,
}

/// What a frame after the hello asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    /// A command for the house.
    Command(RequestId, Box<DeskCommand>),
    /// A fresh token.
    Refresh(RequestId, Private<String>),
    /// Messages of a transcript: after which, at most how many.
    Messages(RequestId, SessionId, Seq, usize),
    /// What there is to choose from.
    Directory(RequestId),
    /// Everything up to here is on the screen.
    Shown(Seq),
    /// Something that is not kept, from this agent.
    Pass(SessionId, Ephemeral),
    /// Are you there?
    Ping,
}

/// Reads a frame. Fields that are not known here are passed over, so that newer desks may talk to older houses.
///
/// # Errors
/// `InvalidArgument` where the text is not the protobuf JSON of a `ClientFrame`.
pub fn parse_client_frame(text: &str) -> Result<ClientFrame, Refusal> {
    frame::read("segue.desk.v1.ClientFrame", text)
}

/// Checks a hello. The protocol's version is the caller's to compare.
///
/// # Errors
/// `InvalidArgument`, naming the field.
pub(crate) fn opening(hello: Hello) -> Result<Opening, Refusal> {
    let credential = match check::required("hello.credential", hello.credential)? {
        Credential::Token(token) => check::filled("hello.token", token, CREDENTIAL)?,
        Credential::Ticket(ticket) => check::filled("hello.ticket", ticket, CREDENTIAL)?,
    };
    let tab = if hello.tab.is_empty() { None } else { Some(check::word("hello.tab", hello.tab)?) };
    let resume = hello.resume.map(|at| Resume { epoch: at.epoch, seq: Seq(at.sequence) });
    Ok(Opening { credential, resume, tab })
}

/// Checks a frame after the hello. `me` is who sends it.
///
/// # Errors
/// [`Fault`], naming the frame and the field.
pub(crate) fn asked(frame: ClientFrame, me: &AgentName) -> Result<Asked, Fault> {
    let ClientFrame { id, frame } = frame;
    let fault = |refusal| Fault { id: frame::shortened(&id), refusal };
    let frame = frame.ok_or_else(|| check::invalid("frame", "is missing, or not known here")).map_err(fault)?;
    match frame {
        Frame::Hello(_) => Err(check::invalid("hello", "comes first, and once")),
        Frame::Shown(shown) => Ok(Asked::Shown(Seq(shown.sequence))),
        Frame::Typing(typing) => check::id("typing.session_id", &typing.session_id)
            .map(|session| Asked::Pass(session, Ephemeral::Typing { agent: Some(me.clone()), on: typing.on })),
        Frame::Read(read) => check::id("read.session_id", &read.session_id)
            .map(|session| Asked::Pass(session, Ephemeral::Read { agent: Some(me.clone()), up_to: Seq(read.up_to) })),
        Frame::Ping(_) => Ok(Asked::Ping),
        named => check::id("id", &id).and_then(|request| with_id(request, named)),
    }
    .map_err(fault)
}

fn with_id(id: RequestId, frame: Frame) -> Result<Asked, Refusal> {
    match frame {
        Frame::Refresh(refresh) => Ok(Asked::Refresh(id, check::filled("refresh.token", refresh.token, CREDENTIAL)?)),
        Frame::ListMessages(list) => {
            let session = check::id("list_messages.session_id", &list.session_id)?;
            let most = check::page_size("list_messages.page_size", list.page_size, MESSAGES_USUAL, MESSAGES)?;
            Ok(Asked::Messages(id, session, Seq(list.after), most))
        }
        Frame::GetDirectory(_) => Ok(Asked::Directory(id)),
        other => command(other).map(|command| Asked::Command(id, Box::new(command))),
    }
}

fn command(frame: Frame) -> Result<DeskCommand, Refusal> {
    Ok(match frame {
        Frame::Present(one) => DeskCommand::Present(check::word("present.presence", one.presence)?),
        Frame::PresentNext(one) => DeskCommand::PresentNext(perhaps_word("present_next.presence", one.presence)?),
        Frame::SignOut(_) => DeskCommand::SignOut,
        Frame::Accept(one) => DeskCommand::Accept(OfferId(one.offer_id)),
        Frame::Decline(one) => DeskCommand::Decline(OfferId(one.offer_id), perhaps_word("decline.reason", one.reason)?),
        Frame::Finish(one) => DeskCommand::Finish(interaction("finish", &one.interaction_id)?),
        Frame::WrapUp(one) => DeskCommand::WrapUp(
            interaction("wrap_up", &one.interaction_id)?,
            perhaps_word("wrap_up.code", one.code)?,
            perhaps_text("wrap_up.note", one.note)?,
        ),
        Frame::Extend(one) => DeskCommand::Extend(interaction("extend", &one.interaction_id)?),
        Frame::TransferToQueue(one) => DeskCommand::TransferToQueue(
            interaction("transfer_to_queue", &one.interaction_id)?,
            check::name("transfer_to_queue.queue", &one.queue, QueueName::parse)?,
            perhaps_text("transfer_to_queue.note", one.note)?,
        ),
        Frame::TransferToAgent(one) => DeskCommand::TransferToAgent(
            interaction("transfer_to_agent", &one.interaction_id)?,
            check::name("transfer_to_agent.agent", &one.agent, AgentName::parse)?,
            perhaps_text("transfer_to_agent.note", one.note)?,
        ),
        other => in_session(other)?,
    })
}

fn in_session(frame: Frame) -> Result<DeskCommand, Refusal> {
    let session = |verb: &str, id: &str| check::id::<SessionId>(&format!("{verb}.session_id"), id);
    Ok(match frame {
        Frame::Say(one) => DeskCommand::Say(session("say", &one.session_id)?, message::from_agent("say.body", one.body)?),
        Frame::AddNote(one) => DeskCommand::Note(session("add_note", &one.session_id)?, prose::text("add_note.text", one.text, TEXT)?),
        Frame::Park(one) => DeskCommand::Park(session("park", &one.session_id)?, perhaps_text("park.note", one.note)?),
        Frame::Identify(one) => {
            let customer = match one.customer_id.as_str() {
                "" => None,
                id => Some(check::name("identify.customer_id", id, CustomerId::parse)?),
            };
            DeskCommand::Identify(session("identify", &one.session_id)?, customer)
        }
        Frame::FillAnswer(one) => DeskCommand::Fill(
            session("fill_answer", &one.session_id)?,
            check::name("fill_answer.field_id", &one.field_id, FieldId::parse)?,
            check::filled("fill_answer.value", one.value, TEXT)?,
        ),
        Frame::PushJourney(one) => DeskCommand::Push(
            session("push_journey", &one.session_id)?,
            check::name("push_journey.journey", &one.journey, JourneyName::parse)?,
        ),
        other => supervising(other)?,
    })
}

fn supervising(frame: Frame) -> Result<DeskCommand, Refusal> {
    Ok(match frame {
        Frame::Prioritise(one) => DeskCommand::Prioritise(
            interaction("prioritise", &one.interaction_id)?,
            Priority(one.priority),
            reason("prioritise", one.reason)?,
        ),
        Frame::Requeue(one) => DeskCommand::Requeue(interaction("requeue", &one.interaction_id)?, reason("requeue", one.reason)?),
        Frame::ForcePresence(one) => DeskCommand::Force(
            check::name("force_presence.agent", &one.agent, AgentName::parse)?,
            check::word("force_presence.presence", one.presence)?,
            reason("force_presence", one.reason)?,
        ),
        _ => return Err(check::invalid("frame", "cannot be done here")),
    })
}

fn interaction(verb: &str, id: &str) -> Result<InteractionId, Refusal> {
    check::id::<Uuid>(&format!("{verb}.interaction_id"), id).map(|id| InteractionId(id.as_u128()))
}

/// Why, for the audit log.
fn reason(verb: impl fmt::Display, reason: String) -> Result<String, Refusal> {
    prose::name(&format!("{verb}.reason"), reason).map(Private::into_inner)
}

fn perhaps_word(field: &str, word: String) -> Result<Option<String>, Refusal> {
    if word.is_empty() { Ok(None) } else { check::word(field, word).map(Some) }
}

fn perhaps_text(field: &str, text: String) -> Result<Option<Private<String>>, Refusal> {
    if text.is_empty() { Ok(None) } else { prose::text(field, text, TEXT).map(Some) }
}
