//! A customer's way through the chat: self-service, a loss, a suspension, a person.

mod ground;

use ground::{Place, ack, error, ground, id, messages, start};
use segue_adapter_kit::Ephemeral;
use segue_adapter_kit::testing::eventually;
use segue_adapter_kit::ws::Settings;
use segue_session::store::Seq;
use segue_session::{AgentName, Command, Standing};
use serde_json::json;

#[tokio::test]
async fn a_form_is_filled_and_a_person_comes() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    let view = client.until("view").await;
    assert_eq!(view["bubble"]["text"], "What is not working?");
    assert_eq!(view["bubble"]["numberedText"], "What is not working?\n1. Internet\n2. Phone");
    ack(&mut client, 2, json!({ "step": { "typed": "1" } })).await;
    let view = client.until("view").await;
    assert_eq!(view["bubble"]["fieldId"], "light");
    let tapped = view["bubble"]["replies"][1]["input"].clone();
    ack(&mut client, 3, json!({ "step": tapped })).await;
    ack(&mut client, 4, json!({ "step": { "fill": { "fieldId": "since", "value": "yesterday" } } })).await;
    let line = client.until_that("view", |view| view["session"]["line"]["phase"]["waiting"].is_object()).await;
    assert_eq!(line["session"]["line"]["queue"], "faults");
    ground.house.assign(place.session, "ada");
    let line = client.until("line").await;
    assert_eq!(line["line"]["phase"]["assigned"]["agent"], "ada");
    let said = ack(&mut client, 5, json!({ "say": { "body": { "text": { "text": "hello" } } } })).await["said"].clone();
    let own = client.until_that("message", |m| m["messageId"] == id(5)).await;
    assert_eq!(own["sequence"], said["sequence"]);
    ground.house.agent_says(place.session, "ada", "Ada here");
    client.until_that("message", |m| m["body"]["text"]["text"] == "Ada here").await;
}

#[tokio::test]
async fn a_lost_socket_comes_back_with_nothing_missed_and_nothing_twice() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    ack(&mut client, 2, json!({ "say": { "body": { "text": { "text": "one" } } } })).await;
    let seen = client.until("message").await["sequence"].as_str().unwrap().parse().unwrap();
    client.vanish();
    eventually("the leg is lost", || ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_)))).await;
    ground.house.agent_says(place.session, "ada", "two");
    ground.house.agent_says(place.session, "ada", "three");
    let hello = json!({ "protocol": 1, "token": "customer:ana", "device": "browser", "resume": place.resume(seen) });
    let (mut back, welcome) = ground.hello(hello).await;
    assert_eq!(welcome["resumed"]["legId"], place.leg);
    ground.house.agent_says(place.session, "ada", "four");
    back.until_that("message", |m| m["body"]["text"]["text"] == "four").await;
    assert_eq!(messages(back.heard()), [(2, "two".into()), (3, "three".into()), (4, "four".into())]);
    assert_eq!(ground.house.session(place.session).unwrap().suspensions, 0);
}

#[tokio::test]
async fn the_leg_of_a_page_that_is_the_app_is_the_apps_and_comes_back_so() {
    let ground = ground(Settings::default()).await;
    let hello = json!({ "protocol": 1, "token": "customer:ana", "device": "phone", "channel": "CHANNEL_APP" });
    let (mut client, _) = ground.hello(hello.clone()).await;
    let place = start(&mut client, 1).await;
    assert_eq!(client.until("view").await["session"]["channels"], json!(["CHANNEL_APP"]));
    client.vanish();
    let mut hello = hello;
    hello["resume"] = place.resume(0);
    let (_, welcome) = ground.hello(hello).await;
    assert_eq!(welcome["resumed"]["legId"], place.leg);
}

#[tokio::test]
async fn a_newer_socket_of_the_leg_closes_the_older_and_the_leg_is_not_lost() {
    let ground = ground(Settings::default()).await;
    let (mut old, place) = ground.started().await;
    let hello = json!({ "protocol": 1, "token": "customer:ana", "device": "browser", "resume": place.resume(0) });
    let (mut new, _) = ground.hello(hello).await;
    assert_eq!(old.closed().await, 4007);
    ack(&mut new, 2, json!({ "say": { "body": { "text": { "text": "still here" } } } })).await;
    assert!(!ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_))), "the older socket's end is no loss");
}

