//! A mutation as the arguments of `commit.lua`, and the script's reply as what it led to.

use super::keys::{Keys, hex, lookup_name, place_name, request_name, session_name};
use crate::store::form::{OUTBOX_LIMIT, OUTBOX_SLACK, REQUEST_WINDOW_MS};
use crate::store::{Committed, DocumentWrite, Error, Fence, Found, Mutation, Seq, Version};
use crate::{AgentName, SessionId};
use redis::{Script, ScriptInvocation};

/// The fence as it is kept.
pub(super) fn token(fence: &Fence) -> String {
    format!("{}:{}:{}", fence.epoch, fence.nonce, fence.node)
}

/// Lays a mutation down, value by value, in the order in which the script takes them.
pub(super) fn commit<'s>(script: &'s Script, keys: &Keys, mutation: &Mutation) -> ScriptInvocation<'s> {
    let mut call = script.key(keys.plain("fence"));
    call.arg(keys.prefix());
    call.arg(mutation.fence.as_ref().map(token).unwrap_or_default()).arg(mutation.at.0);
    match &mutation.request {
        Some(request) => {
            call.arg(request_name(request.id)).arg(request.fingerprint).arg(request.result.as_slice());
            call.arg(request.of.map(session_name).unwrap_or_default())
        }
        None => call.arg("").arg("").arg("").arg(""),
    };
    call.arg(mutation.documents.len());
    for write in &mutation.documents {
        document(&mut call, write);
    }
    call.arg(mutation.routing.len());
    for write in &mutation.routing {
        call.arg(session_name(write.session)).arg(write.expect.0).arg(write.fields.as_slice()).arg(write.agents.len());
        for agent in &write.agents {
            call.arg(agent.as_str());
        }
        call.arg(write.seen.map(|seen| seen.0.to_string()).unwrap_or_default());
    }
    call.arg(mutation.messages.len());
    for message in &mutation.messages {
        call.arg(session_name(message.session)).arg(message.body.as_slice());
    }
    call.arg(mutation.inbox.len());
    for body in &mutation.inbox {
        call.arg(body.as_slice());
    }
    call.arg(mutation.inbox_read.map(|read| read.0.to_string()).unwrap_or_default());
    call.arg(mutation.journal.len());
    for entry in &mutation.journal {
        call.arg(entry.session.map(session_name).unwrap_or_default()).arg(entry.body.as_slice());
    }
    call.arg(mutation.outbox.len());
    for entry in &mutation.outbox {
        call.arg(entry.agent.as_str()).arg(entry.about.len());
        for session in &entry.about {
            call.arg(session_name(*session));
        }
        call.arg(entry.body.as_slice());
    }
    optional(&mut call, mutation.snapshot.as_deref());
    call.arg(mutation.kept.len());
    for write in &mutation.kept {
        call.arg(write.key.as_str());
        optional(&mut call, write.body.as_deref());
    }
    call.arg(REQUEST_WINDOW_MS).arg(OUTBOX_LIMIT).arg(OUTBOX_SLACK);
    call
}

fn document(call: &mut ScriptInvocation<'_>, write: &DocumentWrite) {
    call.arg(session_name(write.session)).arg(write.expect.0);
    optional(call, write.content.as_deref());
    if write.content.is_none() {
        // What is erased stands in no index.
        call.arg("").arg("0").arg("").arg(0).arg(0);
        return;
    }
    call.arg(place_name(Found { born: write.born, session: write.session }));
    call.arg(if write.live { "1" } else { "0" });
    call.arg(write.due.map(|due| due.0.to_string()).unwrap_or_default());
    call.arg(write.keys.len());
    for key in &write.keys {
        call.arg(lookup_name(key));
    }
    call.arg(write.handles.len());
    for handle in &write.handles {
        call.arg(hex(&handle.hash)).arg(handle.until.0);
    }
}

fn optional(call: &mut ScriptInvocation<'_>, value: Option<&[u8]>) {
    match value {
        Some(value) => call.arg("1").arg(value),
        None => call.arg("0"),
    };
}

/// What the script said.
pub(super) fn reply(mutation: &Mutation, reply: Vec<Vec<u8>>) -> Result<Committed, Error> {
    let mut parts = Parts(reply.into_iter());
    match parts.text()?.as_str() {
        "done" => parts.committed(false),
        "repeat" => parts.committed(true),
        "reused" => match &mutation.request {
            Some(request) => Err(Error::RequestReused(request.id)),
            None => Err(strange("a request that was not made")),
        },
        "fenced" => Err(Error::Fenced { epoch: parts.number()? }),
        "taken" => Err(Error::HandleTaken(parts.session()?)),
        "absent" => Err(Error::Absent(parts.session()?)),
        "conflict" => {
            let (session, at, expected) = (parts.session()?, parts.number()?, parts.number()?);
            Err(Error::Conflict { session, at: Version(at), expected: Version(expected) })
        }
        other => Err(strange(other)),
    }
}

/// What should not be there.
pub(super) fn strange(what: &str) -> Error {
    Error::Corrupt { what: "an answer", why: format!("unexpected {what:?}") }
}

/// The parts of a reply, one after the other.
struct Parts(std::vec::IntoIter<Vec<u8>>);

impl Parts {
    fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        self.0.next().ok_or_else(|| strange("end"))
    }

    fn text(&mut self) -> Result<String, Error> {
        String::from_utf8(self.bytes()?).map_err(|_| strange("bytes"))
    }

    fn number(&mut self) -> Result<u64, Error> {
        let text = self.text()?;
        text.parse().map_err(|_| strange(&text))
    }

    fn session(&mut self) -> Result<SessionId, Error> {
        let text = self.text()?;
        text.parse().map_err(|_| strange(&text))
    }

    /// A place; an empty text where there is none.
    fn place(&mut self) -> Result<Option<Seq>, Error> {
        let text = self.text()?;
        if text.is_empty() { Ok(None) } else { text.parse().map(|n| Some(Seq(n))).map_err(|_| strange(&text)) }
    }

    fn committed(mut self, repeat: bool) -> Result<Committed, Error> {
        let (result, inbox, journal) = (self.bytes()?, self.place()?, self.place()?);
        let messages = (0..self.number()?).map(|_| self.number().map(Seq)).collect::<Result<_, _>>()?;
        let mut outbox = Vec::new();
        while self.0.len() > 0 {
            outbox.push((AgentName::new(&self.text()?), Seq(self.number()?)));
        }
        outbox.sort();
        Ok(Committed { repeat, result, messages, inbox, journal, outbox })
    }
}
