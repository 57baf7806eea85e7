use super::harness::{Caller, Desk, admin, agent, memory, open, request};
use crate::engine::replay;
use segue_adapter_kit::{DeskStart, Desks as _, Resume};
use segue_session::{Command, DeskCommand, Phase, SuspendCause};

/// A house that ends without a word: its tasks are dropped with its runtime, nothing is released.
pub(super) fn in_one_life<T>(life: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let outcome = runtime.block_on(life);
    runtime.shutdown_background();
    outcome
}

#[test]
fn after_a_sudden_end_everything_stands_as_it_stood() {
    let store = memory();
    let (cy, dee, resume, session) = in_one_life(async {
        let house = open(&store).await;
        let mut ada = Desk::ready(&house, "ada").await;
        let cy = Caller::start(&house, "cy").await;
        cy.ask().await;
        let offer = ada.offer().await;
        ada.accept(offer.offer).await;
        cy.say("one").await;
        ada.message().await;
        let dee = Caller::start(&house, "dee").await;
        dee.ask().await;
        dee.until("in line or offered", |phase| !matches!(phase, Phase::Ended)).await;
        let resume = Resume { epoch: ada.connection.epoch, seq: ada.seen };
        (cy.who.clone(), (dee.who.clone(), dee.session, dee.leg), resume, (cy.session, cy.leg))
    });
    in_one_life(async {
        let house = open(&store).await;
        let mut ada = Desk::hello(&house, agent("ada"), Some(resume)).await;
        assert!(matches!(ada.connection.start, DeskStart::Entries(_)), "the desk goes on where it was");
        let cy = Caller { house: house.clone(), who: cy, session: session.0, leg: session.1 };
        assert_eq!(cy.phase().await, Phase::Assigned("ada".into()));
        cy.say("two").await;
        assert_eq!(ada.message().await.2, "two");
        let dee = Caller { house: house.clone(), who: dee.0, session: dee.1, leg: dee.2 };
        assert!(matches!(dee.phase().await, Phase::Waiting | Phase::Offered(_)));
        let report = replay(&store, &"acme".into()).await.unwrap();
        assert_eq!(report.differs, None);
        assert!(report.steps > 4 && report.decisions >= 1, "{report:?}");
    });
}

#[test]
fn a_desk_that_missed_what_was_erased_gets_everything_anew() {
    let store = memory();
    let (resume, end) = in_one_life(async {
        let house = open(&store).await;
        let mut ada = Desk::ready(&house, "ada").await;
        let resume = Resume { epoch: ada.connection.epoch, seq: ada.seen };
        let cy = Caller::start(&house, "cy").await;
        cy.ask().await;
        let offer = ada.offer().await;
        ada.accept(offer.offer).await;
        cy.say("one").await;
        ada.message().await;
        assert_eq!(house.erase(&admin(), request(), &"cy".into()).await.unwrap(), 1);
        let DeskStart::Snapshot(anew) = house.since(&ada.who, resume.seq).await.unwrap() else { panic!("it got what is left") };
        assert!(anew.seq >= ada.seen, "what comes next comes after everything there was");
        (resume, ada.seen)
    });
    in_one_life(async {
        let house = open(&store).await;
        let ada = Desk::hello(&house, agent("ada"), Some(resume)).await;
        assert!(matches!(ada.connection.start, DeskStart::Snapshot(_)));
        assert!(ada.seen >= end, "the next life gives no place out again: {:?} after {end:?}", ada.seen);
    });
}

#[test]
fn an_orderly_stop_leaves_a_snapshot_and_the_same_chain() {
    let store = memory();
    let whole = in_one_life(async {
        let house = open(&store).await;
        let mut ada = Desk::ready(&house, "ada").await;
        for name in ["a", "b", "c"] {
            let caller = Caller::start(&house, name).await;
            let interaction = caller.ask().await;
            let offer = ada.offer().await;
            ada.accept(offer.offer).await;
            ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
            ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
            caller.order(Command::Suspend(SuspendCause::Asked, Some(caller.leg), Vec::new())).await.unwrap();
        }
        house.shutdown().await;
        replay(&store, &"acme".into()).await.unwrap()
    });
    assert_eq!(whole.differs, None);
    assert!(whole.from < 5 && whole.steps > 10, "{whole:?}");
    in_one_life(async {
        let (place, machine) = crate::engine::recovered(&store, &"acme".into()).await;
        assert_eq!(machine, whole.hash, "the snapshot stands where the whole journal leads");
        assert!(place > 0);
    });
}
