//! Dialogs: what two ends of a call agree on, so that each knows the other's requests and in which order they were sent (RFC 3261,
//! section 12). No sockets, no clock, no randomness: those are told.
//!
//! Invariants: a dialog's numbers rise; its route set is fixed once it is confirmed; only what refreshes the target changes it.
//!
//! What is *not* here: transactions, media, and whose call it is.

mod expiry;
mod offers;
mod reliable;

pub use expiry::{Expiry, LONGEST, Negotiated, Refresher, SHORTEST, TooShort};
pub use offers::{Glare, Offers};
pub use reliable::{Acknowledged, Heard, Reliable};

use crate::message::{Address, Fields, Method, Name, Request, Response, cseq};
use bytes::Bytes;

/// Names a dialog, on our side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialogKey {
    call: String,
    ours: String,
    theirs: String,
}

impl DialogKey {
    /// Of a request that came: `None` where it is outside any dialog.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let tag = |name| request.fields.first(&name).and_then(Address::parse).and_then(|address| address.tag().map(str::to_owned));
        let call = request.fields.first(&Name::CallId)?.to_owned();
        // RFC 2543 had no tag on From.
        Some(Self { call, ours: tag(Name::To)?, theirs: tag(Name::From).unwrap_or_default() })
    }
}

/// How we begin a call.
#[derive(Clone, Debug)]
pub struct Calling {
    /// Whom we call.
    pub uri: String,
    /// As whom: a name, if any, and a URI in brackets. Without parameters.
    pub from: String,
    /// Where we are reached: a URI.
    pub contact: String,
    /// The call's name: drawn, so that nobody can guess it.
    pub call: String,
    /// Our tag: drawn.
    pub tag: String,
    /// Hops that the call has to pass, each in brackets.
    pub routes: Vec<String>,
}

/// Why a request within a dialog is not served, as the code to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// A later one was there before: 500 (RFC 3261, section 12.2.2).
    OutOfOrder,
}

impl Unserved {
    /// The answer's code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::OutOfOrder => 500,
        }
    }
}

/// How far a dialog has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// We ask; nobody has answered.
    Begun,
    /// Somebody rings.
    Early,
    /// Its way is fixed.
    Confirmed,
}

/// One end of a dialog: ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Dialog {
    call: String,
    /// With its tag.
    ours: String,
    /// With its tag, once there is one.
    theirs: String,
    contact: String,
    /// Where the other end is reached: a URI.
    target: String,
    /// Hops on the way, the nearest first, each in brackets.
    routes: Vec<String>,
    stage: Stage,
    number: u32,
    last: Option<u32>,
}

impl Dialog {
    /// The dialog that an `INVITE` would found, which we answer with this tag and are reached at this URI. `None` where the
    /// request says not where its sender is reached.
    #[must_use]
    pub fn invited(request: &Request, tag: &str, contact: &str) -> Option<Self> {
        let field = |name| request.fields.first(&name);
        let target = Address::list(field(Name::Contact)?)?.first()?.uri.to_owned();
        let (last, _) = cseq(field(Name::CSeq)?)?;
        Some(Self {
            call: field(Name::CallId)?.to_owned(),
            ours: format!("{};tag={tag}", field(Name::To)?),
            theirs: field(Name::From)?.to_owned(),
            contact: contact.to_owned(),
            target,
            routes: routes(&request.fields),
            stage: Stage::Confirmed,
            number: 0,
            last: Some(last),
        })
    }

    /// A dialog that we begin; its first request is [`Dialog::invite`].
    #[must_use]
    pub fn calling(calling: Calling) -> Self {
        let Calling { uri, from, contact, call, tag, routes } = calling;
        let theirs = format!("<{uri}>");
        Self { call, ours: format!("{from};tag={tag}"), theirs, contact, target: uri, routes, stage: Stage::Begun, number: 0, last: None }
    }

    /// The dialog that an answer to our `INVITE` founds or confirms: each phone that rings founds one of its own. `None` where the
    /// answer founds none, or belongs to another.
    #[must_use]
    pub fn settled_by(&self, answer: &Response) -> Option<Self> {
        let theirs = answer.fields.first(&Name::To)?;
        let tag = Address::parse(theirs)?.tag()?;
        if self.stage != Stage::Begun && self.their_tag() != Some(tag) {
            return None;
        }
        let mut dialog = self.clone();
        if self.stage != Stage::Confirmed {
            // The last word on the way is the 2xx's (RFC 3261, section 13.2.2.4).
            dialog.routes = routes(&answer.fields);
            dialog.routes.reverse();
            dialog.theirs = theirs.to_owned();
            dialog.stage = if answer.is_final() { Stage::Confirmed } else { Stage::Early };
        }
        dialog.refresh(&answer.fields);
        Some(dialog)
    }

