//! Stories with a transcript: a changed behaviour shows as changed prose.

use crate::bench::*;
use segue_router::Span;
use segue_session::journey::Input;
use segue_session::*;

pub(crate) fn fill(field: &str, text: &str) -> Input {
    Input::Fill(field.into(), Private::new(text.to_owned()))
}

pub(crate) fn choose(choice: &str) -> Input {
    Input::Choose(choice.into())
}

/// Ada in the app, two of the fields filled.
pub(crate) fn at_the_third_field(bench: &mut Bench, ada: &Principal) {
    bench.tell("ada opens the app: a fault", Some(ada), begin(1, Channel::App, Some("fault")));
    bench.wait(5).tell("ada: internet", Some(ada), Command::Step(leg_id(1), choose("internet")));
    bench.wait(5).tell("ada: since new year", Some(ada), Command::Step(leg_id(1), fill("since", "2026-11-01")));
    bench.wait(5).tell("ada: red", Some(ada), Command::Step(leg_id(1), fill("light", "red")));
}

#[test]
fn the_record_tells_a_node_that_died_from_a_connection_that_broke() {
    let causes = [true, false].map(|with_node| {
        let (mut bench, ada) = (Bench::new(), customer("ada"));
        at_the_third_field(&mut bench, &ada);
        bench.apply(if with_node { None } else { Some(&ada) }, Command::Lose(leg_id(1))).unwrap();
        bench.wait(60).apply(None, Command::Timer).unwrap();
        match bench.session.unwrap().standing {
            Standing::Suspended(suspension) => suspension.cause,
            other => panic!("the session is {other:?}"),
        }
    });
    assert_eq!(causes, [SuspendCause::NodeLost, SuspendCause::Dropped]);
}

#[test]
fn suspended_in_the_app_resumed_in_chat_and_on_to_a_person() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    bench.wait(2).tell("the app vanishes", Some(&ada), Command::Lose(leg_id(1)));
    bench.wait(30).tell("(the grace is over)", None, Command::Timer);
    bench.wait(300).tell("ada comes back by web chat", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    bench.wait(9).tell("ada: her PIN", Some(&ada), Command::Step(leg_id(2), fill("pin", "4711")));
    bench.wait(9).tell("ada: her number", Some(&ada), Command::Step(leg_id(2), fill("number", "+33142685300")));
    bench.line(Phase::Offered("bo".into()));
    bench.wait(3).line(Phase::Assigned("bo".into()));
    bench.wait(5).tell("bo notes something", Some(&agent("bo")), Command::Note("bo".into(), Private::new("line is down".into())));
    bench.wait(60).line(Phase::WrappingUp("bo".into()));
    bench.wait(10).tell("ada closes the page", Some(&ada), Command::End(leg_id(2)));
    assert_eq!(bench.session.as_ref().unwrap().asked_twice, 0);
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_lost_leg_comes_back_within_its_grace_and_nothing_was() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.settings.idle = Span::seconds(3600);
    at_the_third_field(&mut bench, &ada);
    bench.wait(2).tell("the app vanishes", Some(&ada), Command::Lose(leg_id(1)));
    bench.wait(10).tell("the app is back", Some(&ada), Command::Resume { leg: leg(1, Channel::App), by: Claim::SameLeg });
    bench.wait(1).tell("the app vanishes again", Some(&ada), Command::Lose(leg_id(1)));
    bench.wait(1).tell("ada fills a field over it", Some(&ada), Command::Step(leg_id(1), fill("pin", "4711")));
    bench.wait(900).tell("(the PIN is forgotten)", None, Command::Timer);
    insta::assert_snapshot!(bench.log);
}

