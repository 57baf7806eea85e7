//! The transaction layer without sockets and clocks (RFC 3261, section 17; RFC 6026).
//!
//! Messages and the time come in, octets and happenings go out. Both sides keep what is repeated until it is answered, and
//! answer what is repeated without asking anybody twice. A 2xx to an `INVITE` is repeated here too, and its `ACK` found by
//! dialog, so that a call need not.
//!
//! Invariants: every transaction has a deadline or waits for one call of ours (a ringing `INVITE`); each ends once and is then
//! forgotten; there are at most [`Limits::transactions`] of either side; a repeat never becomes a second happening.
//!
//! What is *not* here: dialogs, and what a request means.

mod client;
mod deadlines;
mod key;
mod server;

use crate::message::{Message, Method, Request, Response};
use crate::transport::Flow;
use bytes::Bytes;
use deadlines::Deadlines;
use key::{AckKey, Key};
use rand::rngs::StdRng;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// RFC 3261's guess at a round trip, from which the other times follow.
pub const T1: Duration = Duration::from_millis(500);
/// Longest time between two repeats.
pub const T2: Duration = Duration::from_secs(4);
/// How long a message may linger in the network.
pub const T4: Duration = Duration::from_secs(5);
/// How long to wait for a first answer, or for an `ACK`.
pub const PATIENCE: Duration = Duration::from_millis(64 * 500);
/// How long a call of ours may ring (timer C).
pub const LONGEST_RING: Duration = Duration::from_secs(180);

/// Names a transaction that somebody began with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerId(u64);

/// Names a transaction that we began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(u64);

/// What happened, in order.
#[derive(Debug, PartialEq)]
pub enum Happening {
    /// These octets are to go there.
    Send(Flow, Bytes),
    /// Somebody asks, for the first time. To be answered with [`Transactions::respond`].
    Asked {
        /// Which transaction it began.
        id: ServerId,
        /// What they ask.
        request: Request,
        /// Whence.
        flow: Flow,
    },
    /// Our 2xx is known to have come. The `ACK` may hold the answer to our offer.
    Acked(ServerId, Request),
    /// The `INVITE` is not wanted any more; it is still to be answered, with 487.
    Cancelled(ServerId),
    /// Nobody acknowledged our 2xx.
    Unacknowledged(ServerId),
    /// A request of ours is answered; for now, or for good.
    Answered(ClientId, Response),
    /// It is not, and will not be.
    Unanswered(ClientId),
    /// Nothing more happens to a request of ours.
    Forgotten(ClientId),
}

/// What is not done, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There are as many transactions as there may be.
    #[error("too many transactions")]
    Full,
    /// The transaction is over, or was answered for good.
    #[error("the transaction is over")]
    Over,
}

/// How much there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Transactions of either side.
    pub transactions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { transactions: 65_536 }
    }
}

/// Which deadline of which transaction.
#[derive(Clone, Copy, Debug)]
enum Timer {
    ServerRepeat(ServerId),
    ServerEnd(ServerId),
    ClientRepeat(ClientId),
    ClientEnd(ClientId),
}

/// All transactions of a node.
#[derive(Debug)]
pub struct Transactions {
    limits: Limits,
    random: StdRng,
    named: u64,
    servers: HashMap<ServerId, server::Server>,
    server_keys: HashMap<Key, ServerId>,
    acks: HashMap<AckKey, ServerId>,
    clients: HashMap<ClientId, client::Client>,
    client_keys: HashMap<Key, ClientId>,
    deadlines: Deadlines<Timer>,
}

impl Transactions {
    /// None yet. Branches and tags are drawn from `random`.
    #[must_use]
    pub fn new(limits: Limits, random: StdRng) -> Self {
        Self {
            limits,
            random,
            named: 0,
            servers: HashMap::new(),
            server_keys: HashMap::new(),
            acks: HashMap::new(),
            clients: HashMap::new(),
            client_keys: HashMap::new(),
            deadlines: Deadlines::default(),
        }
    }

    /// A judged message came.
    pub fn received(&mut self, now: Instant, message: Message, flow: Flow, out: &mut Vec<Happening>) {
        match message {
            Message::Request(request) if request.method == Method::Ack => self.acknowledged(now, request, out),
            Message::Request(request) => self.asked(now, request, flow, out),
            Message::Response(response) => self.answered(now, response, out),
        }
    }

    /// When [`Transactions::tick`] is due next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// Does what is due by now.
    pub fn tick(&mut self, now: Instant, out: &mut Vec<Happening>) {
        while let Some(timer) = self.deadlines.take(now) {
            match timer {
                Timer::ServerRepeat(id) => self.repeat_answer(now, id, out),
                Timer::ServerEnd(id) => self.server_due(id, out),
                Timer::ClientRepeat(id) => self.repeat_request(now, id, out),
                Timer::ClientEnd(id) => self.client_due(now, id, out),
            }
        }
    }

    /// How many transactions there are, of both sides.
    #[must_use]
    pub fn len(&self) -> usize {
        self.servers.len() + self.clients.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn name(&mut self) -> u64 {
        self.named += 1;
        self.named
    }
}

#[cfg(test)]
mod tests;
