//! What a page may do wrong, and how each ends.

mod ground;

use ground::{Ground, ack, error, ground, id};
use segue_adapter_chat::{PATH, SUBPROTOCOL, parse_client_frame};
use segue_adapter_kit::testing::{Client, eventually};
use segue_adapter_kit::ws::{Places, Settings};
use segue_session::Command;
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

const SHORT: Duration = Duration::from_millis(100);

async fn usual() -> Ground {
    ground(Settings::default()).await
}

/// The reason told, and the code closed with, after one first frame.
async fn first(frame: serde_json::Value) -> (String, u16) {
    let ground = usual().await;
    let mut client = ground.client().await;
    client.send(frame).await;
    let reason = client.until("error").await["refusal"]["reason"].as_str().unwrap_or_default().to_owned();
    (reason, client.closed().await)
}

#[tokio::test]
async fn a_hello_that_does_not_hold_is_told_why_and_closed() {
    let hello = |hello| json!({ "hello": hello });
    for (frame, reason, code) in [
        (json!({ "ping": {} }), "INVALID_ARGUMENT", 4002),
        (json!({ "hello": 7 }), "INVALID_ARGUMENT", 4002),
        (json!({}), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 1 })), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 2, "token": "customer:ana" })), "INVALID_ARGUMENT", 4005),
        (hello(json!({ "protocol": 1, "token": "forged" })), "UNAUTHENTICATED", 4003),
        (hello(json!({ "protocol": 1, "widget": "nobody's" })), "UNAUTHENTICATED", 4003),
        (hello(json!({ "protocol": 1, "token": "customer:ana@phone", "device": "browser" })), "UNAUTHENTICATED", 4003),
        (hello(json!({ "protocol": 1, "token": "agent:ada" })), "PERMISSION_DENIED", 4004),
        (hello(json!({ "protocol": 1, "widget": "widget", "channel": "CHANNEL_APP" })), "PERMISSION_DENIED", 4004),
        (hello(json!({ "protocol": 1, "token": "customer:ana", "channel": "CHANNEL_VOICE" })), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 1, "token": "x".repeat(8193) })), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 1, "token": "customer:ana", "language": "?" })), "INVALID_ARGUMENT", 4002),
        (hello(json!({ "protocol": 1, "token": "customer:ana", "resume": { "sessionId": "x" } })), "INVALID_ARGUMENT", 4002),
    ] {
        assert_eq!(first(frame.clone()).await, (reason.to_owned(), code), "{frame}");
    }
}

