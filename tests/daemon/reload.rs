//! SIGHUP: secrets and keys change without a restart, a faulty configuration changes nothing.

use segue::config::{self, Wanted};
use segue::doors::mint;
use segue::engine::Clock;
use segue_proto::client::Customer;
use segue_session::Role;
use serde_json::Map;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const CONFIG: &str = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
[listen]
public = "127.0.0.1:PORT"
[store]
kind = "memory"
[tenants.acme]
[[tenants.acme.issuers]]
issuer = "https://id.acme"
audience = "segue"
algorithm = "HS256"
secret_file = "issuer-key"
roles = ["app"]
[tenants.acme.queues.general]
"#;

/// A customer's token, as the configuration in this folder signs it now.
fn token(folder: &Path) -> String {
    let plan = config::load(&Wanted::file(&folder.join("segue.toml"))).map_err(|faults| faults.lines()).unwrap().plan;
    let tenant = plan.tenants.values().next().unwrap();
    let minted = mint(tenant, Role::App, "nora", Duration::from_secs(600), Clock::system().now(), &Map::new()).unwrap();
    minted.token.into_inner()
}

async fn admitted(url: &str, token: &str) -> bool {
    match Customer::connect(url, token).await {
        Ok(mut nora) => nora.matters().await.is_ok(),
        Err(_) => false,
    }
}

/// Looks again until it is so.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + super::PATIENCE;
    while !holds().await {
        assert!(Instant::now() < until, "did not come true: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_signal_changes_secrets_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = CONFIG.replace("PORT", &port.to_string());
    write("segue.toml", &text);
    write("issuer-key", "the first key of this issuer, forty bytes long");
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_segue"));
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    command.arg("serve").current_dir(folder.path()).env_clear().stderr(Stdio::from(log)).kill_on_drop(true);
    let mut daemon = command.spawn().unwrap();
    let url = format!("http://127.0.0.1:{port}");
    let first = token(folder.path());
    eventually("the daemon serves", async || admitted(&url, &first).await).await;

    write("issuer-key", "another key of this issuer, forty bytes long");
    let second = token(folder.path());
    assert!(!admitted(&url, &second).await, "not before the signal");
    let hang_up = async || {
        let id = daemon.id().unwrap().to_string();
        assert!(tokio::process::Command::new("kill").args(["-HUP", &id]).status().await.unwrap().success());
    };
    hang_up().await;
    eventually("the new secret counts", async || admitted(&url, &second).await).await;
    assert!(!admitted(&url, &first).await, "the former one is over");

    write("issuer-key", "short");
    hang_up().await;
    let log = || std::fs::read_to_string(folder.path().join("log")).unwrap();
    eventually("the faults are told", async || log().contains("nothing was reloaded")).await;
    assert!(log().contains("can be guessed"), "{}", log());
    assert!(admitted(&url, &second).await, "a faulty configuration changes nothing");
    write("issuer-key", "a third key of this issuer, forty bytes long..");
    let third = token(folder.path());
    hang_up().await;
    eventually("the third secret counts", async || admitted(&url, &third).await).await;
    daemon.kill().await.unwrap();
}