#[test]
fn two_devices_race_to_resume() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    bench.wait(1).tell("ada asks for a link", Some(&ada), Command::GiveHandle(HandleKind::Link, Vec::new()));
    bench.wait(1).tell("ada suspends", Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new()));
    let by = bench.claim(HandleKind::Link);
    let (laptop, tablet) = (visitor("laptop"), visitor("tablet"));
    bench.wait(9).tell("laptop: the link", Some(&laptop), Command::Resume { leg: leg(2, Channel::Chat), by: by.clone() });
    bench.tell("tablet: the same link", Some(&tablet), Command::Resume { leg: leg(3, Channel::App), by: by.clone() });
    let join = |by: &Claim| Command::Attach { leg: leg(3, Channel::App), by: by.clone() };
    let take = |by: &Claim| Command::Move { leg: leg(3, Channel::App), by: by.clone() };
    bench.wait(2).tell("tablet joins by the used link", Some(&tablet), join(&by));
    bench.wait(2).tell("tablet takes it over by the used link", Some(&tablet), take(&by));
    bench.wait(2).tell("laptop asks for a code", Some(&laptop), Command::GiveHandle(HandleKind::Code, Vec::new()));
    let code = bench.claim(HandleKind::Code);
    bench.wait(2).tell("tablet joins by the code", Some(&tablet), join(&code));
    bench.wait(2).tell(
        "somebody takes it over by the used code",
        Some(&visitor("thief")),
        Command::Move { leg: leg(4, Channel::Chat), by: code },
    );
    bench.wait(2).tell("tablet: a PIN; the laptop sees it", Some(&tablet), Command::Step(leg_id(3), fill("pin", "4711")));
    bench.wait(2).tell("laptop leaves", Some(&laptop), Command::End(leg_id(2)));
    bench.wait(60).tell("somebody else finds the link", Some(&visitor("thief")), Command::Attach { leg: leg(4, Channel::Chat), by });
    bench.wait(1).tell("ada moves it to her phone", Some(&ada), Command::Move { leg: leg(5, Channel::App), by: Claim::SignedIn });
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_place_in_line_outlives_a_suspension_and_a_change_of_channel() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.tell("ada opens a chat", Some(&ada), begin(1, Channel::Chat, None));
    bench.wait(5).tell("ada asks for a person", Some(&ada), Command::AskForPerson(leg_id(1), None));
    bench.line(Phase::Waiting);
    bench.wait(60).tell("ada suspends in line", Some(&ada), Command::Suspend(SuspendCause::Asked, Some(leg_id(1)), Vec::new()));
    bench.line(Phase::Suspended);
    bench.wait(600).tell("ada is back, in the app", Some(&ada), Command::Resume { leg: leg(2, Channel::App), by: Claim::SignedIn });
    bench.line(Phase::Waiting);
    bench.wait(5).line(Phase::Assigned("bo".into()));
    bench.wait(30).tell("the app crashes", Some(&ada), Command::Lose(leg_id(2)));
    bench.wait(30).tell("(the grace is over)", None, Command::Timer);
    bench.line(Phase::WrappingUp("bo".into()));
    bench.wait(60).tell("ada is back, by telephone", Some(&ada), Command::Resume { leg: leg(3, Channel::Voice), by: Claim::SignedIn });
    bench.wait(2).tell("ada goes on in the app beside it", Some(&ada), Command::Attach { leg: leg(4, Channel::App), by: Claim::SignedIn });
    bench.wait(2).tell("ada would rather write", Some(&ada), Command::AskForPerson(leg_id(4), None));
    bench.wait(2).tell("one leg lost of two", Some(&ada), Command::Lose(leg_id(3)));
    bench.wait(30).tell("(its grace is over)", None, Command::Timer);
    bench.wait(2).tell("ada leaves the line", Some(&ada), Command::LeaveLine(leg_id(4)));
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_call_back_needs_nobody_here_and_is_superseded_by_coming_back() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    let number = || Some(Private::new("+33142685300".to_owned()));
    bench.tell("ada opens a chat", Some(&ada), begin(1, Channel::Chat, None));
    bench.tell("ada asks for a person", Some(&ada), Command::AskForPerson(leg_id(1), None));
    bench.line(Phase::Waiting);
    bench.wait(60).tell("ada: call me", Some(&ada), Command::AskForPerson(leg_id(1), Some(Private::new("call me".into()))));
    bench.tell("ada: call +33…", Some(&ada), Command::AskForPerson(leg_id(1), number()));
    bench.line(Phase::Waiting);
    bench.wait(5).tell("ada closes the page", Some(&ada), Command::End(leg_id(1)));
    bench.wait(300).tell("ada is back", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    bench.tell("ada: no, call me", Some(&ada), Command::AskForPerson(leg_id(2), number()));
    bench.tell("ada closes the page", Some(&ada), Command::End(leg_id(2)));
    bench.wait(900).line(Phase::Assigned("bo".into()));
    bench.wait(120).line(Phase::WrappingUp("bo".into()));
    insta::assert_snapshot!(bench.log);
}

