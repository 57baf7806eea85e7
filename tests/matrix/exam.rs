//! The business of the exam: one journey, a line in which one is served, a line in which one is not.

use crate::product::{Kept, OURS, issuer, secret};
use segue_adapter_kit::conformance::{JOURNEY, LONG_LINE, QUEUE};
use std::net::SocketAddr;
use std::path::Path;

/// The agent who takes what is offered.
pub(crate) const AGENT: &str = "ada";

/// Writes its files; sessions are idle after `idle`.
pub(crate) fn write(home: &Path, address: SocketAddr, kept: &Kept, idle: &str) {
    std::fs::create_dir(home.join("journeys")).unwrap();
    std::fs::write(home.join("journeys/exam.yaml"), JOURNEY).unwrap();
    let (store, issuer, secret, journeys) = (kept.section(home), issuer(OURS), secret(OURS), home.join("journeys"));
    let config = format!(
        r#"secret = "only for tests: what handles and look-ups derive from"
[listen]
public = "{address}"
{store}[limits]
code_tries = 1000000
[telemetry]
log = "warn"
[tenants.{OURS}]
journeys = "{journeys}"
[[tenants.{OURS}.issuers]]
issuer = "{issuer}"
audience = "segue"
algorithm = "HS256"
secret = "{secret}"
roles = ["app", "agent", "admin"]
[tenants.{OURS}.sessions]
grace = "1s"
idle = "{idle}"
[tenants.{OURS}.queues.{QUEUE}]
wrap_up_for = "1s"
[tenants.{OURS}.queues.{LONG_LINE}]
[tenants.{OURS}.agents.{AGENT}]
queues = ["{QUEUE}"]
capacity = 1000000
[tenants.{OURS}.agents.away]
queues = ["{LONG_LINE}"]
"#,
        journeys = journeys.display()
    );
    std::fs::write(home.join("segue.toml"), config).unwrap();
}
