//! The ingress validator: octets from outside become a message that keeps the rules, or a refusal that costs nothing.
//!
//! It stands before everything that keeps something. Whoever reads a message behind it need not ask whether a field is there,
//! is there once, and is well-formed. The answers are those that RFC 4475 and RFC 5118 expect of a server.
//!
//! Invariants: it never panics; it is linear in the octets; the same octets lead to the same answer, tags included, so that a
//! repeat of a refused request needs no memory (RFC 3261, section 8.2.7); an `ACK` and an answer are never answered.
//!
//! What is *not* here: sockets, and how often a source may ask (`transport`).

mod fault;
mod frame;
mod head;
mod rules;

pub use fault::Fault;
pub use frame::{Frame, Framer};

use crate::message::{Address, Fields, Message, Name, Response, Via};
use bytes::Bytes;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

/// Largest message in a datagram, in octets.
pub const MAX_DATAGRAM: usize = 8 * 1024;
/// Largest message on a stream, in octets, its body included.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Largest head, in octets.
pub const MAX_HEAD: usize = 32 * 1024;
/// Most header fields of a message.
pub const MAX_FIELDS: usize = 256;
/// The extensions that we have (option tags).
pub const EXTENSIONS: [&str; 0] = [];
/// The kinds of body that we read, as `Accept` has them.
const KINDS: &str = "application/sdp";

/// How a message's end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The packet's end; octets behind the declared body are ignored.
    Datagram,
    /// The declared length alone.
    Stream,
}

/// A message that does not come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub fault: Fault,
    /// What to say to whoever sent it: nothing to an answer, to an `ACK`, and where no way back can be read.
    pub answer: Option<Response>,
}

/// Judges a datagram, or a frame of a stream, that came from there.
///
/// # Errors
///
/// The refusal.
pub fn judge(bytes: &Bytes, framing: Framing, source: SocketAddr) -> Result<Message, Refused> {
    let limit = if framing == Framing::Datagram { MAX_DATAGRAM } else { MAX_MESSAGE };
    let mut head = head::Head::read(bytes.get(..limit.min(bytes.len())).unwrap_or_default());
    let judged = if bytes.len() > limit { Err(Fault::TooLong) } else { rules::check(&mut head, bytes, framing) };
    judged.map_err(|fault| {
        let answer =
            if head.start.starts_with("SIP/") || head.start.starts_with("ACK ") { None } else { answer(&head.fields, &fault, source) };
        Refused { fault, answer }
    })
}

/// The answer to a request that cannot come in: with as much of it as can be read.
fn answer(fields: &Fields, fault: &Fault, source: SocketAddr) -> Option<Response> {
    let mut ours = Fields::default();
    for (at, via) in fields.all(&Name::Via).enumerate() {
        // The way back is the source, whatever is written there; but a request without any way back has none.
        let noted = if at == 0 { Via::noted(via, source) } else { None };
        ours.push(Name::Via, noted.unwrap_or_else(|| via.to_owned()));
    }
    if ours.is_empty() {
        return None;
    }
    for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
        if let Some(value) = fields.first(&name) {
            ours.push(name, value);
        }
    }
    match fault {
        Fault::Extension(tags) => ours.push(Name::Unsupported, tags.join(", ")),
        Fault::Media | Fault::Accept => ours.push(Name::Accept, KINDS),
        _ => {}
    }
    let answer = Response { code: fault.code(), reason: fault.to_string(), fields: ours, body: Bytes::new() };
    Some(answer.tagged(&tag(fields)))
}

/// A tag that is the same for the same request.
#[must_use]
pub fn tag(fields: &Fields) -> String {
    let mut hasher = DefaultHasher::new();
    for name in [Name::CallId, Name::From, Name::CSeq] {
        fields.first(&name).hash(&mut hasher);
    }
    fields.first(&Name::To).and_then(Address::parse).map(|to| to.uri).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests;