#[test]
fn who_asks_for_a_person_in_a_journey_goes_where_it_would_lead() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.tell("ada reports a fault", Some(&ada), begin(1, Channel::Chat, Some("fault")));
    bench.tell("ada asks for a person", Some(&ada), Command::AskForPerson(leg_id(1), None));
    let open = bench.session.as_ref().and_then(|s| s.open()).unwrap();
    assert_eq!((open.queue.as_str(), open.needs.as_str()), ("faults", "internet >= 3"));
}

#[test]
fn an_agent_parks_it_and_the_same_agent_gets_it_back() {
    let (mut bench, eve) = (Bench::new(), visitor("eve"));
    let bo = agent("bo");
    bench.tell("a visitor opens a chat", Some(&eve), begin(1, Channel::Chat, None));
    bench.tell("the visitor asks for a person", Some(&eve), Command::AskForPerson(leg_id(1), None));
    bench.tell("bo parks what is not his", Some(&bo), Command::Suspend(SuspendCause::Parked, None, Vec::new()));
    bench.line(Phase::Assigned("bo".into()));
    bench.wait(60).tell(
        "bo hands it to cy",
        Some(&bo),
        Command::HandOver("bo".into(), "cy".into(), Some(Private::new("a router fault".into()))),
    );
    bench.wait(5).line(Phase::Assigned("cy".into()));
    bench.wait(60).tell("cy parks it", Some(&agent("cy")), Command::Suspend(SuspendCause::Parked, None, Vec::new()));
    let by = bench.claim(HandleKind::Code);
    bench.wait(7200).tell(
        "the visitor types the code in the app",
        Some(&visitor("phone")),
        Command::Resume { leg: leg(2, Channel::App), by },
    );
    insta::assert_snapshot!(bench.log);
}

#[test]
fn idle_then_warned_then_expired_then_forgotten() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    const DAY: u64 = 86_400;
    at_the_third_field(&mut bench, &ada);
    bench.wait(15 * 60).tell("(nothing for a quarter of an hour)", None, Command::Timer);
    bench.wait(6 * DAY).tell("(six days)", None, Command::Timer);
    bench.wait(DAY).tell("(and one)", None, Command::Timer);
    bench.wait(60).tell("ada comes too late", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    bench.wait(30 * DAY).tell("(a month on)", None, Command::Timer);
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_deadline_that_nobody_swept_is_met_by_the_next_command() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    bench.wait(1).tell("the app vanishes", Some(&ada), Command::Lose(leg_id(1)));
    bench.wait(40).tell("a field, much too late", Some(&ada), Command::Step(leg_id(1), fill("pin", "4711")));
    bench.wait(1).tell("ada resumes at once", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    insta::assert_snapshot!(bench.log);
}

#[test]
fn closed_and_erased() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    bench.tell("ada asks for a person", Some(&ada), Command::AskForPerson(leg_id(1), None));
    bench.line(Phase::Waiting);
    bench.wait(5).tell("ada gives up", Some(&ada), Command::Close("no_longer_needed".into()));
    bench.wait(5).tell("ada: and again", Some(&ada), Command::Close("no_longer_needed".into()));
    bench.wait(5).tell("ada wants it back", Some(&ada), Command::Resume { leg: leg(2, Channel::App), by: Claim::SignedIn });
    bench.wait(5).tell("ada may not erase", Some(&ada), Command::Erase);
    let service = Principal { party: Party::Service, ..customer("crm") };
    bench.wait(5).tell("the tenant's system may", Some(&service), Command::Erase);
    insta::assert_snapshot!(bench.log);
}

/// The answer to the last look-up.
fn answer(bench: &Bench, result: Result<serde_json::Value, String>) -> Command {
    let id = bench.lookups.last().expect("a look-up was asked for").id;
    Command::LookedUp(LookupDone { id, result: result.map(Private::new) })
}

