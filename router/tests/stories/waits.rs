//! How long one has yet to wait: from nobody's knowledge to a figure, and what makes it longer.

use crate::tale::*;
use segue_router::{Arrival, Channel, Event, ExpectedWait, Requirement, Span};

/// Ada and Bo are busy; what they handled before took a minute each, wrap-up included.
fn a_minute_each() -> Tale {
    let mut tale = Tale::with(&[ADA, BO]);
    for (n, agent) in [(1u64, ADA), (2, BO)] {
        tale.arrive(2, call(n.into()));
        tale.accept(10, agent, n);
    }
    for (n, agent) in [(1u64, ADA), (2, BO)] {
        tale.at(60, Event::Finish(agent, nr(n.into())));
        tale.at(70, Event::WrapUp(agent, nr(n.into()), None));
    }
    for (n, agent) in [(3u64, ADA), (4, BO)] {
        tale.arrive(80, call(n.into()));
        tale.accept(90, agent, n);
    }
    tale
}

fn p50(tale: &Tale, n: u128) -> f64 {
    tale.router.expected_wait(nr(n)).unwrap().p50.0 as f64 / 1000.0
}

#[test]
fn unknown_rather_than_wrong() {
    let mut tale = Tale::with(&[ADA]);
    tale.arrive(1, call(1));
    assert_eq!(tale.router.expected_wait(nr(1)), None, "on offer");
    tale.accept(2, ADA, 1);
    tale.arrive(3, call(2));
    assert_eq!(tale.router.expected_wait(nr(2)), None, "nothing has been handled yet");
    tale.at(60, Event::TransferToQueue(ADA, nr(1), FAULTS, Requirement::default()));
    tale.at(70, Event::WrapUp(ADA, nr(1), None));
    tale.accept(71, ADA, 2);
    tale.arrive(72, call(3));
    tale.arrive(73, Arrival { excluded: [ADA].into(), ..call(4) });
    tale.arrive(74, Arrival { needs: at_least(FIBRE, 9), ..call(5) });
    assert!(tale.router.expected_wait(nr(3)).is_some());
    assert_eq!(tale.router.expected_wait(nr(4)), None, "ruled out by name");
    assert_eq!(tale.router.expected_wait(nr(5)), None, "nobody on duty has the skill");
    assert_eq!(tale.router.expected_wait(nr(1)), None, "nothing has been handled in that queue");
    assert_eq!(tale.router.expected_wait(nr(99)), None);
    tale.at(80, Event::Lose(ADA));
    assert_eq!(tale.router.expected_wait(nr(3)), None, "nobody is on duty");
    assert_eq!(tale.router.newcomer_wait(BILLING, Channel::Voice), None);
    assert_eq!(tale.router.newcomer_wait(NOWHERE, Channel::Voice), None);
}

#[test]
fn a_minute_of_work_and_two_agents() {
    let mut tale = a_minute_each();
    tale.arrive(100, call(5));
    // The first is served when one of two comes free: exponential with a mean of 30 s, up to the cube's error.
    let first = tale.router.expected_wait(nr(5)).unwrap();
    assert_eq!(first, ExpectedWait { p50: Span(21_070), p90: Span(68_385) });
    tale.arrive(101, call(6));
    // The second after two such stages: the median of Erlang(2) is 1.678 of one, its ninth decile 3.890.
    let second = tale.router.expected_wait(nr(6)).unwrap();
    assert!(second.p50.0.abs_diff(50_350) < 500 && second.p90.0.abs_diff(116_700) < 500, "{second:?}");
    // A newcomer comes third.
    let third = tale.router.queue(BILLING).unwrap().expected_wait.unwrap();
    assert!(third.p50 > second.p50 && third.p90 > second.p90, "{third:?}");
}

#[test]
fn a_newcomer_waits_for_nobody_who_has_room() {
    let mut tale = a_minute_each();
    assert!(tale.router.newcomer_wait(BILLING, Channel::Voice).unwrap().p50 > Span(0));
    tale.at(100, Event::SignIn(CY, ready()));
    assert_eq!(tale.router.newcomer_wait(BILLING, Channel::Voice), Some(ExpectedWait::default()));
}

#[test]
fn the_other_queue_of_the_same_agents_counts() {
    let mut tale = a_minute_each();
    tale.arrive(100, call(5));
    let alone = p50(&tale, 5);
    tale.arrive(99, Arrival { queue: FAULTS, since: sec(95), ..call(6) });
    assert!(p50(&tale, 5) > alone + 20.0, "{} after {alone}", p50(&tale, 5));
    tale.at(101, Event::Abandon(nr(6)));
    assert!((p50(&tale, 5) - alone).abs() < f64::EPSILON);
}

#[test]
fn more_agents_shorten_it_and_a_skill_of_few_lengthens_it() {
    let mut tale = a_minute_each();
    tale.arrive(100, call(5));
    tale.arrive(101, Arrival { needs: at_least(FIBRE, 1), ..call(6) });
    // Only Ada knows fibre: one of two slots, and half of those ahead in line are hers.
    assert!(p50(&tale, 6) > 60.0, "{}", p50(&tale, 6));
    let before = p50(&tale, 5);
    tale.at(102, Event::Present(BO, pause()));
    assert!((p50(&tale, 5) - 2.0 * before).abs() < 0.01, "one agent instead of two");
}
