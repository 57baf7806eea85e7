//! Web chat over WebSocket: self-service, the talk with an agent, and the way back in.
//!
//! The protocol is `segue.chat.v1` as protobuf JSON, one frame in each text message; `docs/protocol` describes it. A socket
//! is at most one leg of one session. A page that lost its socket names session, leg and the last message it has shown, and
//! goes on from there: nothing is missed and nothing comes twice.
//!
//! Invariants: messages are sent in the order of their numbers, each once; no view is sent after a newer one; a leg whose
//! newest socket went away without a word is told lost, exactly once; what a page asks is answered in the order asked.
//!
//! What is *not* here: what a command means, tokens, and where files lie.

mod socket;
#[cfg(feature = "testing")]
pub mod testing;
mod translate;

pub use translate::parse_client_frame;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Router, routing::get};
use segue_adapter_kit::ws::{Entrance, Generations, Settings};
use segue_adapter_kit::{Doors, Draining, House, Meter, Peer};
use segue_session::LegId;
use std::sync::Arc;

/// The version of the protocol.
pub const PROTOCOL: u32 = 1;
/// The subprotocol of the WebSocket.
pub const SUBPROTOCOL: &str = "segue.chat.v1.json";
/// Where it is served.
pub const PATH: &str = "/v1/chat";

/// What the chat's adapter needs.
pub struct Ports {
    /// Who may come in.
    pub doors: Arc<dyn Doors>,
    /// The customers' half of the house.
    pub house: Arc<dyn House>,
    /// When to let go.
    pub draining: Draining,
    /// Limits.
    pub settings: Settings,
    /// What is counted.
    pub meter: Arc<dyn Meter>,
}

/// Everything the sockets share.
#[derive(Clone)]
struct Shared {
    entrance: Entrance,
    house: Arc<dyn House>,
    legs: Generations<LegId>,
}

/// The route of the chat's socket, to be merged into the server's router.
pub fn routes(ports: Ports) -> Router {
    let Ports { doors, house, draining, settings, meter } = ports;
    let entrance = Entrance { adapter: "chat", protocol: SUBPROTOCOL, doors, draining, settings, meter };
    Router::new().route(PATH, get(open)).with_state(Shared { entrance, house, legs: Generations::default() })
}

async fn open(
    State(shared): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let inside = shared.clone();
    let from = peer.map(|Extension(Peer(address))| address).unwrap_or_default();
    shared.entrance.open(upgrade, &headers, move |link| socket::serve(inside, link, from))
}
