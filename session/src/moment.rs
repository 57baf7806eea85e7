//! What a command is applied with: the time, who gives it, the tenant's settings, and a source of ids. All of it is told.

use crate::journey::Library;
use crate::{AssuranceLevel, Keys, Language, Principal, Proof, QueueName, Reason, TenantId, Time};
use segue_router::Span;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The moment a command is applied in.
pub struct Moment<'a> {
    /// Now.
    pub now: Time,
    /// Whose house it is; a principal of another tenant finds nothing here.
    pub tenant: &'a TenantId,
    /// Which life of the daemon this is: drawn at its start, never 0. A leg of another life has lost its connection.
    pub life: u64,
    /// Whether a leg of the session was heard of within the idle time in a way that is not stored: a stream or a socket
    /// watches it, or its customer asked for news.
    pub heard: bool,
    /// Who gives the command.
    pub who: Actor<'a>,
    /// How the tenant's sessions go.
    pub settings: &'a Settings,
    /// The tenant's keys.
    pub keys: &'a Keys,
    /// The tenant's journeys.
    pub library: &'a Library,
    /// Draws a fresh id: version 4 or 7. Nothing guessable is made of it without a key.
    pub ids: &'a mut dyn FnMut() -> Uuid,
}

/// Who gives a command.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// Somebody whose token was verified.
    Principal(&'a Principal),
    /// The daemon itself: timers, look-ups, the router's owner.
    House,
}

/// Where the token goes in [`Settings::resume_link`].
pub const LINK_PLACE: &str = "{handle}";

/// How a tenant's sessions go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a lost leg may stay away before the session is suspended.
    pub grace: Span,
    /// How long nothing may happen before a session that waits for nobody is suspended.
    pub idle: Span,
    /// How long a suspended session can be resumed, anew with each suspension.
    pub sliding: Span,
    /// How long a session lasts at most.
    pub absolute: Span,
    /// How long before its end the customer is warned.
    pub warn_before: Span,
    /// How long handles hold.
    pub handle_for: Span,
    /// Digits of a code, 6 to 8.
    pub code_digits: u8,
    /// How long a closed or expired session is kept.
    pub keep_for: Span,
    /// How long a secret answer is kept where its field does not say.
    pub secret_for: Span,
    /// How long a proof counts at most, by its method; one whose method is not here counts for as long as it says itself.
    pub holds: BTreeMap<String, Span>,
    /// The language of customers who say nothing.
    pub language: Language,
    /// Where customers go who ask for a person and whose journey has not said where.
    pub queue: Option<QueueName>,
    /// The page that a link handle opens: a URL with [`LINK_PLACE`] in it.
    pub resume_link: Option<String>,
    /// How surely a customer must be known for what they ask.
    pub levels: BTreeMap<Action, AssuranceLevel>,
    /// Bytes of a whole session as stored.
    pub session_bytes: usize,
    /// What becomes of customers whom a queue turns away for a reason.
    pub farewells: BTreeMap<QueueName, BTreeMap<Reason, Farewell>>,
}

/// What becomes of a customer whom a queue turns away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farewell {
    /// What the session does.
    pub then: Then,
    /// What they are told.
    pub say: Option<String>,
}

/// What a session does whose customer is turned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// It goes on without a person.
    #[default]
    Stay,
    /// It is suspended; the place in line is kept for when the customer comes back.
    Suspend,
    /// It is closed.
    End,
}

/// What a customer asks for that may want an assurance of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Come back in.
    Resume,
    /// Be given a way back.
    GiveHandle,
    /// Be called back.
    CallBack,
    /// Agree to something.
    Consent,
    /// Leave a document.
    Document,
}

impl Action {
    /// The name in refusals.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::GiveHandle => "give_handle",
            Self::CallBack => "call_back",
            Self::Consent => "consent",
            Self::Document => "document",
        }
    }
}

impl Settings {
    /// A proof with the end that it has here. Of a sign-in by several methods (`pwd+otp`) the first that is over ends it.
    #[must_use]
    pub fn held(&self, proof: Proof) -> Proof {
        let spans = proof.method.split('+').filter_map(|method| self.holds.get(method));
        let until = spans.min().map_or(proof.until, |span| proof.until.min(proof.at.after(*span)));
        Proof { until, ..proof }
    }

    /// Settings that suit a telephone-and-chat house: half a minute of grace, a week to come back, a month at most.
    #[must_use]
    pub fn usual(language: Language) -> Self {
        const DAY: u64 = 24 * 3600;
        Self {
            grace: Span::seconds(30),
            idle: Span::seconds(15 * 60),
            sliding: Span::seconds(7 * DAY),
            absolute: Span::seconds(30 * DAY),
            warn_before: Span::seconds(DAY),
            handle_for: Span::seconds(DAY),
            code_digits: 6,
            keep_for: Span::seconds(30 * DAY),
            secret_for: Span::seconds(5 * 60),
            holds: [("agent_check", 3600), ("link", DAY), ("code", DAY), ("sip_reference", 3600)]
                .map(|(method, seconds)| (method.to_owned(), Span::seconds(seconds)))
                .into(),
            language,
            queue: None,
            resume_link: None,
            levels: BTreeMap::new(),
            session_bytes: crate::limits::SESSION_BYTES,
            farewells: BTreeMap::new(),
        }
    }
}
