//! Transactions that we begin.

use super::{ClientId, Error, Happening, Key, LONGEST_RING, PATIENCE, T1, T2, T4, Timer, Transactions, deadlines::Due};
use crate::message::{Address, COOKIE, Fields, Method, Name, Request, Response, cseq};
use crate::transport::Flow;
use bytes::Bytes;
use rand::RngExt;
use std::time::{Duration, Instant};

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// No answer yet: repeated where what carries it may lose it.
    Calling,
    /// Answered for now.
    Proceeding,
    /// An `INVITE` answered with a 2xx; more of them may come.
    Accepted,
    /// Answered for good otherwise.
    Completed,
}

#[derive(Debug)]
pub(super) struct Client {
    key: Key,
    request: Request,
    octets: Bytes,
    flow: Flow,
    stage: Stage,
    /// It is no longer wanted; the `CANCEL` waits for a first answer (RFC 3261, section 9.1).
    cancel: bool,
    /// A `CANCEL` of ours: nobody waits for how it ends.
    silent: bool,
    /// What repeats of final answers are answered with, by the far end's tag.
    acks: Vec<(String, Flow, Bytes)>,
    pause: Duration,
    repeat: Option<Due>,
    end: Option<Due>,
}

impl Transactions {
    /// A branch that nobody has used.
    #[must_use]
    pub fn branch(&mut self) -> String {
        format!("{COOKIE}{:032x}", self.random.random::<u128>())
    }

    /// Begins a transaction: sends a request that has one `Via`, ours, with this branch.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] where there are as many as there may be.
    pub fn request(
        &mut self,
        now: Instant,
        branch: &str,
        request: Request,
        flow: Flow,
        out: &mut Vec<Happening>,
    ) -> Result<ClientId, Error> {
        if self.clients.len() >= self.limits.transactions {
            return Err(Error::Full);
        }
        Ok(self.begin(now, branch, request, flow, false, out))
    }

    fn begin(&mut self, now: Instant, branch: &str, request: Request, flow: Flow, silent: bool, out: &mut Vec<Happening>) -> ClientId {
        let id = ClientId(self.name());
        let key = Key::ours(branch, request.method);
        let octets = request.to_bytes();
        out.push(Happening::Send(flow, octets.clone()));
        let repeat = (!flow.transport.is_reliable()).then(|| self.deadlines.set(now + T1, Timer::ClientRepeat(id)));
        let end = Some(self.deadlines.set(now + PATIENCE, Timer::ClientEnd(id)));
        self.client_keys.insert(key.clone(), id);
        let stage = Stage::Calling;
        self.clients
            .insert(id, Client { key, request, octets, flow, stage, cancel: false, silent, acks: Vec::new(), pause: T1, repeat, end });
        id
    }

