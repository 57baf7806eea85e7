//! Who may do what: signed claims, candidates, personas, visitors, and what strangers find.

use crate::bench::*;
use segue_session::codec::Coded as _;
use segue_session::*;

fn persona(name: &str, persona: &str) -> Principal {
    let mut who = customer(name);
    if let Party::Customer(claims) = &mut who.party {
        claims.persona = Some(persona.into());
    }
    who
}

fn refused(bench: &mut Bench, who: &Principal, command: Command) -> Reason {
    let before = bench.session.clone();
    let reason = bench.apply(Some(who), command).expect_err("it is refused").reason;
    assert_eq!(bench.session, before, "a refusal changes nothing");
    reason
}

#[test]
fn what_is_not_theirs_is_not_there() {
    let (mut bench, ada) = (Bench::new(), persona("ada", "private"));
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    let elsewhere = Principal { tenant: "other".into(), ..persona("ada", "private") };
    let strangers = [customer("bo"), visitor("eve"), persona("ada", "work"), customer("ada"), elsewhere, agent("cy"), visitor("ada")];
    for stranger in &strangers {
        let resume = Command::Resume { leg: leg(9, Channel::Chat), by: Claim::SignedIn };
        let found = refused(&mut bench, stranger, resume);
        let expected = if matches!(stranger.party, Party::Agent(_)) { Reason::PermissionDenied } else { Reason::NotFound };
        assert_eq!(found, expected, "{stranger:?} resumes");
        let others = [
            Command::GiveHandle(HandleKind::Code, Vec::new()),
            Command::Close("done".into()),
            Command::Suspend(SuspendCause::Asked, None, Vec::new()),
            Command::Document("cart".into(), None),
        ];
        for command in others {
            let said = format!("{stranger:?}: {command:?}");
            assert!(matches!(refused(&mut bench, stranger, command), Reason::NotFound | Reason::PermissionDenied), "{said}");
        }
        assert!(!access::may_see(stranger, bench.session.as_ref().unwrap(), &bench.keys) || matches!(stranger.party, Party::Agent(_)));
    }
    assert!(access::may_see(&ada, bench.session.as_ref().unwrap(), &bench.keys));
}

