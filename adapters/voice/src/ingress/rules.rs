//! The rules a message must keep, in the order in which they are asked (RFC 3261, sections 8.1.1, 8.2, 16.3, 18.3, 20).

use super::fault::Fault;
use super::head::Head;
use super::{EXTENSIONS, Framing};
use crate::message::{Address, COOKIE, Fields, MAX_URI, Message, Method, Name, Request, Response, Unread, Uri, Via, cseq};
use bytes::Bytes;

/// Fields that may be there once.
const ONCE: [Name; 9] = [
    Name::From,
    Name::To,
    Name::CallId,
    Name::CSeq,
    Name::MaxForwards,
    Name::ContentLength,
    Name::ContentType,
    Name::Expires,
    Name::RetryAfter,
];
/// The kind of body that we read and write.
const SDP: &str = "application/sdp";

/// Judges a head with what follows it. `whole` is the packet or frame that `head` was read from.
pub(super) fn check(head: &mut Head<'_>, whole: &Bytes, framing: Framing) -> Result<Message, Fault> {
    if let Some(fault) = head.fault.take() {
        return Err(fault);
    }
    match head.start.strip_prefix("SIP/") {
        Some(rest) => answer(rest, head, whole, framing),
        None => request(head, whole, framing),
    }
}

fn request(head: &mut Head<'_>, whole: &Bytes, framing: Framing) -> Result<Message, Fault> {
    let mut words = head.start.split(' ');
    let (method, uri, version) = match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(uri), Some(version), None) if !method.is_empty() && !uri.is_empty() => (method, uri, version),
        _ => return Err(Fault::StartLine),
    };
    if version != "SIP/2.0" {
        return Err(if version.starts_with("SIP/") { Fault::Version } else { Fault::StartLine });
    }
    let fields = &head.fields;
    common(fields)?;
    let method_known = Method::parse(method).ok_or(Fault::Method)?;
    if cseq(fields.first(&Name::CSeq).unwrap_or_default()).is_none_or(|(_, of)| of != method) {
        return Err(Fault::OtherMethod);
    }
    addressed(uri)?;
    let body = body(head.rest, fields, whole, framing)?;
    extensions(method_known, fields)?;
    media(method_known, fields, &body)?;
    let registers = method_known == Method::Register;
    if registers && fields.first(&Name::To).and_then(Address::parse).is_none_or(|to| Uri::parse(to.uri).is_err()) {
        return Err(Fault::Value(Name::To));
    }
    for value in fields.all(&Name::Contact).filter(|value| !(registers && *value == "*")) {
        Address::list(value).ok_or(Fault::Value(Name::Contact))?;
    }
    Ok(Message::Request(Request { method: method_known, uri: uri.to_owned(), fields: std::mem::take(&mut head.fields), body }))
}

fn answer(rest: &str, head: &mut Head<'_>, whole: &Bytes, framing: Framing) -> Result<Message, Fault> {
    let (version, rest) = rest.split_once(' ').ok_or(Fault::StartLine)?;
    if version != "2.0" {
        return Err(Fault::Version);
    }
    // The blank before an empty phrase must be there, but some leave it out.
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let code = code.parse::<u16>().ok().filter(|n| code.len() == 3 && (100..700).contains(n)).ok_or(Fault::StartLine)?;
    let fields = &head.fields;
    common(fields)?;
    if let Some(after) = fields.first(&Name::RetryAfter) {
        let seconds = after.split([' ', ';', '(']).next().unwrap_or_default();
        seconds.parse::<u32>().map_err(|_| Fault::Value(Name::RetryAfter))?;
    }
    let hops = fields.all(&Name::Via).filter_map(Via::list).map(|hops| hops.len()).sum::<usize>();
    if hops > 1 {
        return Err(Fault::Astray);
    }
    let body = body(head.rest, fields, whole, framing)?;
    Ok(Message::Response(Response { code, reason: reason.to_owned(), fields: std::mem::take(&mut head.fields), body }))
}

