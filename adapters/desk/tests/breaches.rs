//! What a desk may do wrong, and how each ends. What it shares with the chat is examined there; here is what is its own.

mod ground;

use ground::{ack, error, ground, id, said};
use segue_adapter_desk::{PATH, parse_client_frame};
use segue_adapter_kit::testing::{Client, eventually};
use segue_adapter_kit::ws::Settings;
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_hello_that_does_not_hold_is_told_why_and_closed() {
    let ground = ground(Settings::default()).await;
    let hello = |hello| json!({ "hello": hello });
    for (frame, reason, code) in [
        (json!({ "id": id(1), "signOut": {} }), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 1 })), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 7, "token": "agent:ada" })), "INVALID_ARGUMENT", 4005),
        (hello(json!({ "protocol": 1, "token": "forged" })), "UNAUTHENTICATED", 4003),
        (hello(json!({ "protocol": 1, "token": "customer:ana" })), "PERMISSION_DENIED", 4004),
        (hello(json!({ "protocol": 1, "token": "admin:root" })), "PERMISSION_DENIED", 4004),
        (hello(json!({ "protocol": 1, "token": "agent:ada", "tab": "x".repeat(129) })), "INVALID_ARGUMENT", 4002),
    ] {
        let mut client = ground.client().await;
        client.send(frame.clone()).await;
        assert_eq!(client.until("error").await["refusal"]["reason"], reason, "{frame}");
        assert_eq!(client.closed().await, code, "{frame}");
    }
}

#[tokio::test]
async fn a_house_without_its_store_is_told_and_closed_at_hello() {
    let ground = ground(Settings::default()).await;
    ground.desks.down(true);
    let mut client = ground.client().await;
    client.send(json!({ "hello": { "protocol": 1, "token": "agent:ada" } })).await;
    assert_eq!(client.until("error").await["refusal"]["reason"], "UNAVAILABLE");
    assert_eq!(client.closed().await, 4011);
}

#[tokio::test]
async fn the_socket_stays_while_the_store_is_out_of_reach() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    ground.desks.down(true);
    assert_eq!(error(&mut client, 1, json!({ "accept": { "offerId": "1" } })).await["reason"], "UNAVAILABLE");
    ground.desks.tell("ada", said(1, "patience"));
    ground.desks.down(false);
    client.until("entry").await;
    ack(&mut client, 1, json!({ "accept": { "offerId": "1" } })).await;
}

#[tokio::test]
async fn every_field_is_held_to_its_limit_by_name() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    let long = |n: usize| "x".repeat(n);
    let cases = [
        (json!({ "present": {} }), "present.presence"),
        (json!({ "present": { "presence": long(129) } }), "present.presence"),
        (json!({ "presentNext": { "presence": long(129) } }), "present_next.presence"),
        (json!({ "decline": { "offerId": "1", "reason": long(129) } }), "decline.reason"),
        (json!({ "finish": {} }), "finish.interaction_id"),
        (json!({ "wrapUp": { "interactionId": id(1), "code": long(129) } }), "wrap_up.code"),
        (json!({ "wrapUp": { "interactionId": id(1), "note": long((16 << 10) + 1) } }), "wrap_up.note"),
        (json!({ "transferToQueue": { "interactionId": id(1), "queue": "a b" } }), "transfer_to_queue.queue"),
        (json!({ "transferToAgent": { "interactionId": id(1) } }), "transfer_to_agent.agent"),
        (json!({ "say": { "sessionId": id(1) } }), "say.body"),
        (json!({ "say": { "sessionId": id(1), "body": { "notice": { "key": "resumed" } } } }), "say.body.notice"),
        (json!({ "addNote": { "sessionId": id(1) } }), "add_note.text"),
        (json!({ "addNote": { "sessionId": id(1), "text": "a\u{1b}[2Jb" } }), "add_note.text"),
        (json!({ "park": { "sessionId": id(1), "note": "a\u{0}b" } }), "park.note"),
        (json!({ "requeue": { "interactionId": id(1), "reason": "so \u{202e}it be" } }), "requeue.reason"),
        (json!({ "park": { "sessionId": "x" } }), "park.session_id"),
        (json!({ "fillAnswer": { "sessionId": id(1) } }), "fill_answer.field_id"),
        (json!({ "pushJourney": { "sessionId": id(1) } }), "push_journey.journey"),
        (json!({ "listMessages": { "sessionId": id(1), "pageSize": -1 } }), "list_messages.page_size"),
        (json!({ "prioritise": { "interactionId": id(1) } }), "prioritise.reason"),
        (json!({ "requeue": { "interactionId": id(1), "reason": long(257) } }), "requeue.reason"),
        (json!({ "forcePresence": {} }), "force_presence.agent"),
        (json!({ "refresh": {} }), "refresh.token"),
        (json!({ "hello": {} }), "hello"),
        (json!({ "dance": {} }), "frame"),
    ];
    for (n, (frame, field)) in (10..).zip(cases) {
        let refused = error(&mut client, n, frame.clone()).await;
        assert_eq!((&refused["reason"], &refused["metadata"]["field"]), (&json!("INVALID_ARGUMENT"), &json!(field)), "{frame}");
        ack(&mut client, n + 1000, json!({ "getDirectory": {} })).await;
    }
    assert!(ground.desks.commands().is_empty(), "a refusal changes nothing");
}

