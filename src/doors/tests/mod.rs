//! The doors tried from outside: tokens that hold, tokens that do not, and every cell of the table.

mod cells;
mod fetched;
mod tickets;
mod tokens;

use super::Gate;
use crate::config::plan::Plan;
use crate::config::{Files, Mode, Wanted, load};
use crate::engine::Clock;
use segue_session::Time;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) const SECRET: &str = "a shared key of forty bytes, for the tests";
pub(super) const RSA: &str = include_str!("keys/rsa.pem");
pub(super) const RSA_PUBLIC: &str = include_str!("keys/rsa.pub.pem");
pub(super) const EC: &str = include_str!("keys/ec.pem");
const EC_PUBLIC: &str = include_str!("keys/ec.pub.pem");

/// Now, in seconds; tests move it.
pub(super) const NOW: u64 = 1_800_000_000;

const CONFIG: &str = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
listen.origins = ["https://shop.example"]
[tenants.acme]
widgets = ["acme-site"]
[[tenants.acme.issuers]]
issuer = "https://hs.acme"
audience = "segue"
algorithm = "HS256"
secret = "a shared key of forty bytes, for the tests"
roles = ["app", "agent"]
attributes = ["name", "tier"]
[[tenants.acme.issuers]]
issuer = "https://rs.acme"
audience = "segue"
algorithm = "RS256"
key = "rsa.pub.pem"
roles = ["app", "agent", "supervisor", "admin", "service"]
[tenants.acme.queues.general]
[tenants.acme.agents.ada]
queues = ["general"]
[tenants.umbrella]
[[tenants.umbrella.issuers]]
issuer = "https://es.umbrella"
audience = "segue"
algorithm = "ES256"
key = "ec.pub.pem"
roles = ["app"]
"#;

pub(super) fn plan() -> Plan {
    let held = [("segue.toml", CONFIG), ("rsa.pub.pem", RSA_PUBLIC), ("ec.pub.pem", EC_PUBLIC)];
    let held = held.into_iter().map(|(path, text)| (PathBuf::from(path), text.to_owned())).collect();
    let wanted = Wanted { file: "segue.toml".into(), files: Files::Held(held), variables: Vec::new(), mode: Mode::Serve };
    load(&wanted).map_err(|faults| faults.lines()).unwrap().plan
}

/// A gate whose clock the test sets, in seconds.
pub(super) fn gate() -> (Arc<Gate>, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(NOW));
    let told = Arc::clone(&seconds);
    let clock = Clock::of(move || Time(told.load(Ordering::Relaxed) * 1000));
    (Arc::new(Gate::new(&plan(), clock).unwrap()), seconds)
}

/// Claims that hold for an hour.
pub(super) fn claims(issuer: &str) -> Value {
    json!({ "iss": issuer, "aud": "segue", "sub": "nora", "iat": NOW, "exp": NOW + 3600 })
}
