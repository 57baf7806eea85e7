//! What is said and shown around a talk, and to whom.

use super::harness::{Caller, Desk, customer, fresh, memory, open, request, supervisor, visitor};
use segue_adapter_kit::{DeskEntry, Desks, House, Order, Target};
use segue_session::store::{Seq, Version};
use segue_session::{
    AssuranceLevel, Channel, Claim, Command, DeskCommand, HandleKind, LegId, MessageBody, Party, Phase, Principal, Priority, Private,
    Reason, SessionId, SuspendCause,
};
use std::time::Duration;

fn text(text: &str) -> MessageBody {
    MessageBody::Text(Private::new(text.to_owned()))
}

/// The texts of the transcript, as somebody reads it.
async fn read(cy: &Caller) -> Vec<String> {
    let told = House::messages(&*cy.house, &cy.who, cy.session, Seq(0), 200).await.unwrap();
    let said = told.into_iter().filter_map(|(_, message)| match message.body {
        MessageBody::Text(text) => Some(text.reveal().clone()),
        MessageBody::File { .. } | MessageBody::QuickReplies { .. } | MessageBody::Notice { .. } => None,
    });
    said.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_would_read_is_refused_and_the_same_agent_comes_again() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    cy.say("thank you").await;
    assert_eq!(ada.message().await.2, "thank you", "while ada wraps up");
    ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
    cy.until("over", |phase| *phase == Phase::Ended).await;
    let refused = house.say(&cy.who, cy.session, cy.leg, request(), text("one more thing")).await.unwrap_err();
    assert_eq!((refused.reason, refused.message.contains("ask for a person again")), (Reason::WrongMoment, true));
    let mut bo = Desk::ready(&house, "bo").await;
    cy.ask().await;
    let offer = ada.offer().await;
    assert!(offer.pop.why.preferred, "{}", offer.pop.why.line);
    cy.say("one more thing").await;
    bo.ask(DeskCommand::Present("away".into())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_goes_before_its_wrap_up_and_who_presses_again_is_told_plainly() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let wrap_up = |code: Option<&str>| DeskCommand::WrapUp(interaction, code.map(str::to_owned), Some(Private::new("reset".into())));
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    let again = ada.ask(DeskCommand::Finish(interaction)).await.unwrap_err();
    assert_eq!((again.reason, again.message.contains("yours to wrap up")), (Reason::WrongMoment, true));
    let notes = || async {
        let read = house.tenant(&cy.who).unwrap().read(cy.session).await.unwrap().unwrap();
        read.session.notes.len()
    };
    assert_eq!(ada.ask(wrap_up(None)).await.unwrap_err().reason, Reason::CodeRequired);
    assert_eq!(ada.ask(wrap_up(Some("no such code"))).await.unwrap_err().reason, Reason::InvalidArgument);
    assert_eq!(notes().await, 0, "of a wrap-up that is refused nothing is kept");
    let pressed = request();
    for _ in 0..2 {
        house.command(&ada.who, pressed, wrap_up(Some("solved"))).await.unwrap();
        assert_eq!(notes().await, 1, "a repeat notes nothing twice");
    }
    let again = ada.ask(wrap_up(Some("solved"))).await.unwrap_err();
    assert_eq!((again.reason, again.message.contains("wrapped up already")), (Reason::WrongMoment, true));
    assert_eq!(notes().await, 1);
    let mut bo = Desk::ready(&house, "bo").await;
    assert_eq!(bo.ask(wrap_up(Some("solved"))).await.unwrap_err().reason, Reason::NotFound, "it never was bo's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rank_is_the_same_wherever_it_is_shown() {
    let house = open(&memory()).await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    cy.until_ahead(0).await;
    let bo = supervisor("bo");
    house.command(&bo, request(), DeskCommand::Prioritise(interaction, Priority(7), "waits too long".into())).await.unwrap();
    let waits = house.explain(&"acme".into(), interaction, Some(&"ada".into())).await.unwrap().waiting.unwrap();
    assert_eq!((waits.why_not, waits.steps.len()), (Some(segue_router::Excluded::SignedOut), 0));
    let unknown = house.explain(&"acme".into(), interaction, Some(&"zoe".into())).await.unwrap_err();
    assert_eq!(unknown.reason, Reason::NotFound);
    let pop = Desk::ready(&house, "ada").await.offer().await.pop;
    assert_eq!((waits.priority, waits.priority_why), (pop.queue.priority.0, pop.queue.priority_why.clone()));
    assert_eq!((pop.queue.priority, pop.queue.priority_why.as_str()), (Priority(7), "changed by a supervisor"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_session_was_moved_away_from_nothing_is_heard() {
    let house = open(&memory()).await;
    for (from, to) in [(Channel::Chat, Channel::App), (Channel::App, Channel::Chat), (Channel::App, Channel::App)] {
        let cy = Caller::start_on(&house, customer("cy"), from).await;
        house.view(&cy.who, cy.session, Some(cy.leg)).await.unwrap();
        let elsewhere = Caller { house: house.clone(), who: cy.who.clone(), session: cy.session, leg: LegId(fresh()) };
        elsewhere.order(Command::Move { leg: elsewhere.arriving(to), by: Claim::SignedIn }).await.unwrap();
        let told = house.view(&cy.who, cy.session, Some(cy.leg)).await.unwrap_err();
        assert_eq!(told.reason, Reason::AlreadyResumed, "{from:?} to {to:?}");
        house.view(&cy.who, cy.session, Some(elsewhere.leg)).await.unwrap();
        let late = house.say(&cy.who, cy.session, cy.leg, request(), text("hello?")).await.unwrap_err();
        assert_eq!(late.reason, Reason::WrongMoment);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_by_a_code_reads_what_is_said_from_there_on() {
    let house = open(&memory()).await;
    let cy = Caller::start(&house, "cy").await;
    cy.say("my number is 4711").await;
    let code = cy.order(Command::GiveHandle(HandleKind::Code, vec![])).await.unwrap().handles.remove(0).value;
    let eve = Caller { house: house.clone(), who: visitor("eve"), session: cy.session, leg: LegId(fresh()) };
    let attach = Command::Attach { leg: eve.arriving(Channel::Chat), by: Claim::SameLeg };
    let target = Target::Code { code, from: "198.51.100.7".into() };
    house.order(&eve.who, Order { request: request(), target, command: attach }).await.unwrap();
    assert_eq!(read(&eve).await, Vec::<String>::new());
    cy.say("and now?").await;
    eve.say("it is dark").await;
    assert_eq!(read(&eve).await, ["and now?", "it is dark"]);
    assert_eq!(read(&cy).await, ["my number is 4711", "and now?", "it is dark"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_gets_the_ways_back_they_ask_for_though_they_dropped_out() {
    let house = open(&memory()).await;
    for (channel, drops) in [(Channel::Chat, false), (Channel::App, false), (Channel::Chat, true), (Channel::App, true)] {
        let eve = Caller::start_on(&house, visitor("eve"), channel).await;
        let given = if drops {
            eve.order(Command::Lose(eve.leg)).await.unwrap();
            eve.until_left().await;
            Vec::new()
        } else {
            eve.order(Command::Suspend(SuspendCause::Asked, Some(eve.leg), Vec::new())).await.unwrap().handles
        };
        for kind in [HandleKind::Link, HandleKind::Code] {
            let handle = match given.iter().find(|handle| handle.kind == kind) {
                Some(handle) => handle.clone(),
                None => eve.order(Command::GiveHandle(kind, vec![])).await.unwrap().handles.remove(0),
            };
            let target = match kind {
                HandleKind::Code => Target::Code { code: handle.value, from: format!("{channel:?} {drops}") },
                _ => Target::Link(handle.value),
            };
            let tab = Caller { house: house.clone(), who: visitor("another tab"), session: eve.session, leg: LegId(fresh()) };
            let resume = Command::Resume { leg: tab.arriving(Channel::Chat), by: Claim::SameLeg };
            let back = house.order(&tab.who, Order { request: request(), target, command: resume }).await;
            match kind {
                HandleKind::Link => drop(back.unwrap()),
                // All ways back from a suspension are used up together.
                _ => assert!(matches!(back.unwrap_err().reason, Reason::AlreadyResumed | Reason::HandleInvalid)),
            }
            if kind == HandleKind::Link && drops {
                break;
            }
        }
    }
}

/// A customer who is signed in, and reached at this number.
fn reached_at(name: &str, number: &str) -> Principal {
    let mut who = customer(name);
    if let Party::Customer(claims) = &mut who.party {
        claims.attributes.insert("phone".to_owned(), Private::new(number.into()));
        claims.attributes.insert("name".to_owned(), Private::new(name.to_uppercase().into()));
    }
    who
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_people_behind_one_number_are_candidates() {
    let house = open(&memory()).await;
    for name in ["dee", "al", "dee", "dee"] {
        Caller::start_on(&house, reached_at(name, "+33142685300"), Channel::App).await;
    }
    Caller::start_on(&house, reached_at("zoe", "+33142685399"), Channel::App).await;
    let eve = Caller { house: house.clone(), who: visitor("eve"), session: SessionId(fresh()), leg: LegId(fresh()) };
    let claimed = [("phone".to_owned(), Private::new("+33 1 42 68 53 00".into()))].into();
    let mut watch = house.watch(&eve.who, eve.session);
    eve.order(Command::Start { session: eve.session, leg: eve.arriving(Channel::Chat), journey: None, claimed }).await.unwrap();
    let recognised = async {
        while house.view(&eve.who, eve.session, None).await.unwrap().version < Version(2) {
            watch.wake.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(5), recognised).await.unwrap();
    eve.ask().await;
    let pop = Desk::ready(&house, "ada").await.offer().await.pop;
    let some: Vec<_> = pop.customer.candidates.iter().map(|c| (c.customer.as_str(), c.label.reveal().as_str(), c.score)).collect();
    assert_eq!(some, [("dee", "DEE", 60), ("al", "AL", 20)], "the likeliest first, and never for sure");
    assert_eq!((pop.customer.customer, pop.assurance.level), (None, AssuranceLevel::None));
    assert!(pop.history.is_empty(), "nobody's history is shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_wraps_up_has_their_own_part() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let first = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    cy.say("to Ada").await;
    ada.message().await;
    ada.ask(DeskCommand::Finish(first)).await.unwrap();
    ada.ask(DeskCommand::Say(cy.session, text("one thing more"))).await.expect("as long as nobody else is asked for");
    ada.ask(DeskCommand::Present("break".into())).await.unwrap();
    let mut bo = Desk::ready(&house, "bo").await;
    let second = cy.ask().await;
    let offer = bo.offer().await;
    assert_eq!(offer.interaction, second);
    bo.accept(offer.offer).await;
    cy.say("to Bo alone").await;
    bo.message().await;
    let not_theirs = [
        DeskCommand::Say(cy.session, text("me again")),
        DeskCommand::Park(cy.session, None),
        DeskCommand::Push(cy.session, "fault".into()),
        DeskCommand::Fill(cy.session, "number".into(), Private::new("1".into())),
    ];
    for command in not_theirs {
        assert_eq!(ada.ask(command.clone()).await.unwrap_err().reason, Reason::WrongMoment, "{command:?}");
    }
    let read = Desks::messages(&*house, &ada.who, cy.session, Seq(0), 200).await.unwrap();
    let said = |wanted: &str| read.iter().any(|(_, message)| message.body == text(wanted));
    assert!(said("to Ada") && !said("to Bo alone"));
    ada.ask(DeskCommand::Note(cy.session, Private::new("a cable".into()))).await.expect("their note is theirs");
    ada.ask(DeskCommand::WrapUp(first, Some("solved".into()), None)).await.unwrap();
    let heard =
        ada.entries.iter().any(|(_, entry)| matches!(entry, DeskEntry::Message(_, _, message) if message.body == text("to Bo alone")));
    assert!(!heard, "no copy went to Ada");
}
