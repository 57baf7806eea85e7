//! Errors of HTTP as problem documents (RFC 9457), with the same reasons as everywhere.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use segue_proto::error::outside;
use segue_session::{Reason, Refusal};
use serde_json::{Map, Value, json};

/// A refusal as a problem document.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(outside(refusal.reason).http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let about: Map<_, _> = refusal.about.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect();
    let mut response = document(status, &refusal.reason.name(), &refusal.message, about);
    if let Some(ms) = refusal.retry_after_ms {
        // Whole seconds, rounded up: a client that comes a moment too early is refused again.
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A problem that HTTP itself names.
pub(crate) fn of(status: StatusCode, detail: &str) -> Response {
    let reason = match status {
        StatusCode::NOT_FOUND => Reason::NotFound,
        StatusCode::SERVICE_UNAVAILABLE => Reason::Unavailable,
        StatusCode::INTERNAL_SERVER_ERROR => Reason::Internal,
        _ => Reason::InvalidArgument,
    };
    document(status, &reason.name(), detail, Map::new())
}

fn document(status: StatusCode, reason: &str, detail: &str, about: Map<String, Value>) -> Response {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "reason": reason,
    });
    if !about.is_empty() {
        body["about"] = Value::Object(about);
    }
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
