//! Refusals on the wire: one table from the core's reasons to codes, for gRPC, WebSockets and HTTP alike.
//!
//! A gRPC status carries `google.rpc.ErrorInfo` always (reason, [`DOMAIN`], what it is about), `BadRequest` where a field
//! is at fault, and `RetryInfo` where trying again later makes sense (AIP-193).

use segue_session::{Reason, Refusal};
use std::{collections::HashMap, time::Duration};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// The domain of every `ErrorInfo`: whose reasons these are.
pub const DOMAIN: &str = "segue";

/// How a reason looks from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The canonical code of gRPC.
    pub code: Code,
    /// What it means.
    pub meaning: &'static str,
    /// What the caller does about it.
    pub mend: &'static str,
}

/// The table. Total: a new reason does not compile until it has its row.
#[must_use]
#[rustfmt::skip]
pub const fn outside(reason: Reason) -> Outside {
    let (code, meaning, mend) = match reason {
        Reason::Unauthenticated => (Code::Unauthenticated, "No credentials, or they do not hold.", "Get a fresh token."),
        Reason::PermissionDenied => (Code::PermissionDenied, "The role may not do this.", "Do not repeat; use a token with another role."),
        Reason::AssuranceTooLow => (Code::PermissionDenied, "The step or action wants a higher assurance.", "Prove more (`Prove`, or a fresh sign-in), then repeat."),
        Reason::NotFound => (Code::NotFound, "There is no such thing for this tenant and this person.", "Check the id and the token."),
        Reason::InvalidArgument => (Code::InvalidArgument, "A field is missing, malformed or over its limit; `field` names it.", "Mend the request."),
        Reason::InvalidAnswer => (Code::InvalidArgument, "The answer does not fit the field.", "Show the customer why, and ask again."),
        Reason::RequestIdReused => (Code::AlreadyExists, "The same request id came with other content.", "Draw a fresh id for each request; keep it for its repeats only."),
        Reason::VersionConflict => (Code::Aborted, "Somebody else changed the session first.", "Look at the session again, then repeat with a fresh id."),
        Reason::AlreadyResumed => (Code::FailedPrecondition, "The session was resumed by somebody else first, or is live; `channel` tells where.", "Attach to it, or leave it there."),
        Reason::SessionSuspended => (Code::FailedPrecondition, "The session is suspended.", "Resume it first."),
        Reason::SessionClosed => (Code::FailedPrecondition, "The session is closed.", "Start a new one."),
        Reason::SessionExpired => (Code::FailedPrecondition, "The session's time is over.", "Start a new one."),
        Reason::HandleInvalid => (Code::NotFound, "The handle was used, is too old, or never was one.", "Sign in, or ask for a new handle."),
        Reason::TooManyAttempts => (Code::ResourceExhausted, "Too many tries of codes from here.", "Wait as long as told."),
        Reason::WrongStep => (Code::FailedPrecondition, "The journey is not at a place where this can be done.", "Look at the prompt again."),
        Reason::StepNotResumable => (Code::FailedPrecondition, "The journey may not be resumed at this step.", "Start a new session."),
        Reason::JourneyUnknown => (Code::NotFound, "No such journey is published.", "Check the journey's name."),
        Reason::QueueFull => (Code::ResourceExhausted, "The queue is full.", "Try again after a while, or ask for a call back."),
        Reason::QueueClosed => (Code::FailedPrecondition, "The queue takes nobody at this hour.", "Come back when it is open."),
        Reason::WaitOver => (Code::ResourceExhausted, "The queue keeps nobody waiting for longer.", "Try again after a while."),
        Reason::OfferEnded => (Code::FailedPrecondition, "The offer has ended.", "Nothing: the next one comes by itself."),
        Reason::WrongMoment => (Code::FailedPrecondition, "The interaction is not where this can be done.", "Look at the desk again."),
        Reason::SignedOut => (Code::FailedPrecondition, "The agent is not signed in.", "Take a presence first."),
        Reason::CodeRequired => (Code::InvalidArgument, "A wrap-up code is wanted.", "Repeat with a code."),
        Reason::LimitExceeded => (Code::ResourceExhausted, "A limit was reached; `limit` names it.", "Send less, or end something first."),
        Reason::Overloaded => (Code::ResourceExhausted, "Too much is asked just now.", "Repeat after a while with the same request id."),
        Reason::Unavailable => (Code::Unavailable, "The node is draining or has lost its store.", "Repeat with the same request id, best on another node."),
        Reason::DeadlineExceeded => (Code::DeadlineExceeded, "The answer did not come in time.", "Repeat with the same request id."),
        Reason::Internal => (Code::Internal, "A fault of ours.", "Report it with the time; repeating may help."),
    };
    Outside { code, meaning, mend }
}

