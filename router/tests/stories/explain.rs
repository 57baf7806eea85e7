//! Why it still waits, why not Bo, and what the desks and the wallboard are shown.

use crate::tale::*;
use segue_router::{Arrival, Channel, Event, Excluded, OfferId, Refusal};

#[test]
fn why_it_still_waits() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.arrive(3, call(2));
    tale.arrive(4, Arrival { needs: at_least(FRENCH, 6), excluded: [BO].into(), ..call(3) });
    tale.arrive(5, call(4));
    let explanation = tale.router.explain(nr(4)).unwrap();
    assert_eq!(explanation.ahead, 1);
    assert_eq!(explanation.excluded, [(Excluded::SignedOut, 1), (Excluded::Capacity, 2)].into());
    insta::assert_json_snapshot!(tale.router.explain(nr(3)).unwrap());
}

#[test]
fn why_not() {
    let mut narrow = plan();
    narrow.agents.get_mut(&CY).unwrap().queues = [FAULTS].into();
    narrow.agents.get_mut(&ADA).unwrap().caps = [(Channel::Chat, 0)].into();
    let mut tale = Tale::under(narrow);
    tale.arrive(1, chat(1));
    let why_not = |tale: &Tale, n, agent| tale.router.why_not(nr(n), agent).unwrap();
    assert_eq!(why_not(&tale, 1, ADA), Some(Excluded::SignedOut));
    assert_eq!(why_not(&tale, 1, CY), Some(Excluded::Queue));
    tale.at(2, Event::SignIn(ADA, ready()));
    assert_eq!(why_not(&tale, 1, ADA), Some(Excluded::Cap));
    tale.at(3, Event::SignIn(BO, on(&[Channel::Voice])));
    assert_eq!(why_not(&tale, 1, BO), Some(Excluded::Presence));
    tale.arrive(4, Arrival { needs: at_least(FIBRE, 10), ..call(2) });
    assert_eq!(why_not(&tale, 2, BO), Some(Excluded::Skill));
    tale.arrive(5, Arrival { needs: at_least(FRENCH, 1), ..call(3) });
    tale.at(6, Event::Decline(ADA, OfferId(1), 0));
    assert_eq!(tale.router.why_not(nr(3), ADA), Err(Refusal::WrongMoment(nr(3))), "bo is offered it");
    tale.accept(7, BO, 2);
    tale.at(8, Event::Requeue(nr(3)));
    tale.at(8, Event::Lose(BO));
    assert_eq!(tale.router.why_not(nr(2), BO), Ok(Some(Excluded::Skill)));
    tale.arrive(9, Arrival { excluded: [ADA].into(), ..call(4) });
    assert_eq!(why_not(&tale, 4, ADA), Some(Excluded::Named));
    assert_eq!(why_not(&tale, 4, BO), Some(Excluded::Lost));
    assert_eq!(tale.router.why_not(nr(4), NOBODY), Err(Refusal::UnknownAgent(NOBODY)));
    assert_eq!(tale.router.why_not(nr(99), ADA), Err(Refusal::UnknownInteraction(nr(99))));
    assert_eq!(tale.router.explain(nr(99)), Err(Refusal::UnknownInteraction(nr(99))));
}

#[test]
fn why_not_while_cooling_off_or_unresponsive() {
    let mut plan = plan();
    plan.timings.misses = 1;
    let mut tale = Tale::under(plan);
    tale.at(0, Event::SignIn(ADA, ready()));
    tale.at(1, Event::SignIn(BO, ready()));
    tale.arrive(2, call(1));
    tale.accept(3, ADA, 1);
    tale.arrive(4, call(2));
    tale.at(5, Event::Decline(BO, OfferId(2), 0));
    assert_eq!(tale.router.why_not(nr(2), BO), Ok(Some(Excluded::CoolOff)));
    assert_eq!(tale.router.why_not(nr(2), ADA), Ok(Some(Excluded::Capacity)));
    assert_eq!(tale.router.explain(nr(2)).unwrap().cooling, [(BO, sec(65))].into());
    tale.arrive(6, call(3));
    tale.tick(26);
    assert_eq!(tale.router.why_not(nr(3), BO), Ok(Some(Excluded::Unresponsive)));
}

#[test]
fn what_is_shown() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, chat(1));
    tale.accept(3, ADA, 1);
    tale.arrive(4, chat(2));
    tale.accept(5, BO, 2);
    tale.arrive(6, chat(3));
    tale.at(7, Event::Finish(ADA, nr(1)));
    tale.arrive(8, call(4));
    insta::assert_json_snapshot!((
        tale.router.queue(BILLING),
        tale.router.workload(ADA),
        tale.router.workload(BO),
        tale.router.held(nr(2)),
        tale.router.held(nr(3)),
        tale.router.held(nr(4)),
        tale.router.place(nr(4)),
    ));
    assert_eq!(tale.router.queue(NOWHERE), None);
    assert_eq!(tale.router.workload(NOBODY), None);
    assert_eq!(tale.router.place(nr(3)), None, "on offer, not in line");
    assert_eq!(tale.router.held(nr(99)), None);
}
