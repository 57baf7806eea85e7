//! One refusal for the outside world: a stable reason, a sentence for people, and what it is about.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why something was refused. The names are the wire's `ErrorInfo.reason` in `SCREAMING_SNAKE_CASE` and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// No credentials, or they do not hold.
    Unauthenticated,
    /// The role may not do this.
    PermissionDenied,
    /// The step or action wants a higher assurance; the gap is in `about`.
    AssuranceTooLow,
    /// There is no such thing for this tenant and this person.
    NotFound,
    /// A field is missing, malformed or over its limit.
    InvalidArgument,
    /// The answer does not fit the field.
    InvalidAnswer,
    /// The same request id came with other content.
    RequestIdReused,
    /// Somebody else changed the session first; look and try again.
    VersionConflict,
    /// The session was resumed by somebody else first, or is live; `about` tells where.
    AlreadyResumed,
    /// The session is suspended; resume it first.
    SessionSuspended,
    /// The session is closed.
    SessionClosed,
    /// The session's time is over.
    SessionExpired,
    /// The handle was used, is too old, or never was one.
    HandleInvalid,
    /// Too many tries of codes from here.
    TooManyAttempts,
    /// The journey is not at a place where this can be done.
    WrongStep,
    /// The journey may not be resumed at this step.
    StepNotResumable,
    /// No such journey is published.
    JourneyUnknown,
    /// The queue is full.
    QueueFull,
    /// The queue takes nobody at this hour.
    QueueClosed,
    /// The queue keeps nobody waiting for longer.
    WaitOver,
    /// The offer has ended.
    OfferEnded,
    /// The interaction is not where this can be done.
    WrongMoment,
    /// The agent is not signed in.
    SignedOut,
    /// A wrap-up code is wanted.
    CodeRequired,
    /// A limit was reached; its name is in `about`.
    LimitExceeded,
    /// Too much is asked just now; try again after a while.
    Overloaded,
    /// The node is draining or has lost its store; try again elsewhere.
    Unavailable,
    /// The answer did not come in time; repeat with the same request id.
    DeadlineExceeded,
    /// A fault of ours.
    Internal,
}

impl Reason {
    /// All of them, in the order of the reference.
    pub const ALL: [Self; 29] = [
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::AssuranceTooLow,
        Self::NotFound,
        Self::InvalidArgument,
        Self::InvalidAnswer,
        Self::RequestIdReused,
        Self::VersionConflict,
        Self::AlreadyResumed,
        Self::SessionSuspended,
        Self::SessionClosed,
        Self::SessionExpired,
        Self::HandleInvalid,
        Self::TooManyAttempts,
        Self::WrongStep,
        Self::StepNotResumable,
        Self::JourneyUnknown,
        Self::QueueFull,
        Self::QueueClosed,
        Self::WaitOver,
        Self::OfferEnded,
        Self::WrongMoment,
        Self::SignedOut,
        Self::CodeRequired,
        Self::LimitExceeded,
        Self::Overloaded,
        Self::Unavailable,
        Self::DeadlineExceeded,
        Self::Internal,
    ];

    /// The wire name.
    #[must_use]
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// A refusal: nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, for machines.
    pub reason: Reason,
    /// Why, for people, in one sentence, without personal data.
    pub message: String,
    /// What it is about: field names, limits, the live channel, the level wanted.
    pub about: Vec<(String, String)>,
    /// When to try again, in milliseconds, where that makes sense.
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal with a sentence for people.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), about: Vec::new(), retry_after_ms: None }
    }
    /// Whether it says nothing of what was asked: the same may be asked again in a moment.
    #[must_use]
    pub const fn passes(&self) -> bool {
        matches!(self.reason, Reason::VersionConflict | Reason::Unavailable | Reason::Overloaded)
    }
    /// Adds what it is about.
    #[must_use]
    pub fn about(mut self, key: &str, value: impl Into<String>) -> Self {
        self.about.push((key.to_owned(), value.into()));
        self
    }
    /// Adds when to try again.
    #[must_use]
    pub const fn retry_after(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
