//! Talks with agents: who comes and goes is told once, and what the customer sees and may say when a talk is over.

use crate::bench::*;
use crate::stories::{choose, fill};
use segue_session::journey::{Library, Prompt, compile};
use segue_session::*;

/// The keys of the house's notices so far, with the agents they name.
fn notices(bench: &Bench) -> Vec<String> {
    let notice = |message: &Message| match &message.body {
        MessageBody::Notice { key, args } => Some(format!("{key} {}", args.get("agent").map_or("-", String::as_str))),
        MessageBody::Text(_) | MessageBody::File { .. } | MessageBody::QuickReplies { .. } => None,
    };
    bench.messages.iter().filter_map(notice).collect()
}

fn shown(bench: &Bench) -> Option<Prompt> {
    view::of(bench.session.as_ref().unwrap(), bench.read(), &bench.library, bench.now).prompt
}

#[test]
fn each_agent_comes_and_goes_once_whatever_is_said_again() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Offered("zoe".into()));
    bench.line(Phase::Waiting);
    assert!(notices(&bench).is_empty(), "who declines was never there");
    for _ in 0..2 {
        bench.line(Phase::Assigned("bo".into()));
    }
    for _ in 0..2 {
        bench.line(Phase::Waiting);
    }
    bench.line(Phase::Assigned("bo".into()));
    bench.line(Phase::Assigned("cy".into()));
    for _ in 0..2 {
        bench.line(Phase::WrappingUp("cy".into()));
    }
    bench.line(Phase::Ended);
    let told = ["agent_joined bo", "agent_left bo", "agent_joined bo", "agent_left bo", "agent_joined cy", "agent_left cy"];
    assert_eq!(notices(&bench), told);
}

#[test]
fn who_comes_back_to_the_same_agent_is_told_that_they_are_there() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    bench.apply(Some(&ada), Command::Resume { leg: leg(2, Channel::App), by: Claim::SignedIn }).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    assert_eq!(notices(&bench), ["agent_joined bo", "suspended -", "resumed -", "agent_joined bo"]);
}

#[test]
fn asking_on_a_second_device_leaves_the_talk_alone() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    bench.apply(Some(&ada), Command::Attach { leg: leg(2, Channel::App), by: Claim::SignedIn }).unwrap();
    let asked = bench.apply(Some(&ada), Command::AskForPerson(leg_id(2), None)).unwrap();
    assert_eq!(asked.route, [RouteRequest::Refresh(session_id())], "bo sees the app beside the chat, and talks on");
    bench.apply(Some(&ada), Command::Attach { leg: leg(3, Channel::Voice), by: Claim::SignedIn }).unwrap();
    let called = bench.apply(Some(&ada), Command::AskForPerson(leg_id(3), None)).unwrap();
    let same = |r: &RouteRequest| matches!(r, RouteRequest::Arrive { preferred: Some(agent), .. } if agent.as_str() == "bo");
    assert!(called.route.iter().any(same), "a call is another medium: {:?}", called.route);
}

#[test]
fn an_accept_that_is_heard_after_they_left_joins_nobody() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    assert_eq!(notices(&bench), ["suspended -"]);
    let back = bench.apply(Some(&ada), Command::Resume { leg: leg(2, Channel::App), by: Claim::SignedIn }).unwrap();
    let same = |r: &RouteRequest| matches!(r, RouteRequest::Arrive { preferred: Some(agent), .. } if agent.as_str() == "bo");
    assert!(back.route.iter().any(same), "whoever had taken it has it again, when able");
}

#[test]
fn who_left_is_not_led_on_and_the_routers_word_is_final() {
    for stale in [Phase::Offered("bo".into()), Phase::Assigned("bo".into())] {
        let (mut bench, ada) = in_shop(SHOP, "en");
        let line = bench.line.as_mut().unwrap();
        line.phase = stale.clone();
        bench.apply(Some(&ada), Command::LeaveLine(leg_id(1))).unwrap();
        bench.line(Phase::WrappingUp("bo".into()));
        assert_eq!(notices(&bench), ["agent_joined bo", "agent_left bo"], "{stale:?}");
        assert!(!matches!(shown(&bench), Some(Prompt::Form { .. })), "{stale:?}: the journey goes on after they left");
        assert_eq!(bench.session.unwrap().interactions[0].ended, Some(Outcome::Handled), "{stale:?}");
    }
}

#[test]
fn a_place_that_could_not_be_moved_is_theirs_still() {
    let queues = |bench: &Bench| bench.session.as_ref().unwrap().open().map(|open| (open.queue.to_string(), open.callback.is_some()));
    let number = || Some(Private::new("+33142685300".to_owned()));
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Waiting);
    let held = bench.line.clone();
    let moved = bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), number())).unwrap();
    let [RouteRequest::Arrive { interaction, continues: Some(former), kept: true, .. }] = &moved.route[..] else {
        panic!("one event, so that a refusal leaves the old place: {:?}", moved.route)
    };
    let (refused, former) = (*interaction, *former);
    bench.apply(None, Command::Routed(refused, Phase::Refused("CHANNEL_NOT_ROUTED".into()))).unwrap();
    assert_eq!(queues(&bench), Some(("help".to_owned(), false)), "the place is theirs");
    bench.line = held;
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), number())).unwrap();
    let again = bench.session.as_ref().unwrap().open().unwrap().id;
    bench.apply(Some(&ada), Command::LeaveLine(leg_id(1))).unwrap();
    let late = bench.apply(None, Command::Routed(again, Phase::Refused("CHANNEL_NOT_ROUTED".into()))).unwrap();
    assert_eq!(late.route, [RouteRequest::Leave(session_id(), former)], "who has left meanwhile leaves that, too");
}