#[test]
fn a_visitor_is_known_by_what_they_hold() {
    let (mut bench, eve) = (Bench::new(), visitor("eve"));
    bench.apply(Some(&eve), begin(1, Channel::Chat, None)).unwrap();
    bench.apply(Some(&eve), Command::GiveHandle(HandleKind::Code, Vec::new())).expect("who holds a leg may ask for a way back");
    assert_eq!(refused(&mut bench, &visitor("mallory"), Command::GiveHandle(HandleKind::Code, Vec::new())), Reason::NotFound);
    bench.apply(Some(&eve), Command::Lose(leg_id(1))).unwrap();
    // Another socket of the same page: another visitor, the same secret leg.
    let page = visitor("eve's page, reloaded");
    bench.apply(Some(&page), Command::Resume { leg: leg(1, Channel::Chat), by: Claim::SameLeg }).expect("the leg's id is the secret");
    bench.apply(Some(&page), Command::GiveHandle(HandleKind::Link, Vec::new())).expect("and it is theirs now");
    assert_eq!(refused(&mut bench, &eve, Command::GiveHandle(HandleKind::Link, Vec::new())), Reason::NotFound);
    bench.apply(Some(&page), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    bench.apply(Some(&page), Command::Resume { leg: leg(1, Channel::Chat), by: Claim::SameLeg }).expect("nobody else is to be harmed");
}

#[test]
fn a_leg_of_a_device_is_used_by_that_device_alone() {
    let on = |device: &str| {
        let mut who = customer("ada");
        if let Party::Customer(claims) = &mut who.party {
            claims.device = Some(device.to_owned());
        }
        who
    };
    let mut bench = Bench::new();
    bench.apply(Some(&on("phone")), begin(1, Channel::App, None)).unwrap();
    assert_eq!(refused(&mut bench, &on("stolen"), Command::Lose(leg_id(1))), Reason::NotFound);
    bench.apply(Some(&on("phone")), Command::Lose(leg_id(1))).unwrap();
}

#[test]
fn anonymous_becomes_known_and_it_can_be_undone() {
    let (mut bench, eve) = (Bench::new(), visitor("eve"));
    bench.tell("a visitor opens a chat", Some(&eve), begin(1, Channel::Chat, None));
    bench.tell("the visitor asks for a person", Some(&eve), Command::AskForPerson(leg_id(1), None));
    bench.line(Phase::Assigned("bo".into()));
    let candidate = |name: &str| Candidate { customer: name.into(), persona: None, label: Private::new(name.to_owned()), score: 50 };
    bench.tell("the number is of a household", None, Command::Recognise(vec![candidate("ada"), candidate("al")]));
    let bo = agent("bo");
    bench.wait(9).tell("bo: it is zoe", Some(&bo), Command::Identify("bo".into(), Some("zoe".into())));
    bench.wait(9).tell("bo: it is al", Some(&bo), Command::Identify("bo".into(), Some("al".into())));
    bench.wait(9).tell("bo: no", Some(&bo), Command::Identify("bo".into(), None));
    bench.wait(9).tell("bo: it is ada", Some(&bo), Command::Identify("bo".into(), Some("ada".into())));
    bench.wait(9).tell("cy meddles", Some(&agent("cy")), Command::Identify("cy".into(), None));
    bench.wait(9).tell("bo pretends to be cy", Some(&bo), Command::Identify("cy".into(), None));
    let claims = |who: Principal| match who.party {
        Party::Customer(claims) => claims,
        other => panic!("{other:?} is no customer"),
    };
    bench.wait(9).tell("the visitor signs in as al", Some(&eve), Command::Prove(leg_id(1), claims(customer("al"))));
    bench.wait(9).tell("the visitor signs in as ada", Some(&eve), Command::Prove(leg_id(1), claims(customer("ada"))));
    let level = |bench: &Bench, at: Time| bench.session.as_ref().unwrap().assurance.level(at);
    assert_eq!(level(&bench, bench.now), AssuranceLevel::Substantial);
    assert_eq!(level(&bench, Time(bench.now.0 + 3_600_000)), AssuranceLevel::None, "levels decay");
    bench.wait(9).tell("bo: no, undo that", Some(&bo), Command::Identify("bo".into(), None));
    assert_eq!(level(&bench, bench.now), AssuranceLevel::None, "what proved it proves it no longer");
    assert!(matches!(bench.session.as_ref().unwrap().party, Who::Candidates(_)));
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_handle_is_bound_to_its_channels_and_its_time_and_proves_a_little() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    bench.apply(Some(&ada), Command::GiveHandle(HandleKind::Link, vec![Channel::Chat])).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    let by = bench.claim(HandleKind::Link);
    let resume = |channel| Command::Resume { leg: leg(2, channel), by: by.clone() };
    let eve = visitor("eve");
    assert_eq!(refused(&mut bench, &eve, resume(Channel::App)), Reason::HandleInvalid, "another channel");
    assert_eq!(refused(&mut bench, &customer("bo"), resume(Channel::Chat)), Reason::HandleInvalid, "somebody else, signed in");
    let forged = Command::Resume { leg: leg(2, Channel::Chat), by: Claim::Handle([7; 16], HandleKind::Link) };
    assert_eq!(refused(&mut bench, &eve, forged), Reason::HandleInvalid);
    bench.settings.levels.insert(Action::Resume, AssuranceLevel::High);
    assert_eq!(refused(&mut bench, &eve, resume(Channel::Chat)), Reason::AssuranceTooLow);
    bench.settings.levels.clear();
    bench.wait(4000).apply(Some(&eve), resume(Channel::Chat)).expect("it leads in");
    assert_eq!(bench.session.as_ref().unwrap().assurance.level(bench.now), AssuranceLevel::Low, "the sign-in is over, the link counts");
    bench.apply(Some(&eve), Command::Suspend(SuspendCause::Asked, Some(leg_id(2)), Vec::new())).unwrap();
    assert_eq!(refused(&mut bench, &eve, resume(Channel::Chat)), Reason::HandleInvalid, "it led in once");
    bench.apply(Some(&ada), Command::GiveHandle(HandleKind::Code, Vec::new())).unwrap();
    let by = bench.claim(HandleKind::Code);
    bench.wait(86_400);
    let late = Command::Resume { leg: leg(3, Channel::Chat), by };
    assert_eq!(refused(&mut bench, &eve, late), Reason::HandleInvalid, "it is too old");
}

#[test]
fn a_handle_from_before_a_sign_in_leads_nowhere_after_it() {
    let (mut bench, eve, ada) = (Bench::new(), visitor("eve"), customer("ada"));
    bench.apply(Some(&eve), begin(1, Channel::Chat, Some("fault"))).unwrap();
    bench.apply(Some(&eve), Command::GiveHandle(HandleKind::Code, Vec::new())).unwrap();
    let code = bench.claim(HandleKind::Code);
    let Party::Customer(claims) = ada.party else { panic!("a customer") };
    bench.apply(Some(&eve), Command::Prove(leg_id(1), claims)).unwrap();
    let attach = Command::Attach { leg: leg(2, Channel::Chat), by: code };
    assert_eq!(refused(&mut bench, &visitor("mallory"), attach), Reason::HandleInvalid);
}

#[test]
fn all_ways_back_from_a_suspension_are_used_up_together() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    bench.apply(Some(&ada), Command::GiveHandle(HandleKind::Code, Vec::new())).unwrap();
    bench.apply(Some(&ada), Command::GiveHandle(HandleKind::Link, Vec::new())).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    let (code, link) = (bench.claim(HandleKind::Code), bench.claim(HandleKind::Link));
    let eve = visitor("eve");
    bench.apply(Some(&eve), Command::Resume { leg: leg(2, Channel::Chat), by: code }).unwrap();
    let by_link = Command::Resume { leg: leg(3, Channel::Chat), by: link };
    assert_eq!(refused(&mut bench, &visitor("mallory"), by_link.clone()), Reason::AlreadyResumed);
    bench.wait(61);
    assert_eq!(refused(&mut bench, &visitor("mallory"), by_link), Reason::HandleInvalid);
}

