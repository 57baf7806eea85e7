use super::super::ticket::OF_SUBJECT;
use super::{NOW, SECRET, claims, gate};
use jsonwebtoken::{EncodingKey, Header};
use segue_adapter_kit::Doors as _;
use segue_session::{Party, Private, Reason};
use std::sync::atomic::Ordering;

fn token() -> Private<String> {
    token_of("nora")
}

fn token_of(subject: &str) -> Private<String> {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let mut claims = claims("https://hs.acme");
    claims["sub"] = subject.into();
    Private::new(jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap())
}

#[tokio::test]
async fn a_ticket_opens_once() {
    let (gate, _) = gate();
    let ticket = gate.ticket(&token()).await.unwrap();
    assert_eq!(ticket.until.0, (NOW + 60) * 1000);
    let who = gate.admit(&ticket.value).await.unwrap();
    assert_eq!(who, gate.admit(&token()).await.unwrap(), "as whoever asked for it");
    assert_eq!(gate.admit(&ticket.value).await.unwrap_err().reason, Reason::Unauthenticated);
}

#[tokio::test]
async fn a_ticket_ends_after_a_minute() {
    let (gate, seconds) = gate();
    let ticket = gate.ticket(&token()).await.unwrap();
    seconds.store(NOW + 60, Ordering::Relaxed);
    assert_eq!(gate.admit(&ticket.value).await.unwrap_err().reason, Reason::Unauthenticated);
}

#[tokio::test]
async fn nobody_takes_all_the_tickets() {
    let (gate, seconds) = gate();
    let mut last = gate.ticket(&token()).await.unwrap();
    for _ in 1..OF_SUBJECT {
        last = gate.ticket(&token()).await.unwrap();
    }
    assert_eq!(gate.ticket(&token()).await.unwrap_err().reason, Reason::TooManyAttempts);
    assert!(gate.ticket(&token_of("dora")).await.is_ok(), "others still get theirs");
    gate.admit(&last.value).await.unwrap();
    assert!(gate.ticket(&token()).await.is_ok(), "one was used, so there is room for one");
    assert_eq!(gate.ticket(&token()).await.unwrap_err().reason, Reason::TooManyAttempts);
    seconds.store(NOW + 60, Ordering::Relaxed);
    assert!(gate.ticket(&token()).await.is_ok(), "those unused are over");
}

#[tokio::test]
async fn a_ticket_buys_no_ticket() {
    let (gate, _) = gate();
    let ticket = gate.ticket(&token()).await.unwrap();
    assert_eq!(gate.ticket(&ticket.value).await.unwrap_err().reason, Reason::Unauthenticated);
    assert!(gate.admit(&Private::new("ticket.forged".into())).await.is_err());
}

#[tokio::test]
async fn a_ticket_is_not_shown_by_accident() {
    let (gate, _) = gate();
    let ticket = gate.ticket(&token()).await.unwrap();
    assert!(!format!("{ticket:?} {gate:?}").contains(ticket.value.reveal()));
}

#[tokio::test]
async fn visitors_come_by_widget_and_are_nobody() {
    let (gate, _) = gate();
    let (one, other) = (gate.admit_visitor("acme-site").await.unwrap(), gate.admit_visitor("acme-site").await.unwrap());
    assert_eq!(one.tenant.as_str(), "acme");
    assert_ne!(one.subject, other.subject);
    assert!(matches!(one.party, Party::Customer(claims) if claims.customer.is_none() && claims.proofs.is_empty()));
    assert_eq!(gate.admit_visitor("acme").await.unwrap_err().reason, Reason::Unauthenticated);
}

#[tokio::test]
async fn pages_of_listed_origins_may_open_sockets() {
    let (gate, _) = gate();
    for (origin, allowed) in [
        (None, true),
        (Some("https://shop.example"), true),
        (Some("https://SHOP.example"), true),
        (Some("http://shop.example"), false),
        (Some("https://shop.example.evil.example"), false),
        (Some("https://evil.example/https://shop.example"), false),
        (Some("null"), false),
        (Some(""), false),
    ] {
        assert_eq!(gate.origin_allowed(origin), allowed, "{origin:?}");
    }
}
