//! Streams over a real server: nothing missed, nothing twice, and a leg that lives and dies with them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use segue_adapter_app::Settings;
use segue_adapter_kit::Ephemeral;
use segue_proto::app::v1 as app;
use segue_session::AgentName;
use segue_session::store::Seq;
use std::time::Duration;
use support::{by, id, start, told};
use tonic::Code;
use tonic_types::StatusExt as _;

fn ask(begun: &support::Begun, n: u128) -> tonic::Request<app::AskForPersonRequest> {
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    by("ana", app::AskForPersonRequest { request_id: id(n), session_id, leg_id })
}

fn step(begun: &support::Begun, n: u128) -> tonic::Request<app::StepRequest> {
    let input = segue_proto::convert::prompt::input(&segue_session::journey::Input::Continue);
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    by("ana", app::StepRequest { request_id: id(n), session_id, leg_id, input: Some(input) })
}

#[tokio::test]
async fn a_stream_tells_everything_once_and_in_order() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    let mut seen = vec![stream.next().await];
    run.client.step(step(&begun, 2)).await.unwrap();
    seen.push(stream.next().await);
    run.client.ask_for_person(ask(&begun, 3)).await.unwrap();
    seen.push(stream.next().await);
    run.house.ahead(begun.session, 1);
    seen.push(stream.next().await);
    run.house.agent_says(begun.session, "hello");
    seen.push(stream.next().await);
    for what in [
        Ephemeral::Typing { agent: Some(AgentName::new("ada")), on: true },
        Ephemeral::Delivered { agent: None, up_to: Seq(1) },
        Ephemeral::Read { agent: Some(AgentName::new("ada")), up_to: Seq(1) },
    ] {
        run.house.tell(begun.session, what);
        seen.push(stream.next().await);
    }
    let words: Vec<_> = seen.iter().map(told).collect();
    let wanted = [
        "snapshot continued=false after=0",
        "view 2",
        "view 3",
        "line ahead=Some(1)",
        "message 1",
        "typing ada true",
        "delivered  1",
        "read ada 1",
    ];
    assert_eq!(words, wanted);
    assert!(seen.iter().map(|event| event.sequence).eq(1..=8));
}

#[tokio::test]
async fn a_resume_token_goes_on_where_the_stream_broke() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    run.house.agent_says(begun.session, "one");
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    let token = stream.next().await.resume_token;
    drop(stream);
    run.house.heard("Lose", 1).await;
    run.house.agent_says(begun.session, "two");
    run.house.agent_says(begun.session, "three");
    let mut stream = run.watch(&begun, &token).await;
    let mut words = Vec::new();
    for _ in 0..3 {
        words.push(told(&stream.next().await));
    }
    assert_eq!(words, ["snapshot continued=true after=1", "message 2", "message 3"]);
    assert!(run.house.log().last().unwrap().starts_with("Resume"), "the leg is back: {:?}", run.house.log());
}

#[tokio::test]
async fn a_transcript_that_was_lost_is_told_from_its_beginning() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    run.house.agent_says(begun.session, "one");
    run.house.agent_says(begun.session, "two");
    let mut stream = run.watch(&begun, "m1.2").await;
    assert_eq!(told(&stream.next().await), "snapshot continued=true after=2");
    run.house.forget_messages(begun.session);
    run.house.agent_says(begun.session, "anew");
    let mut stream = run.watch(&begun, "m1.2").await;
    assert_eq!(told(&stream.next().await), "snapshot continued=false after=0");
    assert_eq!(told(&stream.next().await), "message 1");
}

#[tokio::test]
async fn long_transcripts_come_whole() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    for n in 0..450 {
        run.house.agent_says(begun.session, &n.to_string());
    }
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    for n in 1..=450 {
        assert_eq!(told(&stream.next().await), format!("message {n}"));
    }
}

#[tokio::test]
async fn the_last_stream_to_break_loses_the_leg_once() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let mut first = run.watch(&begun, "").await;
    let mut second = run.watch(&begun, "").await;
    first.next().await;
    second.next().await;
    drop(first);
    run.counts.counted("app closed OK").await;
    assert!(!run.house.log().iter().any(|line| line.starts_with("Lose")), "{:?}", run.house.log());
    drop(second);
    run.house.heard("Lose", 1).await;
    // A stream that comes back and breaks again is another loss.
    run.watch(&begun, "").await.next().await;
    run.house.heard("Lose", 2).await;
}

#[tokio::test]
async fn a_leg_that_was_told_lost_elsewhere_is_brought_back() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    run.house.heard("Resume", 1).await;
    run.house.lose(begun.session, begun.leg);
    run.house.heard("Resume", 2).await;
    stream.next().await;
}

#[tokio::test]
async fn a_draining_node_says_move_and_takes_no_new_streams() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    run.drain.begin();
    let last = stream.next().await;
    assert_eq!(told(&last), "moving");
    assert_eq!(last.resume_token, "m1.0");
    stream.end().await.unwrap();
    run.house.heard("Lose", 1).await;
    let request = app::WatchSessionRequest { session_id: begun.session_id, leg_id: begun.leg_id, ..Default::default() };
    let status = run.client.watch_session(by("ana", request)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_details_retry_info().is_some());
}

