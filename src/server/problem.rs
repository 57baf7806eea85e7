//! Errors of HTTP as problem documents (RFC 9457), with the same reasons as everywhere.
//!
//! Whoever finds the fault, it leaves in this one form: a handler says which refusal it is, a socket's entrance leaves its
//! refusal with the response, and what the framework refuses by itself has a status, and at best a line of text.

use axum::body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use segue_proto::error::http;
use segue_session::{Reason, Refusal};
use serde_json::json;
use std::collections::BTreeMap;

/// The most bytes of a framework's own line.
const LINE: usize = 1024;

/// A refusal as a problem document.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    document(StatusCode::from_u16(http(refusal.reason)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), refusal)
}

/// A problem that HTTP itself names.
pub(crate) fn of(status: StatusCode, detail: &str) -> Response {
    document(status, &named(status, detail))
}

/// Gives an answer this form, where it is an error and no page.
pub(super) async fn formed(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let plain = kind.is_none_or(|kind| kind.starts_with(b"text/plain"));
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let refusal = match parts.extensions.remove::<Refusal>() {
        Some(refusal) => refusal,
        None => {
            let line = body::to_bytes(body, LINE).await.unwrap_or_default();
            let line = str::from_utf8(&line).ok().filter(|line| !line.is_empty());
            named(status, line.unwrap_or(meaning(status)))
        }
    };
    let mut formed = document(status, &refusal);
    for ours in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        parts.headers.remove(ours);
    }
    formed.headers_mut().extend(parts.headers);
    formed
}

/// The refusal behind a status of HTTP.
fn named(status: StatusCode, detail: &str) -> Refusal {
    let reason = match status {
        StatusCode::NOT_FOUND => Reason::NotFound,
        StatusCode::REQUEST_TIMEOUT => Reason::DeadlineExceeded,
        StatusCode::PAYLOAD_TOO_LARGE => Reason::LimitExceeded,
        StatusCode::SERVICE_UNAVAILABLE => Reason::Unavailable,
        status if status.is_server_error() => Reason::Internal,
        _ => Reason::InvalidArgument,
    };
    Refusal::new(reason, detail)
}

/// What a status says that came without a word.
fn meaning(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::METHOD_NOT_ALLOWED => "this address knows another method; `Allow` names it",
        _ => "the request cannot be answered",
    }
}

fn document(status: StatusCode, refusal: &Refusal) -> Response {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": refusal.message,
        "reason": refusal.reason.name(),
    });
    if !refusal.about.is_empty() {
        body["about"] = json!(refusal.about.iter().cloned().collect::<BTreeMap<_, _>>());
    }
    let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    let headers = response.headers_mut();
    if let Some(ms) = refusal.retry_after_ms {
        // Whole seconds, rounded up: who comes a moment too early is refused again.
        headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
