//! Every call over a real server: what it orders, what it answers, and how it refuses.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use segue_adapter_app::Settings;
use segue_proto::app::v1::{self as app, Activity, ChatRequest, activity, chat_request, chat_response};
use segue_proto::convert::prompt;
use segue_proto::error::outside;
use segue_proto::types::v1::{self as wire, speaker::Party};
use segue_session::journey::Input;
use segue_session::{ChoiceId, Reason, Refusal};
use std::time::Duration;
use support::{Begun, by, id, start, told};
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic_types::StatusExt as _;

fn text(text: &str) -> Option<wire::MessageBody> {
    Some(wire::MessageBody { kind: Some(wire::message_body::Kind::Text(wire::TextBody { text: text.into() })) })
}

fn choose(begun: &Begun, n: u128, choice: &str) -> app::StepRequest {
    let input = Some(prompt::input(&Input::Choose(ChoiceId::new(choice))));
    app::StepRequest { request_id: id(n), session_id: begun.session_id.clone(), leg_id: begun.leg_id.clone(), input }
}

fn suspend(begun: &Begun, n: u128) -> app::SuspendSessionRequest {
    let handle_kinds = vec![wire::HandleKind::Link.into(), wire::HandleKind::Code.into()];
    app::SuspendSessionRequest { request_id: id(n), session_id: begun.session_id.clone(), leg_id: begun.leg_id.clone(), handle_kinds }
}

fn resume(n: u128, by: app::resume_session_request::By) -> app::ResumeSessionRequest {
    app::ResumeSessionRequest { request_id: id(n), by: Some(by), language: String::new() }
}

#[tokio::test]
async fn every_call_is_one_order() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    let ids = |n| (id(n), session_id.clone(), leg_id.clone());
    run.client.step(by("ana", choose(&begun, 2, "internet"))).await.unwrap();
    let (request_id, session_id, leg_id) = ids(3);
    run.client.ask_for_person(by("ana", app::AskForPersonRequest { request_id, session_id, leg_id })).await.unwrap();
    let (request_id, session_id, leg_id) = ids(4);
    let callback = app::RequestCallbackRequest { request_id, session_id, leg_id, phone_number: "+33 1 23 45 67 89".into() };
    let answer = run.client.request_callback(by("ana", callback)).await.unwrap().into_inner();
    assert!(answer.view.unwrap().session.unwrap().line.unwrap().callback);
    let (request_id, session_id, leg_id) = ids(5);
    run.client.leave_line(by("ana", app::LeaveLineRequest { request_id, session_id, leg_id })).await.unwrap();
    let (request_id, session_id, leg_id) = ids(6);
    let consent = app::SetConsentRequest { request_id, session_id, leg_id, purpose: "recording".into(), given: true };
    run.client.set_consent(by("ana", consent)).await.unwrap();
    let (request_id, session_id, leg_id) = ids(7);
    run.client.prove(by("ana", app::ProveRequest { request_id, session_id, leg_id, token: "ana".into() })).await.unwrap();
    let (request_id, session_id, _) = ids(8);
    let content = Some(segue_proto::convert::json::value(&serde_json::json!({ "items": 2 })));
    run.client.set_document(by("ana", app::SetDocumentRequest { request_id, session_id, name: "cart".into(), content })).await.unwrap();
    let (request_id, session_id, _) = ids(9);
    let (kind, channels) = (wire::HandleKind::Code.into(), vec![wire::Channel::Chat.into()]);
    let handle = run.client.create_handle(by("ana", app::CreateHandleRequest { request_id, session_id, kind, channels })).await.unwrap();
    assert_eq!(handle.into_inner().handle.unwrap().value, "Code");
    let (_, session_id, _) = ids(0);
    let activity = Some(Activity { kind: Some(activity::Kind::Typing(true)) });
    run.client.share_activity(by("ana", app::ShareActivityRequest { session_id, activity })).await.unwrap();
    let suspended = run.client.suspend_session(by("ana", suspend(&begun, 10))).await.unwrap().into_inner();
    let handles: Vec<_> = suspended.handles.iter().map(|handle| handle.value.as_str()).collect();
    assert_eq!((handles, suspended.durability), (vec!["Link", "Code"], wire::Durability::Disk.into()));
    let by_id = app::resume_session_request::By::SessionId(begun.session_id.clone());
    run.client.resume_session(by("ana", resume(11, by_id))).await.unwrap();
    let (request_id, session_id, _) = ids(12);
    run.client.close_session(by("ana", app::CloseSessionRequest { request_id, session_id, outcome: String::new() })).await.unwrap();
    insta::assert_snapshot!(run.house.log().join("\n"));
}