#[tokio::test]
async fn a_suspension_gives_ways_back_and_the_code_leads_back_from_another_browser() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    ack(&mut client, 2, json!({ "step": { "choose": "internet" } })).await;
    let wanted = json!({ "suspend": { "handleKinds": ["HANDLE_KIND_LINK", "HANDLE_KIND_CODE"] } });
    let done = ack(&mut client, 3, wanted).await;
    let handles = done["handles"]["handles"].as_array().unwrap().clone();
    assert_eq!(handles.len(), 2, "{done}");
    client.until_that("view", |view| view["session"]["standing"]["suspended"].is_object()).await;
    let code = handles.iter().find(|h| h["kind"] == "HANDLE_KIND_CODE").unwrap()["value"].clone();
    let (mut other, _) = ground.hello(json!({ "protocol": 1, "token": "customer:ana", "device": "library" })).await;
    let came = ack(&mut other, 4, json!({ "resume": { "code": code } })).await;
    assert_eq!(Place::of(&came["attached"]).session, place.session);
    let view = other.until("view").await;
    assert_eq!(view["bubble"]["fieldId"], "light", "at the same step");
    let refused = error(&mut client, 5, json!({ "resume": { "sessionId": place.session.to_string() } })).await;
    assert_eq!(refused["reason"], "ALREADY_RESUMED");
    assert_eq!(ground.house.session(place.session).unwrap().asked_twice, 0);
}

#[tokio::test]
async fn a_visitor_comes_back_to_the_same_browser_and_can_sign_in() {
    let ground = ground(Settings::default()).await;
    let (mut client, welcome) = ground.hello(json!({ "protocol": 1, "widget": "widget" })).await;
    let device = welcome["device"].clone();
    let place = start(&mut client, 1).await;
    client.vanish();
    eventually("the leg is lost", || ground.house.orders().iter().any(|c| matches!(c, Command::Lose(_)))).await;
    let hello = json!({ "protocol": 1, "widget": "widget", "device": device, "resume": place.resume(0) });
    let (mut back, welcome) = ground.hello(hello).await;
    assert_eq!(welcome["resumed"]["sessionId"], place.session.to_string());
    let stranger = json!({ "protocol": 1, "widget": "widget", "device": "another", "resume": place.resume(0) });
    let (_, welcome) = ground.hello(stranger).await;
    assert_eq!(welcome["notResumed"]["reason"], "NOT_FOUND");
    let done = ack(&mut back, 2, json!({ "refresh": { "token": "customer:ana" } })).await;
    assert!(done["refreshed"]["expireTime"].is_string());
    let view = back.until_that("view", |view| view["session"]["assuranceLevel"] == "ASSURANCE_LEVEL_SUBSTANTIAL").await;
    assert_eq!(view["session"]["sessionId"], place.session.to_string());
    assert_eq!(error(&mut back, 3, json!({ "refresh": { "token": "customer:bob" } })).await["reason"], "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_suspended_leg_comes_back_by_its_own_hello() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    ack(&mut client, 2, json!({ "suspend": {} })).await;
    client.close().await;
    let hello = json!({ "protocol": 1, "token": "customer:ana", "device": "browser", "resume": place.resume(0) });
    let (mut back, welcome) = ground.hello(hello).await;
    assert_eq!(welcome["resumed"]["sessionId"], place.session.to_string(), "{welcome}");
    back.until_that("view", |view| view["session"]["standing"]["active"].is_object()).await;
    assert!(matches!(ground.house.session(place.session).unwrap().standing, Standing::Active));
}

#[tokio::test]
async fn a_leg_that_is_over_hears_nothing_more() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    ack(&mut client, 2, json!({ "suspend": {} })).await;
    client.until_that("view", |view| view["session"]["standing"]["suspended"].is_object()).await;
    client.send(json!({ "ping": {} })).await;
    client.until("pong").await;
    ground.house.agent_says(place.session, "ada", "not for this page");
    client.send(json!({ "ping": {} })).await;
    client.until("pong").await;
    assert!(messages(client.heard()).iter().all(|(_, text)| text != "not for this page"));
}

