//! Another plan, in the middle of everything.

use crate::tale::*;
use segue_router::{Arrival, Channel, Event, Priority, Units};

#[test]
fn skills_that_fit_now() {
    let mut tale = Tale::with(&[BO]);
    tale.arrive(1, Arrival { needs: at_least(FIBRE, 5), ..call(1) });
    let mut other = plan();
    other.agents.get_mut(&BO).unwrap().skills.insert(FIBRE, segue_router::Level(5));
    tale.at(2, Event::Configure(Box::new(other)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn an_offer_that_no_longer_fits() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    let mut other = plan();
    other.agents.get_mut(&ADA).unwrap().queues = [FAULTS].into();
    tale.at(3, Event::Configure(Box::new(other)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn an_agent_who_is_gone_finishes_what_they_have() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.accept(2, ADA, 1);
    tale.arrive(3, chat(2));
    let mut other = plan();
    other.agents.remove(&ADA);
    other.agents.remove(&BO);
    tale.at(4, Event::Configure(Box::new(other)));
    tale.at(5, Event::SignIn(ADA, ready()));
    tale.at(6, Event::Finish(ADA, nr(1)));
    tale.at(7, Event::WrapUp(ADA, nr(1), None));
    tale.at(8, Event::WrapUp(ADA, nr(1), None));
    assert_eq!(tale.router.agent(ADA), None);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_queue_drains_before_it_goes() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, call(1));
    let mut other = plan();
    other.queues.remove(&BILLING);
    for agent in other.agents.values_mut() {
        agent.queues.remove(&BILLING);
    }
    other.channels.remove(&Channel::Voice);
    tale.at(2, Event::Configure(Box::new(other.clone())));
    tale.accept(3, ADA, 1);
    tale.at(4, Event::Finish(ADA, nr(1)));
    tale.at(5, Event::Configure(Box::new(other.clone())));
    tale.at(6, Event::WrapUp(ADA, nr(1), None));
    tale.at(7, Event::Configure(Box::new(other)));
    tale.arrive(8, call(2));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn ranks_follow_the_queue() {
    let mut tale = Tale::new();
    tale.arrive(1, call(1));
    tale.arrive(2, Arrival { queue: FAULTS, ..call(2) });
    let mut other = plan();
    other.queues.get_mut(&FAULTS).unwrap().priority = Priority(1);
    tale.at(3, Event::Configure(Box::new(other)));
    tale.at(4, Event::SignIn(ADA, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn every_fault_is_named_at_once() {
    let mut tale = Tale::new();
    let mut bad = plan();
    bad.queues.get_mut(&BILLING).unwrap().offer_for = segue_router::Span(0);
    bad.agents.get_mut(&ADA).unwrap().queues.insert(NOWHERE);
    bad.agents.get_mut(&BO).unwrap().skills.insert(FIBRE, segue_router::Level(11));
    bad.channels.get_mut(&Channel::Chat).unwrap().units = Units(0);
    bad.timings.misses = 0;
    bad.queues.get_mut(&FAULTS).unwrap().share = 1;
    bad.timings.ageing = segue_router::Span(1);
    tale.at(1, Event::Configure(Box::new(bad)));
    insta::assert_snapshot!(tale.told());
}
