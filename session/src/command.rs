//! What comes in: one command, with who gives it, when, and the ids it may use. Channels translate to these and to nothing else.

use crate::journey::Input;
use crate::{
    AgentName, CustomerId, FieldId, HandleKind, InteractionId, JourneyName, Language, LegId, Private, RequestId, SessionId, SuspendCause,
    Time,
};
use segue_router::Channel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A customer's leg as it comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arriving {
    /// Its id, drawn by the adapter.
    pub leg: LegId,
    /// On which channel.
    pub channel: Channel,
    /// Where from.
    pub address: Option<Private<String>>,
    /// In which language, if it says.
    pub language: Option<Language>,
}

/// What a channel, a timer or an agent wants done with one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Begin a session on this leg.
    Start {
        /// Its id, drawn by the caller.
        session: SessionId,
        /// The first leg.
        leg: Arriving,
        /// Through which journey; `None` for a plain chat.
        journey: Option<JourneyName>,
        /// What is said without a signature.
        claimed: BTreeMap<String, Private<serde_json::Value>>,
    },
    /// Come back into a session that is suspended: exactly one claim wins.
    Resume {
        /// The leg that claims it.
        leg: Arriving,
        /// By which right.
        by: Claim,
    },
    /// Join a session that is live, as one more leg.
    Attach {
        /// The leg.
        leg: Arriving,
        /// By which right.
        by: Claim,
    },
    /// Join a session that is live and end its other legs: the customer goes on here alone.
    Move {
        /// The leg.
        leg: Arriving,
        /// By which right.
        by: Claim,
    },
    /// The leg's connection vanished.
    Lose(LegId),
    /// The process before this one is gone, and the connections with it: legs that have not come back in this life are lost.
    LoseFormer,
    /// The leg is over on purpose; the last one to end suspends the session.
    End(LegId),
    /// Something for the journey: a choice, a field's value, back, go on.
    Step(LegId, Input),
    /// The customer asks for a person, whatever the journey says next. `callback`: call this number instead.
    AskForPerson(LegId, Option<Private<String>>),
    /// The customer leaves the line without suspending.
    LeaveLine(LegId),
    /// Stop here, to be resumed anywhere; with these ways back, given out with the suspension or not at all.
    Suspend(SuspendCause, Option<LegId>, Vec<HandleKind>),
    /// Give out a way back.
    GiveHandle(HandleKind, Vec<Channel>),
    /// What a look-up returned. Ignored when the journey has moved on.
    LookedUp(LookupDone),
    /// It ended on purpose.
    Close(String),
    /// A proof came in: a sign-in or a step-up on this leg.
    Prove(LegId, crate::CustomerClaims),
    /// Who it may be, best first (several people behind one number), found by the house. Ignored once it is known.
    Recognise(Vec<crate::Candidate>),
    /// Which of the candidates it is; `None` undoes the last identification.
    Identify(AgentName, Option<CustomerId>),
    /// An agent fills in or corrects an answer.
    Fill(AgentName, FieldId, Private<String>),
    /// An agent puts a journey's first step in front of the customer, above what they were at.
    Push(AgentName, JourneyName),
    /// An agent's note.
    Note(AgentName, Private<String>),
    /// An agent passes the session on to a queue or an agent of that name, with a hand-over note.
    HandOver(AgentName, String, Option<Private<String>>),
    /// The customer agreed to something, or took it back.
    Consent(LegId, String, bool),
    /// A named document, whole; `None` removes it.
    Document(String, Option<Private<serde_json::Value>>),
    /// Something happened to an interaction of the session (told by the router's owner). `Assigned` and what ends a talk put
    /// a notice into the transcript; `Waiting` and `Offered` change nothing and need not be told.
    Routed(InteractionId, crate::Phase),
    /// Whoever waits is to be offered a call back (told by the router's owner).
    Invited(InteractionId),
    /// A deadline may have passed: graces, idle, lease, step timers, secrets' leases.
    Timer,
    /// Everything about the person is to be forgotten.
    Erase,
}

impl Command {
    /// The leg that comes in with it, where one does.
    #[must_use]
    pub const fn arriving(&self) -> Option<&Arriving> {
        match self {
            Self::Start { leg, .. } | Self::Resume { leg, .. } | Self::Attach { leg, .. } | Self::Move { leg, .. } => Some(leg),
            _ => None,
        }
    }

    /// By which right somebody comes in with it, where one does.
    #[must_use]
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Resume { by, .. } | Self::Attach { by, .. } | Self::Move { by, .. } => Some(by),
            _ => None,
        }
    }
}

/// By which right somebody comes back in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// They are signed in as the session's customer.
    SignedIn,
    /// They hold a handle (hashed by the caller; its MAC was checked).
    Handle([u8; 16], HandleKind),
    /// The same leg comes back within its grace.
    SameLeg,
}

/// A handle as given to a customer, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenHandle {
    /// What kind.
    pub kind: HandleKind,
    /// The handle itself: a token for a link, or digits.
    pub value: Private<String>,
    /// The page that a link opens, with the token in it; `None` for other kinds, and where the tenant names no page.
    #[serde(default)]
    pub url: Option<Private<String>>,
    /// Until when it holds.
    pub until: Time,
}

/// What a look-up returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookupDone {
    /// Which request of the journey this answers.
    pub id: RequestId,
    /// The body, or the name of the error branch: `timeout`, `refused`, `unreachable`, `status_404` …
    pub result: Result<Private<serde_json::Value>, String>,
}
