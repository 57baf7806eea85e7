//! The line: priority, then the longest wait; places that are kept.

use crate::tale::*;
use segue_router::{Arrival, Channel, Effect, Event, Excluded, OfferId, Outcome, Priority};

#[test]
fn priority_then_wait_then_id() {
    let mut tale = Tale::new();
    tale.arrive(1, call(1));
    tale.arrive(2, Arrival { priority: Priority(5), ..call(2) });
    tale.arrive(3, Arrival { since: sec(1), ..call(9) });
    tale.arrive(4, call(4));
    assert_eq!(tale.router.place(nr(2)).unwrap().ahead, 0);
    assert_eq!(tale.router.place(nr(1)).unwrap().ahead, 1);
    assert_eq!(tale.router.place(nr(9)).unwrap().ahead, 2);
    assert_eq!(tale.router.place(nr(4)).unwrap().ahead, 3);
    for (n, offer) in (1..=4).enumerate() {
        let second = 10 + n as u64;
        if n == 0 {
            tale.at(second, Event::SignIn(ADA, ready()));
        }
        tale.accept(second, ADA, offer);
        let id = [2, 1, 9, 4][n];
        tale.at(second, Event::Abandon(nr(id)));
        tale.at(second, Event::WrapUp(ADA, nr(id), None));
    }
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_queue_adds_its_priority_and_a_change_replaces_the_own() {
    let mut plan = plan();
    plan.queues.get_mut(&FAULTS).unwrap().priority = Priority(10);
    let mut tale = Tale::under(plan);
    tale.arrive(1, Arrival { priority: Priority(3), ..call(1) });
    tale.arrive(2, Arrival { queue: FAULTS, ..call(2) });
    tale.at(3, Event::Prioritise(nr(1), Priority(20)));
    tale.at(4, Event::Prioritise(nr(2), Priority(-4)));
    tale.at(5, Event::SignIn(ADA, ready()));
    tale.at(6, Event::Prioritise(nr(1), Priority(0)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn an_ineligible_head_blocks_nobody() {
    let mut tale = Tale::new();
    tale.arrive(1, Arrival { needs: at_least(FIBRE, 5), ..call(1) });
    tale.arrive(2, Arrival { excluded: [BO].into(), ..call(2) });
    tale.arrive(3, call(3));
    tale.at(4, Event::SignIn(BO, ready()));
    tale.at(5, Event::SignIn(ADA, ready()));
    tale.at(6, Event::SignIn(CY, ready()));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn suspended_and_back_at_the_same_place() {
    let mut tale = Tale::new();
    tale.arrive(1, call(1));
    tale.arrive(2, Arrival { priority: Priority(2), ..call(2) });
    tale.arrive(3, Arrival { priority: Priority(2), ..call(3) });
    let left = tale.at(9, Event::Suspend(nr(2)));
    let Some(Effect::Ended { outcome: Outcome::Suspended, since, priority, .. }) = left.first() else { panic!("{left:?}") };
    tale.arrive(60, Arrival { since: *since, priority: *priority, ..call(4) });
    assert_eq!(tale.router.place(nr(4)).unwrap().ahead, 0);
    assert_eq!(tale.router.place(nr(3)).unwrap().ahead, 1);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn requeued_from_offer_and_from_assignment() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.at(3, Event::Requeue(nr(1)));
    tale.accept(4, BO, 2);
    tale.arrive(5, call(2));
    tale.at(6, Event::Requeue(nr(1)));
    tale.at(7, Event::Decline(ADA, OfferId(3), 0));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn the_clock_steps_back() {
    let mut tale = Tale::new();
    tale.arrive(3600, call(1));
    tale.arrive(10, call(2));
    tale.at(11, Event::SignIn(ADA, ready()));
    tale.at(12, Event::Decline(ADA, OfferId(1), 0));
    tale.at(13, Event::SignIn(BO, ready()));
    tale.tick(31);
    insta::assert_snapshot!(tale.told());
}

#[test]
fn a_long_wait_weighs_as_much_as_a_priority() {
    let mut plan = plan();
    plan.timings.ageing = segue_router::Span::seconds(60);
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    tale.accept(1, ADA, 1);
    tale.arrive(10, call(2));
    tale.arrive(69, Arrival { priority: Priority(1), ..call(3) });
    tale.arrive(71, Arrival { priority: Priority(1), ..call(4) });
    let ahead = |tale: &Tale, n| tale.router.place(nr(n)).unwrap().ahead;
    assert_eq!((ahead(&tale, 3), ahead(&tale, 2), ahead(&tale, 4)), (0, 1, 2));
}

#[test]
fn who_goes_on_has_the_agent_who_wraps_up_what_they_go_on_from() {
    let mut tale = Tale::new();
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.arrive(1, call(1));
    tale.accept(2, ADA, 1);
    tale.arrive(3, call(2));
    tale.at(10, Event::Suspend(nr(1)));
    // Ada wraps up the first call and has no room for another; whoever goes on from it waits for nobody.
    let back = tale.arrive(12, Arrival { since: sec(1), preferred: Some(ADA), continues: Some(nr(1)), kept: true, ..call(3) });
    assert_eq!(decision(&back).agent, ADA);
    tale.at(13, Event::Accept(ADA, decision(&back).offer));
    tale.router.check().unwrap();
    assert!(matches!(tale.router.why_not(nr(2), ADA), Ok(Some(Excluded::Capacity))), "the other waits as before");
}

#[test]
fn a_kept_place_is_not_turned_away_and_a_move_that_is_leaves_it() {
    let mut plan = plan();
    plan.queues.get_mut(&BILLING).unwrap().depth = 1;
    plan.queues.get_mut(&FAULTS).unwrap().depth = 0;
    let mut tale = Tale::under(plan);
    tale.arrive(1, call(1));
    tale.at(2, Event::Suspend(nr(1)));
    tale.arrive(3, call(2));
    tale.arrive(4, Arrival { since: sec(1), continues: Some(nr(1)), kept: true, ..call(3) });
    assert_eq!(tale.router.place(nr(3)).unwrap().ahead, 0, "back before whoever came meanwhile");
    tale.arrive(5, Arrival { queue: FAULTS, continues: Some(nr(3)), ..call(4) });
    assert!(tale.told().contains("QueueFull"), "{}", tale.told());
    assert_eq!(tale.router.place(nr(3)).unwrap().ahead, 0, "the old place is theirs still");
    tale.arrive(6, Arrival { channel: Channel::Chat, since: sec(1), continues: Some(nr(3)), kept: true, ..call(5) });
    assert!(tale.router.place(nr(3)).is_none(), "they moved");
    assert_eq!(tale.router.place(nr(5)).unwrap().ahead, 0);
    tale.router.check().unwrap();
}
