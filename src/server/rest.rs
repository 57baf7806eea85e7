//! What is answered over plain HTTP: probes, metrics, tickets.

use super::problem;
use super::readiness::{Phase, Readiness};
use crate::console;
use crate::doors::Gate;
use crate::telemetry::Metrics;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use segue_proto::convert::timestamp;
use segue_session::{Private, Reason, Refusal, Role};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The largest body that is read.
const BODY: usize = 1024;

/// What the HTTP routes need.
#[derive(Clone, Debug)]
pub struct Rest {
    /// For tickets.
    pub gate: Arc<Gate>,
    /// For probes.
    pub readiness: Readiness,
    /// For `/metrics`.
    pub metrics: Metrics,
}

impl Rest {
    /// Probes and metrics: for whoever operates the daemon.
    pub fn operators(&self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "alive\n" }))
            .route("/startupz", get(startup))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .with_state(self.clone())
    }

    /// What customers' and agents' pages ask for.
    pub fn public(&self) -> Router {
        Router::new().route("/v1/tickets", post(ticket)).layer(DefaultBodyLimit::max(BODY)).with_state(self.clone())
    }
}

/// The answer where there is no such page.
pub(crate) async fn nowhere() -> Response {
    problem::of(StatusCode::NOT_FOUND, "there is nothing at this address")
}

/// The answer to everything but probes while the house is not open.
pub(super) async fn not_yet() -> Response {
    problem::of(StatusCode::SERVICE_UNAVAILABLE, "this node is not open yet; try another")
}

async fn startup(State(rest): State<Rest>) -> Response {
    match rest.readiness.now() {
        Phase::Starting => problem::of(StatusCode::SERVICE_UNAVAILABLE, "starting"),
        Phase::Unfit(_) | Phase::Ready | Phase::Draining => "started\n".into_response(),
    }
}

async fn ready(State(rest): State<Rest>) -> Response {
    let why = match rest.readiness.now() {
        Phase::Ready => return "ready\n".into_response(),
        Phase::Starting => "starting",
        Phase::Unfit(why) => why,
        Phase::Draining => "draining",
    };
    problem::of(StatusCode::SERVICE_UNAVAILABLE, why)
}

async fn metrics(State(rest): State<Rest>) -> Response {
    ([(header::CONTENT_TYPE, Metrics::MEDIA_TYPE)], rest.metrics.text()).into_response()
}

/// A token or a login for a ticket that opens one socket, within a minute.
async fn ticket(State(rest): State<Rest>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    match give(&rest.gate, &uri, &headers, &body).await {
        Ok(body) => (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response(),
        Err(refusal) => problem::refused(&refusal),
    }
}

async fn give(gate: &Gate, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<serde_json::Value, Refusal> {
    // A page of the console has no token to show, but a login, and says which: one browser may hold several.
    let login = || console::presented(serde_json::from_slice::<Login>(body).ok()?.role, headers, uri);
    let nothing = || Refusal::new(Reason::Unauthenticated, "send `Authorization: Bearer TOKEN`, or sign in");
    let token = bearer(headers).or_else(login).ok_or_else(nothing)?;
    let ticket = gate.ticket(&token).await?;
    Ok(json!({ "ticket": ticket.value.reveal(), "expireTime": timestamp(ticket.until) }))
}

/// Which of a browser's logins buys the ticket.
#[derive(Deserialize)]
struct Login {
    #[serde(rename = "as")]
    role: Role,
}

/// The bearer token of a request (RFC 6750, 2.1), where there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Private<String>> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    let token = Some(token.trim()).filter(|token| !token.is_empty() && scheme.eq_ignore_ascii_case("bearer"))?;
    Some(Private::new(token.to_owned()))
}