    /// An `INVITE` of ours is not wanted any more. It is still answered: with 487, or with a 2xx that was quicker.
    pub fn cancel(&mut self, now: Instant, id: ClientId, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.request.method == Method::Invite && !client.cancel) else {
            return;
        };
        client.cancel = true;
        if client.stage == Stage::Proceeding {
            self.send_cancel(now, id, out);
        }
    }

    fn send_cancel(&mut self, now: Instant, id: ClientId, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let Some(cancel) = hop_by_hop(&client.request, Method::Cancel, None) else { return };
        let flow = client.flow;
        self.deadlines.cancel(client.end.take());
        client.end = Some(self.deadlines.set(now + PATIENCE, Timer::ClientEnd(id)));
        let branch = branch_of(&client.request).unwrap_or_default().to_owned();
        self.begin(now, &branch, cancel, flow, true, out);
    }

    /// Acknowledges a 2xx, now and whenever it is repeated.
    pub fn acknowledge(&mut self, id: ClientId, ack: &Request, flow: Flow, out: &mut Vec<Happening>) {
        let octets = ack.to_bytes();
        if let (Some(client), Some(tag)) = (self.clients.get_mut(&id), tag_of(&ack.fields)) {
            client.acks.push((tag, flow, octets.clone()));
        }
        out.push(Happening::Send(flow, octets));
    }

    /// The way a request of ours went.
    #[must_use]
    pub fn flow(&self, id: ClientId) -> Option<Flow> {
        self.clients.get(&id).map(|client| client.flow)
    }

    pub(super) fn answered(&mut self, now: Instant, response: Response, out: &mut Vec<Happening>) {
        let Some(id) = Key::of_response(&response).and_then(|key| self.client_keys.get(&key)).copied() else { return };
        let Some(client) = self.clients.get(&id) else { return };
        match (client.stage, client.request.method == Method::Invite) {
            (Stage::Calling | Stage::Proceeding, _) if !response.is_final() => self.answered_for_now(now, id, response, out),
            (Stage::Calling | Stage::Proceeding, false) => self.answered_for_good(now, id, response, out),
            (Stage::Calling | Stage::Proceeding, true) if response.code < 300 => self.accepted(now, id, response, out),
            (Stage::Calling | Stage::Proceeding, true) => self.declined(now, id, response, out),
            (Stage::Accepted | Stage::Completed, true) if response.is_final() => {
                let tag = tag_of(&response.fields).unwrap_or_default();
                match client.acks.iter().find(|(of, ..)| *of == tag) {
                    Some((_, flow, ack)) => out.push(Happening::Send(*flow, ack.clone())),
                    // Another phone took the call too: whoever began it ends that one.
                    None if client.stage == Stage::Accepted && response.code < 300 => out.push(Happening::Answered(id, response)),
                    None => {}
                }
            }
            (Stage::Accepted | Stage::Completed, _) => {}
        }
    }

    fn answered_for_now(&mut self, now: Instant, id: ClientId, response: Response, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let (first, invite) = (client.stage == Stage::Calling, client.request.method == Method::Invite);
        client.stage = Stage::Proceeding;
        if invite && first {
            self.deadlines.cancel(client.repeat.take());
            self.deadlines.cancel(client.end.take());
            client.end = Some(self.deadlines.set(now + LONGEST_RING, Timer::ClientEnd(id)));
            if client.cancel {
                self.send_cancel(now, id, out);
            }
        }
        // 100 says no more than that a hop has it.
        if response.code > 100 && !self.clients.get(&id).is_some_and(|client| client.silent) {
            out.push(Happening::Answered(id, response));
        }
    }

    fn answered_for_good(&mut self, now: Instant, id: ClientId, response: Response, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.stage = Stage::Completed;
        if !client.silent {
            out.push(Happening::Answered(id, response));
        }
        self.linger(now, id, T4, out);
    }

    fn accepted(&mut self, now: Instant, id: ClientId, response: Response, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.stage = Stage::Accepted;
        self.deadlines.cancel(client.repeat.take());
        self.deadlines.cancel(client.end.take());
        client.end = Some(self.deadlines.set(now + PATIENCE, Timer::ClientEnd(id)));
        out.push(Happening::Answered(id, response));
    }

    fn declined(&mut self, now: Instant, id: ClientId, response: Response, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.stage = Stage::Completed;
        if let Some(ack) = hop_by_hop(&client.request, Method::Ack, response.fields.first(&Name::To)) {
            let octets = ack.to_bytes();
            client.acks.push((tag_of(&response.fields).unwrap_or_default(), client.flow, octets.clone()));
            out.push(Happening::Send(client.flow, octets));
        }
        out.push(Happening::Answered(id, response));
        self.linger(now, id, PATIENCE, out);
    }

    /// Stays for as long as a repeat may come, where what carries it repeats.
    fn linger(&mut self, now: Instant, id: ClientId, how_long: Duration, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        self.deadlines.cancel(client.repeat.take());
        self.deadlines.cancel(client.end.take());
        if client.flow.transport.is_reliable() {
            self.forget_client(id, out);
        } else {
            client.end = Some(self.deadlines.set(now + how_long, Timer::ClientEnd(id)));
        }
    }

    pub(super) fn repeat_request(&mut self, now: Instant, id: ClientId, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let invite = client.request.method == Method::Invite;
        client.pause = match client.stage {
            Stage::Proceeding => T2,
            _ if invite => client.pause * 2,
            _ => (client.pause * 2).min(T2),
        };
        client.repeat = Some(self.deadlines.set(now + client.pause, Timer::ClientRepeat(id)));
        out.push(Happening::Send(client.flow, client.octets.clone()));
    }

    pub(super) fn client_due(&mut self, now: Instant, id: ClientId, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let waiting = matches!(client.stage, Stage::Calling | Stage::Proceeding);
        if client.stage == Stage::Proceeding && client.request.method == Method::Invite && !client.cancel {
            // It has rung for long enough.
            client.cancel = true;
            self.send_cancel(now, id, out);
            return;
        }
        if waiting && !client.silent {
            out.push(Happening::Unanswered(id));
        }
        self.forget_client(id, out);
    }

    /// What carried these requests is gone, or was never there.
    pub fn unreachable(&mut self, flow: Flow, out: &mut Vec<Happening>) {
        let waiting = |client: &Client| client.flow == flow && matches!(client.stage, Stage::Calling | Stage::Proceeding);
        let mut lost: Vec<ClientId> = self.clients.iter().filter(|(_, client)| waiting(client)).map(|(id, _)| *id).collect();
        lost.sort_unstable();
        for id in lost {
            if !self.clients.get(&id).is_some_and(|client| client.silent) {
                out.push(Happening::Unanswered(id));
            }
            self.forget_client(id, out);
        }
    }

    fn forget_client(&mut self, id: ClientId, out: &mut Vec<Happening>) {
        let Some(client) = self.clients.remove(&id) else { return };
        if !client.silent {
            out.push(Happening::Forgotten(id));
        }
        self.client_keys.remove(&client.key);
        self.deadlines.cancel(client.repeat);
        self.deadlines.cancel(client.end);
    }
}

/// The `CANCEL` of a request, or the `ACK` of an answer that is no 2xx: they go the request's way, hop by hop (RFC 3261,
/// sections 9.1 and 17.1.1.3).
fn hop_by_hop(request: &Request, method: Method, to: Option<&str>) -> Option<Request> {
    let of = &request.fields;
    let (number, _) = cseq(of.first(&Name::CSeq)?)?;
    let mut fields = Fields::default().with(Name::Via, of.first(&Name::Via)?);
    for route in of.all(&Name::Route) {
        fields.push(Name::Route, route);
    }
    fields.push(Name::From, of.first(&Name::From)?);
    fields.push(Name::To, to.or_else(|| of.first(&Name::To))?);
    fields.push(Name::CallId, of.first(&Name::CallId)?);
    fields.push(Name::CSeq, format!("{number} {method}"));
    fields.push(Name::MaxForwards, "70");
    Some(Request { method, uri: request.uri.clone(), fields, body: Bytes::new() })
}

fn branch_of(request: &Request) -> Option<&str> {
    crate::message::Via::top(request.fields.first(&Name::Via)?)?.0.branch()
}

fn tag_of(fields: &Fields) -> Option<String> {
    Address::parse(fields.first(&Name::To)?)?.tag().map(str::to_owned)
}
