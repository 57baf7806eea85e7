//! Signing in and out, choosing, wishing, and being lost.

use crate::tale::*;
use segue_router::{Channel, Event};

#[test]
fn on_some_channels_only() {
    let mut tale = Tale::new();
    tale.at(0, Event::SignIn(ADA, on(&[Channel::Chat])));
    tale.arrive(1, call(1));
    tale.arrive(2, chat(2));
    tale.at(3, Event::Present(ADA, on(&[Channel::Voice])));
    tale.at(4, Event::Present(ADA, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn after_this_one_a_break() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.at(3, Event::PresentNext(ADA, Some(pause())));
    tale.arrive(4, chat(2));
    tale.at(5, Event::Finish(ADA, nr(1)));
    tale.at(6, Event::WrapUp(ADA, nr(1), None));
    tale.at(9, Event::Present(ADA, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_wish_is_taken_back_or_granted_at_once() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.at(2, Event::PresentNext(ADA, Some(pause())));
    tale.at(3, Event::PresentNext(ADA, None));
    tale.at(4, Event::Abandon(nr(1)));
    tale.at(5, Event::PresentNext(ADA, Some(pause())));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn lost_and_back_within_the_grace() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.arrive(3, chat(2));
    tale.at(4, Event::Lose(ADA));
    tale.at(5, Event::Lose(ADA));
    tale.arrive(6, chat(3));
    tale.at(8, Event::SignIn(ADA, ready()));
    tale.accept(9, ADA, 2);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn lost_for_good_gives_offers_and_assignments_back() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.arrive(3, chat(2));
    tale.at(4, Event::Lose(ADA));
    tale.tick(19);
    tale.at(40, Event::SignIn(BO, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn lost_for_good_in_a_talk_that_a_colleague_takes_next() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.accept(3, ADA, 1);
    tale.arrive(4, call(2));
    tale.accept(5, BO, 2);
    tale.arrive(6, call(3));
    tale.at(7, Event::Lose(ADA));
    tale.at(8, Event::Finish(BO, nr(2)));
    tale.tick(22);
    // Before #3, which came later: the place in line is the one it had.
    tale.at(23, Event::WrapUp(BO, nr(2), None));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn lost_for_good_while_wrapping_up() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.at(3, Event::Finish(ADA, nr(1)));
    tale.at(4, Event::Lose(ADA));
    tale.tick(19);
    tale.tick(33);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn lost_for_good_and_back_is_last_resort() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.accept(3, ADA, 1);
    tale.arrive(4, call(2));
    tale.accept(5, BO, 2);
    tale.at(6, Event::Lose(ADA));
    tale.tick(21);
    tale.at(22, Event::SignIn(ADA, ready()));
    tale.at(23, Event::Present(BO, pause()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn who_left_the_plan_has_no_grace() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, call(1));
    tale.accept(2, ADA, 1);
    let mut without = plan();
    without.agents.remove(&ADA);
    tale.at(3, Event::Configure(Box::new(without)));
    tale.at(4, Event::Lose(ADA));
    tale.at(5, Event::SignIn(BO, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn an_offer_that_expires_at_a_lost_desk_is_no_miss() {
    let mut plan = plan();
    plan.timings.lost_for = segue_router::Span::seconds(60);
    plan.timings.misses = 1;
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    tale.at(2, Event::Lose(ADA));
    tale.tick(21);
    tale.at(22, Event::SignIn(ADA, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn signing_out_waits_for_the_talks_to_end() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, chat(1));
    tale.accept(3, ADA, 1);
    tale.at(4, Event::Present(BO, pause()));
    tale.arrive(5, chat(2));
    tale.at(6, Event::SignOut(ADA));
    tale.at(7, Event::Finish(ADA, nr(1)));
    tale.at(8, Event::SignOut(ADA));
    tale.at(9, Event::WrapUp(ADA, nr(1), None));
    tale.at(10, Event::Present(BO, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn signing_in_twice_is_choosing() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, call(1));
    tale.at(2, Event::SignIn(ADA, on(&[Channel::Chat])));
    insta::assert_snapshot!(tale.told());
}