#[test]
fn a_look_up_is_awaited_lost_and_answered_while_nobody_is_here() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.tell("ada opens the app: a bill", Some(&ada), begin(1, Channel::App, Some("bill")));
    bench.wait(5).tell("ada: bill 77", Some(&ada), Command::Step(leg_id(1), fill("number", "77")));
    let lost = answer(&bench, Err("timeout".into()));
    bench.wait(1).tell("ada suspends", Some(&ada), Command::Suspend(SuspendCause::Asked, None, Vec::new()));
    bench.wait(60).tell("ada is back: asked again", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    let first = lost.clone();
    bench.wait(1).tell("ada suspends", Some(&ada), Command::Suspend(SuspendCause::Asked, None, Vec::new()));
    let done = answer(&bench, Ok(serde_json::json!({"due": 12.5})));
    bench.wait(1).tell("the answer comes", None, done.clone());
    bench.wait(1).tell("the answer comes twice", None, done);
    bench.wait(1).tell("an answer that nobody awaits", None, first);
    let back = Command::Resume { leg: leg(3, Channel::App), by: Claim::SignedIn };
    bench.wait(1).tell("ada is back: she has not seen it yet", Some(&ada), back);
    bench.wait(1).tell("ada pretends to answer", Some(&ada), lost);
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_step_that_may_not_be_resumed_begins_again() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.tell("ada opens the app: a bill", Some(&ada), begin(1, Channel::App, Some("bill")));
    bench.wait(5).tell("ada: bill 77", Some(&ada), Command::Step(leg_id(1), fill("number", "77")));
    let done = answer(&bench, Ok(serde_json::json!({"due": 12.5})));
    bench.wait(1).tell("the answer comes", None, done);
    bench.wait(1).tell("ada suspends before she pays", Some(&ada), Command::Suspend(SuspendCause::Asked, None, Vec::new()));
    bench.wait(60).tell("ada is back", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_look_up_that_never_answers_takes_its_branch_and_finds_a_person() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.tell("ada opens the app: a bill", Some(&ada), begin(1, Channel::App, Some("bill")));
    bench.wait(5).tell("ada: bill 77", Some(&ada), Command::Step(leg_id(1), fill("number", "77")));
    bench.wait(60).tell("(nothing comes)", None, Command::Timer);
    bench.line(Phase::Refused("QUEUE_FULL".into()));
    insta::assert_snapshot!(bench.log);
}

#[test]
fn a_journey_that_is_gone_never_bars_the_way() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    at_the_third_field(&mut bench, &ada);
    bench.wait(1).tell("ada suspends", Some(&ada), Command::Suspend(SuspendCause::Asked, None, Vec::new()));
    if let Some(frame) = bench.session.as_mut().and_then(|s| s.position.as_mut()).and_then(|p| p.frames.last_mut()) {
        frame.version.0 = "long ago".into();
    }
    bench.wait(9).tell("ada is back; its version is gone", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
    bench.wait(9).tell("ada goes on", Some(&ada), Command::Step(leg_id(2), fill("pin", "4711")));
    bench.wait(9).tell("ada begins again", Some(&ada), Command::Step(leg_id(2), Input::Restart));
    bench.wait(9).tell("ada asks for a person", Some(&ada), Command::AskForPerson(leg_id(2), None));
    insta::assert_snapshot!(bench.log);
}

#[test]
fn whom_no_queue_takes_is_told_and_goes_as_the_queue_says() {
    let farewell = |then, say: &str| Farewell { then, say: Some(say.to_owned()) };
    for (name, then) in [("stays", Then::Stay), ("is_suspended", Then::Suspend), ("ends", Then::End)] {
        let (mut bench, ada) = (Bench::new(), customer("ada"));
        let ways = [(Reason::QueueClosed, farewell(then, "we open at 8")), (Reason::WaitOver, farewell(then, "we keep your place"))];
        bench.settings.farewells = [("help".into(), ways.into())].into();
        bench.tell("ada opens the app", Some(&ada), begin(1, Channel::App, None));
        bench.wait(5).tell("ada asks for a person", Some(&ada), Command::AskForPerson(leg_id(1), None));
        let id = bench.session.as_ref().and_then(|session| session.interactions.last()).map(|record| record.id).unwrap();
        bench.wait(60).tell("a call back is offered", None, Command::Invited(id));
        bench.wait(1).tell("it is said again", None, Command::Invited(id));
        bench.wait(60).line(Phase::Refused(Reason::WaitOver.name()));
        bench.wait(60).tell("ada is back, or asks again", Some(&ada), Command::Resume { leg: leg(2, Channel::Chat), by: Claim::SignedIn });
        insta::assert_snapshot!(format!("turned_away_{name}"), bench.log);
    }
}
