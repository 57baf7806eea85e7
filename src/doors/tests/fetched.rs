//! Keys that are fetched, from a server of the test's own.

use super::super::keys::KeySet;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the issuer answers next, and how often it was asked.
struct Issuer {
    url: String,
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    async fn new(set: &Value) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let answer = Arc::new(Mutex::new((StatusCode::OK, set.to_string())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, counted) = (Arc::clone(&answer), Arc::clone(&asked));
        let page = get(move || async move {
            counted.fetch_add(1, Ordering::Relaxed);
            told.lock().unwrap().clone()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/keys", page)).await });
        Self { url, answer, asked }
    }
    fn answers(&self, status: StatusCode, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }
    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn jwk(pem: &str, algorithm: Algorithm, kid: &str) -> Value {
    let key =
        if algorithm == Algorithm::ES256 { EncodingKey::from_ec_pem(pem.as_bytes()) } else { EncodingKey::from_rsa_pem(pem.as_bytes()) };
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key.unwrap(), algorithm).unwrap()).unwrap();
    jwk["kid"] = json!(kid);
    jwk
}

fn ec(kid: &str) -> Value {
    jwk(super::EC, Algorithm::ES256, kid)
}

fn other_ec(kid: &str) -> Value {
    jwk(include_str!("keys/ec2.pem"), Algorithm::ES256, kid)
}

#[tokio::test]
async fn a_key_that_is_new_is_fetched_and_one_that_went_is_forgotten() {
    let issuer = Issuer::new(&json!({ "keys": [ec("one")] })).await;
    let set = KeySet::new(&issuer.url, Algorithm::ES256, Duration::ZERO);
    assert!(set.find(Some("one")).await.is_some());
    issuer.answers(StatusCode::OK, json!({ "keys": [other_ec("two")] }).to_string());
    assert!(set.find(Some("two")).await.is_some());
    assert!(set.find(Some("one")).await.is_none());
}

#[tokio::test]
async fn unknown_keys_do_not_fetch_again_and_again() {
    let issuer = Issuer::new(&json!({ "keys": [ec("one")] })).await;
    let set = KeySet::new(&issuer.url, Algorithm::ES256, Duration::from_secs(30));
    for kid in ["x", "y", "z"] {
        assert!(set.find(Some(kid)).await.is_none());
    }
    assert!(set.find(Some("one")).await.is_some());
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_hundred_tokens_at_once_fetch_once() {
    let issuer = Issuer::new(&json!({ "keys": [ec("one")] })).await;
    let set = Arc::new(KeySet::new(&issuer.url, Algorithm::ES256, Duration::from_secs(30)));
    let finds = (0..100).map(|_| {
        let set = Arc::clone(&set);
        tokio::spawn(async move { set.find(Some("one")).await.is_some() })
    });
    for found in finds.collect::<Vec<_>>() {
        assert!(found.await.unwrap());
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn the_last_good_set_is_kept() {
    let issuer = Issuer::new(&json!({ "keys": [ec("one")] })).await;
    let set = KeySet::new(&issuer.url, Algorithm::ES256, Duration::ZERO);
    assert!(set.find(Some("one")).await.is_some());
    for (status, body) in [
        (StatusCode::INTERNAL_SERVER_ERROR, "gone".to_owned()),
        (StatusCode::OK, "<html>not keys</html>".to_owned()),
        (StatusCode::OK, json!({ "keys": [] }).to_string()),
        (StatusCode::OK, format!("{{\"keys\":[],\"pad\":\"{}\"}}", "x".repeat(300_000))),
        (StatusCode::FOUND, String::new()),
    ] {
        issuer.answers(status, body);
        set.refresh(Duration::ZERO).await;
        assert!(set.find(Some("one")).await.is_some());
    }
}

#[tokio::test]
async fn keys_of_another_kind_or_use_are_left_out() {
    let mut encrypting = ec("encrypting");
    encrypting["use"] = json!("enc");
    let mut renamed = ec("renamed");
    renamed["alg"] = json!("RS256");
    let secret = json!({ "kty": "oct", "kid": "secret", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA" });
    let set = json!({ "keys": [encrypting, renamed, secret, jwk(super::RSA, Algorithm::RS256, "rsa"), ec("good")] });
    let issuer = Issuer::new(&set).await;
    let set = KeySet::new(&issuer.url, Algorithm::ES256, Duration::from_secs(30));
    assert!(set.find(Some("good")).await.is_some());
    for kid in ["encrypting", "renamed", "secret", "rsa"] {
        assert!(set.find(Some(kid)).await.is_none(), "{kid}");
    }
}

#[tokio::test]
async fn a_token_without_a_kid_gets_the_only_key() {
    let issuer = Issuer::new(&json!({ "keys": [ec("one")] })).await;
    let set = KeySet::new(&issuer.url, Algorithm::ES256, Duration::ZERO);
    assert!(set.find(None).await.is_some());
    issuer.answers(StatusCode::OK, json!({ "keys": [ec("one"), other_ec("two")] }).to_string());
    set.refresh(Duration::ZERO).await;
    assert!(set.find(None).await.is_none(), "two keys, and nothing says which");
}
