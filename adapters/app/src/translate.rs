//! Requests into orders, answers into responses. No socket, no clock, no house: most of what can be wrong with a request
//! is found here, and named.

use segue_adapter_kit::{Ephemeral, Order, Target, ids};
use segue_proto::app::v1::{self as app, activity, attach_session_request, resume_session_request};
use segue_proto::convert::{check, json, message, prompt, word};
use segue_session::store::Seq;
use segue_session::{
    Arriving, Channel, Claim, Command, CustomerClaims, JourneyName, LegId, MessageBody, Principal, Private, Refusal, RequestId, SessionId,
    SuspendCause,
};
use std::str::FromStr as _;

/// Pages of matters: how many usually, how many at most.
const MATTERS: (usize, usize) = (20, 100);
/// Pages of messages: how many usually, how many at most.
pub const MESSAGES: (usize, usize) = (50, 200);

/// An order and the leg that it brings.
#[derive(Debug)]
pub struct Coming {
    /// The order.
    pub order: Order,
    /// The leg.
    pub leg: LegId,
}

fn request_id(text: &str) -> Result<RequestId, Refusal> {
    check::id("request_id", text)
}

fn session_id(text: &str) -> Result<SessionId, Refusal> {
    check::id("session_id", text)
}

fn leg_id(text: &str) -> Result<LegId, Refusal> {
    check::id("leg_id", text)
}

/// An order for a session by its id.
fn order(request: &str, session: &str, command: Command) -> Result<Order, Refusal> {
    Ok(Order { request: request_id(request)?, target: Target::Session(session_id(session)?), command })
}

/// A leg of an app. It has no address: where a telephone is in the network says nothing about its owner, and a repeat from
/// another network must be the same request.
fn arriving(leg: LegId, language: Option<segue_session::Language>) -> Arriving {
    Arriving { leg, channel: Channel::App, address: None, language }
}

/// `StartSession`.
///
/// # Errors
/// `InvalidArgument`, naming the field; so for all of them.
pub fn start(who: &Principal, claims: &CustomerClaims, wire: app::StartSessionRequest) -> Result<Coming, Refusal> {
    let request = request_id(&wire.request_id)?;
    let journey = match wire.journey.as_str() {
        "" => None,
        name => Some(check::name("journey", name, JourneyName::parse)?),
    };
    let language = check::language("language", &wire.language)?.or_else(|| claims.language.clone());
    let claimed = json::to_entries("claimed", wire.claimed.unwrap_or_default(), check::CLAIMED_VALUES, check::CLAIMED)?;
    let (session, leg) = (ids::session(who, request), ids::leg(who, request));
    let claimed = claimed.into_iter().map(|(key, value)| (key, Private::new(value))).collect();
    let command = Command::Start { session, leg: arriving(leg, language), journey, claimed };
    Ok(Coming { order: Order { request, target: Target::Session(session), command }, leg })
}

/// `Step`.
///
/// # Errors
/// `InvalidArgument`.
pub fn step(wire: app::StepRequest) -> Result<Order, Refusal> {
    let leg = leg_id(&wire.leg_id)?;
    order(&wire.request_id, &wire.session_id, Command::Step(leg, prompt::to_input("input", wire.input)?))
}

/// `SuspendSession`, with the ways back that are wanted.
///
/// # Errors
/// `InvalidArgument`.
pub fn suspend(wire: &app::SuspendSessionRequest) -> Result<Order, Refusal> {
    let kinds = word::to_given_kinds("handle_kinds", &wire.handle_kinds)?;
    let leg = leg_id(&wire.leg_id)?;
    order(&wire.request_id, &wire.session_id, Command::Suspend(SuspendCause::Asked, Some(leg), kinds))
}

/// By which right somebody comes in, as the wire says it.
enum Way {
    Session(String),
    Link(String),
    Code(String),
}

/// For a link or a code the house finds the session and puts the claim by that handle in the place of this one.
fn target(way: Way, from: &str) -> Result<Target, Refusal> {
    Ok(match way {
        Way::Session(id) => Target::Session(session_id(&id)?),
        Way::Link(token) => Target::Link(check::filled("link_token", token, check::TOKEN)?),
        Way::Code(code) => Target::Code { code: check::code("code", &code)?, from: from.to_owned() },
    })
}

