//! The administration's service: its own cells of the table, and what it shows.

use super::{card, plan, start};
use segue_proto::admin::v1::admin_service_client::AdminServiceClient;
use segue_proto::admin::v1::{
    EraseSessionsRequest, ExplainInteractionRequest, ExportSessionsRequest, GetSessionRequest, ListInteractionsRequest,
    ListSessionsRequest, Place, ReloadRoutingRequest,
};
use segue_proto::client::Customer;
use segue_proto::types::v1::standing::Kind;
use serde_json::Value;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// How each call ends with this token: its code.
async fn codes(admin: &mut AdminServiceClient<Channel>, token: &str) -> [Code; 7] {
    let id = "00000000-0000-7000-8000-000000000000".to_owned();
    let code = |status: Result<(), Status>| status.err().map_or(Code::Ok, |status| status.code());
    let erase = EraseSessionsRequest { request_id: id.clone(), session_id: id.clone(), customer: String::new() };
    let export = ExportSessionsRequest { session_id: id.clone(), customer: String::new(), page_token: String::new() };
    [
        code(admin.list_sessions(with(token, ListSessionsRequest::default())).await.map(drop)),
        code(admin.get_session(with(token, GetSessionRequest { session_id: id.clone() })).await.map(drop)),
        code(admin.list_interactions(with(token, ListInteractionsRequest::default())).await.map(drop)),
        code(
            admin.explain_interaction(with(token, ExplainInteractionRequest { interaction_id: id, agent: String::new() })).await.map(drop),
        ),
        code(admin.export_sessions(with(token, export)).await.map(drop)),
        code(admin.erase_sessions(with(token, erase)).await.map(drop)),
        code(admin.reload_routing(with(token, ReloadRoutingRequest { dry_run: true })).await.map(drop)),
    ]
}

#[tokio::test]
async fn its_cells_are_as_the_table_says() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let mut admin = AdminServiceClient::connect(format!("http://{}", running.public)).await.unwrap();
    let no = Code::PermissionDenied;
    let not_there = Code::NotFound;
    assert_eq!(codes(&mut admin, &tokens.customer).await, [no; 7]);
    assert_eq!(codes(&mut admin, &tokens.agents[0].1).await, [no; 7]);
    assert_eq!(codes(&mut admin, &tokens.supervisor).await, [Code::Ok, not_there, Code::Ok, not_there, no, no, no]);
    assert_eq!(codes(&mut admin, &tokens.admin).await, [Code::Ok, not_there, Code::Ok, not_there, not_there, not_there, Code::Unavailable]);
    assert_eq!(codes(&mut admin, "nonsense").await, [Code::Unauthenticated; 7]);
    running.stop().await;
}

#[tokio::test]
async fn a_session_is_listed_shown_and_forgotten() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let url = format!("http://{}", running.public);
    let mut nora = Customer::connect(&url, &tokens.customer).await.unwrap();
    let mut place = nora.start("fault").await.unwrap();
    nora.choose(&mut place, "internet").await.unwrap();
    nora.fill(&mut place, "since", "2026-11-01").await.unwrap();

    let mut admin = AdminServiceClient::connect(url).await.unwrap();
    let list = admin.list_sessions(with(&tokens.supervisor, ListSessionsRequest::default())).await.unwrap().into_inner();
    let [row] = list.sessions.as_slice() else { panic!("one session: {list:?}") };
    let at = Place { journey: "fault".into(), step: "details".into() };
    assert_eq!((row.customer.as_str(), row.place.as_ref()), ("nora", Some(&at)));
    assert!(matches!(row.standing.as_ref().unwrap().kind, Some(Kind::Active(_))), "{row:?}");

    let sheet = admin.get_session(with(&tokens.supervisor, GetSessionRequest { session_id: row.session_id.clone() })).await.unwrap();
    let sheet = sheet.into_inner().session.unwrap();
    assert_eq!((sheet.places.as_slice(), sheet.answered.contains(&"since".to_owned())), ([at].as_slice(), true), "{sheet:?}");
    assert!(!format!("{sheet:?}").contains("2026-11-01"), "an answer is on the sheet: {sheet:?}");

    let whose = ExportSessionsRequest { session_id: String::new(), customer: "nora".to_owned(), page_token: String::new() };
    let json = admin.export_sessions(with(&tokens.admin, whose.clone())).await.unwrap().into_inner().json;
    let whole: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(whole[0]["session"]["id"], row.session_id);

    let erase =
        EraseSessionsRequest { request_id: segue_proto::client::fresh(), session_id: row.session_id.clone(), customer: String::new() };
    assert_eq!(admin.erase_sessions(with(&tokens.admin, erase)).await.unwrap().into_inner().sessions, 1);
    let list = admin.list_sessions(with(&tokens.admin, ListSessionsRequest::default())).await.unwrap().into_inner();
    assert!(list.sessions.is_empty());
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_the_field() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let mut admin = AdminServiceClient::connect(format!("http://{}", running.public)).await.unwrap();
    for (session, customer, field) in [("nonsense", "", "session_id"), ("", "", "session_id"), ("a", "b", "customer")] {
        let request = ExportSessionsRequest { session_id: session.to_owned(), customer: customer.to_owned(), page_token: String::new() };
        let status = admin.export_sessions(with(&tokens.admin, request)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.metadata["field"].as_str()), ("INVALID_ARGUMENT", field));
    }
    running.stop().await;
}

#[tokio::test]
async fn lists_are_read_by_pages() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let url = format!("http://{}", running.public);
    let mut nora = Customer::connect(&url, &tokens.customer).await.unwrap();
    for _ in 0..3 {
        let mut place = nora.start("fault").await.unwrap();
        nora.ask_for_person(&mut place).await.unwrap();
    }
    let mut admin = AdminServiceClient::connect(url).await.unwrap();
    let (mut sessions, mut token) = (Vec::new(), String::new());
    let (mut lines, mut line_token) = (Vec::new(), String::new());
    for more in [true, false] {
        let request = ListSessionsRequest { page_size: 2, page_token: token, customer: String::new() };
        let page = admin.list_sessions(with(&tokens.admin, request)).await.unwrap().into_inner();
        sessions.extend(page.sessions.into_iter().map(|row| row.session_id));
        token = page.next_page_token;
        let request = ListInteractionsRequest { page_size: 2, page_token: line_token, queue: String::new() };
        let page = admin.list_interactions(with(&tokens.admin, request)).await.unwrap().into_inner();
        lines.extend(page.interactions.into_iter().map(|row| (row.since.map(|at| (at.seconds, at.nanos)), row.session_id)));
        line_token = page.next_page_token;
        assert_eq!((token.is_empty(), line_token.is_empty()), (!more, !more));
    }
    assert!(lines.is_sorted_by_key(|(since, _)| *since), "who waits longest comes first: {lines:?}");
    let mut waiting: Vec<String> = lines.into_iter().map(|(_, session)| session).collect();
    for all in [&mut sessions, &mut waiting] {
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3);
    }
    assert_eq!(sessions, waiting);
    let less = ListSessionsRequest { page_size: -1, ..Default::default() };
    let strange = ListInteractionsRequest { page_token: "1.2".into(), ..Default::default() };
    let refused = [
        admin.list_sessions(with(&tokens.admin, less)).await.map(drop).unwrap_err(),
        admin.list_interactions(with(&tokens.admin, strange)).await.map(drop).unwrap_err(),
    ];
    let fields = refused.map(|status| status.get_details_error_info().unwrap().metadata["field"].clone());
    assert_eq!(fields, ["page_size", "page_token"]);
    running.stop().await;
}
