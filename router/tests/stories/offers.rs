//! Offers and their four ends.

use crate::tale::*;
use segue_router::{Arrival, Channel, Effect, Event, OfferId, Units, limits};

#[test]
fn accepted() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.accept(5, ADA, 1);
    tale.at(60, Event::Finish(ADA, nr(1)));
    tale.at(70, Event::WrapUp(ADA, nr(1), Some(7)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn declined_goes_to_the_next() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(3, call(1));
    tale.at(5, Event::Decline(ADA, OfferId(1), 4));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn declined_by_the_only_one_on_duty_comes_back_as_last_resort() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.at(5, Event::Decline(ADA, OfferId(1), 4));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn declined_while_the_others_are_busy_waits_for_them() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(3, call(1));
    tale.accept(4, ADA, 1);
    tale.arrive(5, call(2));
    tale.at(6, Event::Decline(BO, OfferId(2), 4));
    // Not before ada is free, or the cool-off has passed, or nobody else is on duty.
    tale.at(10, Event::Finish(ADA, nr(1)));
    tale.at(12, Event::WrapUp(ADA, nr(1), None));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn cool_off_passes() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(3, call(1));
    tale.accept(4, ADA, 1);
    tale.arrive(5, call(2));
    tale.at(6, Event::Decline(BO, OfferId(2), 4));
    tale.tick(65);
    tale.tick(66);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn who_declined_is_last_resort_for_who_left_with_their_place_and_came_back() {
    let told = |before_the_end: bool| {
        let mut tale = Tale::with(&[ADA, BO]);
        tale.arrive(3, call(1));
        tale.accept(4, ADA, 1);
        tale.arrive(5, call(2));
        tale.at(6, Event::Decline(BO, OfferId(2), 4));
        tale.at(7, Event::Suspend(nr(2)));
        let back = if before_the_end { 8 } else { 70 };
        tale.arrive(back, Arrival { since: sec(5), continues: Some(nr(2)), kept: true, ..call(3) });
        tale.tick(71);
        tale.at(80, Event::Finish(ADA, nr(1)));
        tale.told().to_owned()
    };
    insta::assert_snapshot!(format!("{}\n{}", told(true), told(false)));
}

#[test]
fn last_resort_opens_when_the_others_leave() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(3, call(1));
    tale.accept(4, ADA, 1);
    tale.arrive(5, call(2));
    tale.at(6, Event::Decline(BO, OfferId(2), 4));
    tale.at(7, Event::Present(ADA, pause()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn who_declined_takes_something_else_first() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.accept(3, ADA, 1);
    tale.arrive(4, call(2));
    tale.arrive(5, call(3));
    tale.at(6, Event::Decline(BO, OfferId(2), 4));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn expired_keeps_its_place() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.arrive(4, call(2));
    tale.tick(22);
    tale.tick(23);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn two_misses_make_unresponsive_until_a_choice() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.tick(23);
    tale.tick(43);
    tale.at(50, Event::Present(ADA, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_miss_is_forgiven_by_an_answer() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.tick(23);
    tale.at(25, Event::Decline(ADA, OfferId(2), 4));
    tale.tick(45);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn withdrawn_when_the_customer_leaves() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.at(5, Event::Abandon(nr(1)));
    tale.arrive(6, call(2));
    tale.at(7, Event::Suspend(nr(2)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn withdrawn_when_the_agent_leaves_the_channel() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, chat(1));
    tale.arrive(4, chat(2));
    tale.accept(5, ADA, 1);
    tale.at(6, Event::Present(ADA, on(&[Channel::Voice])));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_late_accept_is_refused_before_the_tick_too() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(3, call(1));
    tale.accept(23, ADA, 1);
    tale.at(23, Event::Decline(ADA, OfferId(1), 0));
    tale.tick(23);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn many_that_expire_together_take_several_ticks() {
    let mut plan = plan();
    plan.agents.get_mut(&ADA).unwrap().capacity = Units(10_000);
    plan.queues.get_mut(&BILLING).unwrap().depth = 1000;
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    let many = limits::TIMERS * 2 + 1;
    for n in 1..=many as u128 {
        tale.arrive(1, chat(n));
    }
    let mut expired = Vec::new();
    while tale.router.deadline() == Some(sec(21)) {
        let effects = tale.tick(21);
        expired.push(effects.iter().filter(|effect| matches!(effect, Effect::Withdraw { .. })).count());
    }
    assert_eq!(expired, [limits::TIMERS, limits::TIMERS, 1]);
}
