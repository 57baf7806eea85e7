//! What a page asks.

use super::coming::{self, Coming, Returning};
use segue_adapter_kit::Ephemeral;
use segue_adapter_kit::ws::Fault;
use segue_proto::chat::v1::{self as wire, ClientFrame, client_frame::Frame, hello};
use segue_proto::convert::check::{self, CREDENTIAL, TOKEN};
use segue_proto::convert::{frame, message, prompt, word};
use segue_session::journey::Input;
use segue_session::store::{Seq, Version};
use segue_session::{Channel, Command, Language, LegId, MessageBody, Principal, Private, Reason, Refusal, RequestId, SuspendCause};

/// As many matters as are listed where nobody says how many, and the most.
const MATTERS: (usize, usize) = (20, 100);
/// What a session's end is called where the page does not say.
const CLOSED: &str = "closed";

/// By which right somebody says hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A token or a ticket.
    Signed(Private<String>),
    /// A widget's key.
    Widget(String),
}

/// A hello, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) credential: Credential,
    /// Where the page was.
    pub(crate) returning: Option<Returning>,
    /// Which browser it is, where it says.
    pub(crate) device: Option<String>,
    /// As what it comes, and in which language.
    pub(crate) manner: Manner,
}

/// As what a page comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// The channel of its legs.
    pub(crate) channel: Channel,
    /// In which language, where it says.
    pub(crate) language: Option<Language>,
}

/// Who asks, and as which leg.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) who: &'a Principal,
    /// Where tries of codes are counted.
    pub(crate) from: &'a str,
    /// As what the page came.
    pub(crate) manner: &'a Manner,
    /// The leg this socket is, where it is one.
    pub(crate) leg: Option<LegId>,
}

/// What a frame after the hello asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    /// To be a leg of a session.
    Come(Box<Coming>),
    /// A command over this leg.
    Order(RequestId, Box<Command>),
    /// To say something.
    Say(RequestId, LegId, Box<MessageBody>),
    /// Open matters: at most how many, from where.
    Matters(RequestId, usize, Option<String>),
    /// A fresh token.
    Refresh(RequestId, Private<String>),
    /// Something that is not kept.
    Pass(Ephemeral),
    /// Are you there?
    Ping,
}

/// Reads a frame. Fields that are not known here are passed over, so that newer pages may talk to older houses.
///
/// # Errors
/// `InvalidArgument` where the text is not the protobuf JSON of a `ClientFrame`.
pub fn parse_client_frame(text: &str) -> Result<ClientFrame, Refusal> {
    frame::read("segue.chat.v1.ClientFrame", text)
}

/// Checks a hello. The protocol's version is the caller's to compare.
///
/// # Errors
/// `InvalidArgument`, naming the field.
pub(crate) fn opening(hello: wire::Hello) -> Result<Opening, Refusal> {
    let credential = match check::required("hello.credential", hello.credential)? {
        hello::Credential::Token(token) => Credential::Signed(check::filled("hello.token", token, CREDENTIAL)?),
        hello::Credential::Ticket(ticket) => Credential::Signed(check::filled("hello.ticket", ticket, CREDENTIAL)?),
        hello::Credential::Widget(key) => Credential::Widget(check::word("hello.widget", key)?),
    };
    let device = if hello.device.is_empty() { None } else { Some(check::word("hello.device", hello.device)?) };
    let language = check::language("hello.language", &hello.language)?;
    let channel = manner("hello.channel", hello.channel)?;
    let returning = hello.resume.map(|at| {
        Ok::<_, Refusal>(Returning {
            session: check::id("hello.resume.session_id", &at.session_id)?,
            leg: check::id("hello.resume.leg_id", &at.leg_id)?,
            message: Seq(at.last_message),
            version: Version(at.version),
            routing: Version(at.routing_version),
        })
    });
    Ok(Opening { credential, returning: returning.transpose()?, device, manner: Manner { channel, language } })
}

/// A page is a chat, unless it says that it is the app.
fn manner(field: &str, number: i32) -> Result<Channel, Refusal> {
    match number {
        0 => Ok(Channel::Chat),
        number => match word::to_channel(field, number)? {
            channel @ (Channel::Chat | Channel::App) => Ok(channel),
            Channel::Voice | Channel::Email => Err(check::invalid(field, "must be a chat or the app")),
        },
    }
}

