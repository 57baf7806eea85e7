//! The loop while much is asked of it, or nothing gets through: what is due comes, who has gone is not taken for present.

use super::faults::Faulty;
use super::harness::{Caller, Desk, agent, memory, open, plan};
use crate::audit::Audit;
use crate::engine::{Clock, Meters};
use crate::house::Switchboard;
use segue_adapter_kit::{DeskEntry, Desks as _};
use segue_router::Readiness;
use segue_session::store::Store;
use segue_session::{DeskCommand, DeskEvent, Time, WithdrawReason};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_expires_though_everybody_keeps_looking() {
    let ahead = Arc::new(AtomicU64::new(0));
    let (read, day) = (Arc::clone(&ahead), Clock::system());
    let clock = Clock::of(move || Time(day.now().0 + read.load(Ordering::Relaxed)));
    let house = Switchboard::open(memory(), plan(), Meters::default(), clock, Audit::off()).await.unwrap();
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    ada.offer().await;
    // Steady mail, until the offer has ended: the loop is never without a letter.
    let looks: Vec<_> = (0..16)
        .map(|_| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let tenant = house.tenant(&agent("ada")).unwrap();
                while tenant.engine().glance(|_| ()).await.is_ok() {}
            })
        })
        .collect();
    ahead.store(6_000, Ordering::Relaxed);
    ada.until("withdrawn", |entry| match entry {
        DeskEntry::Event(event) => matches!(event.as_ref(), DeskEvent::Withdrawn { why: WithdrawReason::Expired, .. }).then_some(()),
        DeskEntry::Message(..) => None,
    })
    .await;
    looks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_hung_up_on_its_way_in_is_not_staffed() {
    let faulty = Faulty::gated(64);
    let store: Arc<dyn Store> = faulty.clone();
    let house = open(&store).await;
    let mut bo = Desk::ready(&house, "bo").await;
    while faulty.gate.try_acquire().map(tokio::sync::SemaphorePermit::forget).is_ok() {}
    let mut arrived = faulty.arrived.subscribe();
    arrived.mark_unchanged();
    let away = bo.ask(DeskCommand::Present("break".into()));
    let meanwhile = async {
        arrived.changed().await.unwrap();
        // One commit is under way: two hellos wait for it, and give up.
        for _ in 0..2 {
            let coming = Arc::clone(&house);
            let hello = tokio::spawn(async move { coming.hello(&agent("ada"), None).await.map(drop) });
            while !house.tenant(&agent("ada")).unwrap().desks.is_here(&"ada".into()) {
                tokio::task::yield_now().await;
            }
            hello.abort();
            hello.await.unwrap_err();
        }
        faulty.gate.close();
    };
    let (done, ()) = tokio::join!(away, meanwhile);
    done.unwrap();
    bo.ask(DeskCommand::Present("ready".into())).await.unwrap();
    let tenant = house.tenant(&agent("ada")).unwrap();
    let face = tenant.engine().look(|machine| {
        let id = machine.directory().agent(&"ada".into())?;
        machine.cases().face(id).map(|face| face.change.readiness)
    });
    let readiness = face.await.unwrap();
    assert!(matches!(readiness, None | Some(Readiness::SignedOut | Readiness::Lost)), "{readiness:?}");
}
