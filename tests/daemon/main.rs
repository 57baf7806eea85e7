//! The daemon as a whole, started in this process, asked from outside over real sockets: what a listener refuses, what it
//! answers, how it stops.

#![expect(clippy::unwrap_used, reason = "tests")]

mod administration;
mod console;
mod drain;
mod figures;
mod limits;
mod operator;
mod pages;
mod redis_tls;
mod reload;
mod routing;
mod tls;

use segue::config::plan::{Plan, StorePlan};
use segue::demo::{self, Card};
use segue::engine::Clock;
use segue::serve::{self, Running};
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// Long enough for a slow machine, short enough to tell a fault.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The demo on a free port, in memory.
pub(crate) fn plan() -> Plan {
    // Whoever builds a TLS client takes the process's provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut plan = demo::plan(Path::new("unused"), (Ipv4Addr::LOCALHOST, 0).into(), Vec::new()).map_err(|faults| faults.lines()).unwrap();
    // Nothing is kept, and there is no folder for a log.
    plan.audit = None;
    plan.store = StorePlan::Memory;
    plan
}

pub(crate) async fn start(plan: Plan) -> Running {
    serve::start(plan).await.unwrap()
}

/// The demo's tokens.
pub(crate) fn card(plan: &Plan, address: SocketAddr) -> Card {
    Card::new(plan.tenants.values().next().unwrap(), address, "memory", Clock::system().now()).unwrap()
}

/// Waits, but not for ever.
pub(crate) async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

/// Everything until the other side closes.
pub(crate) async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    // A reset is a way of closing too.
    let _ = soon("the connection closes", stream.read_to_end(&mut heard)).await;
    heard
}

/// An HTTP client that speaks this version and keeps no connection.
pub(crate) fn http1() -> reqwest::Client {
    reqwest::Client::builder().http1_only().pool_max_idle_per_host(0).timeout(PATIENCE).build().unwrap()
}

/// An HTTP/2 client without TLS.
pub(crate) fn http2() -> reqwest::Client {
    reqwest::Client::builder().http2_prior_knowledge().timeout(PATIENCE).build().unwrap()
}
