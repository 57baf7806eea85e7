//! How a socket becomes a leg of a session.

use super::asked::{Asker, Manner};
use segue_adapter_kit::{Order, Target, ids};
use segue_proto::chat::v1::{self as wire, attach, resume};
use segue_proto::convert::check;
use segue_proto::convert::json;
use segue_session::store::{Seq, Version};
use segue_session::{Arriving, Claim, Command, JourneyName, LegId, Private, Refusal, RequestId, SessionId};

/// A leg on its way into a session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coming {
    /// What the house is asked.
    pub(crate) order: Order,
    /// The leg that this socket becomes.
    pub(crate) leg: LegId,
}

/// A leg that was there before its socket was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Returning {
    pub(crate) session: SessionId,
    pub(crate) leg: LegId,
    /// The last message that was shown.
    pub(crate) message: Seq,
    /// The last view that was shown.
    pub(crate) version: Version,
    /// The last line that was shown.
    pub(crate) routing: Version,
}

impl Returning {
    /// Back in: within the leg's grace as if nothing had been, later out of the suspension that its loss led to. A leg that
    /// was ended, because the session was moved, is told where the session is live.
    pub(crate) fn order(&self, manner: &Manner) -> Order {
        let command = Command::Resume { leg: arriving(self.leg, manner), by: Claim::SameLeg };
        Order { request: ids::own(), target: Target::Session(self.session), command }
    }
}

/// A leg of a page. It has no address: where a browser is in the network says nothing about its owner, and a repeat from
/// another network must be the same request.
fn arriving(leg: LegId, manner: &Manner) -> Arriving {
    let &Manner { channel, ref language } = manner;
    Arriving { leg, channel, address: None, language: language.clone() }
}

/// A session begins.
pub(super) fn start(request: RequestId, start: wire::Start, by: Asker<'_>) -> Result<Coming, Refusal> {
    let journey = match start.journey.as_str() {
        "" => None,
        name => Some(check::name("start.journey", name, JourneyName::parse)?),
    };
    let claimed = json::to_entries("start.claimed", start.claimed.unwrap_or_default(), check::CLAIMED_VALUES, check::CLAIMED)?;
    let claimed = claimed.into_iter().map(|(key, value)| (key, Private::new(value))).collect();
    let (session, leg) = (ids::session(by.who, request), ids::leg(by.who, request));
    let command = Command::Start { session, leg: arriving(leg, by.manner), journey, claimed };
    Ok(Coming { order: Order { request, target: Target::Session(session), command }, leg })
}

/// Back into a suspended session.
pub(super) fn resume(request: RequestId, resume: wire::Resume, by: Asker<'_>) -> Result<Coming, Refusal> {
    let target = match check::required("resume.by", resume.by)? {
        resume::By::SessionId(id) => Target::Session(check::id("resume.session_id", &id)?),
        resume::By::LinkToken(token) => link("resume.link_token", token)?,
        resume::By::Code(code) => self::code("resume.code", &code, by)?,
    };
    let leg = ids::leg(by.who, request);
    // For a link or a code the house puts the claim by that handle in the place of this one.
    let command = Command::Resume { leg: arriving(leg, by.manner), by: Claim::SignedIn };
    Ok(Coming { order: Order { request, target, command }, leg })
}

/// Into a live session, beside its other legs or in their stead.
pub(super) fn attach(request: RequestId, attach: wire::Attach, by: Asker<'_>) -> Result<Coming, Refusal> {
    let target = match check::required("attach.by", attach.by)? {
        attach::By::SessionId(id) => Target::Session(check::id("attach.session_id", &id)?),
        attach::By::LinkToken(token) => link("attach.link_token", token)?,
        attach::By::Code(code) => self::code("attach.code", &code, by)?,
    };
    let leg = ids::leg(by.who, request);
    let (arriving, claim) = (arriving(leg, by.manner), Claim::SignedIn);
    let command = match attach.move_here {
        true => Command::Move { leg: arriving, by: claim },
        false => Command::Attach { leg: arriving, by: claim },
    };
    Ok(Coming { order: Order { request, target, command }, leg })
}

fn link(field: &str, token: String) -> Result<Target, Refusal> {
    check::filled(field, token, check::TOKEN).map(Target::Link)
}

fn code(field: &str, code: &str, by: Asker<'_>) -> Result<Target, Refusal> {
    Ok(Target::Code { code: check::code(field, code)?, from: by.from.to_owned() })
}
