//! Transactions that others begin with us.

use super::{AckKey, Error, Happening, Key, PATIENCE, ServerId, T1, T2, T4, Timer, Transactions, deadlines::Due};
use crate::message::{Method, Name, Request, Response, Via};
use crate::transport::Flow;
use bytes::Bytes;
use rand::RngExt;
use std::time::{Duration, Instant};

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not answered for good.
    Proceeding,
    /// An `INVITE` answered with a 2xx, which is repeated until it is acknowledged.
    Accepted,
    /// Answered for good otherwise; an `INVITE`'s answer is repeated until it is acknowledged.
    Completed,
    /// Acknowledged; what is still under way is taken in silence.
    Confirmed,
}

#[derive(Debug)]
pub(super) struct Server {
    key: Key,
    ack: Option<AckKey>,
    method: Method,
    flow: Flow,
    stage: Stage,
    /// Our tag on `To`, the same in all answers.
    tag: String,
    /// What a repeat is answered with.
    last: Option<Bytes>,
    /// The `INVITE`, for answers that nobody else gives.
    request: Request,
    pause: Duration,
    repeat: Option<Due>,
    end: Option<Due>,
}

#[cfg(test)]
impl Server {
    /// Whether it ends by itself.
    pub(super) fn is_bounded(&self) -> bool {
        self.end.is_some()
    }
}

impl Transactions {
    pub(super) fn asked(&mut self, now: Instant, mut request: Request, flow: Flow, out: &mut Vec<Happening>) {
        let Some(key) = Key::of_request(&request) else { return };
        if let Some(id) = self.server_keys.get(&key) {
            let repeated = self.servers.get(id).and_then(|server| server.last.clone().map(|last| Happening::Send(server.flow, last)));
            out.extend(repeated);
            return;
        }
        if let Some(noted) = request.fields.first(&Name::Via).and_then(|via| Via::noted(via, flow.peer)) {
            request.fields.set(Name::Via, noted);
        }
        if self.servers.len() >= self.limits.transactions {
            let refusal = request.answer(503).tagged(&crate::ingress::tag(&request.fields)).with(Name::RetryAfter, "10");
            out.push(Happening::Send(flow, refusal.to_bytes()));
            return;
        }
        let id = self.open(now, key, &request, flow);
        match request.method {
            Method::Cancel => self.cancelled(now, id, &request, out),
            Method::Invite => {
                let trying = request.answer(100).to_bytes();
                self.last(id, &trying);
                out.extend([Happening::Send(flow, trying), Happening::Asked { id, request, flow }]);
            }
            _ => out.push(Happening::Asked { id, request, flow }),
        }
    }

    fn open(&mut self, now: Instant, key: Key, request: &Request, flow: Flow) -> ServerId {
        let id = ServerId(self.name());
        // A request that nobody answers is forgotten; a call may ring for as long as whoever took it lets it.
        let end = (request.method != Method::Invite).then(|| self.deadlines.set(now + PATIENCE, Timer::ServerEnd(id)));
        let server = Server {
            key: key.clone(),
            ack: None,
            method: request.method,
            flow,
            stage: Stage::Proceeding,
            tag: format!("{:016x}", self.random.random::<u64>()),
            last: None,
            request: request.clone(),
            pause: T1,
            repeat: None,
            end,
        };
        self.server_keys.insert(key, id);
        self.servers.insert(id, server);
        id
    }

    fn last(&mut self, id: ServerId, octets: &Bytes) {
        if let Some(server) = self.servers.get_mut(&id) {
            server.last = Some(octets.clone());
        }
    }

    /// A `CANCEL` is answered here; only one that comes in time means anything (RFC 3261, section 9.2).
    fn cancelled(&mut self, now: Instant, id: ServerId, cancel: &Request, out: &mut Vec<Happening>) {
        let meant = Key::of_cancelled(cancel).and_then(|key| self.server_keys.get(&key)).copied();
        let invite = meant.and_then(|meant| self.servers.get(&meant).map(|server| (meant, server.stage, server.tag.clone())));
        let answer = cancel.answer(if invite.is_some() { 200 } else { 481 });
        let answer = invite.iter().fold(answer, |answer, (_, _, tag)| answer.tagged(tag));
        // It was opened a moment ago, so that this cannot be refused.
        let _ = self.respond(now, id, answer, out);
        if let Some((meant, Stage::Proceeding, _)) = invite {
            out.push(Happening::Cancelled(meant));
        }
    }

