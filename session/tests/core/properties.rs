//! Invariants under commands in any order, from anybody, at any time.

use crate::bench::*;
use proptest::prelude::*;
use segue_router::Outcome;
use segue_session::journey::Input;
use segue_session::*;

/// What may happen: somebody does something, or time passes, or the router's owner writes.
#[derive(Clone, Debug)]
enum Act {
    By(Option<Principal>, Command),
    Pass(u64),
    Line(Phase),
    /// Somebody comes with the last handle given out.
    Handle(Principal, Arriving, bool),
}

fn who() -> impl Strategy<Value = Option<Principal>> {
    prop_oneof![
        6 => Just(Some(customer("ada"))),
        2 => Just(Some(visitor("eve"))),
        1 => Just(Some(customer("mallory"))),
        1 => Just(Some(agent("bo"))),
        3 => Just(None),
    ]
}

fn arriving() -> impl Strategy<Value = Arriving> {
    (1u128..5, prop_oneof![Just(Channel::App), Just(Channel::Chat), Just(Channel::Voice)]).prop_map(|(n, channel)| leg(n, channel))
}

fn text(said: &str) -> Private<String> {
    Private::new(said.to_owned())
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        4 => Just(Input::Choose("internet".into())),
        2 => Just(Input::Fill("since".into(), text("2026-11-01"))),
        2 => Just(Input::Fill("light".into(), text("red"))),
        2 => Just(Input::Fill("pin".into(), text("4711"))),
        2 => Just(Input::Fill("number".into(), text("+33142685300"))),
        1 => Just(Input::Typed(text("no such thing"))),
        1 => Just(Input::Back),
        1 => Just(Input::Restart),
        1 => Just(Input::Continue),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let leg = || (1u128..5).prop_map(leg_id);
    let claim = || prop_oneof![3 => Just(Claim::SignedIn), 2 => Just(Claim::SameLeg), 1 => Just(Claim::Handle([1; 16], HandleKind::Code))];
    let cause = (0..SuspendCause::ALL.len()).prop_map(|i| SuspendCause::ALL[i]);
    prop_oneof![
        4 => (arriving(), claim()).prop_map(|(leg, by)| Command::Resume { leg, by }),
        2 => (arriving(), claim()).prop_map(|(leg, by)| Command::Attach { leg, by }),
        1 => (arriving(), claim()).prop_map(|(leg, by)| Command::Move { leg, by }),
        3 => leg().prop_map(Command::Lose),
        1 => Just(Command::LoseFormer),
        2 => leg().prop_map(Command::End),
        8 => (leg(), input()).prop_map(|(leg, input)| Command::Step(leg, input)),
        2 => leg().prop_map(|leg| Command::AskForPerson(leg, None)),
        1 => leg().prop_map(|leg| Command::AskForPerson(leg, Some(text("+33142685300")))),
        1 => leg().prop_map(Command::LeaveLine),
        2 => (cause, proptest::option::of(leg())).prop_map(|(cause, leg)| Command::Suspend(cause, leg, Vec::new())),
        1 => Just(Command::GiveHandle(HandleKind::Code, Vec::new())),
        1 => Just(Command::GiveHandle(HandleKind::Link, vec![Channel::Chat])),
        1 => Just(Command::Note("bo".into(), text("a note"))),
        1 => Just(Command::Identify("bo".into(), None)),
        1 => Just(Command::Push("bo".into(), "fault".into())),
        4 => Just(Command::Timer),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let phase = prop_oneof![
        Just(Phase::Waiting),
        Just(Phase::Offered("bo".into())),
        Just(Phase::Assigned("bo".into())),
        Just(Phase::WrappingUp("bo".into())),
        Just(Phase::Suspended),
        Just(Phase::Refused("QUEUE_FULL".into())),
    ];
    prop_oneof![
        12 => (who(), command()).prop_map(|(who, command)| Act::By(who, command)),
        2 => prop_oneof![1u64..40, 600u64..1000, 86_000u64..700_000].prop_map(Act::Pass),
        2 => phase.prop_map(Act::Line),
        1 => (Just(visitor("eve")), arriving(), any::<bool>()).prop_map(|(who, leg, resume)| Act::Handle(who, leg, resume)),
    ]
}

fn play(bench: &mut Bench, act: Act) -> Result<(), Refusal> {
    match act {
        Act::By(who, command) => bench.apply(who.as_ref(), command).map(drop),
        Act::Pass(seconds) => {
            bench.wait(seconds);
            bench.apply(None, Command::Timer).map(drop)
        }
        Act::Line(phase) => {
            let Some(record) = bench.session.as_ref().and_then(|s| s.interactions.last()) else { return Ok(()) };
            let id = record.id;
            bench.line = Some(Line {
                interaction: id,
                phase: phase.clone(),
                queue: record.queue.clone(),
                channel: record.channel,
                since: record.since,
                ahead: None,
                expected_wait: None,
                callback: record.callback.is_some(),
            });
            bench.apply(None, Command::Routed(id, phase)).map(drop)
        }
        Act::Handle(who, leg, resume) => {
            if bench.handles.is_empty() {
                return Ok(());
            }
            let by = bench.claim(bench.handles[bench.handles.len() - 1].kind);
            let command = if resume { Command::Resume { leg, by } } else { Command::Attach { leg, by } };
            bench.apply(Some(&who), command).map(drop)
        }
    }
}

/// What always holds.
fn check(bench: &Bench) {
    let Some(session) = &bench.session else { return };
    let legs = session.present().count();
    let open: Vec<_> = session.interactions.iter().filter(|i| i.ended.is_none()).collect();
    match &session.standing {
        Standing::Active => assert!(legs > 0, "an active session has a leg that is attached or within its grace"),
        Standing::Suspended(suspension) => {
            assert_eq!(legs, 0, "a suspended session has no leg");
            assert!(open.iter().all(|i| i.callback.is_some()), "a suspended session waits for nobody, but to be called back");
            assert!(suspension.until <= session.ends, "nothing can be resumed after the session's end");
            if let Some(held) = suspension.interaction {
                let held = session.interaction(held).expect("what is held is on record");
                assert_eq!(held.ended, Some(Outcome::Suspended), "what is held has left the line with its place");
            }
        }
        Standing::Closed { .. } | Standing::Expired { .. } => {
            assert_eq!(legs, 0, "what is over has no leg");
            assert!(open.is_empty(), "what is over waits for nobody");
        }
    }
    assert!(open.len() <= 1, "at most one interaction is open");
    assert_eq!(session.asked_twice, 0, "no question is asked twice");
    assert!(session.legs.len() <= limits::LEGS + limits::PAST_LEGS);
    assert!(session.trail.len() <= limits::TRAIL && session.handles.len() <= limits::HANDLES);
    let due = due(session, &bench.settings, &bench.library).expect("every session ends some day");
    assert!(session.interactions.iter().all(|i| i.since <= bench.now), "nobody waits from tomorrow on");
    assert!(due > Time(START), "deadlines lie ahead of the beginning");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_whatever_happens(acts in proptest::collection::vec(act(), 1..60)) {
        let mut bench = Bench::new();
        bench.apply(Some(&customer("ada")), begin(1, Channel::App, Some("fault"))).unwrap();
        for act in acts {
            let before = bench.session.clone();
            if play(&mut bench, act.clone()).is_err() {
                prop_assert_eq!(&bench.session, &before, "a refusal changes nothing: {:?}", act);
                continue;
            }
            check(&bench);
        }
        // Nothing that was due is left after a timer, and the next moment lies ahead.
        if bench.session.is_some() {
            let changed = bench.apply(None, Command::Timer).unwrap();
            if bench.session.is_some() {
                prop_assert!(changed.due.is_some_and(|due| due > bench.now), "{:?} is due at {:?}", changed.due, bench.now);
            }
        }
    }

    #[test]
    fn exactly_one_of_racing_resumes_wins(acts in proptest::collection::vec(act(), 0..20), racers in 2usize..6) {
        let mut bench = Bench::new();
        let ada = customer("ada");
        bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
        for act in acts {
            let _ = play(&mut bench, act);
        }
        let _ = bench.apply(None, Command::Suspend(SuspendCause::Dropped, None, Vec::new()));
        prop_assume!(bench.session.as_ref().is_some_and(|s| matches!(s.standing, Standing::Suspended(_))));
        prop_assume!(!matches!(bench.session.as_ref().unwrap().party, Who::Unknown));
        let read = bench.session.clone();
        let claims: Vec<_> = (0..racers as u128).map(|n| Command::Resume { leg: leg(100 + n, Channel::Chat), by: Claim::SignedIn }).collect();
        // All read the same version; each would win.
        for claim in &claims {
            prop_assert!(bench.dry(Some(&ada), read.clone(), claim.clone()).is_ok());
        }
        // The store takes one; the others look again.
        let won: Vec<_> = claims.into_iter().map(|claim| bench.apply(Some(&ada), claim)).collect();
        prop_assert_eq!(won.iter().filter(|w| w.is_ok()).count(), 1);
        for lost in won.into_iter().filter_map(Result::err) {
            prop_assert_eq!(lost.reason, Reason::AlreadyResumed);
            prop_assert!(lost.about.contains(&("channel".to_owned(), "chat".to_owned())), "the other side is told where");
        }
    }

    #[test]
    fn a_suspension_takes_nothing_away(acts in proptest::collection::vec(act(), 0..30), cause in 0usize..6, at in 1u64..7200) {
        let mut bench = Bench::new();
        let ada = customer("ada");
        bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
        for act in acts {
            let _ = play(&mut bench, act);
        }
        prop_assume!(bench.session.as_ref().is_some_and(|s| s.is_active() && !s.is_settled()));
        prop_assume!(!matches!(bench.session.as_ref().unwrap().party, Who::Unknown));
        let before = bench.session.clone().unwrap();
        bench.apply(None, Command::Suspend(SuspendCause::ALL[cause], None, Vec::new())).unwrap();
        bench.wait(at).apply(Some(&ada), Command::Resume { leg: leg(50, Channel::Chat), by: Claim::SignedIn }).unwrap();
        let after = bench.session.clone().unwrap();
        let steps = |s: &Session| s.position.as_ref().map(|p| p.frames.iter().map(|f| f.step.clone()).collect::<Vec<_>>());
        prop_assert_eq!(steps(&before), steps(&after), "the same step");
        let kept = |s: &Session| s.answers.iter().filter(|(_, a)| a.until.is_none()).map(|(f, a)| (f.clone(), a.clone())).collect::<Vec<_>>();
        prop_assert_eq!(kept(&before), kept(&after), "the same answers");
        prop_assert_eq!(&before.assurance, &after.assurance, "the same proofs");
        let waiting = bench.line.as_ref().is_none_or(|l| !matches!(l.phase, Phase::WrappingUp(_) | Phase::Ended | Phase::Refused(_)));
        if let (Some(was), true) = (before.open(), waiting) {
            let is = after.open().expect("the place in line is given back");
            prop_assert_eq!((&was.queue, was.since, was.priority), (&is.queue, is.since, is.priority), "the same place in line");
            prop_assert!(is.id == was.id || is.channel == Channel::Chat, "where the customer is now");
        }
    }
}
