//! What is kept for how long. Sessions that are over explain themselves for as long as they are kept, then nothing of them is
//! left; the journal keeps its measure.

use super::harness::{Caller, Desk, admin, fresh, memory, open, plan, request, supervisor};
use crate::audit::Audit;
use crate::config::plan::Plan;
use crate::engine::{Clock, Meters, replay};
use crate::house::Switchboard;
use segue_adapter_kit::House as _;
use segue_router::Priority;
use segue_session::codec::Coded as _;
use segue_session::store::testing::RedisServer;
use segue_session::store::{DocumentWrite, KeyKind, Mutation, Seq, Store, Version};
use segue_session::{
    Actor, Channel, Command, CustomerId, DeskCommand, MessageBody, Private, Reason, Session, SessionId, Standing, SuspendCause, Time,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const DAY: u64 = 86_400_000;

/// Waits until it is so.
async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let settled = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), settled).await.is_ok(), "never {what}");
}

async fn ages(store: Arc<dyn Store>) {
    let passed = Arc::new(AtomicU64::new(0));
    let (begun, ahead) = (Clock::system(), Arc::clone(&passed));
    let clock = Clock::of(move || Time(begun.now().0 + ahead.load(Ordering::SeqCst)));
    let house = Switchboard::open(Arc::clone(&store), plan(), Meters::default(), clock, Audit::off()).await.unwrap();
    let tenant = "acme".into();
    let (cy, mut dee) = (Caller::start(&house, "cy").await, Caller::start(&house, "dee").await);
    cy.say("goodbye").await;
    cy.order(Command::Close("done".into())).await.unwrap();
    dee.say("back in a minute").await;
    dee.order(Command::Suspend(SuspendCause::Asked, Some(dee.leg), Vec::new())).await.unwrap();

    passed.store(8 * DAY, Ordering::SeqCst);
    let (who, session) = (dee.who.clone(), dee.session);
    until("expired", async || matches!(house.view(&who, session, None).await.map(|view| view.standing), Ok(Standing::Expired { .. })))
        .await;
    let late = dee.resume(Channel::Chat).await.unwrap_err();
    assert_eq!(late.reason, Reason::SessionExpired);
    assert!(late.about.iter().any(|(name, _)| name == "at"), "it says when: {late:?}");
    let body = MessageBody::Text(Private::new("hello?".into()));
    let said = house.say(&cy.who, cy.session, cy.leg, request(), body).await.unwrap_err();
    assert_eq!(said.reason, Reason::SessionClosed);

    passed.store(31 * DAY, Ordering::SeqCst);
    until("forgotten", async || store.session(&tenant, cy.session).await.unwrap().is_none()).await;
    let kept = house.view(&dee.who, dee.session, None).await.unwrap();
    assert!(matches!(kept.standing, Standing::Expired { .. }), "it was over later");
    passed.store(39 * DAY, Ordering::SeqCst);
    until("forgotten", async || store.session(&tenant, dee.session).await.unwrap().is_none()).await;
    for caller in [&cy, &dee] {
        assert_eq!(store.messages(&tenant, caller.session, Seq(0), 9).await.unwrap(), []);
        assert_eq!(house.view(&caller.who, caller.session, None).await.unwrap_err().reason, Reason::NotFound);
    }
    for name in ["cy", "dee"] {
        let rows = house.sessions(&tenant, Some(&CustomerId::new(name)), 9, None).await.unwrap().rows;
        assert!(rows.is_empty(), "no way leads to it: {rows:?}");
    }
    house.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_over_explain_themselves_and_go() {
    ages(memory()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_over_explain_themselves_and_go_in_redis_too() {
    let server = RedisServer::start(&[]).await;
    ages(Arc::new(server.store().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_keeps_its_measure_and_is_replayed_from_where_it_begins() {
    let (store, tenant) = (memory(), "acme".into());
    let mut plan = Plan::clone(&plan());
    plan.journal.keep_entries = 80;
    let house = Switchboard::open(Arc::clone(&store), Arc::new(plan), Meters::default(), Clock::system(), Audit::off()).await.unwrap();
    for n in 0..60 {
        let caller = Caller::start(&house, &format!("caller {n}")).await;
        caller.ask().await;
        caller.order(Command::LeaveLine(caller.leg)).await.unwrap();
    }
    let kept = async || store.journal(&tenant, Seq(0), 1000).await.unwrap();
    // A snapshot is due every ten entries, and taken with the next batch.
    until("within its measure", async || kept().await.len() <= 120).await;
    house.shutdown().await;
    let report = replay(&store, &tenant).await.unwrap();
    assert_eq!(report.differs, None);
    assert!(report.from > 0 && report.since > Time(0), "it says since when: {report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_takes_along_the_pops_that_quote_it() {
    let store = memory();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let former = Caller::start(&house, "cy").await;
    let interaction = former.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
    former.order(Command::Close("done".into())).await.unwrap();
    let later = Caller::start(&house, "cy").await;
    later.ask().await;
    let offer = ada.offer().await;
    assert!(offer.pop.history.iter().any(|row| row.session == former.session), "the pop tells of the former: {:?}", offer.pop.history);
    let tell = async || {
        let outbox = store.outbox(&"acme".into(), &"ada".into(), Seq(0), 1000).await.unwrap();
        let names = |body: &[u8]| body.windows(16).any(|window| window == former.session.0.as_bytes());
        outbox.entries.iter().filter(|entry| names(&entry.body)).count()
    };
    assert!(tell().await >= 2, "its own entries, and the later pop");
    let tenant = house.tenant(&later.who).unwrap();
    tenant.apply(Actor::House, former.session, Some(request()), Command::Erase).await.unwrap();
    assert_eq!(tell().await, 0);
}

/// More sessions of cy's than anybody may begin in a day: one, and its likenesses.
async fn many_of(house: &Arc<Switchboard>, store: &Arc<dyn Store>, many: usize) -> BTreeSet<SessionId> {
    let (cy, tenant) = (Caller::start(house, "cy").await, "acme".into());
    let first = store.session(&tenant, cy.session).await.unwrap().unwrap();
    let mut session = Session::decode(&first.content).unwrap();
    let mut begun = BTreeSet::from([cy.session]);
    while begun.len() < many {
        session.id = SessionId(fresh());
        begun.insert(session.id);
        let write = DocumentWrite {
            session: session.id,
            expect: Version(0),
            born: session.created,
            content: Some(session.encode().unwrap()),
            live: true,
            due: None,
            keys: vec![house.tenant(&cy.who).unwrap().keys.lookup(KeyKind::Customer, "cy")],
            handles: Vec::new(),
        };
        store.commit(&tenant, Mutation { documents: vec![write], at: session.created, ..Mutation::default() }).await.unwrap();
    }
    begun
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_with_many_sessions_is_handed_over_and_forgotten_whole() {
    const MANY: usize = 230;
    let store = memory();
    let house = open(&store).await;
    let begun = many_of(&house, &store, MANY).await;
    let other = Caller::start(&house, "dee").await;
    let (tenant, cy) = ("acme".into(), CustomerId::new("cy"));

    let (mut listed, mut told, mut page) = (BTreeSet::new(), BTreeSet::new(), None);
    loop {
        let export = house.export(&tenant, &cy, page.as_deref()).await.unwrap();
        told.extend(export.rows.iter().map(|detail| detail.session.id));
        page = export.next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!(told, begun);
    loop {
        let list = house.sessions(&tenant, Some(&cy), 100, page.as_deref()).await.unwrap();
        listed.extend(list.rows.iter().map(|row| row.session));
        page = list.next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!(listed, begun);
    assert_eq!(house.export(&tenant, &cy, Some("nonsense")).await.unwrap_err().reason, Reason::InvalidArgument);

    let id = request();
    assert_eq!(house.erase(&admin(), id, &cy).await.unwrap(), 230);
    assert!(house.export(&tenant, &cy, None).await.unwrap().rows.is_empty());
    assert_eq!(house.erase(&admin(), id, &cy).await.unwrap(), 230, "a repeat is answered the same");
    assert_eq!(house.erase(&admin(), request(), &cy).await.unwrap(), 0);
    let reused = house.erase(&admin(), id, &CustomerId::new("dee")).await.unwrap_err();
    assert_eq!(reused.reason, Reason::RequestIdReused);
    assert!(house.view(&other.who, other.session, None).await.is_ok(), "nobody else's went");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisors_reason_stands_in_the_audit_log_alone() {
    let (store, folder) = (memory(), tempfile::tempdir().unwrap());
    let mut plan = Plan::clone(&plan());
    plan.audit = Some(folder.path().join("audit.log"));
    let audit = Audit::open(&plan, Meters::default()).unwrap();
    let house =
        Switchboard::open(Arc::clone(&store), Arc::new(plan.clone()), Meters::default(), Clock::system(), audit.clone()).await.unwrap();
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let mut sue = Desk::hello(&house, supervisor("sue"), None).await;
    sue.ask(DeskCommand::Prioritise(interaction, Priority(3), "zebulonia called twice".into())).await.unwrap();
    house.shutdown().await;
    audit.close().await;

    let said = |bytes: &[u8]| bytes.windows(9).any(|part| part == b"zebulonia");
    let tenant = "acme".into();
    let journal = store.journal(&tenant, Seq(0), 1000).await.unwrap();
    assert!(!journal.is_empty() && journal.iter().all(|entry| !said(&entry.body)), "sessions are erased, the journal is not");
    let (_, picture) = store.snapshot(&tenant).await.unwrap().unwrap();
    assert!(!said(&picture));
    let log = std::fs::read_to_string(folder.path().join("audit.log")).unwrap();
    let line = log.lines().find(|line| line.contains("interaction.prioritise")).unwrap();
    assert!(line.contains(r#""why":"zebulonia called twice""#), "{line}");
}
