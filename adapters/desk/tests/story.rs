//! An agent's day at the desk: offers, talk, a loss, two tabs.

mod ground;

use ground::{ack, error, ground, id, offer, said, sequences, session};
use segue_adapter_kit::testing::eventually;
use segue_adapter_kit::ws::Settings;
use segue_adapter_kit::{Ephemeral, QueueFigures};
use segue_session::store::Seq;
use segue_session::{AgentName, DeskCommand, DeskEvent, ExpectedWait, InteractionId, OfferId, Span, Time, WithdrawReason};
use serde_json::json;

#[tokio::test]
async fn a_welcome_says_who_and_what_there_is_to_choose_from() {
    let ground = ground(Settings::default()).await;
    let (mut client, welcome) = ground.hello(json!({ "protocol": 1, "token": "supervisor:eve" })).await;
    assert_eq!((&welcome["agent"], &welcome["supervisor"]), (&json!("eve"), &json!(true)));
    assert_eq!(welcome["directory"]["declineReasons"], json!(["busy"]));
    assert_eq!(welcome["directory"]["queues"][0]["codes"], json!(["solved"]));
    assert_eq!(welcome["directory"].get("colleagues"), None, "colleagues are asked for");
    assert_eq!(client.until("snapshot").await["agent"]["presence"], "ready");
    let directory = ack(&mut client, 1, json!({ "getDirectory": {} })).await["directory"].clone();
    assert_eq!(directory["colleagues"][0], json!({ "agent": "bob", "title": "Bob", "readiness": "READINESS_IDLE", "presence": "ready" }));
}

#[tokio::test]
async fn an_offer_comes_with_its_pop_in_one_frame() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    ground.desks.event("ada", offer(7));
    let entry = client.until("entry").await;
    let offered = &entry["offered"];
    assert_eq!((&entry["sequence"], &offered["offerId"]), (&json!("1"), &json!("7")));
    assert_eq!(offered["deadline"], "2023-11-14T22:13:40+00:00");
    assert_eq!(offered["pop"]["why"]["line"], "longest idle");
    ack(&mut client, 1, json!({ "accept": { "offerId": "7" } })).await;
    client.send(json!({ "shown": { "sequence": "1" } })).await;
    eventually("shown", || ground.desks.seen("ada") == Seq(1)).await;
    assert_eq!(ground.desks.commands(), [DeskCommand::Accept(OfferId(7))]);
}