/// `ResumeSession`.
///
/// # Errors
/// `InvalidArgument`.
pub fn resume(who: &Principal, from: &str, wire: app::ResumeSessionRequest) -> Result<Coming, Refusal> {
    let request = request_id(&wire.request_id)?;
    let target = target(
        match check::required("by", wire.by)? {
            resume_session_request::By::SessionId(id) => Way::Session(id),
            resume_session_request::By::LinkToken(token) => Way::Link(token),
            resume_session_request::By::Code(code) => Way::Code(code),
        },
        from,
    )?;
    let leg = ids::leg(who, request);
    let arriving = arriving(leg, check::language("language", &wire.language)?);
    Ok(Coming { order: Order { request, target, command: Command::Resume { leg: arriving, by: Claim::SignedIn } }, leg })
}

/// `AttachSession`.
///
/// # Errors
/// `InvalidArgument`.
pub fn attach(who: &Principal, from: &str, wire: app::AttachSessionRequest) -> Result<Coming, Refusal> {
    let request = request_id(&wire.request_id)?;
    let target = target(
        match check::required("by", wire.by)? {
            attach_session_request::By::SessionId(id) => Way::Session(id),
            attach_session_request::By::LinkToken(token) => Way::Link(token),
            attach_session_request::By::Code(code) => Way::Code(code),
        },
        from,
    )?;
    let leg = ids::leg(who, request);
    let (arriving, by) = (arriving(leg, check::language("language", &wire.language)?), Claim::SignedIn);
    let command = if wire.move_here { Command::Move { leg: arriving, by } } else { Command::Attach { leg: arriving, by } };
    Ok(Coming { order: Order { request, target, command }, leg })
}

/// `EndLeg`.
///
/// # Errors
/// `InvalidArgument`.
pub fn end_leg(wire: &app::EndLegRequest) -> Result<Coming, Refusal> {
    let leg = leg_id(&wire.leg_id)?;
    Ok(Coming { order: order(&wire.request_id, &wire.session_id, Command::End(leg))?, leg })
}

/// `AskForPerson`.
///
/// # Errors
/// `InvalidArgument`.
pub fn ask_for_person(wire: &app::AskForPersonRequest) -> Result<Order, Refusal> {
    order(&wire.request_id, &wire.session_id, Command::AskForPerson(leg_id(&wire.leg_id)?, None))
}

/// `RequestCallback`.
///
/// # Errors
/// `InvalidArgument`.
pub fn request_callback(wire: app::RequestCallbackRequest) -> Result<Order, Refusal> {
    let leg = leg_id(&wire.leg_id)?;
    let number = check::phone("phone_number", wire.phone_number)?;
    order(&wire.request_id, &wire.session_id, Command::AskForPerson(leg, Some(number)))
}

/// `LeaveLine`.
///
/// # Errors
/// `InvalidArgument`.
pub fn leave_line(wire: &app::LeaveLineRequest) -> Result<Order, Refusal> {
    order(&wire.request_id, &wire.session_id, Command::LeaveLine(leg_id(&wire.leg_id)?))
}

/// `CloseSession`.
///
/// # Errors
/// `InvalidArgument`.
pub fn close(wire: app::CloseSessionRequest) -> Result<Order, Refusal> {
    let outcome = if wire.outcome.is_empty() { "closed".to_owned() } else { check::word("outcome", wire.outcome)? };
    order(&wire.request_id, &wire.session_id, Command::Close(outcome))
}

/// `CreateHandle`.
///
/// # Errors
/// `InvalidArgument`.
pub fn create_handle(wire: &app::CreateHandleRequest) -> Result<Order, Refusal> {
    let kind = word::to_given_kind("kind", wire.kind)?;
    let channels = word::to_channels("channels", &wire.channels)?;
    order(&wire.request_id, &wire.session_id, Command::GiveHandle(kind, channels))
}

/// `Prove`: the order once the token's claims are known, and the token.
///
/// # Errors
/// `InvalidArgument`.
pub fn prove(wire: app::ProveRequest) -> Result<(Private<String>, impl FnOnce(CustomerClaims) -> Order), Refusal> {
    let (request, session, leg) = (request_id(&wire.request_id)?, session_id(&wire.session_id)?, leg_id(&wire.leg_id)?);
    let token = check::filled("token", wire.token, check::CREDENTIAL)?;
    Ok((token, move |claims| Order { request, target: Target::Session(session), command: Command::Prove(leg, claims) }))
}

/// `SetConsent`.
///
/// # Errors
/// `InvalidArgument`.
pub fn set_consent(wire: app::SetConsentRequest) -> Result<Order, Refusal> {
    let leg = leg_id(&wire.leg_id)?;
    let purpose = check::word("purpose", wire.purpose)?;
    order(&wire.request_id, &wire.session_id, Command::Consent(leg, purpose, wire.given))
}

