//! What changes while somebody waits: steps by time and by live figure; queues that are full, closed, or kept too long.

use crate::tale::*;
use segue_router::{Arrival, Closing, Event, Figure, Overflow, Plan, Priority, QueuePlan, Refusal, RoutingStep, Span};

/// Steps for billing; faults is as ever.
fn steps(steps: Vec<RoutingStep>) -> Plan {
    with(|queue| queue.steps = steps)
}

fn with(change: impl FnOnce(&mut QueuePlan)) -> Plan {
    let mut plan = plan();
    change(plan.queues.get_mut(&BILLING).unwrap());
    plan
}

fn after(seconds: u64) -> RoutingStep {
    RoutingStep { after: Span::seconds(seconds), ..RoutingStep::default() }
}

#[test]
fn less_and_less_is_asked_for() {
    let plan = steps(vec![
        RoutingStep { lower: [(FRENCH, 3)].into(), invite: true, ..after(20) },
        RoutingStep { widen: Some(at_least(FIBRE, 9)), raise: Priority(2), ..after(40) },
        RoutingStep { drop: [FRENCH].into(), add: Some(at_least(FIBRE, 1)), ..after(60) },
    ]);
    let mut tale = Tale::under(plan);
    for agent in [ADA, BO, CY] {
        tale.at(0, Event::SignIn(agent, on(&[segue_router::Channel::Chat])));
    }
    tale.arrive(1, Arrival { needs: at_least(FRENCH, 10), ..call(1) });
    let ahead = |tale: &Tale| {
        let steps = tale.router.explain(nr(1)).unwrap().steps;
        steps.iter().map(|step| (step.after.0 / 1000, step.eligible, step.on_duty)).collect::<Vec<_>>()
    };
    // At 20 s Ada (French 8), at 40 s Cy as well (fibre 9), at 60 s whoever knows fibre; nobody takes calls yet.
    assert_eq!(ahead(&tale), [(20, 1, 0), (40, 2, 0), (60, 2, 0)]);
    let preview = tale.router.preview(Arrival { needs: at_least(FRENCH, 10), ..chat(9) }).unwrap();
    let preview: Vec<_> = preview.iter().map(|step| (step.after.0 / 1000, step.eligible, step.on_duty)).collect();
    assert_eq!(preview, [(0, 0, 0), (20, 1, 1), (40, 2, 2), (60, 2, 2)]);
    tale.tick(21);
    assert_eq!(ahead(&tale), [(40, 2, 0), (60, 2, 0)]);
    tale.tick(41);
    tale.at(42, Event::Present(CY, ready()));
    tale.at(43, Event::Decline(CY, segue_router::OfferId(1), 0));
    tale.tick(61);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn steps_wait_while_an_agent_has_it() {
    let mut tale = Tale::under(steps(vec![RoutingStep { raise: Priority(1), ..after(5) }]));
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    assert_eq!(tale.router.deadline(), Some(sec(21)), "the offer's end, no step");
    tale.tick(21);
    tale.at(23, Event::Suspend(nr(1)));
    // The place comes back with its own rank: what the wait is worth follows from the wait.
    tale.arrive(30, Arrival { since: sec(1), priority: Priority(5), ..call(2) });
    insta::assert_snapshot!(tale.told());
}

#[test]
fn other_queues_help_and_take_over() {
    let mut plan = steps(vec![RoutingStep { queues: [FAULTS].into(), ..after(10) }]);
    plan.agents.get_mut(&CY).unwrap().queues = [FAULTS].into();
    let mut tale = Tale::under(plan.clone());
    tale.at(0, Event::SignIn(CY, ready()));
    tale.arrive(1, call(1));
    tale.tick(11);
    insta::assert_snapshot!("help", tale.told());

    plan.queues.get_mut(&BILLING).unwrap().steps = vec![RoutingStep { overflow: Some(Overflow::Queue(FAULTS)), ..after(10) }];
    let faults = plan.queues.get_mut(&FAULTS).unwrap();
    (faults.needs, faults.priority, faults.depth) = (at_least(FIBRE, 9), Priority(3), 1);
    faults.steps = vec![RoutingStep { overflow: Some(Overflow::Out), ..after(30) }];
    let mut tale = Tale::under(plan);
    tale.arrive(1, Arrival { needs: at_least(FRENCH, 9), ..call(1) });
    tale.arrive(2, call(2));
    tale.tick(11);
    tale.tick(12);
    tale.tick(41);
    tale.at(42, Event::SignIn(ADA, ready()));
    insta::assert_snapshot!("take_over", tale.told());
}

#[test]
fn a_step_waits_for_the_service_level() {
    let plan = with(|queue| {
        queue.answer_within = Span::seconds(10);
        queue.steps = vec![RoutingStep { when: Some(Figure::ServiceLevel(60)), drop: [FRENCH].into(), ..after(20) }];
    });
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(CY, ready()));
    tale.arrive(1, call(1));
    tale.accept(2, CY, 1);
    tale.arrive(3, Arrival { needs: at_least(FRENCH, 1), ..call(2) });
    tale.arrive(3, call(3));
    assert_eq!(tale.router.service_level(BILLING), Some(100));
    tale.at(13, Event::Finish(CY, nr(1)));
    tale.at(14, Event::WrapUp(CY, nr(1), None));
    // Due, but all is well. Then somebody is answered late, and with one in two Cy may have it, once she is free.
    tale.tick(23);
    tale.accept(24, CY, 2);
    assert_eq!(tale.router.service_level(BILLING), Some(50));
    tale.at(30, Event::Finish(CY, nr(3)));
    tale.at(31, Event::WrapUp(CY, nr(3), None));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_step_waits_for_the_expected_wait() {
    let mut plan =
        steps(vec![RoutingStep { when: Some(Figure::ExpectedWait(Span::seconds(60))), queues: [FAULTS].into(), ..RoutingStep::default() }]);
    plan.agents.get_mut(&CY).unwrap().queues = [FAULTS].into();
    let mut tale = Tale::under(plan);
    for agent in [ADA, CY] {
        tale.at(0, Event::SignIn(agent, ready()));
    }
    tale.arrive(1, call(1));
    tale.accept(1, ADA, 1);
    tale.at(61, Event::Finish(ADA, nr(1)));
    tale.at(61, Event::WrapUp(ADA, nr(1), None));
    tale.arrive(62, call(2));
    tale.accept(62, ADA, 2);
    // With a minute each and one agent, two in line make more than a minute for the next: Cy helps.
    tale.arrive(63, call(3));
    tale.arrive(64, call(4));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn full_and_closed() {
    let mut plan = with(|queue| {
        (queue.depth, queue.full, queue.closed) = (1, Some(Overflow::Queue(FAULTS)), Some(Overflow::Out));
    });
    plan.queues.get_mut(&FAULTS).unwrap().depth = 1;
    let mut tale = Tale::under(plan);
    tale.arrive(1, call(1));
    tale.arrive(2, call(2));
    tale.arrive(3, call(3));
    tale.at(4, Event::Abandon(nr(2)));
    tale.at(4, Event::Close(FAULTS, Closing::Hours));
    tale.at(4, Event::Close(FAULTS, Closing::Hours));
    tale.arrive(5, call(4));
    tale.at(6, Event::Open(FAULTS, Closing::Hours));
    tale.at(6, Event::Close(BILLING, Closing::Hand));
    tale.arrive(7, call(5));
    // What was closed by hand no hour opens.
    tale.at(7, Event::Open(BILLING, Closing::Hours));
    tale.arrive(7, call(5));
    // Who waits already is served; and a talk goes to no closed queue.
    tale.at(8, Event::SignIn(ADA, ready()));
    tale.accept(8, ADA, 1);
    tale.at(9, Event::TransferToQueue(ADA, nr(1), BILLING, segue_router::Requirement::default()));
    tale.at(10, Event::Close(NOWHERE, Closing::Hand));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn who_comes_back_to_a_kept_place_is_not_turned_away_for_it() {
    let mut tale = Tale::under(steps(vec![
        RoutingStep { raise: Priority(1), ..after(20) },
        RoutingStep { overflow: Some(Overflow::Out), ..after(30) },
    ]));
    tale.arrive(1, call(1));
    tale.tick(21);
    tale.tick(31);
    // Its wait counts for it, and a new longest wait begins.
    tale.arrive(100, Arrival { since: sec(1), ..call(2) });
    assert_eq!(tale.router.deadline(), Some(sec(130)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn another_timeline_begins_anew() {
    let mut tale = Tale::under(steps(vec![RoutingStep { drop: [FRENCH].into(), raise: Priority(1), ..after(10) }]));
    tale.arrive(1, Arrival { needs: at_least(FRENCH, 9), ..call(1) });
    tale.tick(11);
    tale.at(12, Event::Configure(Box::new(steps(vec![RoutingStep { lower: [(FRENCH, 1)].into(), ..after(20) }]))));
    let explained = tale.router.explain(nr(1)).unwrap();
    assert_eq!((explained.needs, explained.priority), (at_least(FRENCH, 9), Priority(0)));
    tale.tick(21);
    assert_eq!(tale.router.explain(nr(1)).unwrap().needs, at_least(FRENCH, 8));
    // The same steps under another plan: nothing is taken twice.
    let mut same = steps(vec![RoutingStep { lower: [(FRENCH, 1)].into(), ..after(20) }]);
    same.timings.misses = 9;
    tale.at(30, Event::Configure(Box::new(same)));
    assert_eq!(tale.router.explain(nr(1)).unwrap().needs, at_least(FRENCH, 8));
}

#[test]
fn contradictions() {
    let mut bad = steps(vec![
        RoutingStep { overflow: Some(Overflow::Queue(FAULTS)), ..after(20) },
        RoutingStep { queues: [NOWHERE].into(), ..after(10) },
    ]);
    bad.queues.get_mut(&FAULTS).unwrap().full = Some(Overflow::Queue(BILLING));
    bad.queues.get_mut(&FAULTS).unwrap().steps = vec![after(1); 17];
    let mut tale = Tale::new();
    tale.at(1, Event::Configure(Box::new(bad)));
    insta::assert_snapshot!(tale.told());
    assert_eq!(tale.router.preview(Arrival { queue: NOWHERE, ..call(1) }), Err(Refusal::UnknownQueue(NOWHERE)));
}
