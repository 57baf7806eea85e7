//! The screen pop and the list of matters, whole.

use crate::bench::*;
use crate::stories::{at_the_third_field, fill};
use segue_router::OfferId;
use segue_session::pop::{LinkTemplate, PopInput, Rank, Why, WhySkill};
use segue_session::{store::Version, *};
use std::collections::BTreeMap;

fn why() -> Why {
    Why {
        offer: OfferId(7),
        agent: "Bo".into(),
        skills: vec![WhySkill { skill: "internet".into(), has: 8, asked: 3 }],
        idle_ms: 42_000,
        eligible: 2,
        excluded: [("skill".to_owned(), 3)].into(),
        preferred: false,
        runner_up: Some("cy".into()),
    }
}

fn pop(bench: &Bench, phase: &Phase) -> ScreenPop {
    let session = bench.session.as_ref().unwrap();
    let template = |label: &str, url: &str| LinkTemplate { label: label.into(), url: url.into() };
    let links = [
        template("CRM", "https://crm.example/c/{customer}?name={customer.name}"),
        template("Line test", "https://oss.example/lines?light={answers.light}&since={answers.since}"),
        template("elsewhere", "https://evil.example/{customer}"),
        template("a secret", "https://crm.example/{answers.pin}"),
        template("nothing known", "https://crm.example/{persona}"),
    ];
    let input = PopInput {
        version: Version(bench.version),
        now: bench.now,
        interaction: session.interactions.last().unwrap().id,
        why: why(),
        rank: Rank { priority: Priority(10), of_queue: Priority(10) },
        phase,
        told: None,
        history: Vec::new(),
        enrichment: BTreeMap::new(),
        links: &links,
        hosts: &["crm.example".to_owned(), "oss.example".to_owned()].into(),
        library: &bench.library,
        language: &"en".into(),
    };
    pop::build(session, input)
}

#[test]
fn an_agent_sees_where_they_stopped_and_why() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    for (wait, command) in [
        (5, Command::Step(leg_id(1), fill("pin", "4711"))),
        (5, Command::Step(leg_id(1), fill("number", "no number"))),
        (2, Command::Lose(leg_id(1))),
        (30, Command::Timer),
        (300, Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn }),
        (5, Command::Consent(leg_id(2), "recording".into(), true)),
        (5, Command::AskForPerson(leg_id(2), None)),
    ] {
        let by = if matches!(command, Command::Timer) { None } else { Some(&ada) };
        bench.wait(wait).apply(by, command).unwrap();
    }
    bench.apply(None, Command::HandOver("cy".into(), "help".into(), Some(Private::new("knows about fibre".into())))).unwrap();
    let pop = pop(&bench, &Phase::Offered("bo".into()));
    let shown = serde_json::to_string(&pop).unwrap();
    assert!(!shown.contains("4711"), "a secret is on no screen");
    assert!(!format!("{pop:?}").contains("Ada L."), "nor is anything personal in a log");
    insta::assert_yaml_snapshot!(pop);
}

/// Ada, who has proved more than a code, leaves the app by it; whoever holds the code comes by chat and asks for a person.
fn by_anothers_code(bench: &mut Bench, ada: &Principal, eve: &Principal) {
    at_the_third_field(bench, ada);
    bench.wait(5).apply(Some(ada), Command::Step(leg_id(1), fill("pin", "4711"))).unwrap();
    bench.wait(5).apply(Some(ada), Command::Step(leg_id(1), fill("number", "+33140000001"))).unwrap();
    let code = Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), vec![HandleKind::Code]);
    bench.wait(5).apply(Some(ada), code).unwrap();
    let by = bench.claim(HandleKind::Code);
    bench.wait(60).apply(Some(eve), Command::Resume { leg: leg(2, Channel::Chat), by }).unwrap();
}

