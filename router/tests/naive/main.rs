//! Random histories, step by step against an obvious router, with every invariant checked after every step.

#![expect(clippy::unwrap_used, reason = "tests")]

mod reference;
mod starving;
mod world;

use proptest::prelude::*;
use reference::Naive;
use segue_router::{AgentId, Channel, Effect, Event, ExpectedWait, InteractionId, Refusal, Router, Span, Time};
use world::histories;

/// The words of a bad plan are for people; the reference has none.
fn wordless(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::BadPlan(_) => Refusal::BadPlan(String::new()),
        other => other,
    }
}

/// Sums in another order may round the last millisecond otherwise.
fn alike(told: Option<ExpectedWait>, known: Option<ExpectedWait>) -> bool {
    let near = |one: Span, other: Span| one.0.abs_diff(other.0) <= 1;
    match (told, known) {
        (Some(told), Some(known)) => near(told.p50, known.p50) && near(told.p90, known.p90),
        (told, known) => told == known,
    }
}

/// One step, twice: the product, checked, and the reference, compared.
fn step(router: &mut Router, naive: &mut Naive, now: Time, event: &Event) -> Result<(), TestCaseError> {
    let before = router.snapshot();
    // Something from before is in the way, to see that it is left alone.
    let kept = vec![Effect::EndWrapUp { interaction: InteractionId(0), agent: AgentId(0), code: None }];
    let mut out = kept.clone();
    match router.step(now, event.clone(), &mut out) {
        Ok(()) => {
            let effects = out.split_off(kept.len());
            prop_assert_eq!(Ok(effects), naive.step(now, event.clone()), "at {:?}: {:?}", now, event);
        }
        Err(refusal) => {
            let same = rmp_serde::to_vec_named(&before).unwrap() == rmp_serde::to_vec_named(&router.snapshot()).unwrap();
            prop_assert!(same, "{:?} was refused, but something changed", event);
            prop_assert_eq!(&out, &kept, "{:?} was refused, but something is to be done", event);
            prop_assert_eq!(Err(wordless(refusal)), naive.step(now, event.clone()), "at {:?}: {:?}", now, event);
        }
    }
    prop_assert_eq!(router.check(), Ok(()), "after {:?}", event);
    prop_assert_eq!(router.deadline(), naive.deadline(), "after {:?}", event);
    for id in router.interactions() {
        let (told, known) = (router.expected_wait(id), naive.expected_wait(id));
        prop_assert!(alike(told, known), "{} is told {:?}, not {:?}, after {:?}", id, told, known, event);
    }
    for (queue, channel) in router.plan().queues.keys().flat_map(|queue| Channel::ALL.map(|channel| (*queue, channel))) {
        let (told, known) = (router.newcomer_wait(queue, channel), naive.newcomer_wait(queue, channel));
        prop_assert!(alike(told, known), "a newcomer to {} is told {:?}, not {:?}, after {:?}", queue, told, known, event);
    }
    if *event == Event::Tick {
        prop_assert!(router.deadline().is_none_or(|at| at > now), "a deadline is left after a tick");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// The same events lead to the same effects and the same refusals in both.
    #[test]
    fn decides_as_the_reference_does((plan, history) in histories()) {
        let (mut router, mut naive) = (Router::new(), Naive::default());
        let mut now = Time(1_000);
        step(&mut router, &mut naive, now, &Event::Configure(Box::new(plan)))?;
        for (pause, chance) in &history {
            let event = chance.event(&router);
            now = chance.at(&router, now, *pause);
            step(&mut router, &mut naive, now, &event)?;
        }
    }

    /// A router restored at any moment goes on as the one it was taken from, in either format of the product.
    #[test]
    fn goes_on_after_restore((plan, history) in histories(), cut in 0usize..120) {
        let mut router = Router::new();
        let mut now = Time(1_000);
        let mut out = Vec::new();
        let _ = router.step(now, Event::Configure(Box::new(plan)), &mut out);
        let mut twin: Option<Router> = None;
        for (n, (pause, chance)) in history.iter().enumerate() {
            if n == cut {
                let bytes = rmp_serde::to_vec_named(&router.snapshot()).unwrap();
                let text = serde_json::to_string(&router.snapshot()).unwrap();
                let restored = Router::restore(rmp_serde::from_slice(&bytes).unwrap()).unwrap();
                prop_assert_eq!(restored.snapshot(), serde_json::from_str(&text).unwrap());
                prop_assert_eq!(rmp_serde::to_vec_named(&restored.snapshot()).unwrap(), bytes);
                twin = Some(restored);
            }
            let event = chance.event(&router);
            now = chance.at(&router, now, *pause);
            out.clear();
            let stepped = router.step(now, event.clone(), &mut out);
            if let Some(twin) = &mut twin {
                let mut same = Vec::new();
                prop_assert_eq!(&stepped, &twin.step(now, event, &mut same));
                prop_assert_eq!(&out, &same);
                prop_assert_eq!(router.snapshot(), twin.snapshot());
                prop_assert_eq!(router.deadline(), twin.deadline());
            }
        }
    }
}
