//! A store that delays, refuses, or does not say: nothing is told before it is stored, and memory is never patched.

use super::harness::{Caller, Desk, memory, open};
use crate::engine::replay;
use async_trait::async_trait;
use segue_session::store::{Committed, Durability, Entry, Error, Fence, LookupKey, Mutation, OutboxEntry, Seq, Store, Stored};
use segue_session::{AgentName, DeskCommand, Phase, SessionId, TenantId, Time};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::{Semaphore, watch};

/// Stands before a real store and does to the owner's commits (those with a fence) what a test wants.
struct Faulty {
    inner: Arc<dyn Store>,
    /// Commits of the owner that are refused next, undone.
    refuse: AtomicU32,
    /// Commits of the owner that are done next, and not confirmed.
    unsaid: AtomicU32,
    /// Commits of the owner wait for a permit each; closed: they need none.
    gate: Semaphore,
    /// Commits of the owner that came to the gate.
    arrived: watch::Sender<u32>,
}

impl Faulty {
    fn new() -> Arc<Self> {
        let faulty = Self::gated(0);
        faulty.gate.close();
        faulty
    }

    fn gated(open: usize) -> Arc<Self> {
        let (refuse, unsaid) = (AtomicU32::new(0), AtomicU32::new(0));
        Arc::new(Self { inner: memory(), refuse, unsaid, gate: Semaphore::new(open), arrived: watch::Sender::new(0) })
    }
}

fn due(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn unknown() -> Error {
    Error::Unknown { doing: "committing", source: "the answer was lost".into() }
}

#[async_trait]
impl Store for Faulty {
    async fn commit(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error> {
        if mutation.fence.is_none() {
            return self.inner.commit(domain, mutation).await;
        }
        self.arrived.send_modify(|count| *count += 1);
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
        if due(&self.refuse) {
            return Err(Error::Failed { doing: "committing", source: "refused by the test".into() });
        }
        let committed = self.inner.commit(domain, mutation).await;
        if committed.is_ok() && due(&self.unsaid) { Err(unknown()) } else { committed }
    }
    fn durability(&self) -> Durability {
        self.inner.durability()
    }
    async fn session(&self, domain: &TenantId, session: SessionId) -> Result<Option<Stored>, Error> {
        self.inner.session(domain, session).await
    }
    async fn sessions(&self, domain: &TenantId, sessions: &[SessionId]) -> Result<Vec<Option<Stored>>, Error> {
        self.inner.sessions(domain, sessions).await
    }
    async fn live(&self, domain: &TenantId, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error> {
        self.inner.live(domain, after, limit).await
    }
    async fn find(&self, domain: &TenantId, key: &LookupKey, limit: usize) -> Result<Vec<SessionId>, Error> {
        self.inner.find(domain, key, limit).await
    }
    async fn handle(&self, domain: &TenantId, hash: &[u8; 16], now: Time) -> Result<Option<SessionId>, Error> {
        self.inner.handle(domain, hash, now).await
    }
    async fn due(&self, domain: &TenantId, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Error> {
        self.inner.due(domain, now, limit).await
    }
    async fn messages(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.messages(domain, session, after, limit).await
    }
    async fn inbox(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.inbox(domain, after, limit).await
    }
    async fn inbox_read(&self, domain: &TenantId) -> Result<Seq, Error> {
        self.inner.inbox_read(domain).await
    }
    async fn journal(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.journal(domain, after, limit).await
    }
    async fn journal_of(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.journal_of(domain, session, after, limit).await
    }
    async fn outbox(&self, domain: &TenantId, agent: &AgentName, after: Seq, limit: usize) -> Result<(Seq, Vec<OutboxEntry>), Error> {
        self.inner.outbox(domain, agent, after, limit).await
    }
    async fn snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        self.inner.snapshot(domain).await
    }
    async fn oldest_snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        self.inner.oldest_snapshot(domain).await
    }
    async fn kept(&self, domain: &TenantId, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.inner.kept(domain, prefix).await
    }
    async fn trim(&self, domain: &TenantId, now: Time, snapshots: usize, outbox: usize) -> Result<(), Error> {
        self.inner.trim(domain, now, snapshots, outbox).await
    }
    async fn acquire(&self, domain: &TenantId, node: &str, nonce: u64, now: Time, lease_ms: u64) -> Result<Option<Fence>, Error> {
        self.inner.acquire(domain, node, nonce, now, lease_ms).await
    }
    async fn renew(&self, domain: &TenantId, fence: &Fence, now: Time, lease_ms: u64) -> Result<bool, Error> {
        self.inner.renew(domain, fence, now, lease_ms).await
    }
    async fn release(&self, domain: &TenantId, fence: &Fence) -> Result<(), Error> {
        self.inner.release(domain, fence).await
    }
}

/// A whole talk on a store whose next owner's commits go wrong at each step.
async fn talk(faulty: Arc<Faulty>, harm: impl Fn(&Faulty)) {
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    harm(&faulty);
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    harm(&faulty);
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    harm(&faulty);
    ada.accept(offer.offer).await;
    assert_eq!(cy.phase().await, Phase::Assigned("ada".into()));
    cy.say("hello").await;
    assert_eq!(ada.message().await.2, "hello");
    harm(&faulty);
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    harm(&faulty);
    ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
    let offers = house.explain(&"acme".into(), interaction).await.unwrap().offers.len();
    assert_eq!(offers, 1, "an offer that was not stored was never made");
    let report = replay(&store, &"acme".into()).await.unwrap();
    assert_eq!(report.differs, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_commits_are_taken_up_again_from_the_store() {
    talk(Faulty::new(), |faulty| faulty.refuse.store(1, Ordering::SeqCst)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_without_an_answer_are_found_done() {
    talk(Faulty::new(), |faulty| faulty.unsaid.store(1, Ordering::SeqCst)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_before_it_is_stored() {
    let faulty = Faulty::gated(16);
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    while faulty.gate.try_acquire().map(tokio::sync::SemaphorePermit::forget).is_ok() {}
    let mut arrived = faulty.arrived.subscribe();
    arrived.mark_unchanged();
    let told = *ada.connection.wake.borrow_and_update();
    cy.ask().await;
    arrived.changed().await.unwrap();
    assert_eq!(*ada.connection.wake.borrow(), told, "no offer rings while its commit is under way");
    assert_eq!(cy.phase().await, Phase::Waiting, "nor does the customer hear of it");
    faulty.gate.close();
    let offer = ada.offer().await;
    assert_eq!(offer.pop.session, cy.session);
    assert_eq!(cy.phase().await, Phase::Offered("ada".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_the_right_to_decide_is_refused_and_asks_for_it_anew() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let tenant = TenantId::from("acme");
    let later = Time(crate::engine::Clock::system().now().0 + 60_000);
    let thief = store.acquire(&tenant, "thief", 7, later, 1).await.unwrap().unwrap();
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    store.release(&tenant, &thief).await.unwrap();
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    assert_eq!(cy.phase().await, Phase::Assigned("ada".into()));
    assert_eq!(replay(&store, &tenant).await.unwrap().differs, None, "what was refused left no trace");
}