#[tokio::test]
async fn a_hello_must_come_in_time() {
    let ground = ground(Settings { hello: SHORT, ..Settings::default() }).await;
    assert_eq!(ground.client().await.closed().await, 4001);
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_socket() {
    let ground = usual().await;
    assert_eq!(Client::try_open(ground.address, PATH, &[("origin", "https://evil.example")]).await.err(), Some(403));
    assert!(Client::try_open(ground.address, PATH, &[("origin", "https://acme.example")]).await.is_ok());
}

#[tokio::test]
async fn an_unknown_subprotocol_gets_no_socket_and_none_at_all_gets_one() {
    let ground = usual().await;
    let with = |protocol| Client::try_open(ground.address, PATH, protocol);
    assert_eq!(with(&[("sec-websocket-protocol", "segue.chat.v9.json")]).await.err(), Some(400));
    assert!(with(&[]).await.is_ok());
    assert!(with(&[("sec-websocket-protocol", SUBPROTOCOL)]).await.is_ok());
}

#[tokio::test]
async fn sockets_are_limited() {
    let ground = ground(Settings { places: Places::new(1, 10, 10), ..Settings::default() }).await;
    let first = ground.client().await;
    assert_eq!(Client::try_open(ground.address, PATH, &[]).await.err(), Some(503));
    first.close().await;
    let by = tokio::time::Instant::now() + Duration::from_secs(10);
    while Client::try_open(ground.address, PATH, &[]).await.is_err() {
        assert!(tokio::time::Instant::now() < by, "the room is given back");
    }
}

#[tokio::test]
async fn whoever_says_no_hello_takes_few_places() {
    let ground = ground(Settings { places: Places::new(10, 10, 1), ..Settings::default() }).await;
    let mut first = ground.client().await;
    assert_eq!(Client::try_open(ground.address, PATH, &[]).await.err(), Some(503));
    first.send(json!({ "hello": { "protocol": 1, "token": "customer:ana" } })).await;
    first.until("welcome").await;
    assert!(Client::try_open(ground.address, PATH, &[]).await.is_ok(), "one who was admitted is no stranger");
}

#[tokio::test]
async fn binary_and_oversized_frames_end_the_socket() {
    let ground = usual().await;
    let (mut client, _) = ground.started().await;
    client.send_raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(client.closed().await, 1003);
    let (mut client, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana" })).await;
    client.send_in_vain(Message::text("x".repeat((64 << 10) + 1))).await;
    assert_eq!(client.closed().await, 1009);
}

#[tokio::test]
async fn frames_that_cannot_be_read_are_answered_and_too_many_in_a_row_end_the_socket() {
    let ground = usual().await;
    let (mut client, _) = ground.started().await;
    for garbled in ["", "null", "[]", "{", "\"hello\"", "{\"id\":7}"] {
        client.send_raw(Message::text(garbled)).await;
        assert_eq!(client.until("error").await["refusal"]["reason"], "INVALID_ARGUMENT", "{garbled}");
    }
    ack(&mut client, 2, json!({ "step": { "choose": "internet" } })).await;
    for _ in 0..Settings::default().garbled {
        client.send_raw(Message::text("garbled")).await;
    }
    assert_eq!(client.closed().await, 4010);
}

#[tokio::test]
async fn refused_commands_are_no_garbled_frames() {
    let ground = usual().await;
    let (mut client, _) = ground.started().await;
    for n in 0..u128::from(Settings::default().garbled) + 2 {
        let refused = error(&mut client, 10 + n, json!({ "say": { "text": "" } })).await;
        assert_eq!(refused["reason"], "INVALID_ARGUMENT");
    }
    ack(&mut client, 2, json!({ "step": { "choose": "internet" } })).await;
}

#[tokio::test]
async fn unknown_fields_are_passed_over_and_unknown_words_refused() {
    let ground = usual().await;
    let (mut client, _) = ground.started().await;
    ack(&mut client, 2, json!({ "step": { "choose": "internet", "mood": "sunny" }, "later": 1 })).await;
    client.send(json!({ "id": id(3), "suspend": { "handleKinds": ["HANDLE_KIND_DOOR"] } })).await;
    assert_eq!(client.until("error").await["refusal"]["reason"], "INVALID_ARGUMENT");
    let refused = error(&mut client, 4, json!({ "suspend": { "handleKinds": [99] } })).await;
    assert_eq!(refused["reason"], "INVALID_ARGUMENT");
    let refused = error(&mut client, 5, json!({ "dance": {} })).await;
    assert_eq!(refused["metadata"]["field"], "frame");
}

#[tokio::test]
async fn every_field_is_held_to_its_limit_by_name() {
    let ground = usual().await;
    let (mut client, _) = ground.started().await;
    let long = |n: usize| "x".repeat(n);
    let cases = [
        (json!({ "say": {} }), "say.body"),
        (json!({ "say": { "body": { "text": { "text": "" } } } }), "say.body.text.text"),
        (json!({ "say": { "body": { "text": { "text": long((16 << 10) + 1) } } } }), "say.body.text.text"),
        (json!({ "step": {} }), "step.kind"),
        (json!({ "step": { "typed": long((16 << 10) + 1) } }), "step.typed"),
        (json!({ "askForPerson": { "callbackNumber": long(33) } }), "ask_for_person.callback_number"),
        (json!({ "close": { "outcome": long(129) } }), "close.outcome"),
        (json!({ "listMatters": { "pageSize": -1 } }), "list_matters.page_size"),
        (json!({ "listMatters": { "pageToken": long(1025) } }), "list_matters.page_token"),
        (json!({ "createHandle": {} }), "create_handle.kind"),
        (json!({ "createHandle": { "kind": "HANDLE_KIND_REPLY" } }), "create_handle.kind"),
        (json!({ "setConsent": {} }), "set_consent.purpose"),
        (json!({ "resume": {} }), "resume.by"),
        (json!({ "resume": { "code": "12" } }), "resume.code"),
        (json!({ "attach": { "linkToken": long(1025) } }), "attach.link_token"),
        (json!({ "start": { "journey": "a b" } }), "start.journey"),
        (json!({ "refresh": {} }), "refresh.token"),
        (json!({ "hello": {} }), "hello"),
    ];
    for (n, (frame, field)) in (10..).zip(cases) {
        let refused = error(&mut client, n, frame.clone()).await;
        assert_eq!((&refused["reason"], &refused["metadata"]["field"]), (&json!("INVALID_ARGUMENT"), &json!(field)), "{frame}");
        ack(&mut client, n + 1000, json!({ "listMatters": {} })).await;
    }
    for bad in ["", "7", "not a uuid"] {
        client.send(json!({ "id": bad, "leave": {} })).await;
        assert_eq!(client.until("error").await["refusal"]["metadata"]["field"], "id");
    }
}

#[tokio::test]
async fn commands_need_a_session() {
    let ground = usual().await;
    let (mut client, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana" })).await;
    for (n, frame) in (1..).zip([json!({ "leave": {} }), json!({ "step": { "goOn": {} } }), json!({ "suspend": {} })]) {
        assert_eq!(error(&mut client, n, frame).await["reason"], "WRONG_MOMENT");
    }
    let unknown = error(&mut client, 9, json!({ "start": { "journey": "unheard" } })).await;
    assert_eq!(unknown["reason"], "JOURNEY_UNKNOWN");
}

#[tokio::test]
async fn a_token_ends_the_socket_unless_it_is_refreshed() {
    let ground = usual().await;
    ground.doors.last(Duration::from_millis(400));
    let (mut client, _) = ground.started().await;
    assert_eq!(client.closed().await, 4006);
    eventually("the leg is lost", || ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_)))).await;
    ground.doors.last(Duration::from_millis(400));
    let (mut short, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana" })).await;
    let (mut clock, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana" })).await;
    ground.doors.last(Duration::from_secs(3600));
    ack(&mut short, 3, json!({ "refresh": { "token": "customer:ana" } })).await;
    assert_eq!(clock.closed().await, 4006);
    short.send(json!({ "ping": {} })).await;
    short.until("pong").await;
}

#[tokio::test]
async fn a_draining_node_says_move_then_closes_and_takes_nobody_new() {
    let ground = ground(Settings { move_grace: SHORT, ..Settings::default() }).await;
    let (mut client, _) = ground.started().await;
    ground.drain.begin();
    let after = client.until("move").await;
    let after: u64 = after["reconnectAfterMs"].as_str().map_or(0, |ms| ms.parse().unwrap());
    assert!(after <= 5000);
    ack(&mut client, 2, json!({ "step": { "choose": "internet" } })).await;
    assert_eq!(client.closed().await, 4000);
    assert_eq!(Client::try_open(ground.address, PATH, &[]).await.err(), Some(503));
    eventually("the leg is lost", || ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_)))).await;
}