#[tokio::test]
async fn a_view_comes_with_its_screen() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let request = app::GetSessionRequest { session_id: begun.session_id };
    let view = run.client.get_session(by("ana", request)).await.unwrap().into_inner().view.unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap());
}

#[tokio::test]
async fn a_repeat_answers_the_same_and_another_content_is_refused() {
    let mut run = start(Settings::default()).await;
    let first = run.begin().await;
    let again = run.begin().await;
    assert_eq!((first.session, first.leg), (again.session, again.leg), "the same session and leg");
    run.client.step(by("ana", choose(&first, 2, "internet"))).await.unwrap();
    run.client.step(by("ana", choose(&first, 2, "internet"))).await.unwrap();
    let status = run.client.step(by("ana", choose(&first, 2, "phone"))).await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().reason, "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn of_two_who_resume_one_wins_and_the_other_is_told_where() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    run.client.suspend_session(by("ana", suspend(&begun, 2))).await.unwrap();
    let by_id = || app::resume_session_request::By::SessionId(begun.session_id.clone());
    let (mut one, mut two) = (run.client.clone(), run.client.clone());
    let (one, two) = tokio::join!(one.resume_session(by("ana", resume(3, by_id()))), two.resume_session(by("ana", resume(4, by_id()))));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_ne!(won.unwrap().into_inner().leg_id, begun.leg_id);
    let info = lost.unwrap_err().get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.metadata["channel"].as_str()), ("ALREADY_RESUMED", "app"));
}

#[tokio::test]
async fn links_and_codes_lead_back() {
    use app::resume_session_request::By;
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    for (n, way) in [(10, By::LinkToken(support::house::LINK.into())), (20, By::Code("123 456".into()))] {
        run.client.suspend_session(by("ana", suspend(&begun, n))).await.ok();
        let resumed = run.client.resume_session(by("ana", resume(n + 1, way))).await.unwrap().into_inner();
        let (session_id, leg_id) = (begun.session_id.clone(), resumed.leg_id);
        let request = app::SuspendSessionRequest { request_id: id(n + 2), session_id, leg_id, handle_kinds: Vec::new() };
        run.client.suspend_session(by("ana", request)).await.unwrap();
    }
    for (n, way) in [(30, By::LinkToken("bad".into())), (31, By::Code("654321".into()))] {
        let status = run.client.resume_session(by("ana", resume(n, way))).await.unwrap_err();
        assert_eq!(status.get_details_error_info().unwrap().reason, "HANDLE_INVALID");
    }
}

#[tokio::test]
async fn messages_are_said_once_and_listed_by_pages() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    for n in [1, 2, 3, 3] {
        let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
        let request = app::SendMessageRequest { request_id: id(100 + n), session_id, leg_id, body: text("hello") };
        assert_eq!(u128::from(run.client.send_message(by("ana", request)).await.unwrap().into_inner().sequence), n);
    }
    let (mut page_token, mut pages) = (String::new(), Vec::new());
    loop {
        let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
        let request = app::ListMessagesRequest { session_id, page_size: 2, page_token, leg_id: Some(leg_id), after: 0 };
        let page = run.client.list_messages(by("ana", request)).await.unwrap().into_inner();
        let customers = page.messages.iter().filter_map(|message| message.speaker.as_ref()?.party.as_ref());
        assert!(customers.into_iter().all(|party| matches!(party, Party::Customer(customer) if customer.mine)), "{page:?}");
        pages.push(page.messages.iter().map(|message| message.sequence).collect::<Vec<_>>());
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, [vec![1, 2], vec![3]]);
}