#[test]
fn a_wish_that_comes_while_nobody_is_here_keeps_the_place() {
    let mut bench = Bench::new();
    let ada = customer("ada");
    bench.apply(Some(&ada), begin(1, Channel::Chat, Some("bill"))).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    let since = bench.now;
    bench.line(Phase::Waiting);
    bench.wait(60).apply(Some(&ada), Command::Step(leg_id(1), fill("number", "17"))).unwrap();
    bench.apply(Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new())).unwrap();
    let id = bench.lookups.last().expect("the bill is looked up").id;
    bench.wait(1).apply(None, Command::LookedUp(LookupDone { id, result: Err("timeout".to_owned()) })).unwrap();
    let back = bench.wait(60).apply(Some(&ada), Command::Resume { leg: leg(2, Channel::App), by: Claim::SignedIn }).unwrap();
    let places: Vec<Time> = back
        .route
        .iter()
        .filter_map(|r| match r {
            RouteRequest::Arrive { since, .. } => Some(*since),
            _ => None,
        })
        .collect();
    assert_eq!(places, [since]);
}

#[test]
fn what_is_awaited_can_be_asked_again_as_it_was_asked() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, Some("bill"))).unwrap();
    bench.apply(Some(&ada), Command::Step(leg_id(1), fill("number", "17"))).unwrap();
    let asked = bench.lookups.last().cloned();
    assert!(asked.is_some());
    bench.wait(3);
    let again = |bench: &Bench| awaited(bench.session.as_ref().unwrap(), &bench.library, bench.now);
    assert_eq!(again(&bench), asked, "under its id, and no longer than it was to last");
    let done = LookupDone { id: asked.unwrap().id, result: Ok(Private::new(serde_json::json!({ "sum": 12 }))) };
    bench.apply(None, Command::LookedUp(done)).unwrap();
    assert_eq!(again(&bench), None);
}

const SHOP: &str = r#"
journey: shop
start: person
steps:
  person:
    route: { queue: shop, say: { en: "Somebody will be with you soon.", de: "Gleich ist jemand da." }, next: rating }
  rating:
    form:
      fields:
        - { id: stars, kind: number, ask: { en: "How was it?", de: "Wie war es?" } }
      next: done
  done:
    end: { outcome: rated }
"#;

fn in_shop(text: &str, language: &str) -> (Bench, Principal) {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.library = Library::new([compile("shop.yaml", text).unwrap().0]);
    let mut start = begin(1, Channel::Chat, Some("shop"));
    if let Command::Start { leg, .. } = &mut start {
        leg.language = Some(language.into());
    }
    bench.apply(Some(&ada), start).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    (bench, ada)
}

#[test]
fn the_language_is_the_one_that_is_really_shown() {
    let shop = SHOP.replace("queue: shop,", "queue: shop, needs: \"lang[session.language] >= 3\",");
    for (wish, spoken, needs) in [("DE-ch", "de-CH", "lang.de >= 3"), ("pt-BR", "en", "lang.en >= 3"), ("en-GB", "en-GB", "lang.en >= 3")] {
        let (mut bench, ada) = in_shop(&shop, wish);
        let session = bench.session.clone().unwrap();
        assert_eq!((session.language.as_str(), session.interactions[0].needs.as_str()), (spoken, needs), "{wish}");
        let other = Arriving { language: Some("de-Latn-AT".into()), ..leg(2, Channel::App) };
        bench.apply(Some(&ada), Command::Attach { leg: other, by: Claim::SignedIn }).unwrap();
        assert_eq!(bench.session.unwrap().language.as_str(), "de-Latn-AT");
    }
}

#[test]
fn after_a_talk_the_journey_goes_on_where_it_says() {
    let (mut bench, ada) = in_shop(SHOP, "en");
    bench.line(Phase::WrappingUp("bo".into()));
    assert!(matches!(shown(&bench), Some(Prompt::Form { step, .. }) if step.as_str() == "rating"));
    bench.apply(Some(&ada), Command::End(leg_id(1))).unwrap();
    assert!(bench.session.unwrap().is_final(), "who skips the rating has nothing left to do");
}