#[tokio::test]
async fn a_page_that_answers_no_pings_is_closed() {
    let ground = ground(Settings { ping: Duration::from_millis(20), ..Settings::default() }).await;
    let (_deaf, _) = ground.started().await;
    eventually("the leg is lost", || ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_)))).await;
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_gets_the_rest_on_its_return() {
    let ground = ground(Settings { slow: SHORT, ..Settings::default() }).await;
    let (mut slow, place) = ground.started().await;
    slow.until("view").await;
    let text = "x".repeat(16 << 10);
    let count = 1000;
    for _ in 0..count {
        ground.house.agent_says(place.session, "ada", &text);
    }
    eventually("the leg is lost", || ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_)))).await;
    slow.vanish();
    let hello = json!({ "protocol": 1, "token": "customer:ana", "device": "browser", "resume": place.resume(0) });
    let (mut back, _) = ground.hello(hello).await;
    for n in 1..=count {
        assert_eq!(back.until("message").await["sequence"], n.to_string());
    }
}

#[tokio::test]
async fn frames_that_come_too_fast_wait_and_are_answered() {
    let ground = ground(Settings { pace: 20, burst: 2, ..Settings::default() }).await;
    let (mut client, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana" })).await;
    let begun = tokio::time::Instant::now();
    for _ in 0..6 {
        client.send(json!({ "ping": {} })).await;
    }
    for _ in 0..6 {
        client.until("pong").await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(4 * 50), "they came as fast as they were sent");
}

#[tokio::test]
async fn a_flood_of_frames_ends_the_socket() {
    let ground = ground(Settings { pace: 50, burst: 4, hurried: 10, ..Settings::default() }).await;
    let (mut client, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana" })).await;
    for _ in 0..100 {
        client.send_in_vain(Message::text(r#"{"ping":{}}"#)).await;
    }
    assert_eq!(client.closed().await, 4014);
}

mod any_text {
    use super::parse_client_frame;
    use proptest::prelude::*;

    /// Texts that look like frames: the right words in wrong places.
    fn nearly() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            Just("id"),
            Just("hello"),
            Just("step"),
            Just("say"),
            Just("body"),
            Just("text"),
            Just("typed"),
            Just("claimed"),
            Just("start"),
            Just("suspend"),
            Just("handleKinds"),
            Just("resume"),
            Just("protocol"),
            Just("token"),
            Just("upTo"),
            Just("read"),
        ];
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i64>().prop_map(|n| n.to_string()),
            Just("1e999".to_owned()),
            "\\PC{0,12}".prop_map(|text| serde_json::Value::String(text).to_string()),
        ];
        leaf.prop_recursive(6, 64, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(","))),
                proptest::collection::vec((word.clone(), inner), 0..4).prop_map(|all| {
                    let pairs: Vec<_> = all.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", pairs.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn parses_or_is_refused(text in "\\PC{0,200}") {
            let _ = parse_client_frame(&text);
        }
        #[test]
        fn nearly_right_parses_or_is_refused(text in nearly()) {
            let _ = parse_client_frame(&text);
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = format!("{{\"start\":{{\"claimed\":{}1{}}}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert!(parse_client_frame(&deep).is_err());
    }
}
