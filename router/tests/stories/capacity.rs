//! One account of units over all channels, reserved at offer, and caps beside it.

use crate::tale::*;
use segue_router::{Arrival, Channel, Event, Units};

#[test]
fn chats_until_full_and_a_call_only_when_empty() {
    let mut tale = Tale::with(&[ADA]);
    for n in 1..=4 {
        tale.arrive(n, chat(u128::from(n)));
    }
    tale.arrive(5, call(5));
    for n in 1..=3 {
        tale.accept(6, ADA, n);
    }
    tale.at(7, Event::Finish(ADA, nr(1)));
    tale.at(8, Event::WrapUp(ADA, nr(1), None));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_cap_on_one_channel() {
    let mut plan = plan();
    plan.agents.get_mut(&ADA).unwrap().caps = [(Channel::Chat, 1)].into();
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, chat(1));
    tale.arrive(2, chat(2));
    tale.arrive(3, Arrival { channel: Channel::Email, ..call(3) });
    tale.at(4, Event::Abandon(nr(1)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_lowered_limit_cuts_no_live_work() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.arrive(2, chat(2));
    tale.accept(3, ADA, 1);
    let mut lower = plan();
    lower.agents.get_mut(&ADA).unwrap().capacity = Units(30);
    tale.at(4, Event::Configure(Box::new(lower)));
    tale.arrive(5, chat(3));
    tale.at(6, Event::Abandon(nr(2)));
    tale.at(7, Event::Abandon(nr(1)));
    tale.at(8, Event::WrapUp(ADA, nr(1), None));
    insta::assert_snapshot!(tale.told());
}