#[tokio::test]
async fn ending_the_leg_ends_its_streams_and_loses_nothing() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    run.client.end_leg(by("ana", app::EndLegRequest { request_id: id(5), session_id, leg_id })).await.unwrap();
    stream.end().await.unwrap();
    run.counts.counted("app closed OK").await;
    assert!(!run.house.log().iter().any(|line| line.starts_with("Lose")), "{:?}", run.house.log());
}

#[tokio::test]
async fn a_suspended_session_ends_its_streams_after_telling_so() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    let request = app::SuspendSessionRequest { request_id: id(6), session_id, leg_id, handle_kinds: Vec::new() };
    run.client.suspend_session(by("ana", request)).await.unwrap();
    assert_eq!(told(&stream.next().await), "view 2");
    stream.end().await.unwrap();
    let status = run.watch(&begun, "").await.end().await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().reason, "SESSION_SUSPENDED");
    assert!(!run.house.log().iter().any(|line| line.starts_with("Lose")), "{:?}", run.house.log());
}

#[tokio::test]
async fn a_leg_that_was_moved_away_does_not_come_back_by_watching() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let by_id = app::attach_session_request::By::SessionId(begun.session_id.clone());
    let request = app::AttachSessionRequest { request_id: id(7), by: Some(by_id), move_here: true, ..Default::default() };
    run.client.attach_session(by("ana", request)).await.unwrap();
    let status = run.watch(&begun, "").await.end().await.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.metadata["channel"].as_str()), ("ALREADY_RESUMED", "app"));
}

#[tokio::test]
async fn limits_of_streams_have_names() {
    let mut run = start(Settings { streams_per_leg: 1, streams: 2, ..Settings::default() }).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    let status = run.watch(&begun, "").await.end().await.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    assert_eq!((status.code(), info.metadata["limit"].as_str()), (Code::ResourceExhausted, "streams_per_leg"));
    run.counts.counted("app closed RESOURCE_EXHAUSTED").await;
    assert_eq!(told(&stream.next_after(&run, &begun).await), "message 1");
}

impl support::Watched {
    async fn next_after(&mut self, run: &support::Running, begun: &support::Begun) -> app::SessionEvent {
        run.house.agent_says(begun.session, "still here");
        self.next().await
    }
}

#[tokio::test]
async fn too_many_streams_in_all_are_refused_at_once() {
    let mut run = start(Settings { streams: 1, ..Settings::default() }).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    let request = app::WatchSessionRequest { session_id: begun.session_id, leg_id: begun.leg_id, ..Default::default() };
    let status = run.client.watch_session(by("ana", request)).await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().reason, "OVERLOADED");
    run.counts.counted("app limit streams").await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let mut run = start(Settings::default()).await;
    let request = app::StartSessionRequest { request_id: id(1), ..Default::default() };
    let begun = run.client.start_session(by("soon", request)).await.unwrap().into_inner();
    let session_id = begun.view.unwrap().session.unwrap().session_id;
    let request = app::WatchSessionRequest { session_id, leg_id: begun.leg_id, ..Default::default() };
    let mut stream = support::Watched(run.client.watch_session(by("soon", request)).await.unwrap().into_inner());
    assert_eq!(stream.end().await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_stream_ends_with_its_deadline_and_beats_before() {
    let mut run = start(Settings { heartbeat: Duration::from_millis(20), ..Settings::default() }).await;
    let begun = run.begin().await;
    let mut request = by("ana", app::WatchSessionRequest { session_id: begun.session_id, leg_id: begun.leg_id, ..Default::default() });
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let mut stream = support::Watched(run.client.watch_session(request).await.unwrap().into_inner());
    stream.next().await;
    assert_eq!(told(&stream.next().await), "heartbeat");
    assert_eq!(stream.end().await.unwrap_err().code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_reader_who_does_not_read_is_let_go() {
    let mut run = start(Settings { slow: Duration::from_millis(50), ..Settings::default() }).await;
    let begun = run.begin().await;
    let mut stream = run.watch(&begun, "").await;
    stream.next().await;
    for _ in 0..200 {
        run.house.agent_says(begun.session, &"x".repeat(16 << 10));
    }
    run.counts.counted("app limit slow_reader").await;
    let status = stream.end().await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().metadata["limit"], "slow_reader");
}

#[tokio::test]
async fn a_stream_of_nothing_is_refused() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let status = run.watch_as("bob", &begun, "").await.end().await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound, "another customer's session is not there");
    for (session_id, leg_id, token, field) in [
        ("x", begun.leg_id.as_str(), "", "session_id"),
        (begun.session_id.as_str(), "", "", "leg_id"),
        (begun.session_id.as_str(), begun.leg_id.as_str(), "m1.01", "resume_token"),
    ] {
        let request =
            app::WatchSessionRequest { session_id: session_id.into(), leg_id: leg_id.into(), resume_token: token.into(), after_message: 0 };
        let status = run.client.watch_session(by("ana", request)).await.unwrap_err();
        assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, field);
    }
}