#[test]
fn an_agent_is_told_what_those_have_proved_who_are_here() {
    let (mut bench, mut ada, eve) = (Bench::new(), customer("ada"), visitor("eve"));
    if let Party::Customer(claims) = &mut ada.party {
        claims.attributes.insert("email".into(), Private::new("ada@example.com".into()));
    }
    by_anothers_code(&mut bench, &ada, &eve);
    let number = |pop: &ScreenPop| pop.answers.iter().find(|a| a.field.as_str() == "number").unwrap().answer.reveal().clone();
    let seen = |pop: &ScreenPop| {
        let proof = |p: &PopProof| format!("{} on {:?}, {}", p.proof.method, p.channel.unwrap(), if p.here { "here" } else { "gone" });
        (pop.assurance.level, pop.assurance.proofs.iter().map(proof).collect::<Vec<_>>(), pop.assurance.skip.len())
    };
    let signed = |pop: &ScreenPop| {
        let told = pop.customer.attributes.iter().map(|(name, value)| format!("{name} {}", value.reveal().as_str().unwrap()));
        told.collect::<Vec<_>>()
    };
    let offered = pop(&bench, &Phase::Offered("bo".into()));
    let both = ["code on Chat, here".to_owned(), "sign_in on App, gone".to_owned()];
    assert_eq!(seen(&offered), (AssuranceLevel::Low, both.to_vec(), 1), "who came by a code has proved a code");
    assert!(offered.assurance.skip[0].starts_with("gave a code"), "{:?}", offered.assurance.skip);
    assert_eq!(number(&offered), "••••", "the agent cannot tell whoever it is what ada alone said");
    assert_eq!(signed(&offered), ["email ••••", "name Ada L."], "nor what her issuer signed; they may call her by name");

    bench.apply(Some(&ada), Command::Attach { leg: leg(3, Channel::App), by: Claim::SignedIn }).unwrap();
    let beside = pop(&bench, &Phase::Assigned("bo".into()));
    let both = ["sign_in on App, here".to_owned(), "code on Chat, here".to_owned()];
    assert_eq!(seen(&beside), (AssuranceLevel::Low, both.to_vec(), 1), "of two who are here either may be speaking");

    bench.apply(Some(&eve), Command::End(leg_id(2))).unwrap();
    let alone = pop(&bench, &Phase::Assigned("bo".into()));
    assert_eq!((alone.assurance.level, alone.assurance.skip.len()), (AssuranceLevel::Substantial, 1));
    assert_eq!(number(&alone), "+33 1 40 00 00 01", "ada is told what ada said");
    assert_eq!(signed(&alone), ["email ada@example.com", "name Ada L."]);
}

#[test]
fn whoever_came_by_a_code_may_prove_more() {
    let (mut bench, ada, eve) = (Bench::new(), customer("ada"), visitor("eve"));
    by_anothers_code(&mut bench, &ada, &eve);
    let Party::Customer(claims) = ada.party else { panic!("ada is a customer") };
    bench.apply(Some(&eve), Command::Prove(leg_id(2), claims)).unwrap();
    let pop = pop(&bench, &Phase::Offered("bo".into()));
    assert_eq!((pop.assurance.level, pop.assurance.skip.len()), (AssuranceLevel::Substantial, 2));
    assert!(pop.answers.iter().all(|a| a.sensitivity == Sensitivity::Secret || a.answer.reveal() != "••••"));
}

#[test]
fn what_an_agent_may_do_hangs_on_the_moment() {
    let (mut bench, eve) = (Bench::new(), visitor("eve"));
    bench.apply(Some(&eve), begin(1, Channel::Chat, Some("fault"))).unwrap();
    bench.apply(Some(&eve), Command::AskForPerson(leg_id(1), None)).unwrap();
    let someone = Candidate { customer: "al".into(), persona: None, label: Private::new("Al".into()), score: 40 };
    bench.apply(None, Command::Recognise(vec![someone])).unwrap();
    let may = |phase: &Phase| pop(&bench, phase).actions.join(" ");
    assert_eq!(may(&Phase::Offered("bo".into())), "accept decline");
    assert_eq!(may(&Phase::Assigned("bo".into())), "say note finish transfer_to_queue transfer_to_agent park push identify fill");
    assert_eq!(may(&Phase::WrappingUp("bo".into())), "note wrap_up extend");
    assert_eq!(may(&Phase::Waiting), "");
}

#[test]
fn matters_are_what_can_be_gone_on_with() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    let matter = |bench: &Bench| {
        let session = bench.session.as_ref().unwrap();
        matter::is_open(session).then(|| matter::of(session, &bench.library, &"en".into()))
    };
    let live = matter(&bench).unwrap();
    assert_eq!((live.title.as_str(), live.at_step.as_deref()), ("Report a fault", Some("About the fault")));
    assert_eq!(live.channels, [Channel::App]);
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, None, Vec::new())).unwrap();
    assert!(matter(&bench).unwrap().channels.is_empty(), "it can be resumed");
    bench.apply(Some(&ada), Command::Close("done".into())).unwrap();
    assert_eq!(matter(&bench), None, "it is over");
}