#[tokio::test]
async fn repeats_change_nothing_and_a_reused_id_is_refused() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    let again = ack(&mut client, 1, json!({ "start": { "journey": "fault" } })).await;
    assert_eq!((Place::of(&again["attached"]).session, &again["repeat"]), (place.session, &json!(true)));
    ack(&mut client, 2, json!({ "say": { "body": { "text": { "text": "once" } } } })).await;
    ack(&mut client, 2, json!({ "say": { "body": { "text": { "text": "once" } } } })).await;
    ack(&mut client, 3, json!({ "step": { "choose": "internet" } })).await;
    assert_eq!(error(&mut client, 3, json!({ "step": { "choose": "phone" } })).await["reason"], "REQUEST_ID_REUSED");
    ground.house.agent_says(place.session, "ada", "end");
    client.until_that("message", |m| m["body"]["text"]["text"] == "end").await;
    assert_eq!(messages(client.heard()), [(1, "once".into()), (2, "end".into())]);
}

#[tokio::test]
async fn typing_and_receipts_pass_both_ways() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    let mut passing = ground.house.passing(place.session).unwrap();
    client.send(json!({ "typing": { "on": true } })).await;
    assert_eq!(passing.recv().await.unwrap(), Ephemeral::Typing { agent: None, on: true });
    ground.house.agent_says(place.session, "ada", "hello");
    assert_eq!(passing.recv().await.unwrap(), Ephemeral::Delivered { agent: None, up_to: Seq(1) });
    client.send(json!({ "read": { "upTo": "1" } })).await;
    assert_eq!(passing.recv().await.unwrap(), Ephemeral::Read { agent: None, up_to: Seq(1) });
    let ada = Some(AgentName::new("ada"));
    ground.house.agent_passes(place.session, Ephemeral::Typing { agent: ada.clone(), on: true });
    ground.house.agent_passes(place.session, Ephemeral::Read { agent: ada, up_to: Seq(1) });
    assert_eq!(client.until("typing").await, json!({ "agent": "ada", "on": true }));
    assert_eq!(client.until("receipt").await, json!({ "agent": "ada", "upTo": "1", "kind": "RECEIPT_KIND_READ" }));
}

#[tokio::test]
async fn matters_are_listed_to_whom_they_belong() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    let listed = ack(&mut client, 2, json!({ "listMatters": {} })).await["matters"]["matters"].clone();
    assert_eq!(listed[0]["sessionId"], place.session.to_string());
    assert_eq!(listed[0]["title"], "A fault");
    let (mut bob, _) = ground.hello(json!({ "protocol": 1, "token": "customer:bob" })).await;
    assert_eq!(ack(&mut bob, 3, json!({ "listMatters": {} })).await["matters"], json!({}));
    let stranger = error(&mut bob, 4, json!({ "attach": { "sessionId": place.session.to_string() } })).await;
    assert_eq!(stranger["reason"], "NOT_FOUND");
}

#[tokio::test]
async fn the_socket_stays_while_the_store_is_out_of_reach() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    ground.house.down(true);
    let refused = error(&mut client, 2, json!({ "say": { "body": { "text": { "text": "hello?" } } } })).await;
    assert_eq!(refused["reason"], "UNAVAILABLE");
    ground.house.agent_says(place.session, "ada", "patience");
    ground.house.down(false);
    client.until_that("message", |m| m["body"]["text"]["text"] == "patience").await;
    ack(&mut client, 2, json!({ "say": { "body": { "text": { "text": "hello?" } } } })).await;
}

#[tokio::test]
async fn leaving_and_closing_end_what_they_say() {
    let ground = ground(Settings::default()).await;
    let (mut client, place) = ground.started().await;
    assert_eq!(error(&mut client, 9, json!({ "start": {} })).await["reason"], "WRONG_MOMENT");
    ack(&mut client, 2, json!({ "leave": {} })).await;
    client.until_that("view", |view| view["session"]["standing"]["suspended"].is_object()).await;
    let came = ack(&mut client, 3, json!({ "resume": { "sessionId": place.session.to_string() } })).await;
    assert!(came["attached"].is_object(), "the same socket may come back");
    ack(&mut client, 4, json!({ "askForPerson": {} })).await;
    ack(&mut client, 5, json!({ "leaveLine": {} })).await;
    ack(&mut client, 6, json!({ "close": { "outcome": "solved" } })).await;
    let view = client.until_that("view", |view| view["session"]["standing"]["closed"].is_object()).await;
    assert_eq!(view["session"]["standing"]["closed"]["outcome"], "solved");
}
