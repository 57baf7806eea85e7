//! Signing a browser in by a one-use link, and out.
//!
//! The link's key stands behind the `#` of the page's address, which no browser sends and no proxy logs; the page posts it once
//! and gets the cookie. Tickets for sockets are then bought with the cookie (`POST /v1/tickets`).

use super::cookie;
use crate::doors::Gate;
use crate::engine::Clock;
use crate::server::problem;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use segue_proto::convert::timestamp;
use segue_session::{Private, Reason, Refusal, Role};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;

/// The largest body that is read.
const BODY: usize = 1024;

/// What is needed to sign somebody in.
#[derive(Clone)]
struct Desk {
    gate: Arc<Gate>,
    clock: Clock,
}

/// What a page posts to sign in.
#[derive(Deserialize)]
struct SignIn {
    key: Private<String>,
}

/// What a page posts to sign out.
#[derive(Deserialize)]
struct SignOut {
    #[serde(rename = "as")]
    role: Role,
}

/// `POST /v1/login` and `POST /v1/logout`.
pub(crate) fn routes(gate: Arc<Gate>, clock: Clock) -> Router {
    let router = Router::new().route("/v1/login", post(sign_in)).route("/v1/logout", post(sign_out));
    router.layer(DefaultBodyLimit::max(BODY)).with_state(Desk { gate, clock })
}

async fn sign_in(State(desk): State<Desk>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let taken = async {
        let SignIn { key } = asked(&uri, &headers, &body)?;
        desk.gate.redeem(&key).await
    };
    match taken.await {
        Ok((token, who)) => {
            let set = cookie::keep(who.role(), &token, who.expires, desk.clock.now(), &headers);
            answered(&set, Json(json!({ "role": who.role(), "expireTime": timestamp(who.expires) })).into_response())
        }
        Err(refusal) => problem::refused(&refusal),
    }
}

async fn sign_out(uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    match asked(&uri, &headers, &body) {
        Ok(SignOut { role }) => answered(&cookie::forget(role), StatusCode::NO_CONTENT.into_response()),
        Err(refusal) => problem::refused(&refusal),
    }
}

/// What one of our own pages asks for.
fn asked<T: DeserializeOwned>(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<T, Refusal> {
    if !cookie::ours(headers, uri) {
        return Err(Refusal::new(Reason::PermissionDenied, "only pages of this very address sign in and out here"));
    }
    serde_json::from_slice(body).map_err(|error| Refusal::new(Reason::InvalidArgument, format!("this cannot be read: {error}")))
}

fn answered(cookie: &str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match HeaderValue::from_str(cookie) {
        Ok(cookie) => headers.insert(header::SET_COOKIE, cookie),
        Err(_) => return problem::refused(&Refusal::new(Reason::Internal, "this token does not fit into a cookie")),
    };
    response
}
