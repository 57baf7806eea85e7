//! Wrap-up: its end, its limit, its extension, its code.

use crate::tale::*;
use segue_router::{Event, Span};

fn finished(code_required: bool) -> Tale {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().code_required = code_required;
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    tale.accept(2, ADA, 1);
    tale.at(10, Event::Finish(ADA, nr(1)));
    tale
}

#[test]
fn runs_out() {
    let mut tale = finished(false);
    tale.arrive(11, call(2));
    tale.tick(39);
    tale.tick(40);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn extended_twice_and_no_more() {
    let mut tale = finished(false);
    tale.at(20, Event::Extend(ADA, nr(1)));
    tale.at(21, Event::Extend(ADA, nr(1)));
    tale.at(22, Event::Extend(ADA, nr(1)));
    tale.tick(40);
    tale.tick(70);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn wants_a_code_unless_it_runs_out() {
    let mut tale = finished(true);
    tale.at(11, Event::WrapUp(ADA, nr(1), None));
    tale.at(12, Event::WrapUp(ADA, nr(1), Some(3)));
    tale.arrive(13, call(2));
    tale.accept(14, ADA, 2);
    tale.at(15, Event::Finish(ADA, nr(2)));
    tale.tick(45);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn none_at_all() {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().wrap_up_for = Span(0);
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    tale.accept(2, ADA, 1);
    tale.at(10, Event::Finish(ADA, nr(1)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn the_customer_hangs_up_or_suspends_with_an_agent() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.arrive(3, call(2));
    tale.accept(4, ADA, 1);
    tale.accept(4, BO, 2);
    tale.at(5, Event::Abandon(nr(1)));
    tale.at(6, Event::Suspend(nr(2)));
    insta::assert_snapshot!(tale.told());
}
