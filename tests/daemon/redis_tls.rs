//! Sessions in a Redis that speaks TLS: who vouches for it is checked.

use super::tls::renew;
use segue::config::plan::StorePlan;
use segue::serve::open_store;
use segue_session::{Private, TenantId};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[tokio::test]
async fn sessions_are_kept_in_a_redis_behind_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    renew(folder.path());
    let file = |name: &str| folder.path().join(name);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = tokio::process::Command::new("redis-server");
    command.args(["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no", "--bind", "127.0.0.1"]);
    command.args(["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", ""]);
    for (option, name) in [("--tls-cert-file", "cert.pem"), ("--tls-key-file", "key.pem"), ("--tls-ca-cert-file", "cert.pem")] {
        command.arg(option).arg(file(name));
    }
    command.arg("--dir").arg(folder.path()).stdout(Stdio::null()).kill_on_drop(true);
    let _redis = command.spawn().unwrap();

    let url = Private::new(format!("rediss://localhost:{port}/"));
    let ca = Some(std::fs::read(file("cert.pem")).unwrap());
    let plan = |ca| StorePlan::Redis { url: url.clone(), ca, allow_unsafe: false };
    let until = Instant::now() + super::PATIENCE;
    let store = loop {
        match open_store(&plan(ca.clone())).await {
            Ok(store) => break store,
            Err(error) => assert!(Instant::now() < until, "{error}: {:?}", std::error::Error::source(&error)),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(store.inbox_read(&TenantId::new("acme")).await.unwrap().0, 0);

    let stranger = tempfile::tempdir().unwrap();
    renew(stranger.path());
    let other = Some(std::fs::read(stranger.path().join("cert.pem")).unwrap());
    for nobody_s in [None, other] {
        let error = open_store(&plan(nobody_s)).await.map(drop).unwrap_err();
        let why = format!("{error}: {:?}", std::error::Error::source(&error));
        assert!(why.contains("ertificate") || why.contains("UnknownIssuer"), "{why}");
    }
}
