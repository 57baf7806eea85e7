//! From an HTTP request to an open socket: origin, subprotocol, room, upgrade; and the one place where sockets end.

use super::{End, Link, Settings};
use crate::{Doors, Draining, Meter, Peer};
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_session::Reason;
use std::{future::Future, sync::Arc};
use tokio::time::Instant;

/// The way in for one WebSocket protocol.
#[derive(Clone)]
pub struct Entrance {
    /// The adapter's name in metrics and logs.
    pub adapter: &'static str,
    /// The subprotocol (RFC 6455, 1.9).
    pub protocol: &'static str,
    /// Who may come in.
    pub doors: Arc<dyn Doors>,
    /// When to let go.
    pub draining: Draining,
    /// Limits.
    pub settings: Settings,
    /// What is counted.
    pub meter: Arc<dyn Meter>,
}

impl Entrance {
    /// Checks the request and opens the socket, or says with an RFC 9457 problem why not. `serve` has the socket until it
    /// ends; closing it, and counting it, is done here.
    pub fn open<F, Fut>(&self, upgrade: WebSocketUpgrade, headers: &HeaderMap, serve: F) -> Response
    where
        F: FnOnce(Link) -> Fut + Send + 'static,
        Fut: Future<Output = (Link, End)> + Send,
    {
        let origin = headers.get(header::ORIGIN).map(|o| o.to_str().unwrap_or("(not text)"));
        if !self.doors.origin_allowed(origin) {
            return problem(StatusCode::FORBIDDEN, Reason::PermissionDenied, "pages of this origin may not open sockets here");
        }
        if self.draining.begun() {
            return problem(StatusCode::SERVICE_UNAVAILABLE, Reason::Unavailable, "this node is going away; try another");
        }
        let offered = upgrade.requested_protocols().next().is_some();
        let upgrade = upgrade.protocols([self.protocol]);
        if offered && upgrade.selected_protocol().is_none() {
            let why = format!("the subprotocol served here is {}", self.protocol);
            return problem(StatusCode::BAD_REQUEST, Reason::InvalidArgument, &why);
        }
        let peer = Peer::current();
        let (place, stranger) = match self.settings.places.take(peer.as_ref().map(|Peer(address)| address.as_str())) {
            Ok(taken) => taken,
            Err(limit) => {
                self.meter.limit_reached(self.adapter, limit);
                return problem(StatusCode::SERVICE_UNAVAILABLE, Reason::Overloaded, "too many sockets are open; try again in a while");
            }
        };
        let (adapter, settings, meter) = (self.adapter, self.settings.clone(), Arc::clone(&self.meter));
        upgrade
            // Memory per idle socket is mostly these two; they grow for those who talk.
            .read_buffer_size(2 << 10)
            .write_buffer_size(16 << 10)
            .max_frame_size(settings.frame)
            .max_message_size(settings.message)
            .on_upgrade(move |socket| {
                Peer::at(peer, async move {
                    let _place = place;
                    let opened = Instant::now();
                    meter.socket_opened(adapter);
                    let (link, end) = serve(Link::new(socket, settings, stranger)).await;
                    if let Some(limit) = limit_behind(end) {
                        meter.limit_reached(adapter, limit);
                    }
                    meter.socket_closed(adapter, end.name(), opened.elapsed());
                    if let End::Ours(code) = end {
                        link.close(code).await;
                    }
                })
            })
    }
}

/// Which limit an end means was reached.
const fn limit_behind(end: End) -> Option<&'static str> {
    use super::CloseCode;
    match end {
        End::Ours(CloseCode::TooBig) => Some("message_size"),
        End::Ours(CloseCode::TooSlow) => Some("slow_reader"),
        End::Ours(CloseCode::HelloTimeout) => Some("hello_time"),
        End::Ours(CloseCode::Silent) => Some("pings_missed"),
        End::Ours(CloseCode::Garbled) => Some("garbled_frames"),
        End::Ours(CloseCode::TooFast) => Some("frame_rate"),
        _ => None,
    }
}

/// A refusal before there is a socket, as RFC 9457 has it.
fn problem(status: StatusCode, reason: Reason, detail: &str) -> Response {
    let body =
        serde_json::json!({ "title": status.canonical_reason(), "status": status.as_u16(), "detail": detail, "reason": reason.name() });
    let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    }
    response
}