#[tokio::test]
async fn an_agent_does_not_supervise() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    let refused = error(&mut client, 1, json!({ "requeue": { "interactionId": id(1), "reason": "please" } })).await;
    assert_eq!(refused["reason"], "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_token_ends_the_socket_unless_it_is_refreshed_by_the_same_agent() {
    let ground = ground(Settings::default()).await;
    ground.doors.last(Duration::from_millis(400));
    let (mut kept, mut left) = (ground.ada().await, ground.ada().await);
    ground.doors.last(Duration::from_secs(3600));
    assert_eq!(error(&mut kept, 1, json!({ "refresh": { "token": "agent:bob" } })).await["reason"], "PERMISSION_DENIED");
    assert_eq!(error(&mut kept, 2, json!({ "refresh": { "token": "supervisor:ada" } })).await["reason"], "PERMISSION_DENIED");
    ack(&mut kept, 3, json!({ "refresh": { "token": "agent:ada" } })).await;
    assert_eq!(left.closed().await, 4006);
    kept.send(json!({ "ping": {} })).await;
    kept.until("pong").await;
}

#[tokio::test]
async fn a_draining_node_says_move_then_closes_and_takes_nobody_new() {
    let ground = ground(Settings { move_grace: SHORT, ..Settings::default() }).await;
    let mut client = ground.ada().await;
    ground.drain.begin();
    client.until("move").await;
    ground.desks.tell("ada", said(1, "one more"));
    client.until("entry").await;
    assert_eq!(client.closed().await, 4000);
    assert_eq!(Client::try_open(ground.address, PATH, &[]).await.err(), Some(503));
    eventually("the desk is gone", || ground.desks.sockets("ada") == 0).await;
}

#[tokio::test]
async fn a_slow_desk_is_closed_and_gets_the_rest_on_its_return() {
    let ground = ground(Settings { slow: SHORT, ..Settings::default() }).await;
    let (mut slow, welcome) = ground.hello(json!({ "protocol": 1, "token": "agent:ada" })).await;
    slow.until("snapshot").await;
    let text = "x".repeat(16 << 10);
    let mut count = 0;
    while ground.desks.sockets("ada") > 0 {
        count += 1;
        ground.desks.tell("ada", said(count, &text));
        tokio::task::yield_now().await;
    }
    drop(slow);
    let hello = json!({ "protocol": 1, "token": "agent:ada", "resume": { "epoch": welcome["epoch"], "sequence": "0" } });
    let (mut back, welcome) = ground.hello(hello).await;
    assert_eq!(welcome.get("continued"), None, "more than 200 entries are a snapshot");
    assert_eq!(back.until("snapshot").await["sequence"], count.to_string());
}

#[tokio::test]
async fn binary_and_garbled_frames_end_the_socket() {
    let ground = ground(Settings::default()).await;
    let mut client = ground.ada().await;
    client.send_raw(Message::binary(vec![0])).await;
    assert_eq!(client.closed().await, 1003);
    let mut client = ground.ada().await;
    for _ in 0..Settings::default().garbled {
        client.send_raw(Message::text("{")).await;
    }
    assert_eq!(client.closed().await, 4010);
}

mod any_text {
    use super::parse_client_frame;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parses_or_is_refused(text in "\\PC{0,200}") {
            let _ = parse_client_frame(&text);
        }
        #[test]
        fn any_field_of_any_kind(
            name in "(id|hello|accept|say|read|wrapUp|prioritise|listMessages|shown)",
            inner in "(offerId|sessionId|body|upTo|priority|pageSize|sequence|text)",
            value in "(null|true|-1|1e308|1.5|\"\"|\"7\"|\"-7\"|\\[\\]|\\{\\}|99999999999999999999)",
        ) {
            let _ = parse_client_frame(&format!("{{\"{name}\":{{\"{inner}\":{value}}}}}"));
            let _ = parse_client_frame(&format!("{{\"{name}\":{value}}}"));
        }
    }
}