/// What requests and answers have in common.
fn common(fields: &Fields) -> Result<(), Fault> {
    for name in ONCE {
        if fields.all(&name).nth(1).is_some() {
            return Err(Fault::Twice(name));
        }
    }
    let must = |name: Name| fields.first(&name).ok_or(Fault::Missing(name.clone()));
    must(Name::Via)?;
    for value in fields.all(&Name::Via) {
        let hops = Via::list(value).ok_or(Fault::Value(Name::Via))?;
        // The cookie promises a branch of one's own; alone it would make all of the sender's requests one.
        if hops.iter().any(|hop| hop.branch() == Some(COOKIE)) {
            return Err(Fault::Value(Name::Via));
        }
    }
    let call = must(Name::CallId)?;
    if call.is_empty() || call.contains([' ', '\t']) || call.chars().any(char::is_control) {
        return Err(Fault::Value(Name::CallId));
    }
    for name in [Name::From, Name::To] {
        Address::parse(must(name.clone())?).filter(|address| !address.uri.is_empty()).ok_or(Fault::Value(name))?;
    }
    cseq(must(Name::CSeq)?).ok_or(Fault::Value(Name::CSeq))?;
    // Zero hops left is no fault: what reached us has arrived (RFC 4475, section 3.3.11). Who forwards answers 483.
    if fields.first(&Name::MaxForwards).is_some_and(|hops| digits(hops).is_none_or(|n| n > 255)) {
        return Err(Fault::Value(Name::MaxForwards));
    }
    Ok(())
}

fn addressed(uri: &str) -> Result<(), Fault> {
    if uri.len() > MAX_URI {
        return Err(Fault::Uri);
    }
    match Uri::parse(uri) {
        Ok(uri) if uri.headers => Err(Fault::Uri),
        Ok(_) => Ok(()),
        Err(Unread::Foreign) => Err(Fault::Scheme),
        Err(Unread::Malformed) => Err(Fault::Uri),
    }
}

/// The length that the head gives its body: `None` where it gives none.
pub(super) fn length(fields: &Fields) -> Result<Option<usize>, Fault> {
    let mut values = fields.all(&Name::ContentLength);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Fault::Twice(Name::ContentLength));
    }
    digits(value).and_then(|n| usize::try_from(n).ok()).map(Some).ok_or(Fault::Value(Name::ContentLength))
}

fn body(rest: &[u8], fields: &Fields, whole: &Bytes, framing: Framing) -> Result<Bytes, Fault> {
    let length = match (length(fields)?, framing) {
        (Some(length), _) => length,
        // RFC 2543 did without: the rest of the datagram.
        (None, Framing::Datagram) => rest.len(),
        (None, Framing::Stream) => return Err(Fault::Missing(Name::ContentLength)),
    };
    rest.get(..length).map(|body| whole.slice_ref(body)).ok_or(Fault::Short)
}

fn extensions(method: Method, fields: &Fields) -> Result<(), Fault> {
    if matches!(method, Method::Ack | Method::Cancel) {
        return Ok(());
    }
    let wanted = fields.all(&Name::Require).flat_map(|value| value.split(',')).map(str::trim).filter(|tag| !tag.is_empty());
    let foreign: Vec<String> =
        wanted.filter(|tag| !EXTENSIONS.iter().any(|ours| ours.eq_ignore_ascii_case(tag))).map(str::to_owned).collect();
    if foreign.is_empty() { Ok(()) } else { Err(Fault::Extension(foreign)) }
}

/// Offers and answers are SDP; other methods' bodies are their own affair.
fn media(method: Method, fields: &Fields, body: &Bytes) -> Result<(), Fault> {
    if !matches!(method, Method::Invite | Method::Ack | Method::Prack | Method::Update) {
        return Ok(());
    }
    let kind = |value: &str| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !body.is_empty() && fields.first(&Name::ContentType).map(kind).as_deref() != Some(SDP) {
        return Err(Fault::Media);
    }
    let mut accepted = fields.all(&Name::Accept).flat_map(|value| value.split(',')).map(kind).peekable();
    if method == Method::Invite && accepted.peek().is_some() && !accepted.any(|kind| [SDP, "application/*", "*/*"].contains(&kind.as_str()))
    {
        return Err(Fault::Accept);
    }
    Ok(())
}

fn digits(value: &str) -> Option<u32> {
    value.parse().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()))
}
