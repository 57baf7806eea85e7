//! Ten traps that routers of others fell into, each with the story in which ours does not.
//!
//! The ninth, a call back to somebody who was served meanwhile, and the tenth, a place that a stranger inherits, are the
//! sessions' to keep as well: their stories are told there, too.

use crate::tale::*;
use segue_router::{Arrival, Effect, Event, OfferId, Outcome, Priority, QueuePlan, Readiness, Refusal, Span, Time};

fn offered(effects: &[Effect]) -> Vec<(u128, segue_router::AgentId)> {
    let offer = |effect: &Effect| if let Effect::Offer(decision) = effect { Some((decision.interaction.0, decision.agent)) } else { None };
    effects.iter().filter_map(offer).collect()
}

fn readiness(tale: &Tale, agent: segue_router::AgentId) -> Readiness {
    tale.router.agent(agent).unwrap().readiness
}

/// An agent whose desk vanished amid an offer, a talk or a wrap-up stayed reserved for ever.
#[test]
fn an_agent_is_never_stuck() {
    let mut tale = Tale::with(&[ADA, BO, CY]);
    for (n, agent) in [(1, ADA), (2, BO), (3, CY)] {
        tale.arrive(3, Arrival { excluded: [ADA, BO, CY].into_iter().filter(|other| *other != agent).collect(), ..call(n) });
    }
    tale.accept(4, BO, 2);
    tale.accept(4, CY, 3);
    tale.at(5, Event::Finish(CY, nr(3)));
    for agent in [ADA, BO, CY] {
        tale.at(6, Event::Lose(agent));
    }
    while let Some(due) = tale.router.deadline() {
        tale.at(due.0 / 1000, Event::Tick);
        assert!(due < sec(200), "what has a deadline has an end");
    }
    for agent in [ADA, BO, CY] {
        assert_eq!(readiness(&tale, agent), Readiness::SignedOut);
        assert_eq!(tale.router.agent(agent).unwrap().load.0, 0);
    }
    assert_eq!(tale.router.interactions().count(), 2, "what they had waits again");
}

/// An offer that nobody could see any more went on holding its interaction.
#[test]
fn no_ghost_offer_holds_an_interaction() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, chat(1));
    tale.at(2, Event::SignOut(ADA));
    let gone = tale.at(3, Event::Accept(ADA, OfferId(1)));
    assert_eq!(gone, [], "it is no offer any more");
    let again = tale.at(4, Event::SignIn(BO, ready()));
    assert_eq!(offered(&again), [(1, BO)]);
    let dead = tale.at(24, Event::Tick);
    assert!(dead.iter().any(|effect| matches!(effect, Effect::Withdraw { interaction, .. } if *interaction == nr(1))));
}

/// Two agents won one call.
#[test]
fn an_interaction_has_one_winner() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(3, chat(1));
    let first = tale.at(23, Event::Tick);
    assert_eq!(offered(&first), [(1, BO)], "ada let it expire");
    let mut out = Vec::new();
    let late = tale.router.step(sec(23), Event::Accept(ADA, OfferId(1)), &mut out);
    assert_eq!(late, Err(Refusal::OfferEnded(OfferId(1))));
    tale.accept(24, BO, 2);
    let twice = tale.router.step(sec(24), Event::Accept(BO, OfferId(2)), &mut out);
    assert_eq!((twice, out), (Err(Refusal::OfferEnded(OfferId(2))), Vec::new()));
}

/// A head of the line whom no free agent may take blocked all behind it.
#[test]
fn the_head_of_the_line_blocks_nobody() {
    let mut tale = Tale::new();
    tale.arrive(1, Arrival { needs: at_least(FIBRE, 9), priority: Priority(9), ..call(1) });
    tale.arrive(2, call(2));
    let free = tale.at(3, Event::SignIn(BO, ready()));
    assert_eq!(offered(&free), [(2, BO)]);
}

/// Capacity that became free pulled nobody out of the line; only the next arrival did.
#[test]
fn freed_capacity_pulls_the_backlog() {
    let mut tale = Tale::with(&[ADA]);
    for n in 1..=5 {
        tale.arrive(2, chat(n));
    }
    for offer in 1..=3 {
        tale.accept(3, ADA, offer);
    }
    tale.at(4, Event::Finish(ADA, nr(2)));
    let freed = tale.at(5, Event::WrapUp(ADA, nr(2), None));
    assert_eq!(offered(&freed), [(4, ADA)], "the one who has waited longest, at once");
}

