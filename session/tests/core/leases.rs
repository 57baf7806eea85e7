//! How long things last: sessions and secrets by their journey, proofs by their method; and who could be known by an address.

use crate::bench::*;
use crate::stories::{choose, fill};
use segue_router::Span;
use segue_session::journey::{Library, compile};
use segue_session::*;

const MINUTE: u64 = 60_000;

fn with_lease(lease: &str) -> String {
    FAULT.replacen("start: what", &format!("lease: {lease}\nstart: what"), 1)
}

#[test]
fn a_journey_says_how_long_its_sessions_last() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    let text = with_lease("{ sliding: 2h, absolute: 3h, warn: 10m, secrets: 2m }").replace("kind: secret, keep: 15m", "kind: secret");
    bench.library = Library::new([compile("fault.yaml", &text).unwrap().0]);
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    assert_eq!(bench.session.as_ref().unwrap().ends, Time(START + 180 * MINUTE));
    bench.apply(Some(&ada), Command::Step(leg_id(1), choose("phone"))).unwrap();
    bench.apply(Some(&ada), Command::Step(leg_id(1), fill("pin", "4711"))).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    let next = |bench: &Bench| due(bench.session.as_ref().unwrap(), &bench.settings, &bench.library).map(|at| (at.0 - START) / MINUTE);
    assert_eq!(next(&bench), Some(2), "the secret goes first");
    let kinds = |changed: Changed| changed.events.into_iter().map(|event| event.kind).collect::<Vec<_>>();
    assert_eq!(kinds(bench.wait(120).apply(None, Command::Timer).unwrap()), ["forgot"]);
    assert_eq!(next(&bench), Some(110));
    assert_eq!(kinds(bench.wait(108 * 60).apply(None, Command::Timer).unwrap()), ["expiring"]);
    bench.apply(Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn }).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(2)), Vec::new())).unwrap();
    assert_eq!(next(&bench), Some(170), "no suspension outlasts the end");
    bench.wait(70 * 60).apply(None, Command::Timer).unwrap();
    assert!(matches!(bench.session.unwrap().standing, Standing::Expired { .. }));
}

#[test]
fn a_lease_that_contradicts_itself_is_told_with_its_place() {
    for (lease, place, what) in [
        ("{ sliding: 2d, absolute: 1d }", (4, 19), "'sliding' is longer than 'absolute'"),
        ("{ sliding: 2h, warn: 3h }", (4, 29), "'warn' is longer than 'sliding'"),
        ("{ absolute: 10m, secrets: 1h }", (4, 34), "'secrets' is longer than 'absolute'"),
    ] {
        let faults = compile("fault.yaml", &with_lease(lease)).unwrap_err();
        let told: Vec<_> = faults.iter().map(|fault| ((fault.line, fault.column), fault.what.as_str())).collect();
        assert_eq!(told, [(place, what)]);
    }
    for wrong in ["{ sliding: soon }", "{ absolute: 900d }", "{ lasting: 1d }"] {
        assert!(compile("fault.yaml", &with_lease(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_proof_counts_for_as_long_as_its_method_holds() {
    let by = |method: &str| {
        let mut who = customer("ada");
        if let Party::Customer(claims) = &mut who.party {
            claims.proofs[0].method = method.to_owned();
        }
        who
    };
    for (method, lasts) in [("sign_in", 3600), ("pwd", 540), ("pwd+otp", 240), ("otp+face", 240)] {
        let mut bench = Bench::new();
        bench.settings.holds.extend([("pwd".to_owned(), Span::seconds(600)), ("otp".to_owned(), Span::seconds(300))]);
        bench.settings.levels.insert(Action::GiveHandle, AssuranceLevel::Substantial);
        let ada = by(method);
        bench.apply(Some(&ada), begin(1, Channel::App, None)).unwrap();
        let give = Command::GiveHandle(HandleKind::Code, Vec::new());
        bench.wait(lasts - 1).apply(Some(&ada), give.clone()).unwrap();
        assert_eq!(bench.wait(1).apply(Some(&ada), give).unwrap_err().reason, Reason::AssuranceTooLow, "{method}");
    }
}

#[test]
fn an_address_says_who_it_could_be_where_nobody_is_known() {
    let claimed = |phone: &str| [("phone".to_owned(), Private::new(serde_json::json!(phone)))].into();
    let start =
        |leg: Arriving, phone: &str| Command::Start { session: session_id(), leg, journey: Some("fault".into()), claimed: claimed(phone) };
    let (mut bench, eve) = (Bench::new(), visitor("eve"));
    let known_at = |bench: &Bench, number| bench.keys.lookup(store::KeyKind::Phone, number);
    let begun = bench.apply(Some(&eve), start(leg(1, Channel::Chat), "+33 1 42 68 53 00")).unwrap();
    assert_eq!(begun.seeks, [known_at(&bench, "+33142685300")], "said without a signature");
    assert_eq!(bench.session.as_ref().unwrap().assurance.level(bench.now), AssuranceLevel::None);
    bench.apply(Some(&eve), Command::Step(leg_id(1), choose("phone"))).unwrap();
    let filled = bench.apply(Some(&eve), Command::Step(leg_id(1), fill("number", "+33142685301"))).unwrap();
    assert_eq!(filled.seeks, [known_at(&bench, "+33142685301")], "given in a form");
    let call = Arriving { address: Some(Private::new("+33142685302".to_owned())), ..leg(2, Channel::Voice) };
    let mut calls = Bench::new();
    let called = calls.apply(None, start(call, " ")).unwrap();
    assert_eq!(called.seeks, [known_at(&calls, "+33142685302")], "called from");
    let signed_in = Bench::new().apply(Some(&customer("ada")), start(leg(1, Channel::App), "+33142685300")).unwrap();
    assert!(signed_in.seeks.is_empty(), "who is known is not put in doubt");
}
