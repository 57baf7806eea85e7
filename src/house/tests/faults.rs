//! A store that delays, refuses, or does not say: nothing is told before it is stored, and memory is never patched.

use super::harness::{Caller, Desk, admin, memory, open, plan, request};
use super::recovery::in_one_life;
use crate::audit::Audit;
use crate::engine::{Clock, Meters, replay};
use crate::house::Switchboard;
use async_trait::async_trait;
use segue_adapter_kit::{DeskEntry, House as _};
use segue_session::store::{
    Committed, DocumentWrite, Durability, Ends, Entry, Error, Fence, Found, Keep, LookupKey, Mutation, Outbox, Seq, Store, Stored,
};
use segue_session::{AgentName, Channel, Claim, Command, DeskCommand, HandleKind, MessageBody, Phase, SessionId, TenantId, Time};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// Stands before a real store and does to the owner's commits (those with a fence) what a test wants.
pub(super) struct Faulty {
    inner: Arc<dyn Store>,
    /// Commits of the owner that are refused next, undone.
    refuse: AtomicU32,
    /// Commits of the owner that are done next, and not confirmed.
    unsaid: AtomicU32,
    /// Commits to sessions' contents that are refused next, undone.
    pub(super) deaf: AtomicU32,
    /// Reads of the inbox, and of several sessions, that fail next.
    blind: AtomicU32,
    /// Whether nobody is found by a key.
    lost: AtomicBool,
    /// Lists of live sessions that fail next.
    unlisted: AtomicU32,
    /// Commits of the owner wait for a permit each; closed: they need none.
    pub(super) gate: Semaphore,
    /// Commits of the owner that came to the gate.
    pub(super) arrived: watch::Sender<u32>,
    /// While it is so, commits of callers are done and their answers held back.
    mute: watch::Sender<bool>,
    /// Commits of callers that are neither done nor answered next.
    adrift: AtomicU32,
    /// Commits of callers that were done.
    done: watch::Sender<u32>,
}

impl Faulty {
    pub(super) fn new() -> Arc<Self> {
        let faulty = Self::gated(0);
        faulty.gate.close();
        faulty
    }

    fn sees(&self) -> Result<(), Error> {
        if due(&self.blind) { Err(failed("reading")) } else { Ok(()) }
    }

    pub(super) fn gated(open: usize) -> Arc<Self> {
        let [refuse, unsaid, unlisted, deaf, blind, adrift] = [0; 6].map(AtomicU32::new);
        let lost = AtomicBool::new(false);
        let (gate, arrived, mute, done) = (Semaphore::new(open), watch::Sender::new(0), watch::Sender::new(false), watch::Sender::new(0));
        Arc::new(Self { inner: memory(), refuse, unsaid, unlisted, deaf, blind, lost, gate, arrived, mute, adrift, done })
    }