/// Checks a frame after the hello.
///
/// # Errors
/// [`Fault`], naming the frame and the field.
pub(crate) fn asked(frame: ClientFrame, by: Asker<'_>) -> Result<Asked, Fault> {
    let ClientFrame { id, frame } = frame;
    let fault = |refusal| Fault { id: frame::shortened(&id), refusal };
    let frame = frame.ok_or_else(|| check::invalid("frame", "is missing, or not known here")).map_err(fault)?;
    match frame {
        Frame::Hello(_) => Err(check::invalid("hello", "comes first, and once")),
        Frame::Typing(typing) => Ok(Asked::Pass(Ephemeral::Typing { agent: None, on: typing.on })),
        Frame::Read(read) => Ok(Asked::Pass(Ephemeral::Read { agent: None, up_to: Seq(read.up_to) })),
        Frame::Ping(_) => Ok(Asked::Ping),
        named => check::id("id", &id).and_then(|request| with_id(request, named, by)),
    }
    .map_err(fault)
}

fn with_id(id: RequestId, frame: Frame, by: Asker<'_>) -> Result<Asked, Refusal> {
    match frame {
        Frame::Refresh(refresh) => Ok(Asked::Refresh(id, check::filled("refresh.token", refresh.token, CREDENTIAL)?)),
        Frame::ListMatters(list) => {
            let most = check::page_size("list_matters.page_size", list.page_size, MATTERS.0, MATTERS.1)?;
            let page = check::text("list_matters.page_token", list.page_token, TOKEN)?.into_inner();
            Ok(Asked::Matters(id, most, (!page.is_empty()).then_some(page)))
        }
        Frame::Start(start) => coming::start(id, start, by).map(come),
        Frame::Resume(resume) => coming::resume(id, resume, by).map(come),
        Frame::Attach(attach) => coming::attach(id, attach, by).map(come),
        other => over_leg(id, other, by.leg.ok_or_else(nowhere)?),
    }
}

fn come(coming: Coming) -> Asked {
    Asked::Come(Box::new(coming))
}

/// The socket is no leg of a session yet, or not any more.
fn nowhere() -> Refusal {
    Refusal::new(Reason::WrongMoment, "this socket is in no session: start, resume or attach first")
}

fn over_leg(id: RequestId, frame: Frame, leg: LegId) -> Result<Asked, Refusal> {
    let command = match frame {
        Frame::Say(say) => return Ok(Asked::Say(id, leg, Box::new(message::from_customer("say.body", say.body)?))),
        Frame::Suspend(suspend) => {
            Command::Suspend(SuspendCause::Asked, Some(leg), word::to_given_kinds("suspend.handle_kinds", &suspend.handle_kinds)?)
        }
        Frame::Step(input) => Command::Step(leg, step(input)?),
        Frame::AskForPerson(ask) => Command::AskForPerson(leg, callback(ask.callback_number)?),
        Frame::LeaveLine(_) => Command::LeaveLine(leg),
        Frame::Leave(_) => Command::End(leg),
        Frame::Close(close) if close.outcome.is_empty() => Command::Close(CLOSED.to_owned()),
        Frame::Close(close) => Command::Close(check::word("close.outcome", close.outcome)?),
        Frame::CreateHandle(create) => {
            let kind = word::to_given_kind("create_handle.kind", create.kind)?;
            Command::GiveHandle(kind, word::to_channels("create_handle.channels", &create.channels)?)
        }
        Frame::SetConsent(consent) => Command::Consent(leg, check::word("set_consent.purpose", consent.purpose)?, consent.given),
        _ => return Err(check::invalid("frame", "cannot be done here")),
    };
    Ok(Asked::Order(id, Box::new(command)))
}

fn step(input: segue_proto::types::v1::StepInput) -> Result<Input, Refusal> {
    prompt::to_input("step", Some(input))
}

fn callback(number: String) -> Result<Option<Private<String>>, Refusal> {
    if number.is_empty() { Ok(None) } else { check::phone("ask_for_person.callback_number", number).map(Some) }
}