#[tokio::test]
async fn matters_are_listed_by_pages() {
    let mut run = start(Settings::default()).await;
    for n in 1..=3 {
        let request = app::StartSessionRequest { request_id: id(n), ..Default::default() };
        run.client.start_session(by("ana", request)).await.unwrap();
    }
    let page = |page_size, page_token: &str| by("ana", app::ListMattersRequest { page_size, page_token: page_token.into() });
    let first = run.client.list_matters(page(2, "")).await.unwrap().into_inner();
    let second = run.client.list_matters(page(2, &first.next_page_token)).await.unwrap().into_inner();
    assert_eq!((first.matters.len(), second.matters.len(), second.next_page_token.as_str()), (2, 1, ""));
    let others = run.client.list_matters(by("bob", app::ListMattersRequest::default())).await.unwrap().into_inner();
    assert!(others.matters.is_empty());
}

#[tokio::test]
async fn every_refusal_keeps_its_code_and_reason() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    for reason in Reason::ALL {
        run.house.refuse_next(Refusal::new(reason, "because").about("channel", "chat"));
        let request = app::GetSessionRequest { session_id: begun.session_id.clone() };
        let status = run.client.get_session(by("ana", request)).await.unwrap_err();
        let info = status.get_details_error_info().unwrap();
        assert_eq!((status.code(), info.reason), (outside(reason).code, reason.name()));
        assert_eq!((info.domain.as_str(), info.metadata["channel"].as_str()), ("segue", "chat"));
    }
}

#[tokio::test]
async fn only_apps_with_a_good_token_come_in() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let request = || app::GetSessionRequest { session_id: begun.session_id.clone() };
    for (token, code) in
        [("ada", Code::PermissionDenied), ("nobody", Code::Unauthenticated), ("bob", Code::NotFound), ("eve", Code::NotFound)]
    {
        assert_eq!(run.client.get_session(by(token, request())).await.unwrap_err().code(), code, "{token}");
    }
    let bare = run.client.get_session(tonic::Request::new(request())).await.unwrap_err();
    assert_eq!(bare.get_details_error_info().unwrap().reason, "UNAUTHENTICATED");
    for (token, code) in [("eve", Code::InvalidArgument), ("ada", Code::PermissionDenied), ("forged", Code::Unauthenticated)] {
        let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
        let prove = app::ProveRequest { request_id: id(9), session_id, leg_id, token: token.into() };
        assert_eq!(run.client.prove(by("ana", prove)).await.unwrap_err().code(), code, "proving with {token}");
    }
}