/// `SetDocument`.
///
/// # Errors
/// `InvalidArgument`.
pub fn set_document(wire: app::SetDocumentRequest) -> Result<Order, Refusal> {
    let name = check::word("name", wire.name)?;
    let content = wire.content.map(|value| json::to_value("content", value, check::DOCUMENT)).transpose()?;
    order(&wire.request_id, &wire.session_id, Command::Document(name, content.map(Private::new)))
}

/// `GetSession`.
///
/// # Errors
/// `InvalidArgument`.
pub fn get(wire: &app::GetSessionRequest) -> Result<SessionId, Refusal> {
    session_id(&wire.session_id)
}

/// `ListMatters`: how many, from where.
///
/// # Errors
/// `InvalidArgument`.
pub fn list_matters(wire: app::ListMattersRequest) -> Result<(usize, Option<String>), Refusal> {
    let size = check::page_size("page_size", wire.page_size, MATTERS.0, MATTERS.1)?;
    let page = check::text("page_token", wire.page_token, check::TOKEN)?.into_inner();
    Ok((size, Some(page).filter(|page| !page.is_empty())))
}

/// `SendMessage`, taken apart.
#[derive(Debug)]
pub struct Saying {
    /// In which session.
    pub session: SessionId,
    /// On which leg.
    pub leg: LegId,
    /// Names the request and the message.
    pub request: RequestId,
    /// What is said.
    pub body: MessageBody,
}

/// `SendMessage`.
///
/// # Errors
/// `InvalidArgument`.
pub fn send_message(wire: app::SendMessageRequest) -> Result<Saying, Refusal> {
    Ok(Saying {
        request: request_id(&wire.request_id)?,
        session: session_id(&wire.session_id)?,
        leg: leg_id(&wire.leg_id)?,
        body: message::from_customer("body", wire.body)?,
    })
}

/// A message of a chat stream.
///
/// # Errors
/// `InvalidArgument`.
pub fn chat_message(wire: app::ChatMessage) -> Result<(RequestId, MessageBody), Refusal> {
    Ok((check::id("message.request_id", &wire.request_id)?, message::from_customer("message.body", wire.body)?))
}

/// `ListMessages`: of which session, as which leg, after which place, how many.
///
/// # Errors
/// `InvalidArgument`.
pub fn list_messages(wire: &app::ListMessagesRequest) -> Result<(SessionId, Option<LegId>, Seq, usize), Refusal> {
    let after = match wire.page_token.as_str() {
        "" => wire.after,
        token => u64::from_str(token).map_err(|_| check::invalid("page_token", "is not a token of this service"))?,
    };
    let size = check::page_size("page_size", wire.page_size, MESSAGES.0, MESSAGES.1)?;
    let leg = wire.leg_id.as_deref().map(leg_id).transpose()?;
    Ok((session_id(&wire.session_id)?, leg, Seq(after), size))
}

/// `ShareActivity`.
///
/// # Errors
/// `InvalidArgument`.
pub fn share_activity(wire: app::ShareActivityRequest) -> Result<(SessionId, Ephemeral), Refusal> {
    Ok((session_id(&wire.session_id)?, activity(check::required("activity", wire.activity)?)?))
}

/// What the customer does beside talking.
///
/// # Errors
/// `InvalidArgument`.
pub fn activity(wire: app::Activity) -> Result<Ephemeral, Refusal> {
    Ok(match check::required("activity.kind", wire.kind)? {
        activity::Kind::Typing(on) => Ephemeral::Typing { agent: None, on },
        activity::Kind::DeliveredUpTo(up_to) => Ephemeral::Delivered { agent: None, up_to: Seq(up_to) },
        activity::Kind::ReadUpTo(up_to) => Ephemeral::Read { agent: None, up_to: Seq(up_to) },
    })
}

/// `WatchSession`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watching {
    /// Which session.
    pub session: SessionId,
    /// As which leg.
    pub leg: LegId,
    /// After which message.
    pub after: Seq,
    /// Whether a resume token said so.
    pub continued: bool,
}

/// `WatchSession`.
///
/// # Errors
/// `InvalidArgument`.
pub fn watch(wire: &app::WatchSessionRequest) -> Result<Watching, Refusal> {
    let (session, leg) = (session_id(&wire.session_id)?, leg_id(&wire.leg_id)?);
    let (after, continued) = match wire.resume_token.as_str() {
        "" => (Seq(wire.after_message), false),
        token => (crate::events::parse_token("resume_token", token)?, true),
    };
    Ok(Watching { session, leg, after, continued })
}
