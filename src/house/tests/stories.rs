use super::harness::{Caller, Desk, agent, customer, memory, open, request, supervisor};
use segue_adapter_kit::{DeskEntry, DeskStart, Desks, House, Order, Resume, Target};
use segue_session::store::Seq;
use segue_session::{
    Channel, Command, DeskCommand, DeskEvent, HandleKind, LegId, MessageBody, Phase, Private, Reason, SuspendCause, WithdrawReason,
};

fn text(text: &str) -> MessageBody {
    MessageBody::Text(Private::new(text.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_from_the_first_word_to_the_wrap_up_code() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    cy.say("my line is dead").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    assert_eq!((offer.interaction, offer.pop.session), (interaction, cy.session));
    assert!(offer.pop.why.line.starts_with("Ada: idle"), "{}", offer.pop.why.line);
    assert_eq!(cy.phase().await, Phase::Offered("ada".into()));
    ada.accept(offer.offer).await;
    assert_eq!(cy.phase().await, Phase::Assigned("ada".into()));
    cy.say("are you there?").await;
    let (session, seq, said) = ada.message().await;
    assert_eq!((session, said.as_str()), (cy.session, "are you there?"));
    let before = Desks::messages(&*house, &ada.who, cy.session, Seq(0), 200).await;
    assert!(before.unwrap().len() as u64 >= seq.0, "the whole transcript is at hand, what was said before included");
    ada.ask(DeskCommand::Say(cy.session, text("I am"))).await.unwrap();
    let told = House::messages(&*house, &cy.who, cy.session, seq, 200).await.unwrap();
    assert!(told.iter().any(|(_, message)| message.body == text("I am")));
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    let refused = ada.ask(DeskCommand::WrapUp(interaction, None, None)).await.unwrap_err();
    assert_eq!(refused.reason, Reason::CodeRequired);
    ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), Some(Private::new("reset".into())))).await.unwrap();
    cy.until("over", |phase| matches!(phase, Phase::Ended | Phase::WrappingUp(_))).await;
    let explained = house.explain(&"acme".into(), interaction, None).await.unwrap();
    assert_eq!((explained.offers.len(), explained.offers[0].agent.as_str()), (1, "ada"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_in_line_outlives_a_suspension() {
    let house = open(&memory()).await;
    let mut first = Caller::start(&house, "first").await;
    first.ask().await;
    let second = Caller::start(&house, "second").await;
    second.ask().await;
    first.until_ahead(0).await;
    second.until_ahead(1).await;
    first.order(Command::Suspend(SuspendCause::Asked, Some(first.leg), Vec::new())).await.unwrap();
    first.until("suspended", |phase| *phase == Phase::Suspended).await;
    first.resume(Channel::App).await.unwrap();
    first.until("back in line", |phase| *phase == Phase::Waiting).await;
    first.until_ahead(0).await;
    second.until_ahead(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_by_telephone_has_their_agent_though_she_wraps_up() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let mut cy = Caller::start_on(&house, customer("cy"), Channel::Voice).await;
    cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let next = Caller::start_on(&house, customer("next"), Channel::Voice).await;
    next.ask().await;
    cy.order(Command::Suspend(SuspendCause::Asked, Some(cy.leg), Vec::new())).await.unwrap();
    cy.until("suspended", |phase| *phase == Phase::Suspended).await;
    cy.resume(Channel::Voice).await.unwrap();
    let again = ada.offer().await;
    assert_eq!(again.pop.session, cy.session, "her wrap-up fills her capacity, and she goes on where she was");
    assert_eq!(next.phase().await, Phase::Waiting);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decline_and_a_second_agent() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    let offer = ada.offer().await;
    let mut bo = Desk::ready(&house, "bo").await;
    let unknown = ada.ask(DeskCommand::Decline(offer.offer, Some("no time".into()))).await.unwrap_err();
    assert_eq!(unknown.reason, Reason::NotFound);
    ada.ask(DeskCommand::Decline(offer.offer, Some("not my skill".into()))).await.unwrap();
    let again = bo.offer().await;
    assert_eq!(again.interaction, offer.interaction);
    let late = ada.ask(DeskCommand::Accept(offer.offer)).await.unwrap_err();
    assert_eq!(late.reason, Reason::OfferEnded);
    bo.accept(again.offer).await;
    ada.until("withdrawn", |entry| match entry {
        DeskEntry::Event(event) => matches!(event.as_ref(), DeskEvent::Withdrawn { why: WithdrawReason::Declined, .. }).then_some(()),
        DeskEntry::Message(..) => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_comes_back_misses_nothing_and_hears_nothing_twice() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    cy.say("one").await;
    assert_eq!(ada.message().await.2, "one");
    let resume = Resume { epoch: ada.connection.epoch, seq: ada.seen };
    drop(ada);
    cy.say("two").await;
    cy.say("three").await;
    let mut ada = Desk::hello(&house, agent("ada"), Some(resume)).await;
    assert_eq!(ada.message().await.2, "two");
    assert_eq!(ada.message().await.2, "three");
    let mut second = Desk::hello(&house, agent("ada"), None).await;
    let DeskStart::Snapshot(snapshot) = second.connection.start.clone() else { panic!("a new desk gets all of it") };
    let texts: Vec<_> = snapshot.assignments[0].messages.iter().filter(|(_, m)| matches!(m.body, MessageBody::Text(_))).collect();
    assert_eq!(texts.len(), 3);
    cy.say("four").await;
    assert_eq!(ada.message().await.2, "four", "every socket of an agent hears everything");
    assert_eq!(second.message().await.2, "four");
    assert_eq!(second.name().as_str(), "ada");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_over_with_words() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let mut bo = Desk::ready(&house, "bo").await;
    let words = Some(Private::new("router was reset".to_owned()));
    ada.ask(DeskCommand::TransferToAgent(interaction, "bo".into(), words.clone())).await.unwrap();
    let offer = bo.offer().await;
    let handed = bo.until("the pop with the words", |entry| match entry {
        DeskEntry::Event(event) => match event.as_ref() {
            DeskEvent::Updated(pop) => pop.transfers.last().map(|transfer| (transfer.from.clone(), transfer.note.clone())),
            _ => None,
        },
        DeskEntry::Message(..) => None,
    });
    assert_eq!(handed.await, ("ada".into(), words));
    bo.accept(offer.offer).await;
    assert_eq!(cy.phase().await, Phase::Assigned("bo".into()));
    let stranger = Desks::messages(&*house, &agent("nobody"), cy.session, Seq(0), 10).await.unwrap_err();
    assert_eq!(stranger.reason, Reason::NotFound);
    assert!(Desks::messages(&*house, &supervisor("sue"), cy.session, Seq(0), 10).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_transfer_that_was_refused_nobody_is_told() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let refused = ada.ask(DeskCommand::TransferToAgent(interaction, "nobody".into(), None)).await.unwrap_err();
    assert_eq!(refused.reason, Reason::NotFound);
    let empty = Some(Private::new(" ".to_owned()));
    let refused = ada.ask(DeskCommand::TransferToAgent(interaction, "bo".into(), empty)).await.unwrap_err();
    assert_eq!(refused.reason, Reason::InvalidArgument);
    assert_eq!(cy.phase().await, Phase::Assigned("ada".into()), "nor does it happen without its words");
    let told = House::messages(&*house, &cy.who, cy.session, Seq(0), 200).await.unwrap();
    let transferred = |body: &MessageBody| matches!(body, MessageBody::Notice { key, .. } if key == "transferred");
    assert!(!told.iter().any(|(_, message)| transferred(&message.body)), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_racing_resumes_wins() {
    let house = open(&memory()).await;
    let cy = Caller::start(&house, "cy").await;
    let given = cy.order(Command::GiveHandle(HandleKind::Link, vec![])).await.unwrap().handles;
    cy.order(Command::Suspend(SuspendCause::Asked, Some(cy.leg), Vec::new())).await.unwrap();
    let claims: Vec<_> = (0..16)
        .map(|_| {
            let (house, link) = (house.clone(), given[0].value.clone());
            tokio::spawn(async move {
                let leg =
                    segue_session::Arriving { leg: LegId(super::harness::fresh()), channel: Channel::Chat, address: None, language: None };
                let command = Command::Resume { leg, by: segue_session::Claim::SameLeg };
                house.order(&customer("cy"), Order { request: request(), target: Target::Link(link), command }).await
            })
        })
        .collect();
    let mut won = 0;
    for claim in claims {
        match claim.await.unwrap() {
            Ok(_) => won += 1,
            Err(refusal) => {
                assert!(matches!(refusal.reason, Reason::AlreadyResumed | Reason::HandleInvalid | Reason::VersionConflict), "{refusal:?}")
            }
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_is_answered_as_the_first_time() {
    let house = open(&memory()).await;
    let cy = Caller::start(&house, "cy").await;
    let name = request();
    let first = cy.order_as(name, Command::GiveHandle(HandleKind::Code, vec![])).await.unwrap();
    let again = cy.order_as(name, Command::GiveHandle(HandleKind::Code, vec![])).await.unwrap();
    assert_eq!((first.handles, first.repeat, again.repeat), (again.handles.clone(), false, true));
    let suspend = request();
    let command = Command::Suspend(SuspendCause::Asked, Some(cy.leg), Vec::new());
    cy.order_as(suspend, command.clone()).await.unwrap();
    assert!(cy.order_as(suspend, command).await.unwrap().repeat, "though a suspended session cannot be suspended");
    let other = cy.order_as(suspend, Command::GiveHandle(HandleKind::Code, vec![])).await.unwrap_err();
    assert_eq!(other.reason, Reason::RequestIdReused);
    let mut ada = Desk::ready(&house, "ada").await;
    let dee = Caller::start(&house, "dee").await;
    dee.ask().await;
    let offer = ada.offer().await;
    let accept = request();
    house.command(&ada.who, accept, DeskCommand::Accept(offer.offer)).await.unwrap();
    house.command(&ada.who, accept, DeskCommand::Accept(offer.offer)).await.unwrap();
    let reused = house.command(&ada.who, accept, DeskCommand::Finish(offer.interaction)).await.unwrap_err();
    assert_eq!(reused.reason, Reason::RequestIdReused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_is_answered_though_one_might_not_do_it_any_more() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let (say, note, said) = (request(), request(), request());
    let spoken = DeskCommand::Say(cy.session, text("one moment"));
    let noted = DeskCommand::Note(cy.session, Private::new("calls back".into()));
    let first = house.command(&ada.who, say, spoken.clone()).await.unwrap();
    house.command(&ada.who, note, noted.clone()).await.unwrap();
    let place = house.say(&cy.who, cy.session, cy.leg, said, text("bye")).await.unwrap();
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
    assert_eq!(house.command(&ada.who, say, spoken).await.unwrap().message, first.message);
    house.command(&ada.who, note, noted.clone()).await.unwrap();
    let new = house.command(&ada.who, request(), noted).await.unwrap_err();
    assert_eq!(new.reason, Reason::NotFound, "nothing new is done");
    let again = house.say(&cy.who, cy.session, LegId(super::harness::fresh()), said, text("bye")).await.unwrap();
    assert_eq!((again.seq, place.repeat, again.repeat), (place.seq, false, true), "from another leg, too, in a session that is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_who_is_no_agent_watches_and_takes_no_offers() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let mut sue = Desk::hello(&house, supervisor("sue"), None).await;
    let stir = sue.connection.stir.as_mut().expect("a supervisor hears when something stirs");
    stir.mark_unchanged();
    let cy = Caller::start(&house, "cy").await;
    cy.ask().await;
    stir.changed().await.unwrap();
    ada.offer().await;
    let directory = house.directory(&sue.who).await.unwrap();
    let figures = directory.queues[0].figures.unwrap();
    assert_eq!((figures.waiting, figures.on_duty, figures.idle), (0, 1, 0));
    assert_eq!(house.colleagues(&sue.who).await.unwrap().len(), 2, "everybody is a colleague");
    assert_eq!(sue.ask(DeskCommand::Present("ready".into())).await.unwrap_err().reason, Reason::PermissionDenied);
    sue.ask(DeskCommand::Force("ada".into(), "break".into(), "for the test".into())).await.unwrap();
    sue.ask(DeskCommand::SignOut).await.unwrap();
    let stranger = house.hello(&agent("zoe"), None).await.err().unwrap();
    assert_eq!(stranger.reason, Reason::PermissionDenied);
    assert!(ada.connection.stir.is_none(), "agents are not told of every stir");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_told_how_long_and_the_agent_what_they_were_told() {
    let house = open(&memory()).await;
    let wait_of = async |caller: &Caller| house.view(&caller.who, caller.session, None).await.unwrap().line.unwrap().expected_wait;
    let first = Caller::start(&house, "first").await;
    first.ask().await;
    assert_eq!(wait_of(&first).await, None, "nobody is here, so nobody can tell");
    let mut ada = Desk::ready(&house, "ada").await;
    let handle = async |ada: &mut Desk, interaction| {
        ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
        ada.ask(DeskCommand::WrapUp(interaction, Some("solved".into()), None)).await.unwrap();
    };
    let offer = ada.offer().await;
    assert_eq!(offer.pop.queue.told, None);
    ada.accept(offer.offer).await;
    // From here on the router knows how long one takes.
    handle(&mut ada, offer.interaction).await;
    let mut held = Vec::new();
    for name in ["one", "two", "three"] {
        Caller::start(&house, name).await.ask().await;
        let offer = ada.offer().await;
        ada.accept(offer.offer).await;
        held.push(offer.interaction);
    }
    let waits = Caller::start(&house, "waits").await;
    waits.ask().await;
    let told = wait_of(&waits).await.expect("it is known by now");
    assert!(told.p50 <= told.p90 && told.p90.0 % 60_000 == 0, "{told:?}");
    handle(&mut ada, held[0]).await;
    assert_eq!(ada.offer().await.pop.queue.told, Some(told), "the agent sees what the customer was told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_puts_in_a_word_and_leaves_the_rest_to_the_agent() {
    let house = open(&memory()).await;
    let mut ada = Desk::ready(&house, "ada").await;
    let cy = Caller::start(&house, "cy").await;
    let interaction = cy.ask().await;
    let offer = ada.offer().await;
    ada.accept(offer.offer).await;
    let sue = supervisor("sue");
    let ask = |command| house.command(&sue, request(), command);
    ask(DeskCommand::Say(cy.session, text("sue here"))).await.unwrap();
    ask(DeskCommand::Note(cy.session, Private::new("heard".into()))).await.unwrap();
    for agents_own in [
        DeskCommand::Park(cy.session, None),
        DeskCommand::Identify(cy.session, Some("dee".into())),
        DeskCommand::Fill(cy.session, "name".into(), Private::new("Dee".into())),
        DeskCommand::Push(cy.session, "form".into()),
    ] {
        assert_eq!(ask(agents_own).await.unwrap_err().reason, Reason::PermissionDenied);
    }
    ada.ask(DeskCommand::Finish(interaction)).await.unwrap();
    cy.order(Command::Close("solved".into())).await.unwrap();
    let late = ask(DeskCommand::Say(cy.session, text("one more thing"))).await.unwrap_err();
    assert_eq!(late.reason, Reason::SessionClosed);
    let late = ada.ask(DeskCommand::Say(cy.session, text("bye"))).await.unwrap_err();
    assert_eq!(late.reason, Reason::SessionClosed, "while the agent wraps up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_the_link_after_the_code_let_another_in_is_told_where() {
    let house = open(&memory()).await;
    let cy = Caller::start(&house, "cy").await;
    let mut given = Vec::new();
    for kind in [HandleKind::Code, HandleKind::Link] {
        given.extend(cy.order(Command::GiveHandle(kind, vec![])).await.unwrap().handles.into_iter().map(|handle| handle.value));
    }
    cy.order(Command::Suspend(SuspendCause::Asked, Some(cy.leg), Vec::new())).await.unwrap();
    let resume = |target, channel| {
        let leg = segue_session::Arriving { leg: LegId(super::harness::fresh()), channel, address: None, language: None };
        let command = Command::Resume { leg, by: segue_session::Claim::SameLeg };
        house.order(&cy.who, Order { request: request(), target, command })
    };
    let code = Target::Code { code: given[0].clone(), from: "198.51.100.7".into() };
    resume(code, Channel::Chat).await.unwrap();
    let late = resume(Target::Link(given[1].clone()), Channel::App).await.unwrap_err();
    assert_eq!(late.reason, Reason::AlreadyResumed);
    assert_eq!(late.about.iter().find(|(key, _)| key == "channel").map(|(_, value)| value.as_str()), Some("chat"));
}