    /// Answers a request, for now (1xx) or for good. `To` gets this transaction's tag where it has none.
    ///
    /// # Errors
    ///
    /// [`Error::Over`] where it was answered for good.
    pub fn respond(&mut self, now: Instant, id: ServerId, response: Response, out: &mut Vec<Happening>) -> Result<(), Error> {
        let server = self.servers.get_mut(&id).filter(|server| server.stage == Stage::Proceeding).ok_or(Error::Over)?;
        let response = if response.code > 100 { response.tagged(&server.tag) } else { response };
        let octets = response.to_bytes();
        server.last = Some(octets.clone());
        out.push(Happening::Send(server.flow, octets));
        if !response.is_final() {
            return Ok(());
        }
        let (invite, reliable) = (server.method == Method::Invite, server.flow.transport.is_reliable());
        let accepted = invite && response.code < 300;
        server.stage = if accepted { Stage::Accepted } else { Stage::Completed };
        self.deadlines.cancel(server.end.take());
        if !invite && reliable {
            self.forget_server(id);
            return Ok(());
        }
        if accepted {
            server.ack = AckKey::of(&response.fields);
            if let Some(ack) = &server.ack {
                self.acks.insert(ack.clone(), id);
            }
        }
        // A 2xx is repeated whatever carries it, for it is meant for the far end (RFC 3261, section 13.3.1.4).
        if accepted || (invite && !reliable) {
            server.repeat = Some(self.deadlines.set(now + T1, Timer::ServerRepeat(id)));
        }
        server.end = Some(self.deadlines.set(now + PATIENCE, Timer::ServerEnd(id)));
        Ok(())
    }

    /// An answer of our own to a request, to build on: its way back, parties and number.
    ///
    /// # Errors
    ///
    /// [`Error::Over`] where it was answered for good.
    pub fn answer_to(&self, id: ServerId, code: u16) -> Result<Response, Error> {
        let server = self.servers.get(&id).filter(|server| server.stage == Stage::Proceeding).ok_or(Error::Over)?;
        Ok(server.request.answer(code).tagged(&server.tag))
    }

    /// Our tag in this transaction's answers, for as long as it is known.
    #[must_use]
    pub fn tag(&self, id: ServerId) -> Option<&str> {
        self.servers.get(&id).map(|server| server.tag.as_str())
    }

    /// Whether an `ACK` may still come that means something.
    #[must_use]
    pub fn awaits_ack(&self, id: ServerId) -> bool {
        self.servers.get(&id).is_some_and(|server| server.stage == Stage::Accepted)
    }

    pub(super) fn acknowledged(&mut self, now: Instant, ack: Request, out: &mut Vec<Happening>) {
        let by_dialog = AckKey::of(&ack.fields).and_then(|key| self.acks.get(&key)).copied();
        let by_branch = || Key::of_request(&ack).and_then(|key| self.server_keys.get(&key)).copied();
        let Some(id) = by_dialog.or_else(by_branch) else { return };
        let Some(server) = self.servers.get_mut(&id) else { return };
        match server.stage {
            Stage::Accepted => {
                self.deadlines.cancel(server.repeat.take());
                server.stage = Stage::Confirmed;
                // Until then repeats of the INVITE may come, which must begin nothing.
                out.push(Happening::Acked(id, ack));
            }
            Stage::Completed if server.method == Method::Invite => {
                self.deadlines.cancel(server.repeat.take());
                self.deadlines.cancel(server.end.take());
                server.stage = Stage::Confirmed;
                if server.flow.transport.is_reliable() {
                    self.forget_server(id);
                } else {
                    server.end = Some(self.deadlines.set(now + T4, Timer::ServerEnd(id)));
                }
            }
            Stage::Proceeding | Stage::Completed | Stage::Confirmed => {}
        }
    }

    pub(super) fn repeat_answer(&mut self, now: Instant, id: ServerId, out: &mut Vec<Happening>) {
        let Some(server) = self.servers.get_mut(&id) else { return };
        let Some(last) = server.last.clone() else { return };
        server.pause = (server.pause * 2).min(T2);
        server.repeat = Some(self.deadlines.set(now + server.pause, Timer::ServerRepeat(id)));
        out.push(Happening::Send(server.flow, last));
    }

    pub(super) fn server_due(&mut self, id: ServerId, out: &mut Vec<Happening>) {
        if self.servers.get(&id).is_some_and(|server| server.stage == Stage::Accepted) {
            out.push(Happening::Unacknowledged(id));
        }
        self.forget_server(id);
    }

    fn forget_server(&mut self, id: ServerId) {
        let Some(server) = self.servers.remove(&id) else { return };
        self.server_keys.remove(&server.key);
        if let Some(ack) = &server.ack {
            self.acks.remove(ack);
        }
        self.deadlines.cancel(server.repeat);
        self.deadlines.cancel(server.end);
    }
}
