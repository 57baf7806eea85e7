//! From an HTTP request to an open socket: origin, subprotocol, room, upgrade; and the one place where sockets end.
//!
//! What is refused before there is a socket leaves with its status and, in its extensions, its [`Refusal`]: the server gives
//! every error of HTTP one form.

use super::{End, Link, Settings};
use crate::{Doors, Draining, Meter, Peer};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_session::{Reason, Refusal};
use std::{future::Future, sync::Arc};
use tokio::time::Instant;

/// When those who find no room are told to come back, in milliseconds.
const RETRY: u64 = 5_000;

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
    /// Checks the request and opens the socket, or says why not. `serve` has the socket until it ends; closing it, and
    /// counting it, is done here.
    pub fn open<F, Fut>(&self, upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>, headers: &HeaderMap, serve: F) -> Response
    where
        F: FnOnce(Link) -> Fut + Send + 'static,
        Fut: Future<Output = (Link, End)> + Send,
    {
        let upgrade = match upgrade {
            Ok(upgrade) => upgrade,
            Err(why) => return no_upgrade(&why.body_text()),
        };
        let origin = headers.get(header::ORIGIN).map(|o| o.to_str().unwrap_or("(not text)"));
        if !self.doors.origin_allowed(origin) {
            let why = Refusal::new(Reason::PermissionDenied, "pages of this origin may not open sockets here");
            return refused(StatusCode::FORBIDDEN, why);
        }
        if self.draining.begun() {
            let why = Refusal::new(Reason::Unavailable, "this node is going away; try another");
            return refused(StatusCode::SERVICE_UNAVAILABLE, why.retry_after(RETRY));
        }
        let offered = upgrade.requested_protocols().next().is_some();
        let upgrade = upgrade.protocols([self.protocol]);
        if offered && upgrade.selected_protocol().is_none() {
            let why = format!("the subprotocol served here is {}", self.protocol);
            return refused(StatusCode::BAD_REQUEST, Refusal::new(Reason::InvalidArgument, why));
        }
        let peer = Peer::current();
        let (place, stranger) = match self.settings.places.take(peer.as_ref().map(|Peer(address)| address.as_str())) {
            Ok(taken) => taken,
            Err(limit) => {
                self.meter.limit_reached(self.adapter, limit);
                let why = Refusal::new(Reason::Overloaded, "too many sockets are open; try again in a while");
                return refused(StatusCode::SERVICE_UNAVAILABLE, why.about("limit", limit).retry_after(RETRY));
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

/// A refusal before there is a socket.
fn refused(status: StatusCode, why: Refusal) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(why);
    response
}

/// Whoever does not speak the protocol, or an older one, is told which to speak (RFC 9110, 15.5.22; RFC 6455, 4.4).
fn no_upgrade(why: &str) -> Response {
    let mut response = refused(StatusCode::UPGRADE_REQUIRED, Refusal::new(Reason::InvalidArgument, format!("this is a WebSocket: {why}")));
    for (name, value) in [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_VERSION, "13")] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
