//! Blind transfers and where they fall back to.

use crate::tale::*;
use segue_router::{Arrival, Event, OfferId, Refusal, Requirement};

/// Ada has #1 since 1s; Bo and Cy are signed in.
fn talking() -> Tale {
    let mut tale = Tale::with(&[ADA, BO, CY]);
    tale.arrive(3, Arrival { since: sec(1), ..call(1) });
    tale.accept(4, ADA, 1);
    tale
}

#[test]
fn to_a_queue_with_other_requirements() {
    let mut tale = talking();
    tale.at(9, Event::TransferToQueue(ADA, nr(1), FAULTS, at_least(FIBRE, 5)));
    tale.accept(10, CY, 2);
    tale.at(20, Event::Finish(CY, nr(1)));
    tale.tick(39);
    tale.tick(50);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn the_sender_is_last_resort() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.at(3, Event::TransferToQueue(ADA, nr(1), FAULTS, Requirement::default()));
    // It came straight back: ada goes on where she was, and her first part needs no wrap-up of its own.
    tale.accept(4, ADA, 2);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn to_an_agent_at_once() {
    let mut tale = talking();
    tale.at(9, Event::TransferToAgent(ADA, nr(1), CY));
    tale.accept(10, CY, 2);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn to_an_agent_who_is_busy_and_takes_it_later() {
    let mut tale = talking();
    tale.arrive(5, call(2));
    tale.accept(6, BO, 2);
    tale.at(9, Event::TransferToAgent(ADA, nr(1), BO));
    tale.at(10, Event::Finish(BO, nr(2)));
    tale.at(11, Event::WrapUp(BO, nr(2), None));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn to_an_agent_who_stays_busy_falls_back_in_time() {
    let mut tale = talking();
    tale.arrive(5, call(2));
    tale.accept(6, BO, 2);
    tale.at(9, Event::TransferToAgent(ADA, nr(1), BO));
    tale.tick(39);
    tale.tick(69);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn to_an_agent_who_declines_or_leaves_or_lets_it_expire() {
    let mut tale = talking();
    tale.at(9, Event::TransferToAgent(ADA, nr(1), BO));
    tale.at(10, Event::Decline(BO, OfferId(2), 0));
    tale.accept(11, CY, 3);
    tale.at(12, Event::TransferToAgent(CY, nr(1), BO));
    tale.at(13, Event::SignOut(BO));
    tale.tick(40);
    tale.accept(41, ADA, 5);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn kept_for_an_agent_who_signs_out() {
    let mut tale = talking();
    tale.at(5, Event::Present(BO, pause()));
    tale.at(6, Event::TransferToAgent(ADA, nr(1), BO));
    assert_eq!(tale.router.held(nr(1)), Some(segue_router::Held::Reserved { agent: BO, until: sec(66) }));
    tale.at(7, Event::SignOut(BO));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn kept_for_an_agent_and_requeued() {
    let mut tale = talking();
    tale.at(5, Event::Present(BO, pause()));
    tale.at(6, Event::TransferToAgent(ADA, nr(1), BO));
    tale.at(7, Event::Requeue(nr(1)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_named_agent_need_not_serve_the_queue() {
    let mut narrow = plan();
    narrow.agents.get_mut(&CY).unwrap().queues = [FAULTS].into();
    let mut tale = talking();
    tale.at(5, Event::Configure(Box::new(narrow.clone())));
    tale.at(9, Event::TransferToAgent(ADA, nr(1), CY));
    // Nor does another plan take the offer away.
    tale.at(10, Event::Configure(Box::new(narrow)));
    tale.accept(11, CY, 2);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn refused() {
    let mut tale = talking();
    tale.arrive(5, Arrival { excluded: [CY].into(), ..call(2) });
    tale.accept(6, BO, 2);
    tale.at(9, Event::TransferToAgent(ADA, nr(1), ADA));
    tale.at(9, Event::TransferToAgent(ADA, nr(1), NOBODY));
    tale.at(9, Event::TransferToAgent(ADA, nr(2), CY));
    tale.at(9, Event::TransferToAgent(BO, nr(2), CY));
    tale.at(9, Event::TransferToQueue(ADA, nr(1), NOWHERE, Requirement::default()));
    tale.at(9, Event::SignOut(CY));
    tale.at(9, Event::TransferToAgent(ADA, nr(1), CY));
    let mut small = plan();
    small.agents.get_mut(&CY).unwrap().capacity = segue_router::Units(50);
    small.queues.get_mut(&FAULTS).unwrap().depth = 0;
    tale.at(10, Event::Configure(Box::new(small)));
    tale.at(10, Event::SignIn(CY, ready()));
    tale.at(11, Event::TransferToAgent(ADA, nr(1), CY));
    tale.at(11, Event::TransferToQueue(ADA, nr(1), FAULTS, Requirement::default()));
    assert!(tale.told().contains(&format!("{:?}", Refusal::QueueFull(FAULTS))));
    insta::assert_snapshot!(tale.told());
}
