//! TLS: both versions of HTTP, silent peers, and a certificate changed while in use.

use super::{plan, soon, start, until_closed};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use segue::config::plan::TlsPlan;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;

/// Writes a fresh certificate for localhost and gives what trusts it.
pub(super) fn renew(folder: &Path) -> reqwest::Certificate {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    reqwest::Certificate::from_pem(cert.pem().as_bytes()).unwrap()
}

fn client(trusted: &reqwest::Certificate) -> reqwest::Client {
    let builder = reqwest::Client::builder().tls_certs_only([trusted.clone()]).pool_max_idle_per_host(0);
    builder.timeout(super::PATIENCE).build().unwrap()
}

pub(super) fn with_tls(folder: &Path) -> segue::config::plan::Plan {
    let mut plan = plan();
    plan.listen.tls = Some(TlsPlan { certificate: folder.join("cert.pem"), key: folder.join("key.pem") });
    plan
}

#[tokio::test]
async fn http2_is_agreed_on_and_a_new_certificate_needs_no_restart() {
    let folder = tempfile::tempdir().unwrap();
    let plan = with_tls(folder.path());
    let first = renew(folder.path());
    let running = start(plan.clone()).await;
    let url = format!("https://localhost:{}/livez", running.public.port());
    let answer = client(&first).get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));

    let second = renew(folder.path());
    assert!(client(&second).get(&url).send().await.is_err(), "not yet in use");
    running.reloads().take(&plan).await;
    assert_eq!(client(&second).get(&url).send().await.unwrap().status(), 200);
    assert!(client(&first).get(&url).send().await.is_err());

    std::fs::write(folder.path().join("cert.pem"), "nonsense").unwrap();
    running.reloads().take(&plan).await;
    assert_eq!(client(&second).get(&url).send().await.unwrap().status(), 200, "a bad one changes nothing");
    running.stop().await;
}

#[tokio::test]
async fn a_peer_that_does_not_shake_hands_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    renew(folder.path());
    let mut plan = with_tls(folder.path());
    plan.limits.handshake_time = Duration::from_millis(300);
    let running = start(plan).await;
    let mut stream = TcpStream::connect(running.public).await.unwrap();
    assert!(soon("it is closed", until_closed(&mut stream)).await.is_empty());
    running.stop().await;
}