#[test]
fn a_suspension_brings_the_ways_back_that_are_wanted_or_does_not_happen() {
    let (mut bench, ada, eve) = (Bench::new(), customer("ada"), visitor("eve"));
    let stop = |leg| Command::Suspend(SuspendCause::Asked, Some(leg), vec![HandleKind::Link, HandleKind::Code]);
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    bench.settings.levels.insert(Action::GiveHandle, AssuranceLevel::High);
    assert_eq!(refused(&mut bench, &ada, stop(leg_id(1))), Reason::AssuranceTooLow);
    assert!(bench.session.as_ref().unwrap().is_active());
    bench.settings.levels.clear();
    let kinds = |changed: Changed| changed.handles.into_iter().map(|given| given.kind).collect::<Vec<_>>();
    assert_eq!(kinds(bench.apply(Some(&ada), stop(leg_id(1))).unwrap()), [HandleKind::Link, HandleKind::Code]);
    let mut bench = Bench::new();
    bench.apply(Some(&eve), begin(1, Channel::App, Some("fault"))).unwrap();
    let given = kinds(bench.apply(Some(&eve), stop(leg_id(1))).unwrap());
    assert_eq!(given, [HandleKind::Link, HandleKind::Code], "who never said who they are gets both anyway, and none twice");
}