#[tokio::test]
async fn a_lost_desk_gets_the_rest_and_nothing_twice() {
    let ground = ground(Settings::default()).await;
    let (mut client, welcome) = ground.hello(json!({ "protocol": 1, "token": "agent:ada" })).await;
    ground.desks.event("ada", offer(1));
    ground.desks.tell("ada", said(1, "hello"));
    client.until_that("entry", |entry| entry["sequence"] == "2").await;
    client.vanish();
    for n in 2..=5 {
        ground.desks.tell("ada", said(n, "are you there?"));
    }
    let resume = json!({ "epoch": welcome["epoch"], "sequence": "2" });
    let (mut back, welcome) = ground.hello(json!({ "protocol": 1, "token": "agent:ada", "resume": resume })).await;
    assert_eq!(welcome["continued"], true);
    ground.desks.tell("ada", said(6, "good"));
    back.until_that("entry", |entry| entry["sequence"] == "7").await;
    assert_eq!(sequences(back.heard()), [3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_desk_that_cannot_be_continued_gets_a_snapshot() {
    let ground = ground(Settings::default()).await;
    for n in 1..=3 {
        ground.desks.tell("ada", said(n, "hello"));
    }
    ground.desks.trim("ada");
    ground.desks.tell("ada", said(4, "hello"));
    let resume =
        |epoch: &str, sequence: &str| json!({ "protocol": 1, "token": "agent:ada", "resume": { "epoch": epoch, "sequence": sequence } });
    for (epoch, sequence, continued) in [("1", "3", true), ("1", "1", false), ("9", "3", false), ("1", "99", false)] {
        let (mut client, welcome) = ground.hello(resume(epoch, sequence)).await;
        assert_eq!(welcome["continued"].as_bool().unwrap_or_default(), continued, "epoch {epoch}, after {sequence}");
        if !continued {
            assert_eq!(client.until("snapshot").await["sequence"], "4");
        }
    }
    let why = WithdrawReason::Expired;
    ground.desks.event("ada", DeskEvent::Withdrawn { offer: OfferId(1), interaction: InteractionId(1), why });
    let (mut client, _) = ground.hello(resume("1", "4")).await;
    assert_eq!(client.until("entry").await["withdrawn"]["reason"], "WITHDRAW_REASON_EXPIRED");
}

#[tokio::test]
async fn a_desk_that_is_far_behind_gets_a_snapshot_in_place_of_hundreds_of_entries() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    ground.desks.down(true);
    for n in 1..=201 {
        ground.desks.tell("ada", said(n, "hello"));
    }
    ground.desks.down(false);
    let snapshot = client.until("snapshot").await;
    assert_eq!(snapshot["sequence"], "201");
    ground.desks.tell("ada", said(202, "hello"));
    assert_eq!(client.until("entry").await["sequence"], "202");
}

#[tokio::test]
async fn all_sockets_of_an_agent_get_everything_and_any_may_command() {
    let ground = ground(Settings::default()).await;
    let (mut one, mut two) = (ground.ada().await, ground.ada().await);
    assert_eq!(ground.desks.sockets("ada"), 2);
    ground.desks.event("ada", offer(1));
    one.until("entry").await;
    two.until("entry").await;
    ack(&mut two, 1, json!({ "decline": { "offerId": "1", "reason": "busy" } })).await;
    ack(&mut one, 2, json!({ "present": { "presence": "away" } })).await;
    one.vanish();
    eventually("one is gone", || ground.desks.sockets("ada") == 1).await;
}

#[tokio::test]
async fn a_newer_socket_of_a_tab_closes_the_older_and_no_other() {
    let ground = ground(Settings::default()).await;
    let hello = |tab: &str| json!({ "protocol": 1, "token": "agent:ada", "tab": tab });
    let (mut old, _) = ground.hello(hello("left")).await;
    let (mut right, _) = ground.hello(hello("right")).await;
    let (mut bob, _) = ground.hello(json!({ "protocol": 1, "token": "agent:bob", "tab": "left" })).await;
    let (mut new, _) = ground.hello(hello("left")).await;
    assert_eq!(old.closed().await, 4007);
    for client in [&mut right, &mut bob, &mut new] {
        client.send(json!({ "ping": {} })).await;
        client.until("pong").await;
    }
}

#[tokio::test]
async fn talk_goes_both_ways_with_typing_and_receipts() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    ground.desks.tell("ada", said(1, "hello"));
    let message = client.until("entry").await["message"].clone();
    assert_eq!(message["message"]["body"]["text"]["text"], "hello");
    assert_eq!(message["message"]["speaker"]["customer"].get("legId"), None, "the leg's id is the customer's way back");
    let say = json!({ "say": { "sessionId": id(1), "body": { "quickReplies": { "text": "Which?", "replies": ["this", "that"] } } } });
    assert_eq!(ack(&mut client, 1, say).await["said"]["sequence"], "1");
    client.send(json!({ "typing": { "sessionId": id(1), "on": true } })).await;
    client.send(json!({ "read": { "sessionId": id(1), "upTo": "1" } })).await;
    let ada = || Some(AgentName::new("ada"));
    let passed = [
        (session(1), Ephemeral::Delivered { agent: ada(), up_to: Seq(1) }),
        (session(1), Ephemeral::Typing { agent: ada(), on: true }),
        (session(1), Ephemeral::Read { agent: ada(), up_to: Seq(1) }),
    ];
    eventually("all is passed on", || ground.desks.passed() == passed).await;
    ground.desks.pass_on("ada", session(1), Ephemeral::Typing { agent: None, on: true });
    ground.desks.pass_on("ada", session(1), Ephemeral::Read { agent: None, up_to: Seq(1) });
    assert_eq!(client.until("typing").await, json!({ "sessionId": id(1), "on": true }));
    assert_eq!(client.until("receipt").await, json!({ "sessionId": id(1), "upTo": "1", "kind": "RECEIPT_KIND_READ" }));
}

#[tokio::test]
async fn every_command_reaches_the_house_as_it_was_meant() {
    let ground = ground(Settings::default()).await;
    let (mut client, _) = ground.hello(json!({ "protocol": 1, "token": "supervisor:eve" })).await;
    let (s, i) = (id(1), id(2));
    for (n, frame) in (1..).zip([
        json!({ "present": { "presence": "ready" } }),
        json!({ "presentNext": { "presence": "away" } }),
        json!({ "presentNext": {} }),
        json!({ "accept": { "offerId": "3" } }),
        json!({ "decline": { "offerId": "3" } }),
        json!({ "finish": { "interactionId": i } }),
        json!({ "wrapUp": { "interactionId": i, "code": "solved", "note": "well" } }),
        json!({ "extend": { "interactionId": i } }),
        json!({ "transferToQueue": { "interactionId": i, "queue": "sales", "note": "wants more" } }),
        json!({ "transferToAgent": { "interactionId": i, "agent": "bob" } }),
        json!({ "say": { "sessionId": s, "body": { "text": { "text": "hello" } } } }),
        json!({ "addNote": { "sessionId": s, "text": "kind" } }),
        json!({ "park": { "sessionId": s } }),
        json!({ "identify": { "sessionId": s, "customerId": "ana" } }),
        json!({ "identify": { "sessionId": s } }),
        json!({ "fillAnswer": { "sessionId": s, "fieldId": "since", "value": "today" } }),
        json!({ "pushJourney": { "sessionId": s, "journey": "survey" } }),
        json!({ "prioritise": { "interactionId": i, "priority": 5, "reason": "a regular" } }),
        json!({ "requeue": { "interactionId": i, "reason": "wrong queue" } }),
        json!({ "forcePresence": { "agent": "bob", "presence": "away", "reason": "went home" } }),
    ]) {
        ack(&mut client, n, frame).await;
    }
    let shown: Vec<_> = ground.desks.commands().iter().map(|command| serde_json::to_string(command).unwrap()).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[tokio::test]
async fn repeats_are_done_once_and_signing_out_closes() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    for _ in 0..2 {
        ack(&mut client, 1, json!({ "accept": { "offerId": "1" } })).await;
    }
    assert_eq!(error(&mut client, 1, json!({ "accept": { "offerId": "2" } })).await["reason"], "REQUEST_ID_REUSED");
    assert_eq!(ground.desks.commands().len(), 1);
    ack(&mut client, 2, json!({ "signOut": {} })).await;
    assert_eq!(client.closed().await, 4012);
}

#[tokio::test]
async fn a_transcript_is_given_by_the_page() {
    let ground = ground(Settings::default()).await;
    let transcript = (1..=5).map(|n| match said(n, "hello") {
        segue_adapter_kit::DeskEntry::Message(_, seq, message) => (seq, message),
        segue_adapter_kit::DeskEntry::Event(_) => unreachable!("a message"),
    });
    ground.desks.transcript(transcript.collect());
    let mut client = ground.ada().await;
    let page = ack(&mut client, 1, json!({ "listMessages": { "sessionId": id(1), "after": "1", "pageSize": 3 } })).await;
    let numbers: Vec<_> = page["messages"]["messages"].as_array().unwrap().iter().map(|m| m["sequence"].clone()).collect();
    assert_eq!(numbers, ["2", "3", "4"]);
}

#[tokio::test]
async fn a_supervisor_hears_how_queues_and_agents_stand_and_then_what_changes() {
    let ground = ground(Settings::default()).await;
    let (mut eve, _) = ground.hello(json!({ "protocol": 1, "token": "supervisor:eve" })).await;
    let whole = eve.until("figures").await;
    assert_eq!((&whole["queues"][0]["queue"], &whole["agents"][0]["agent"]), (&json!("faults"), &json!("bob")));
    let expected_wait = Some(ExpectedWait { p50: Span::seconds(60), p90: Span::seconds(180) });
    ground.desks.stands(QueueFigures { waiting: 3, since: Some(Time(0)), on_duty: 2, idle: 0, expected_wait });
    let changed = eve.until_that("figures", |figures| figures["queues"][0]["waiting"] == 3).await;
    assert_eq!(changed["queues"][0]["expectedWait"], json!({ "p50Seconds": 60, "p90Seconds": 180 }));
    assert_eq!(changed.get("agents"), None, "they stand as they did");
    let mut ada = ground.ada().await;
    ground.desks.event("ada", offer(1));
    ada.until("entry").await;
    assert!(ada.heard().iter().all(|frame| frame.get("figures").is_none()), "figures are for supervisors");
}
