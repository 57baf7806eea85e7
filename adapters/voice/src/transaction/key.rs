//! Which transaction a message belongs to (RFC 3261, sections 17.1.3 and 17.2.3).

use crate::message::{Address, COOKIE, Host, Method, Name, Request, Response, Via, cseq};

/// Names a transaction, on its side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key(String);

impl Key {
    /// Of a request that came. An `ACK` has the key of the `INVITE` it may end, a `CANCEL` one of its own.
    pub(super) fn of_request(request: &Request) -> Option<Self> {
        let method = if request.method == Method::Ack { Method::Invite } else { request.method };
        Self::with_method(request, method)
    }

    /// Of the `INVITE` that a `CANCEL` means.
    pub(super) fn of_cancelled(cancel: &Request) -> Option<Self> {
        Self::with_method(cancel, Method::Invite)
    }

    fn with_method(request: &Request, method: Method) -> Option<Self> {
        let value = request.fields.first(&Name::Via)?;
        let (hop, end) = Via::top(value)?;
        if let Some(branch) = hop.branch().filter(|branch| branch.starts_with(COOKIE)) {
            let port = hop.port.unwrap_or_default();
            return Some(Self(match hop.host {
                Host::Name(name) => format!("{branch} {}:{port} {method}", name.to_ascii_lowercase()),
                Host::Address(address) => format!("{branch} {address}:{port} {method}"),
            }));
        }
        // From the days of RFC 2543: what makes it one request.
        let from = request.fields.first(&Name::From).and_then(Address::parse)?;
        let call = request.fields.first(&Name::CallId)?;
        let (number, _) = cseq(request.fields.first(&Name::CSeq)?)?;
        let hop = value.get(..end)?;
        Some(Self(format!("{} {} {call} {number} {hop} {method}", request.uri, from.tag().unwrap_or_default())))
    }

    /// Of a request of ours, by its branch.
    pub(super) fn ours(branch: &str, method: Method) -> Self {
        Self(format!("{branch} {method}"))
    }

    /// Of an answer to a request of ours.
    pub(super) fn of_response(response: &Response) -> Option<Self> {
        let (hop, _) = Via::top(response.fields.first(&Name::Via)?)?;
        let (_, method) = cseq(response.fields.first(&Name::CSeq)?)?;
        Some(Self::ours(hop.branch()?, Method::parse(method)?))
    }
}

/// Names what the `ACK` of a 2xx acknowledges: the dialog, on our side, and the `INVITE`'s number (RFC 3261, section 13.2.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct AckKey(String);

impl AckKey {
    pub(super) fn of(fields: &crate::message::Fields) -> Option<Self> {
        let call = fields.first(&Name::CallId)?;
        let to = fields.first(&Name::To).and_then(Address::parse)?;
        let (number, _) = cseq(fields.first(&Name::CSeq)?)?;
        Some(Self(format!("{call} {} {number}", to.tag()?)))
    }
}
