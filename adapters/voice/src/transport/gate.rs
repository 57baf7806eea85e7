//! The gate that every message passes: how much a source may send, whether it keeps the rules, whether we are behind.

use super::sources::Sources;
use crate::ingress::{Fault, Framing, Refused, judge, tag};
use crate::message::{Address, Message, Method, Name, Request};
use bytes::Bytes;
use segue_adapter_kit::Meter;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the gate holds peers to.
#[derive(Clone, Debug)]
pub struct GateSettings {
    /// Messages a second from one address; twice as many at once. Trusted peers may send what they like.
    pub messages_per_source: u32,
    /// Peers that are held to no rate: trunks.
    pub trusted: Vec<IpAddr>,
    /// A message that waited for longer says that we are behind: new calls are refused until it is made up.
    pub behind: Duration,
    /// When whoever was refused may try again, in seconds.
    pub retry_after: u32,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self { messages_per_source: 200, trusted: Vec::new(), behind: Duration::from_millis(100), retry_after: 5 }
    }
}

/// What becomes of octets.
#[derive(Debug, PartialEq)]
pub(crate) enum Passed {
    /// They are a message.
    Message(Message),
    /// This is to be sent back.
    Answer(Bytes),
    /// Nothing.
    Nothing,
}

/// The gate; one for all sockets.
pub struct Gate {
    settings: GateSettings,
    sources: Mutex<Sources>,
    behind: AtomicBool,
    meter: Arc<dyn Meter>,
}

impl Gate {
    /// A gate that lets in.
    #[must_use]
    pub fn new(settings: GateSettings, meter: Arc<dyn Meter>) -> Self {
        let sources = Mutex::new(Sources::new(settings.messages_per_source));
        Self { settings, sources, behind: AtomicBool::new(false), meter }
    }

    /// Whether this source may send one more message now.
    pub(super) fn may(&self, source: SocketAddr, now: Instant) -> bool {
        let may = self.settings.trusted.contains(&source.ip().to_canonical())
            || self.sources.lock().unwrap_or_else(PoisonError::into_inner).may(source.ip(), now);
        if !may {
            self.limit("source_rate");
        }
        may
    }

    /// Judges a datagram.
    pub(super) fn datagram(&self, octets: &Bytes, source: SocketAddr) -> Passed {
        match judge(octets, Framing::Datagram, source) {
            Ok(message) => self.message(message),
            Err(refused) => self.refused(&refused),
        }
    }

    /// Lets a message pass that keeps the rules; not a new call while we are behind.
    pub(super) fn message(&self, message: Message) -> Passed {
        match message {
            Message::Request(request) if self.behind.load(Ordering::Relaxed) && begins_a_call(&request) => {
                self.limit("behind");
                Passed::Answer(self.refusal(&request))
            }
            message => Passed::Message(message),
        }
    }

    pub(super) fn refused(&self, refused: &Refused) -> Passed {
        self.limit(refused.fault.name());
        refused.answer.as_ref().map_or(Passed::Nothing, |answer| Passed::Answer(answer.to_bytes()))
    }

    /// Notes for how long a message has waited, and answers the request of a new call that has waited for too long.
    pub(crate) fn waited(&self, message: &Message, waited: Duration) -> Option<Bytes> {
        let behind = waited > self.settings.behind;
        self.behind.store(behind, Ordering::Relaxed);
        match message {
            Message::Request(request) if behind && begins_a_call(request) => {
                self.limit("behind");
                Some(self.refusal(request))
            }
            _ => None,
        }
    }

    /// Says that nothing waits: new calls may come.
    pub(crate) fn made_up(&self) {
        self.behind.store(false, Ordering::Relaxed);
    }

    /// The answer to a call for which there is no room; it needs no memory.
    pub(crate) fn refusal(&self, request: &Request) -> Bytes {
        let answer = request.answer(503).tagged(&tag(&request.fields));
        answer.with(Name::RetryAfter, self.settings.retry_after.to_string()).to_bytes()
    }

    pub(crate) fn limit(&self, name: &'static str) {
        self.meter.limit_reached("voice", name);
    }

    pub(super) fn unframed(&self, fault: &Fault) {
        self.limit(fault.name());
    }

    pub(crate) fn meter(&self) -> &dyn Meter {
        &*self.meter
    }
}

/// Whether a request would begin a call: an `INVITE` outside any.
fn begins_a_call(request: &Request) -> bool {
    request.method == Method::Invite && request.fields.first(&Name::To).and_then(Address::parse).is_some_and(|to| to.tag().is_none())
}
