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