impl Outside {
    /// The code's name as `google.rpc.Code` writes it; the `code` of a WebSocket error.
    #[must_use]
    pub const fn code_name(self) -> &'static str {
        match self.code {
            Code::Ok => "OK",
            Code::Cancelled => "CANCELLED",
            Code::Unknown => "UNKNOWN",
            Code::InvalidArgument => "INVALID_ARGUMENT",
            Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Code::NotFound => "NOT_FOUND",
            Code::AlreadyExists => "ALREADY_EXISTS",
            Code::PermissionDenied => "PERMISSION_DENIED",
            Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Code::FailedPrecondition => "FAILED_PRECONDITION",
            Code::Aborted => "ABORTED",
            Code::OutOfRange => "OUT_OF_RANGE",
            Code::Unimplemented => "UNIMPLEMENTED",
            Code::Internal => "INTERNAL",
            Code::Unavailable => "UNAVAILABLE",
            Code::DataLoss => "DATA_LOSS",
            Code::Unauthenticated => "UNAUTHENTICATED",
        }
    }
}

/// The status of HTTP for a reason, for problem documents (RFC 9457): as `google.rpc.Code` maps them, but for a node that is
/// out of breath. That is not the caller's doing (429), and another node may well answer.
#[must_use]
pub const fn http(reason: Reason) -> u16 {
    match reason {
        Reason::Overloaded => 503,
        reason => match outside(reason).code {
            Code::Ok => 200,
            Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
            Code::Unauthenticated => 401,
            Code::PermissionDenied => 403,
            Code::NotFound => 404,
            Code::AlreadyExists | Code::Aborted => 409,
            Code::ResourceExhausted => 429,
            Code::Cancelled => 499,
            Code::Unknown | Code::Internal | Code::DataLoss => 500,
            Code::Unimplemented => 501,
            Code::Unavailable => 503,
            Code::DeadlineExceeded => 504,
        },
    }
}

/// A refusal as a gRPC status with its details.
#[must_use]
pub fn status(refusal: &Refusal) -> Status {
    let mut details =
        ErrorDetails::with_error_info(refusal.reason.name(), DOMAIN, refusal.about.iter().cloned().collect::<HashMap<_, _>>());
    let fields: Vec<_> =
        refusal.about.iter().filter(|(key, _)| key == "field").map(|(_, field)| FieldViolation::new(field, &refusal.message)).collect();
    if !fields.is_empty() {
        details.set_bad_request(fields);
    }
    if let Some(ms) = refusal.retry_after_ms {
        details.set_retry_info(Some(Duration::from_millis(ms)));
    }
    Status::with_error_details(outside(refusal.reason).code, &refusal.message, details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_keeps_its_name_and_codes() {
        let table: String =
            Reason::ALL.iter().map(|&reason| format!("{} {} {}\n", reason.name(), outside(reason).code_name(), http(reason))).collect();
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_status_names_reason_domain_and_particulars() {
        let refusal = Refusal::new(Reason::AlreadyResumed, "it is live in the chat").about("channels", "chat");
        let info = status(&refusal).get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str(), info.metadata["channels"].as_str()), ("ALREADY_RESUMED", "segue", "chat"));
    }

    #[test]
    fn a_field_at_fault_is_a_bad_request() {
        let status = status(&crate::convert::check::invalid("request_id", "is missing"));
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!((violations[0].field.as_str(), violations[0].description.as_str()), ("request_id", "request_id is missing"));
        assert_eq!(status.code(), Code::InvalidArgument);
    }

    #[test]
    fn a_time_to_wait_is_a_retry_info() {
        let status = status(&Refusal::new(Reason::Overloaded, "later").retry_after(1500));
        assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(Duration::from_millis(1500)));
    }
}