#[test]
fn a_page_that_came_by_a_handle_counts_for_what_it_proved() {
    let (mut bench, ada, eve) = (Bench::new(), customer("ada"), visitor("eve"));
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    bench.apply(Some(&ada), Command::GiveHandle(HandleKind::Code, Vec::new())).unwrap();
    bench.apply(Some(&ada), Command::Attach { leg: leg(2, Channel::Chat), by: Claim::SignedIn }).unwrap();
    let by = bench.claim(HandleKind::Code);
    bench.apply(Some(&eve), Command::Attach { leg: leg(3, Channel::Chat), by }).unwrap();
    let session = bench.session.clone().unwrap();
    assert_eq!(access::level(&eve, &session, &bench.keys, bench.now), AssuranceLevel::Low);
    assert_eq!(access::level(&ada, &session, &bench.keys, bench.now), AssuranceLevel::Substantial);
    assert_eq!(view::to(&eve, &bench.keys, &session, bench.read(), &bench.library, bench.now).level, AssuranceLevel::Low);
    bench.settings.levels.insert(Action::GiveHandle, AssuranceLevel::Substantial);
    assert_eq!(refused(&mut bench, &eve, Command::GiveHandle(HandleKind::Code, Vec::new())), Reason::AssuranceTooLow);
    bench.apply(Some(&eve), Command::End(leg_id(3))).unwrap();
    assert!(!access::may_see(&eve, bench.session.as_ref().unwrap(), &bench.keys), "the leg is over, and so is what it sees");
}

/// Ada, by a token of this level.
fn by_token(level: AssuranceLevel) -> Principal {
    let mut who = customer("ada");
    if let Party::Customer(claims) = &mut who.party {
        claims.device = Some(format!("{level:?}"));
        claims.proofs[0].level = level;
    }
    who
}

/// The value of a field, as somebody sees it.
fn seen(bench: &Bench, who: &Principal, field: &str) -> Option<String> {
    let session = bench.session.as_ref().unwrap();
    match view::to(who, &bench.keys, session, bench.read(), &bench.library, bench.now).prompt {
        Some(journey::Prompt::Form { fields, .. }) => {
            fields.into_iter().find(|f| f.id.as_str() == field)?.value.map(|v| v.reveal().clone())
        }
        other => panic!("they see {other:?}"),
    }
}

#[test]
fn nobody_sees_what_was_given_more_surely_than_they_came() {
    let (high, low, eve) = (by_token(AssuranceLevel::High), by_token(AssuranceLevel::Low), visitor("eve"));
    let mut bench = Bench::new();
    bench.apply(Some(&high), begin(1, Channel::App, Some("fault"))).unwrap();
    bench.apply(Some(&high), Command::GiveHandle(HandleKind::Code, Vec::new())).unwrap();
    bench.apply(Some(&high), Command::Step(leg_id(1), crate::stories::choose("internet"))).unwrap();
    bench.apply(Some(&high), Command::Step(leg_id(1), crate::stories::fill("light", "red"))).unwrap();
    bench.apply(Some(&high), Command::Step(leg_id(1), crate::stories::fill("number", "+33142685300"))).unwrap();
    let by = bench.claim(HandleKind::Code);
    bench.wait(60).apply(Some(&low), Command::Attach { leg: leg(2, Channel::Chat), by: Claim::SignedIn }).unwrap();
    bench.apply(Some(&eve), Command::Attach { leg: leg(3, Channel::Chat), by }).unwrap();
    assert!(seen(&bench, &high, "number").unwrap().contains("42"));
    for who in [&low, &eve] {
        assert_eq!(seen(&bench, who, "number").unwrap(), "•••", "a telephone number is personal");
        assert_eq!(seen(&bench, who, "light").unwrap(), "red", "what is usual is for anybody in the session");
    }
    let session = bench.session.clone().unwrap();
    let level = |who| access::level(who, &session, &bench.keys, bench.now);
    assert_eq!([&high, &low, &eve].map(level), [AssuranceLevel::High, AssuranceLevel::Low, AssuranceLevel::Low]);
    let before = Time(bench.now.0 - 1);
    let hears = |who, said| access::hearing(who, &session, &bench.keys, bench.now).has(said);
    assert_eq!([&high, &low, &eve].map(|who| hears(who, before)), [true, false, false]);
    assert_eq!([&high, &low, &eve].map(|who| hears(who, bench.now)), [true, true, true], "what is said once they are there is for them");
    // A step-up on the leg counts for it.
    let Party::Customer(claims) = by_token(AssuranceLevel::High).party else { panic!("a customer") };
    bench.apply(Some(&low), Command::Prove(leg_id(2), CustomerClaims { device: None, ..claims })).unwrap();
    assert!(seen(&bench, &low, "number").unwrap().contains("42"));
    bench.apply(Some(&high), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    assert_eq!(seen(&bench, &high, "number").unwrap(), "•••", "no leg is attached to a suspended session");
    bench.apply(Some(&high), Command::Resume { leg: leg(4, Channel::App), by: Claim::SignedIn }).unwrap();
    assert!(seen(&bench, &high, "number").unwrap().contains("42"));
}

#[test]
fn a_leg_that_was_moved_away_shows_nothing_more() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    access::shows(bench.session.as_ref().unwrap(), leg_id(1)).unwrap();
    bench.apply(Some(&ada), Command::Move { leg: leg(2, Channel::App), by: Claim::SignedIn }).unwrap();
    let session = bench.session.as_ref().unwrap();
    access::shows(session, leg_id(2)).unwrap();
    let refused = access::shows(session, leg_id(1)).unwrap_err();
    assert_eq!(refused.reason, Reason::AlreadyResumed);
    assert!(refused.about.contains(&("channel".to_owned(), "app".to_owned())));
}