    /// A commit of a caller's.
    async fn of_caller(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error> {
        if !mutation.documents.is_empty() && due(&self.deaf) {
            return Err(failed("committing"));
        }
        if due(&self.adrift) {
            return Err(unknown());
        }
        let committed = self.inner.commit(domain, mutation).await;
        self.done.send_modify(|count| *count += 1);
        self.mute.subscribe().wait_for(|mute| !mute).await.unwrap();
        committed
    }
}

fn due(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn failed(doing: &'static str) -> Error {
    Error::Failed { doing, source: "refused by the test".into() }
}

fn unknown() -> Error {
    Error::Unknown { doing: "committing", source: "the answer was lost".into() }
}

#[async_trait]
impl Store for Faulty {
    async fn commit(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error> {
        if mutation.fence.is_none() {
            return self.of_caller(domain, mutation).await;
        }
        self.arrived.send_modify(|count| *count += 1);
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
        if due(&self.refuse) {
            return Err(failed("committing"));
        }
        let committed = self.inner.commit(domain, mutation).await;
        if committed.is_ok() && due(&self.unsaid) { Err(unknown()) } else { committed }
    }
    fn durability(&self) -> Durability {
        self.inner.durability()
    }
    async fn ends(&self, domain: &TenantId, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Error> {
        self.inner.ends(domain, sessions, agents).await
    }
    async fn session(&self, domain: &TenantId, session: SessionId) -> Result<Option<Stored>, Error> {
        self.inner.session(domain, session).await
    }
    async fn sessions(&self, domain: &TenantId, sessions: &[SessionId]) -> Result<Vec<Option<Stored>>, Error> {
        self.sees()?;
        self.inner.sessions(domain, sessions).await
    }
    async fn live(&self, domain: &TenantId, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error> {
        if due(&self.unlisted) {
            return Err(Error::Failed { doing: "listing live sessions", source: "refused by the test".into() });
        }
        self.inner.live(domain, after, limit).await
    }
    async fn find(&self, domain: &TenantId, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Error> {
        if self.lost.load(Ordering::SeqCst) {
            return Err(failed("finding"));
        }
        self.inner.find(domain, key, after, limit).await
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
        self.sees()?;
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
    async fn outbox(&self, domain: &TenantId, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Error> {
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
    async fn trim(&self, domain: &TenantId, now: Time, keep: Keep) -> Result<Seq, Error> {
        self.inner.trim(domain, now, keep).await
    }
    async fn acquire(&self, domain: &TenantId, node: &str, nonce: u64, now: Time, lease_ms: u64) -> Result<Option<Fence>, Error> {
        self.inner.acquire(domain, node, nonce, now, lease_ms).await
    }
    fn exclusive(&self) -> bool {
        self.inner.exclusive()
    }
    async fn holder(&self, domain: &TenantId) -> Result<Option<(String, Time)>, Error> {
        self.inner.holder(domain).await
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
    let offers = house.explain(&"acme".into(), interaction, None).await.unwrap().offers.len();
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
async fn what_is_said_while_an_accept_is_being_stored_reaches_the_desk_once() {
    let faulty = Faulty::gated(64);
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    cy.say("before").await;
    cy.ask().await;
    let offer = ada.offer().await;
    while faulty.gate.try_acquire().map(tokio::sync::SemaphorePermit::forget).is_ok() {}
    let mut arrived = faulty.arrived.subscribe();
    arrived.mark_unchanged();
    let meanwhile = async {
        arrived.changed().await.unwrap();
        let place = cy.say("while it is stored").await;
        faulty.gate.close();
        place
    };
    let (place, ()) = tokio::join!(meanwhile, ada.accept(offer.offer));
    cy.say("after").await;
    assert_eq!(ada.message().await, (cy.session, place, "while it is stored".to_owned()));
    assert_eq!(ada.message().await.2, "after", "and once only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_hears_of_its_agent_though_the_store_failed_meanwhile() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    let offer = ada.offer().await;
    faulty.deaf.store(2, Ordering::SeqCst);
    ada.accept(offer.offer).await;
    let joined = ada.until("the notice that she is there", |entry| match entry {
        DeskEntry::Message(session, _, message) => match &message.body {
            MessageBody::Notice { key, .. } if key == "agent_joined" => Some(*session),
            _ => None,
        },
        DeskEntry::Event(_) => None,
    });
    assert_eq!(joined.await, cy.session);
    assert_eq!(faulty.deaf.load(Ordering::SeqCst), 0, "the store did fail");
}

#[test]
fn the_end_of_a_talk_is_heard_though_the_process_died_before_it_was() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let (session, interaction) = in_one_life(async {
        let house = open(&store).await;
        let mut ada = Desk::ready(&house, "ada").await;
        let cy = Caller::start(&house, "cy").await;
        let interaction = cy.ask().await;
        let offer = ada.offer().await;
        ada.accept(offer.offer).await;
        faulty.deaf.store(u32::MAX, Ordering::SeqCst);
        ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
        ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
        (cy.session, interaction)
    });
    faulty.deaf.store(0, Ordering::SeqCst);
    in_one_life(async {
        let house = open(&store).await;
        let tenant = house.tenant_of(&"acme".into()).unwrap();
        let heard = async {
            let mut bell = tenant.bells.watch(session);
            let ended = || async { tenant.read(session).await.unwrap().unwrap().session.interaction(interaction).unwrap().ended };
            while ended().await.is_none() {
                bell.wake.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(5), heard).await.expect("the session hears that the talk is over");
        let kept = || async { tenant.engine().look(move |machine| machine.cases().get(interaction).is_some()).await.unwrap() };
        let let_go = async {
            while kept().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), let_go).await.expect("and then it is forgotten");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_in_line_costs_nobody_their_routing() {
    let (meters, store) = (Meters::default(), memory());
    let house = Switchboard::open(Arc::clone(&store), plan(), meters.clone(), Clock::system(), Audit::off()).await.unwrap();
    let (gone, stays) = (Caller::start(&house, "gone").await, Caller::start(&house, "stays").await);
    gone.ask().await;
    stays.ask().await;
    stays.until_ahead(1).await;
    assert_eq!(house.erase(&admin(), request(), &"gone".into()).await.unwrap(), 1);
    stays.until_ahead(0).await;
    let mut ada = Desk::ready(&house, "ada").await;
    assert_eq!(ada.offer().await.pop.session, stays.session);
    assert_eq!(meters.rebuilds.get(), 0, "what is gone is passed over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_fails_costs_neither_the_memory_nor_the_offer() {
    let (meters, faulty) = (Meters::default(), Faulty::new());
    let house = Switchboard::open(faulty.clone(), plan(), meters.clone(), Clock::system(), Audit::off()).await.unwrap();
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    faulty.blind.store(3, Ordering::SeqCst);
    faulty.lost.store(true, Ordering::SeqCst);
    cy.ask().await;
    assert_eq!(ada.offer().await.pop.session, cy.session);
    assert_eq!(meters.rebuilds.get(), 0);
    assert_eq!(faulty.blind.load(Ordering::SeqCst), 0, "the store did fail");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_the_right_to_decide_is_refused_and_asks_for_it_anew() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let tenant = TenantId::from("acme");
    let later = Time(Clock::system().now().0 + 60_000);
    let thief = store.acquire(&tenant, "thief", 7, later, 1).await.unwrap().unwrap();
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    store.release(&tenant, &thief).await.unwrap();
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    assert_eq!(cy.phase().await, Phase::Assigned("ada".into()));
    assert_eq!(replay(&store, &tenant).await.unwrap().differs, None, "what was refused left no trace");
}

/// Runs a call until a commit of it is done, and hangs up before anybody has heard so.
async fn hung_up<T>(faulty: &Faulty, call: impl Future<Output = T>) {
    let mut done = faulty.done.subscribe();
    done.mark_unchanged();
    faulty.mute.send_replace(true);
    tokio::select! {
        _ = call => panic!("answered though the store has not"),
        stored = done.changed() => stored.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_told_though_the_caller_hung_up() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let mut watch = house.watch(&cy.who, cy.session);
    watch.wake.mark_unchanged();
    hung_up(&faulty, cy.ask()).await;
    faulty.mute.send_replace(false);
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let version = house.view(&cy.who, cy.session, None).await.unwrap().version;
    watch.wake.wait_for(|wake| wake.version == version).await.unwrap();
    hung_up(&faulty, cy.say("are you there?")).await;
    faulty.mute.send_replace(false);
    assert_eq!(ada.message().await.2, "are you there?");
    let ring = watch.wake.wait_for(|wake| wake.message.0 > 0);
    tokio::time::timeout(Duration::from_secs(5), ring).await.expect("whoever watches hears of the message").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_whose_way_to_the_store_is_lost_gives_what_was_given_first() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let cy = Caller::start(&house, "cy").await;
    let name = request();
    let give = || cy.order_as(name, Command::GiveHandle(HandleKind::Link, Vec::new()));
    let first = give().await.unwrap();
    faulty.adrift.store(1, Ordering::SeqCst);
    let again = give().await.unwrap();
    assert_eq!((again.handles, again.repeat), (first.handles, true));
}

#[test]
fn legs_of_the_former_life_are_lost_though_the_store_failed_meanwhile() {
    let faulty = Faulty::new();
    let store: Arc<dyn Store> = faulty.clone();
    let [gone, back] = in_one_life(async {
        let house = open(&store).await;
        let (gone, back) = (Caller::start(&house, "gone").await, Caller::start(&house, "back").await);
        [gone, back].map(|caller| (caller.who, caller.session, caller.leg))
    });
    in_one_life(async {
        faulty.unlisted.store(1, Ordering::SeqCst);
        let house = open(&store).await;
        let [gone, back] = [gone, back].map(|(who, session, leg)| Caller { house: house.clone(), who, session, leg });
        back.order(Command::Resume { leg: back.arriving(Channel::Chat), by: Claim::SameLeg }).await.unwrap();
        gone.until_left().await;
        assert!(back.is_active().await, "whoever came back is here");
    });
}

/// Puts a session at a place in the index of deadlines, with this content or the one it has.
pub(super) async fn misplace(store: &Arc<dyn Store>, session: SessionId, due: Time, content: Option<&[u8]>) {
    let tenant = TenantId::from("acme");
    let stored = store.session(&tenant, session).await.unwrap().unwrap();
    let content = Some(content.map_or(stored.content, <[u8]>::to_vec));
    let (keys, handles) = (Vec::new(), Vec::new());
    let write = DocumentWrite { session, expect: stored.version, born: due, content, live: true, due: Some(due), keys, handles };
    store.commit(&tenant, Mutation { at: due, documents: vec![write], ..Mutation::default() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlines_with_nothing_due_and_unreadable_sessions_hold_nobody_up() {
    let store = memory();
    let house = open(&store).await;
    let late = Caller::start(&house, "late").await;
    for n in 0..120 {
        let session = Caller::start(&house, &format!("cy {n}")).await.session;
        misplace(&store, session, Time(1), (n % 40 == 0).then_some(b"\xff")).await;
    }
    late.order(Command::Lose(late.leg)).await.unwrap();
    late.until_left().await;
    let left = store.due(&"acme".into(), Clock::system().now(), 200).await.unwrap();
    assert_eq!(left.len(), 3, "the unreadable ones rest; the others stand where their next deadline is: {left:?}");
}
