//! The agents' and supervisors' WebSocket: offers, screen pops, presence, and the talk itself.
//!
//! The protocol is `segue.desk.v1` as protobuf JSON, one frame in each text message; `docs/protocol` describes it. Every
//! entry of an agent's outbox has a number; a desk that comes back names the last one it saw and gets the rest, so nothing
//! is missed and nothing comes twice.
//!
//! Invariants: an offer comes with its screen pop, in one frame; a socket sends entries in the order of their numbers,
//! each once; what a desk asks is answered in the order asked.
//!
//! What is *not* here: who may do what; the house checks each command.

mod socket;
mod translate;

pub use translate::parse_client_frame;

use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use segue_adapter_kit::ws::{Entrance, Generations, Settings};
use segue_adapter_kit::{Desks, Doors, Draining, Meter};
use segue_session::{AgentName, TenantId};
use std::sync::Arc;

/// The version of the protocol.
pub const PROTOCOL: u32 = 1;
/// The subprotocol of the WebSocket.
pub const SUBPROTOCOL: &str = "segue.desk.v1.json";
/// Where it is served.
pub const PATH: &str = "/v1/desk";

/// A tab of an agent's: the newest socket of it counts.
type Tab = (TenantId, AgentName, String);

/// What the desk's adapter needs.
pub struct Ports {
    /// Who may come in.
    pub doors: Arc<dyn Doors>,
    /// The agents' half of the house.
    pub desks: Arc<dyn Desks>,
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
    desks: Arc<dyn Desks>,
    tabs: Generations<Tab>,
}

/// The route of the desks' socket, to be merged into the server's router.
pub fn routes(ports: Ports) -> Router {
    let Ports { doors, desks, draining, settings, meter } = ports;
    let entrance = Entrance { adapter: "desk", protocol: SUBPROTOCOL, doors, draining, settings, meter };
    Router::new().route(PATH, get(open)).with_state(Shared { entrance, desks, tabs: Generations::default() })
}

async fn open(State(shared): State<Shared>, headers: HeaderMap, upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>) -> Response {
    let inside = shared.clone();
    shared.entrance.open(upgrade, &headers, move |link| socket::serve(inside, link))
}