#[test]
fn limits_are_refusals_with_names() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, None)).unwrap();
    let limit = |bench: &mut Bench, command| {
        let refusal = bench.apply(Some(&ada), command).expect_err("over the limit");
        assert_eq!(refusal.reason, Reason::LimitExceeded);
        refusal.about.into_iter().find(|(k, _)| k == "limit").expect("it has a name").1
    };
    let text = |bytes: usize| Some(Private::new(serde_json::json!("x".repeat(bytes))));
    assert_eq!(limit(&mut bench, Command::Document("cart".into(), text(limits::DOCUMENT_BYTES))), "document_bytes");
    bench.apply(Some(&ada), Command::Document("a".into(), text(30_000))).unwrap();
    bench.apply(Some(&ada), Command::Document("b".into(), text(30_000))).unwrap();
    assert_eq!(limit(&mut bench, Command::Document("c".into(), text(30_000))), "session_bytes");
    assert_eq!(bench.session.as_ref().unwrap().documents.len(), 2, "what was there stays whole");
    bench.apply(Some(&ada), Command::Document("b".into(), None)).unwrap();
    for n in 2..=limits::LEGS as u128 {
        bench.apply(Some(&ada), Command::Attach { leg: leg(n, Channel::Chat), by: Claim::SignedIn }).unwrap();
    }
    let more = Command::Attach { leg: leg(99, Channel::Chat), by: Claim::SignedIn };
    assert_eq!(limit(&mut bench, more), "legs");
    assert!(limits::check_text(&"é".repeat(limits::TEXT_BYTES / 2)).is_ok());
    assert!(limits::check_text(&"é".repeat(limits::TEXT_BYTES)).is_err());
    assert!(limits::check_text(" \n").is_err());
}

#[test]
fn what_does_not_fit_is_refused_whoever_adds_it_and_nothing_is_cut() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, Some("fault"))).unwrap();
    let note = |bytes: usize| Command::Note("bo".into(), Private::new("x".repeat(bytes)));
    let refusal = bench.apply(None, note(limits::NOTE_BYTES + 1)).unwrap_err();
    assert!(refusal.about.contains(&("limit".to_owned(), "note_bytes".to_owned())), "{refusal:?}");
    bench.settings.session_bytes = bench.session.as_ref().unwrap().size().unwrap() + 20;
    let answer = Command::Step(leg_id(1), journey::Input::Choose("internet".into()));
    let document = Command::Document("cart".into(), Some(Private::new(serde_json::json!("x".repeat(50)))));
    let before = bench.session.clone();
    for (who, command) in [(Some(&ada), answer), (Some(&ada), document), (None, note(50))] {
        let refusal = bench.apply(who, command).unwrap_err();
        assert_eq!(refusal.reason, Reason::LimitExceeded);
        assert!(refusal.about.contains(&("limit".to_owned(), "session_bytes".to_owned())), "{refusal:?}");
        assert_eq!(bench.session, before, "nothing is changed");
    }
}
