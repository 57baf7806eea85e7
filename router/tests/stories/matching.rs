//! Who gets it: the queue's choice, the preferred agent, requirements.

use crate::tale::*;
use segue_router::{AgentId, Arrival, Channel, Choice, Event, Excluded, Requirement};

fn chosen(choice: Choice, needs: Requirement, before: impl FnOnce(&mut Tale)) -> AgentId {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().choice = choice;
    let mut tale = Tale::under(plan);
    for (second, agent) in [CY, ADA, BO].into_iter().enumerate() {
        tale.at(second as u64, Event::SignIn(agent, ready()));
    }
    before(&mut tale);
    decision(&tale.arrive(50, Arrival { needs, ..chat(50) })).agent
}

#[test]
fn longest_idle() {
    assert_eq!(chosen(Choice::LongestIdle, Requirement::default(), |_| ()), CY);
    assert_eq!(chosen(Choice::LongestIdle, at_least(FRENCH, 1), |_| ()), ADA);
    // Who holds something is not idle, however long ago they took it.
    let busy = |tale: &mut Tale| {
        tale.arrive(10, chat(1));
        tale.accept(11, CY, 1);
    };
    assert_eq!(chosen(Choice::LongestIdle, Requirement::default(), busy), ADA);
}

#[test]
fn most_fit() {
    assert_eq!(chosen(Choice::MostFit, at_least(FRENCH, 1), |_| ()), ADA);
    assert_eq!(chosen(Choice::MostFit, at_least(FIBRE, 1), |_| ()), CY);
    // Nothing asked: all are as fit, and the longest idle has it.
    assert_eq!(chosen(Choice::MostFit, Requirement::default(), |_| ()), CY);
    let either = Requirement::Any(vec![at_least(FRENCH, 5), at_least(FIBRE, 9)]);
    assert_eq!(chosen(Choice::MostFit, either, |_| ()), ADA, "8 + 4 against 9 and 5");
    let not = Requirement::Not(Box::new(at_least(FIBRE, 1)));
    assert_eq!(chosen(Choice::MostFit, not, |_| ()), BO);
}

#[test]
fn least_flexible() {
    assert_eq!(chosen(Choice::LeastFlexible, Requirement::default(), |_| ()), CY);
    assert_eq!(chosen(Choice::LeastFlexible, at_least(FRENCH, 1), |_| ()), BO, "ada can do more else");
}

#[test]
fn least_loaded() {
    let busy = |tale: &mut Tale| {
        tale.arrive(10, chat(1));
        tale.accept(11, CY, 1);
        tale.arrive(12, Arrival { channel: Channel::Email, ..call(2) });
        tale.accept(13, ADA, 2);
        tale.arrive(14, chat(3));
        tale.accept(15, BO, 3);
    };
    assert_eq!(chosen(Choice::LeastLoaded, Requirement::default(), busy), ADA, "20 against 30");
}

#[test]
fn round_robin() {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().choice = Choice::RoundRobin;
    let mut tale = Tale::under(plan);
    for (second, agent) in [CY, ADA, BO].into_iter().enumerate() {
        tale.at(second as u64, Event::SignIn(agent, ready()));
    }
    // Whoever is asked takes their turn, whether or not they take the work: then it is the next one's.
    let turns = (1..=5).map(|n| {
        let offer = decision(&tale.arrive(10 * n, chat(u128::from(n)))).clone();
        tale.at(10 * n + 1, Event::Accept(offer.agent, offer.offer));
        offer.agent
    });
    assert_eq!(turns.collect::<Vec<_>>(), [CY, ADA, BO, CY, ADA]);
}

#[test]
fn the_preferred_agent_with_patience() {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().prefer_for = segue_router::Span::seconds(30);
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.at(0, Event::SignIn(BO, ready()));
    tale.arrive(1, call(1));
    tale.accept(2, ADA, 1);
    // Ada is busy: it is kept for her, though Bo has room, until she is free.
    tale.arrive(3, Arrival { preferred: Some(ADA), ..call(2) });
    assert_eq!(tale.router.why_not(nr(2), BO), Ok(Some(Excluded::Kept)));
    tale.at(10, Event::Finish(ADA, nr(1)));
    tale.at(11, Event::WrapUp(ADA, nr(1), None));
    tale.accept(12, ADA, 2);
    // She stays busy: the patience ends, and Bo gets it.
    tale.arrive(20, Arrival { preferred: Some(ADA), ..call(3) });
    tale.tick(50);
    tale.accept(51, BO, 3);
    // She wants no more work: nobody waits for her in vain. Nor for whom the work does not fit.
    tale.arrive(60, Arrival { preferred: Some(ADA), ..call(4) });
    tale.at(61, Event::PresentNext(ADA, Some(pause())));
    tale.arrive(62, Arrival { preferred: Some(BO), needs: at_least(FIBRE, 1), ..call(5) });
    insta::assert_snapshot!(tale.told());
}

#[test]
fn the_queue_that_holds_most_for_its_share() {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().share = 1;
    plan.queues.get_mut(&FAULTS).unwrap().share = 3;
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    tale.accept(1, ADA, 1);
    // Four in faults, who came first, and two in billing: 4/3 against 2, then against 1.
    (2..6).for_each(|n| drop(tale.arrive(n, Arrival { queue: FAULTS, ..call(u128::from(n)) })));
    (6..8).for_each(|n| drop(tale.arrive(n, call(u128::from(n)))));
    tale.arrive(8, Arrival { priority: segue_router::Priority(1), ..call(8) });
    let mut served = Vec::new();
    let mut talk = 1;
    for second in 10..16 {
        tale.at(second, Event::Finish(ADA, nr(talk)));
        let offer = decision(&tale.at(second, Event::WrapUp(ADA, nr(talk), None))).clone();
        talk = offer.interaction.0;
        served.push(talk);
        tale.at(second, Event::Accept(ADA, offer.offer));
    }
    assert_eq!(served, [8, 6, 2, 3, 7, 4], "a higher priority first, then by share");
}

#[test]
fn the_preferred_agent_when_they_can() {
    let mut tale = Tale::with(&[ADA, BO, CY]);
    tale.arrive(3, Arrival { preferred: Some(CY), ..call(1) });
    tale.arrive(4, Arrival { preferred: Some(CY), ..call(2) });
    tale.arrive(5, Arrival { preferred: Some(CY), needs: at_least(FRENCH, 1), ..call(3) });
    insta::assert_snapshot!(tale.told());
}

#[test]
fn the_decision_says_why() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(3, call(1));
    let offered = tale.arrive(4, Arrival { needs: at_least(FRENCH, 1), excluded: [NOBODY].into(), ..call(2) });
    let decision = decision(&offered);
    assert_eq!((decision.agent, decision.eligible, decision.runner_up), (BO, 1, None));
    assert_eq!(decision.excluded, [(Excluded::Skill, 1), (Excluded::Capacity, 1)].into());
    assert_eq!(decision.levels, [(FRENCH, segue_router::Level(5))].into());
    assert_eq!(decision.idle_since, sec(1));
    insta::assert_json_snapshot!(decision);
}

#[test]
fn a_freed_agent_takes_the_best_over_all_queues() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, call(1));
    tale.accept(2, ADA, 1);
    tale.arrive(5, Arrival { queue: FAULTS, ..call(2) });
    tale.arrive(4, call(3));
    tale.arrive(6, Arrival { needs: at_least(FIBRE, 9), ..call(4) });
    tale.at(9, Event::Finish(ADA, nr(1)));
    tale.tick(39);
    insta::assert_snapshot!(tale.told());
}