/// Limits counted all that an agent ever had, or forgot what was reopened, so that they drifted away from the truth.
#[test]
fn load_is_what_is_held_and_not_what_ever_was() {
    let mut tale = Tale::with(&[ADA]);
    for n in 1..=40_u32 {
        let at = u64::from(n) * 10;
        tale.arrive(at, chat(n.into()));
        tale.accept(at, ADA, n.into());
        tale.at(at, Event::Finish(ADA, nr(n.into())));
        tale.at(at, Event::WrapUp(ADA, nr(n.into()), None));
        assert_eq!(tale.router.agent(ADA).unwrap().load.0, 0, "after {n}");
    }
    // What went back and came again is counted as held, once.
    tale.arrive(500, chat(41));
    tale.accept(500, ADA, 41);
    tale.at(501, Event::Requeue(nr(41)));
    assert_eq!(tale.router.agent(ADA).unwrap().load.0, 30, "offered again, as there is nobody else");
    tale.at(502, Event::Abandon(nr(41)));
    assert_eq!(tale.router.agent(ADA).unwrap().load.0, 0);
}

/// Priority and wait were packed into one number: a long wait ran over into the priority, or a high one wrapped around.
#[test]
fn the_order_is_no_packed_number() {
    let mut tale = Tale::new();
    tale.arrive(1, Arrival { since: Time(1), ..call(1) });
    tale.arrive(2, Arrival { priority: Priority(1), since: Time(u64::MAX - 1), ..call(2) });
    tale.arrive(3, Arrival { priority: Priority(i32::MAX), since: sec(3), ..call(3) });
    tale.arrive(4, Arrival { priority: Priority(i32::MIN), since: Time(1), ..call(4) });
    let ahead = [3, 2, 1, 4].map(|n| tale.router.place(nr(n)).unwrap().ahead);
    assert_eq!(ahead, [0, 1, 2, 3]);
}

/// Assignments were made on a tick, once a second or slower.
#[test]
fn nobody_waits_for_a_tick() {
    let mut tale = Tale::with(&[ADA]);
    assert_eq!(tale.router.deadline(), None, "an idle house has no timer");
    let came = tale.arrive(7, chat(1));
    assert_eq!(offered(&came), [(1, ADA)], "in the step in which it arrives");
    tale.accept(7, ADA, 1);
    for n in 2..=4 {
        tale.arrive(7, chat(n));
    }
    let two = tale.at(7, Event::SignIn(BO, ready()));
    assert_eq!(offered(&two), [(4, BO)], "in the step in which somebody comes");
}

/// The call back came although the customer had been served on another channel.
#[test]
fn a_call_back_is_superseded_by_coming_back() {
    let mut tale = Tale::new();
    tale.arrive(1, call(1));
    // They come back by chat: the call back that waits ends in the same step, and its place goes on.
    let back = tale.arrive(60, Arrival { since: sec(1), continues: Some(nr(1)), kept: true, ..chat(2) });
    let ended = |effect: &Effect| matches!(effect, Effect::Ended { interaction, outcome: Outcome::Suspended, .. } if *interaction == nr(1));
    assert!(back.iter().any(ended));
    let served = tale.at(61, Event::SignIn(ADA, ready()));
    assert_eq!(offered(&served), [(2, ADA)], "nobody is called");
    assert_eq!(tale.router.held(nr(1)), None);
}

/// A place in line went by the caller's number, and a stranger who called from it inherited it.
#[test]
fn a_place_is_nobody_elses() {
    let mut plan = plan();
    plan.queues.insert(BILLING, QueuePlan { depth: 1, prefer_for: Span(0), ..plan.queues[&BILLING].clone() });
    let mut tale = Tale::under(plan);
    tale.arrive(1, call(1));
    tale.at(20, Event::Suspend(nr(1)));
    tale.arrive(30, call(2));
    // A place is brought back by who holds it, with its time; an id that was used is no claim to anything.
    tale.arrive(40, Arrival { since: sec(1), kept: true, ..call(3) });
    assert_eq!((tale.router.place(nr(3)).unwrap().ahead, tale.router.place(nr(2)).unwrap().ahead), (0, 1));
    let mut out = Vec::new();
    let stranger = tale.router.step(sec(41), Event::Arrive(Box::new(Arrival { since: sec(41), ..call(4) })), &mut out);
    assert_eq!(stranger, Err(Refusal::QueueFull(BILLING)), "who has no place gets none");
    assert_eq!(tale.router.held(nr(1)), None);
}
