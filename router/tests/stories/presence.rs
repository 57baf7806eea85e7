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
fn lost_for_good_gives_offers_back_and_keeps_assignments() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.arrive(3, chat(2));
    tale.at(4, Event::Lose(ADA));
    tale.tick(19);
    tale.at(30, Event::Requeue(nr(1)));
    tale.at(40, Event::SignIn(BO, ready()));
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
fn signing_out_with_work() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, chat(1));
    tale.accept(3, ADA, 1);
    tale.at(4, Event::Present(BO, pause()));
    tale.arrive(5, chat(2));
    tale.at(6, Event::SignOut(ADA));
    tale.at(7, Event::Finish(ADA, nr(1)));
    tale.at(8, Event::WrapUp(ADA, nr(1), None));
    tale.at(9, Event::Present(BO, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn signing_in_twice_is_choosing() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, call(1));
    tale.at(2, Event::SignIn(ADA, on(&[Channel::Chat])));
    insta::assert_snapshot!(tale.told());
}