    /// Takes over the target that these fields name, where they name one.
    fn refresh(&mut self, fields: &Fields) {
        if let Some(contact) =
            fields.first(&Name::Contact).and_then(|value| Address::list(value)?.first().map(|first| first.uri.to_owned()))
        {
            self.target = contact;
        }
    }

    /// How requests that come within it are known. `None` until the other end has a tag.
    #[must_use]
    pub fn key(&self) -> Option<DialogKey> {
        let ours = Address::parse(&self.ours)?.tag()?.to_owned();
        let theirs = (self.stage != Stage::Begun).then(|| self.their_tag().unwrap_or_default().to_owned())?;
        Some(DialogKey { call: self.call.clone(), ours, theirs })
    }

    fn their_tag(&self) -> Option<&str> {
        Address::parse(&self.theirs)?.tag()
    }

    /// The URI whose host is the next hop: the first route's, or the other end's own.
    #[must_use]
    pub fn next_hop(&self) -> &str {
        let first = self.routes.first().and_then(|route| Address::parse(route)).map(|route| route.uri);
        first.unwrap_or(&self.target)
    }

    /// Our `INVITE`; within the dialog, once it is founded, a re-`INVITE`.
    pub fn invite(&mut self) -> Request {
        self.request(Method::Invite)
    }

    /// The next request of ours, with a number of its own. It has no `Via` yet.
    pub fn request(&mut self, method: Method) -> Request {
        self.number += 1;
        self.numbered(method, self.number)
    }

    /// The `ACK` of a 2xx to the `INVITE` of this number.
    #[must_use]
    pub fn ack(&self, number: u32) -> Request {
        self.numbered(Method::Ack, number)
    }

    /// The number of our last request.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    fn numbered(&self, method: Method, number: u32) -> Request {
        let mut fields = Fields::default();
        for route in &self.routes {
            fields.push(Name::Route, route.clone());
        }
        fields.push(Name::MaxForwards, "70");
        fields.push(Name::From, self.ours.clone());
        fields.push(Name::To, self.theirs.clone());
        fields.push(Name::CallId, self.call.clone());
        fields.push(Name::CSeq, format!("{number} {method}"));
        if method != Method::Bye {
            fields.push(Name::Contact, format!("<{}>", self.contact));
        }
        Request { method, uri: self.target.clone(), fields, body: Bytes::new() }
    }

    /// An answer of ours within it, or to the request that founds it: with where we are reached, and its routes (RFC 3261,
    /// section 12.1.1).
    #[must_use]
    pub fn answer(&self, request: &Request, code: u16) -> Response {
        let mut answer = request.answer(code);
        answer.fields.set(Name::To, self.ours.clone());
        for route in request.fields.all(&Name::RecordRoute) {
            answer.fields.push(Name::RecordRoute, route);
        }
        answer.with(Name::Contact, format!("<{}>", self.contact))
    }

    /// Takes a request of the other end's in its order.
    ///
    /// # Errors
    ///
    /// [`Unserved::OutOfOrder`] where a later one was there before.
    pub fn take(&mut self, request: &Request) -> Result<(), Unserved> {
        let number = request.fields.first(&Name::CSeq).and_then(cseq).map(|(number, _)| number);
        // An ACK has its INVITE's number, a CANCEL never comes here.
        if request.method != Method::Ack {
            if self.last.is_some_and(|last| number.is_none_or(|number| number <= last)) {
                return Err(Unserved::OutOfOrder);
            }
            self.last = number;
        }
        if matches!(request.method, Method::Invite | Method::Update) {
            self.refresh(&request.fields);
        }
        Ok(())
    }
}

/// Nothing of it but its form: it holds numbers and names.
impl std::fmt::Debug for Dialog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialog").field("stage", &self.stage).field("number", &self.number).field("last", &self.last).finish_non_exhaustive()
    }
}

/// The hops that want to stay on the way, in the message's order, each in brackets with its parameters.
fn routes(fields: &Fields) -> Vec<String> {
    let lists = fields.all(&Name::RecordRoute).filter_map(Address::list);
    lists.flatten().map(|hop| format!("<{}>", hop.uri)).collect()
}

#[cfg(test)]
mod tests;
