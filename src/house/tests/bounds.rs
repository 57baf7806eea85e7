//! What one batch, one session, or one moment of the store may cost everybody else: next to nothing.

use super::faults::{Faulty, misplace};
use super::harness::{CONFIG, Caller, Desk, customer, fresh, memory, open, open_as, plan_of};
use crate::engine::Meters;
use segue_adapter_kit::{DeskEntry, House as _};
use segue_session::codec::Coded as _;
use segue_session::store::Store;
use segue_session::{Channel, Command, DeskEvent, EnrichmentStanding, LegId, Line, Phase, PopEnrichment, Private, SessionId, Time};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The plan of the stories with this in the tenant's own table, and this after everything.
fn config(of_tenant: &str, after: &str) -> String {
    CONFIG.replace("widgets =", &format!("{of_tenant}\nwidgets =")) + after
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offers_that_are_too_much_for_one_mutation_reach_their_desk_all_the_same() {
    const MANY: u32 = 80;
    let crm = "[[tenants.acme.connectors]]\nname = \"crm\"\nurl = \"http://127.0.0.1:9/crm\"\n";
    let text = config("hosts = [\"127.0.0.1:9\"]", crm);
    let text = text.replace("title = \"Ada\"", &format!("capacity = 10000\ncaps = {{ chat = {MANY} }}")).replace("5s", "60s");
    let (store, meters) = (memory(), Meters::default());
    let house = open_as(&store, plan_of(&text, &[]), meters.clone()).await;
    let parts = &house.tenant_of(&"acme".into()).unwrap().scenery.parts;
    for n in 0..MANY {
        let name = format!("customer-{n}");
        let interaction = Caller::start(&house, &name).await.ask().await;
        let data = Some(Private::new(serde_json::Value::String("x".repeat(1 << 20))));
        let part = PopEnrichment { standing: EnrichmentStanding::Ready, data, at: Time(1) };
        parts.keep(interaction, Some((name.as_str().into(), None)), "crm".to_owned(), part);
    }
    // One agent who is ready takes them all in one step, and one batch.
    let mut ada = Desk::ready(&house, "ada").await;
    let mut brief = 0;
    for _ in 0..MANY {
        let offer = ada.offer().await;
        if offer.pop.enrichment.is_empty() {
            brief += 1;
            ada.until("the whole pop", |entry| match entry {
                DeskEntry::Event(event) => match event.as_ref() {
                    DeskEvent::Updated(pop) => (pop.session == offer.pop.session && pop.enrichment.contains_key("crm")).then_some(()),
                    _ => None,
                },
                DeskEntry::Message(..) => None,
            })
            .await;
        }
    }
    assert!((1..MANY).contains(&brief), "{brief} offers went in brief");
    assert_eq!(meters.rebuilds.get(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_read_costs_no_agent_their_turn() {
    let store = memory();
    let house = open(&store).await;
    let (torn, next) = (Caller::start(&house, "torn").await, Caller::start(&house, "next").await);
    torn.ask().await;
    next.ask().await;
    next.until_ahead(1).await;
    misplace(&store, torn.session, Time(1 << 50), Some(b"\xff")).await;
    let mut ada = Desk::ready(&house, "ada").await;
    assert_eq!(ada.offer().await.pop.session, next.session, "in the same batch");
    let stored = store.session(&"acme".into(), torn.session).await.unwrap().unwrap();
    assert_eq!(Line::decode(&stored.routing).unwrap().phase, Phase::Refused("INTERNAL".to_owned()));
}

const JOURNEY: &str = r#"
journey: check
title: { en: "Check" }
start: ask
steps:
  ask:
    lookup: { post: "http://HOST/checks", wait: 20s, say: { en: "Looking." }, save: found, next: fine, failed: failed, errors: { too_large: large } }
  fine:
    end: { outcome: fine, say: { en: "Fine." } }
  large:
    end: { outcome: large, say: { en: "Too much." } }
  failed:
    end: { outcome: failed, say: { en: "Failed." } }
"#;

/// How a journey ends that is given this answer, on a store that refuses the session's next commits.
async fn outcome_of(answer: String, refused: u32) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let text = config(&format!("hosts = [\"{host}\"]\njourneys = \"journeys\""), "");
    let journey = JOURNEY.replace("HOST", &host);
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let house = open_as(&store, plan_of(&text, &[("journeys/check.yaml", &journey)]), Meters::default()).await;
    let caller = Caller { house: house.clone(), who: customer("cy"), session: SessionId(fresh()), leg: LegId(fresh()) };
    let arriving = caller.arriving(Channel::Chat);
    let start = Command::Start { session: caller.session, leg: arriving, journey: Some("check".into()), claimed: BTreeMap::new() };
    let mut watch = house.watch(&caller.who, caller.session);
    caller.order(start).await.unwrap();
    let (mut socket, _) = listener.accept().await.unwrap();
    faulty.deaf.store(refused, Ordering::SeqCst);
    let read = socket.read(&mut [0; 4096]).await.unwrap();
    assert!(read > 0, "the question");
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    socket.write_all((head + &answer).as_bytes()).await.unwrap();
    let tenant = house.tenant_of(&"acme".into()).unwrap();
    let ended = async {
        loop {
            let session = tenant.read(caller.session).await.unwrap().unwrap().session;
            if let Some(outcome) = session.position.and_then(|position| position.ended) {
                return outcome;
            }
            watch.wake.changed().await.unwrap();
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the journey goes on");
    assert_eq!(faulty.deaf.load(Ordering::SeqCst), 0, "the store did falter");
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_systems_answer_outlasts_a_store_that_falters() {
    assert_eq!(outcome_of("{\"healthy\":true}".to_owned(), 3).await, "fine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_too_large_for_the_session_is_one_that_failed() {
    assert_eq!(outcome_of(format!("\"{}\"", "9".repeat(65_000)), 0).await, "large");
}