#[test]
fn a_talk_is_not_waited_for_once_it_is_there() {
    let shop = r#"
journey: shop
start: name
steps:
  name: { form: { fields: [{ id: name, kind: text, ask: "Your name?" }], next: wait } }
  wait: { wait_offer: { ask: "Wait?", choices: [{ id: stay, label: Stay, next: person }, { id: callback, label: Call me, next: ring }] } }
  person: { route: { queue: shop, say: "Soon." } }
  ring: { route: { queue: shop, callback: "'+41443640101'", say: "We will call." } }
"#;
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.library = Library::new([compile("shop.yaml", shop).unwrap().0]);
    bench.apply(Some(&ada), begin(1, Channel::Chat, Some("shop"))).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    assert!(matches!(shown(&bench), Some(Prompt::Form { .. })), "what was begun may be finished");
    bench.apply(Some(&ada), Command::Step(leg_id(1), fill("name", "Ada"))).unwrap();
    let line = |bench: &Bench| match shown(bench) {
        Some(Prompt::Line { text, awaited, .. }) => (text, awaited),
        other => panic!("the customer sees {other:?}"),
    };
    assert_eq!(line(&bench), ("Someone is with you now.".to_owned(), false));
    let number = Some(Private::new("+41443640101".to_owned()));
    for (command, reason) in [
        (Command::Step(leg_id(1), choose("stay")), Reason::WrongStep),
        (Command::Step(leg_id(1), choose("callback")), Reason::WrongStep),
        (Command::AskForPerson(leg_id(1), number.clone()), Reason::WrongMoment),
    ] {
        assert_eq!(bench.apply(Some(&ada), command).unwrap_err().reason, reason);
    }
    assert_eq!(bench.session.as_ref().unwrap().interactions.len(), 1, "nobody was taken from the agent");
    for phase in [Phase::WrappingUp("bo".into()), Phase::Ended] {
        bench.line(phase);
        assert_eq!(line(&bench), ("The talk has ended. You can ask for someone again.".to_owned(), false));
    }
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), number)).unwrap();
    bench.line(Phase::Waiting);
    assert!(matches!(shown(&bench), Some(Prompt::WaitOffer { .. })), "whoever waits again is told how long, and what else");
}

#[test]
fn after_a_talk_nobody_is_announced_any_more() {
    let alone = "journey: shop\nstart: person\nsteps:\n  person:\n    route: { queue: shop, say: { en: Soon., de: Gleich. } }\n";
    let (mut bench, ada) = in_shop(alone, "de");
    let text = |bench: &Bench| match shown(bench) {
        Some(Prompt::Line { text, .. }) => text,
        other => panic!("the customer sees {other:?}"),
    };
    assert_eq!(text(&bench), "Jetzt ist jemand für Sie da.", "what was promised is so");
    for phase in [Phase::WrappingUp("bo".into()), Phase::Ended] {
        bench.line(phase);
        assert_eq!(text(&bench), "Das Gespräch ist beendet. Sie können wieder nach jemandem fragen.");
    }
    assert!(bench.session.as_ref().unwrap().talk_is_over(bench.line.as_ref()));
    let again = bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    let same = |r: &RouteRequest| matches!(r, RouteRequest::Arrive { preferred: Some(agent), .. } if agent.as_str() == "bo");
    assert!(again.route.iter().any(same), "the same agent, when able");
    bench.line(Phase::Waiting);
    assert_eq!(text(&bench), "Gleich.");
    bench.apply(Some(&ada), Command::LeaveLine(leg_id(1))).unwrap();
    assert_eq!(text(&bench), "Sie sind nicht mehr in der Warteschlange. Sie können wieder nach jemandem fragen.");
}

#[test]
fn a_call_back_outlives_a_page_that_was_only_away() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.library = Library::new([compile("shop.yaml", SHOP).unwrap().0]).region("CH");
    bench.apply(Some(&ada), begin(1, Channel::Chat, Some("shop"))).unwrap();
    for wrong in ["", "nobody", "44", "+41 44"] {
        let refusal = bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), Some(Private::new(wrong.to_owned())))).unwrap_err();
        assert_eq!(refusal.reason, Reason::InvalidArgument, "{wrong:?}");
    }
    let as_written = Some(Private::new("044 364 01 01".to_owned()));
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), as_written)).unwrap();
    bench.line(Phase::Waiting);
    let number = |bench: &Bench| bench.session.as_ref().unwrap().open().and_then(|open| Some(open.callback.as_ref()?.reveal().clone()));
    assert_eq!(number(&bench).as_deref(), Some("+41443640101"), "as people write it in that country");

    bench.apply(None, Command::Lose(leg_id(1))).unwrap();
    bench.wait(3_600).apply(None, Command::Timer).unwrap();
    assert!(matches!(bench.session.as_ref().unwrap().standing, Standing::Suspended(_)));
    bench.apply(Some(&ada), Command::Resume { leg: leg(1, Channel::Chat), by: Claim::SameLeg }).unwrap();
    assert!(number(&bench).is_some(), "the page was only away, and nobody did anything");

    bench.apply(None, Command::Lose(leg_id(1))).unwrap();
    bench.wait(3_600).apply(None, Command::Timer).unwrap();
    bench.apply(Some(&ada), Command::Resume { leg: leg(2, Channel::App), by: Claim::SignedIn }).unwrap();
    assert_eq!(number(&bench), None, "who comes back by themselves is served here");
}