#[tokio::test]
async fn a_call_without_a_deadline_gets_one() {
    let mut run = start(Settings { deadline: Duration::from_millis(50), ..Settings::default() }).await;
    let begun = run.begin().await;
    run.house.hang();
    let status = run.client.get_session(by("ana", app::GetSessionRequest { session_id: begun.session_id })).await.unwrap_err();
    assert_eq!((status.code(), status.get_details_error_info().unwrap().reason.as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
}

#[tokio::test]
async fn messages_past_a_megabyte_are_not_read() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    let body = |bytes: usize| text(&"x".repeat(bytes));
    let send =
        |bytes| app::SendMessageRequest { request_id: id(9), session_id: session_id.clone(), leg_id: leg_id.clone(), body: body(bytes) };
    run.client.send_message(by("ana", send(16 << 10))).await.unwrap();
    let past_the_text = run.client.send_message(by("ana", send((16 << 10) + 1))).await.unwrap_err();
    assert_eq!(past_the_text.get_details_bad_request().unwrap().field_violations[0].field, "body.text.text");
    assert_eq!(run.client.send_message(by("ana", send(1 << 20))).await.unwrap_err().code(), Code::OutOfRange);
}

fn open(begun: &Begun) -> ChatRequest {
    let (session_id, leg_id) = (begun.session_id.clone(), begun.leg_id.clone());
    let open = app::WatchSessionRequest { session_id, leg_id, ..Default::default() };
    ChatRequest { kind: Some(chat_request::Kind::Open(open)) }
}

fn say(request_id: String, words: &str) -> ChatRequest {
    ChatRequest { kind: Some(chat_request::Kind::Message(app::ChatMessage { request_id, body: text(words) })) }
}

#[tokio::test]
async fn a_chat_says_and_hears_on_one_stream() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let (tx, rx) = tokio::sync::mpsc::channel(8);
    for request in [
        open(&begun),
        say(id(50), "hello"),
        say("no uuid".into(), "hello"),
        ChatRequest { kind: Some(chat_request::Kind::Activity(Activity { kind: Some(activity::Kind::ReadUpTo(1)) })) },
        ChatRequest { kind: Some(chat_request::Kind::Activity(Activity { kind: None })) },
        ChatRequest { kind: None },
    ] {
        tx.send(request).await.unwrap();
    }
    let request = by("ana", tokio_stream::wrappers::ReceiverStream::new(rx));
    let mut stream = run.client.chat(request).await.unwrap().into_inner();
    let (mut events, mut answers) = (Vec::new(), Vec::new());
    while answers.len() < 4 || events.len() < 2 {
        match stream.message().await.unwrap().unwrap().kind.unwrap() {
            chat_response::Kind::Event(event) => events.push(told(&event)),
            chat_response::Kind::Accepted(one) => answers.push(format!("accepted {} {}", one.request_id, one.sequence)),
            chat_response::Kind::Refused(one) => {
                let why = one.refusal.unwrap();
                answers.push(format!("refused {:?} {} {}", one.request_id, why.reason, why.metadata["field"]));
            }
        }
    }
    assert_eq!(events, ["snapshot continued=false after=0", "message 1"]);
    let accepted = format!("accepted {} 1", id(50));
    let wanted = [
        accepted.as_str(),
        "refused \"no uuid\" INVALID_ARGUMENT message.request_id",
        "refused \"\" INVALID_ARGUMENT activity.kind",
        "refused \"\" INVALID_ARGUMENT kind",
    ];
    assert_eq!(answers, wanted);
    run.house.heard("pass Read", 1).await;
    drop(tx);
    run.house.heard("Lose", 1).await;
}

#[tokio::test]
async fn a_chat_opens_first_and_once() {
    let mut run = start(Settings::default()).await;
    let begun = run.begin().await;
    let early = by("ana", tokio_stream::iter([say(id(1), "too early")]));
    let status = run.client.chat(early).await.unwrap_err();
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "open");
    let twice = by("ana", tokio_stream::iter([open(&begun), open(&begun)]));
    let mut stream = run.client.chat(twice).await.unwrap().into_inner();
    let status = loop {
        match stream.message().await {
            Ok(event) => assert!(event.is_some(), "it does not end in order"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].description, "open must come once");
}

#[tokio::test]
async fn a_chat_that_keeps_hurrying_ends() {
    let mut run = start(Settings { pace: 100, burst: 1, hurried: 3, ..Settings::default() }).await;
    let begun = run.begin().await;
    let typing = |on| ChatRequest { kind: Some(chat_request::Kind::Activity(Activity { kind: Some(activity::Kind::Typing(on)) })) };
    let requests = [open(&begun), typing(true), typing(false), typing(true), typing(false)];
    let request = by("ana", tokio_stream::iter(requests).chain(tokio_stream::pending()));
    let mut stream = run.client.chat(request).await.unwrap().into_inner();
    let status = loop {
        match stream.message().await {
            Ok(event) => assert!(event.is_some(), "it does not end in order"),
            Err(status) => break status,
        }
    };
    let info = status.get_details_error_info().unwrap();
    assert_eq!((status.code(), info.metadata["limit"].as_str()), (Code::ResourceExhausted, "message_rate"));
    assert!(status.get_details_retry_info().is_some(), "it is told when to come back");
    run.counts.counted("app limit message_rate").await;
}
