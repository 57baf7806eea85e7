//! Who may do what: each role at each call, the other tenant at everything of ours, tokens that do not hold at every door.

use crate::calls::{APP, good, methods};
use crate::mutate;
use crate::product::{Claims, Daemon, FOREIGN, forged, token, token_of};
use crate::raw::{Raw, reason};
use crate::stand::{Stand, same};
use prost::Message as _;
use segue_proto::client::{Chat, Customer, Desk, Entry, Error};
use tonic::Code;

const ADMIN: &str = "segue.admin.v1.AdminService";
const ROLES: [&str; 5] = ["app", "agent", "supervisor", "admin", "service"];

/// Beside `app`, which roles may call a method of the app's service.
fn others_may(method: &str) -> &'static [&'static str] {
    if method == "SetDocument" { &["admin", "service"] } else { &[] }
}

/// Which roles may call a method of the administration.
fn admin_may(method: &str) -> &'static [&'static str] {
    match method {
        "ListSessions" | "GetSession" | "ListInteractions" | "ExplainInteraction" => &["supervisor", "admin", "service"],
        "ExportSessions" | "EraseSessions" | "ReloadRouting" => &["admin", "service"],
        other => panic!("nobody has said who may call {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_at_each_call() {
    let daemon = Daemon::usual().await;
    let raw = Raw::to(&daemon.at.http()).await;
    let mut stand = Stand::new(daemon.at).await;
    let before = stand.look().await;
    for method in methods() {
        for role in ROLES.into_iter().filter(|role| *role != "app" && !others_may(&method).contains(role)) {
            let body = good(&method, &stand.place.session, &stand.place.leg).encode_to_vec();
            let what = format!("{role} at {method}");
            let refused = raw.call(&format!("/{APP}/{method}"), Some(&token(role, "agent0")), body).await.expect_err(&what);
            assert_eq!(reason(refused, &what), "PERMISSION_DENIED", "{what}");
        }
    }
    for method in mutate::POOL.get_service_by_name(ADMIN).unwrap().methods() {
        for role in ROLES {
            let what = format!("{role} at {}", method.name());
            let may = admin_may(method.name()).contains(&role);
            match raw.call(&format!("/{ADMIN}/{}", method.name()), Some(&token(role, "agent0")), Vec::new()).await {
                Ok(_) => assert!(may, "{what}: was let in"),
                Err(status) => assert_eq!(reason(status, &what) == "PERMISSION_DENIED", !may, "{what}"),
            }
        }
    }
    same(&before, &stand.look().await, "calls of other roles");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_at_each_socket() {
    let daemon = Daemon::usual().await;
    for role in ROLES {
        let chat = Chat::open(&daemon.at.ws("/v1/chat"), Entry::Token(token(role, "agent0")), None).await;
        assert_eq!(chat.as_ref().err().and_then(Error::reason), (role != "app").then_some("PERMISSION_DENIED"), "{role} at the chat");
        let desk = Desk::open(&daemon.at.ws("/v1/desk"), &token(role, "agent0"), None).await;
        let may = matches!(role, "agent" | "supervisor");
        assert_eq!(desk.as_ref().err().and_then(Error::reason), (!may).then_some("PERMISSION_DENIED"), "{role} at the desk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_tenant_sees_nothing_of_ours() {
    let daemon = Daemon::usual().await;
    let raw = Raw::to(&daemon.at.http()).await;
    let mut stand = Stand::new(daemon.at).await;
    let link = stand.app.handle(&stand.place, segue_proto::types::v1::HandleKind::Link).await.unwrap().value;
    let code = stand.app.handle(&stand.place, segue_proto::types::v1::HandleKind::Code).await.unwrap().value;
    let before = stand.look().await;
    // The same subject, signed in next door.
    let stranger = token_of(FOREIGN, "app", &stand.name, &Claims::new());
    for method in methods() {
        let message = good(&method, &stand.place.session, &stand.place.leg);
        if message.get_field_by_name("session_id").is_none_or(|id| id.as_str() == Some("")) && method != "Chat" {
            continue;
        }
        let refused = raw.call(&format!("/{APP}/{method}"), Some(&stranger), message.encode_to_vec()).await.expect_err(&method);
        let reason = reason(refused, &method);
        // A token that proves nothing is found out before the session is looked for.
        let expected = if method == "Prove" { "UNAUTHENTICATED" } else { "NOT_FOUND" };
        assert_eq!(reason, expected, "{method}");
    }
    let mut next_door = Customer::connect(&daemon.at.http(), &stranger).await.unwrap();
    use segue_proto::app::v1::resume_session_request::By;
    for by in [By::LinkToken(link), By::Code(code)] {
        let refused = next_door.resume_by(by.clone()).await.unwrap_err();
        assert_eq!(refused.reason(), Some("HANDLE_INVALID"), "{by:?}");
    }
    assert!(next_door.matters().await.unwrap().is_empty());
    for method in ["ExportSessions", "EraseSessions"] {
        let mut message = prost_reflect::DynamicMessage::new(mutate::kind(&format!("segue.admin.v1.{method}Request")));
        message.set_field_by_name("session_id", prost_reflect::Value::String(stand.place.session.clone()));
        if method == "EraseSessions" {
            message.set_field_by_name("request_id", prost_reflect::Value::String(segue_proto::client::fresh()));
        }
        let admin = token_of(FOREIGN, "admin", "root", &Claims::new());
        let refused = raw.call(&format!("/{ADMIN}/{method}"), Some(&admin), message.encode_to_vec()).await.expect_err(method);
        assert_eq!(reason(refused, method), "NOT_FOUND", "{method}");
    }
    same(&before, &stand.look().await, "a stranger's calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_do_not_hold_open_no_door() {
    let mut daemon = Daemon::usual().await;
    let raw = Raw::to(&daemon.at.http()).await;
    let mut stand = Stand::new(daemon.at).await;
    let before = stand.look().await;
    for method in methods() {
        let body = good(&method, &stand.place.session, &stand.place.leg).encode_to_vec();
        let refused = raw.call(&format!("/{APP}/{method}"), None, body).await.expect_err(&method);
        assert_eq!(refused.code(), Code::Unauthenticated, "{method} without a token");
    }
    let body = good("GetSession", &stand.place.session, &stand.place.leg).encode_to_vec();
    for (why, token) in forged("app", &stand.name) {
        let refused = raw.call(&format!("/{APP}/GetSession"), Some(&token), body.clone()).await.expect_err(why);
        let refused = reason(refused, why);
        // Who it is is known; what they claim to be is not.
        assert!(refused == "UNAUTHENTICATED" || why == "no such role", "{why}: {refused}");
        let chat = Chat::open(&daemon.at.ws("/v1/chat"), Entry::Token(token), None).await.expect_err(why);
        assert_eq!(chat.reason(), Some(refused.as_str()), "{why}: {chat}");
    }
    for (why, token) in forged("agent", "agent0") {
        let desk = Desk::open(&daemon.at.ws("/v1/desk"), &token, None).await.expect_err(why);
        assert!(desk.reason() == Some("UNAUTHENTICATED") || why == "no such role", "{why}: {desk}");
    }
    let nobody = Chat::open(&daemon.at.ws("/v1/chat"), Entry::Widget("no-such-widget".into()), None).await.unwrap_err();
    assert_eq!(nobody.reason(), Some("UNAUTHENTICATED"), "{nobody}");
    let stranger = Desk::open(&daemon.at.ws("/v1/desk"), &token("agent", "nobody-here"), None).await.unwrap_err();
    assert!(stranger.reason().is_some(), "an agent whom the configuration does not name: {stranger}");
    same(&before, &stand.look().await, "tokens that do not hold");
    daemon.assert_alive();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_in_the_language_asked_in() {
    let daemon = Daemon::usual().await;
    let raw = Raw::to(&daemon.at.http()).await;
    for path in ["/segue.app.v1.AppService/NoSuchMethod", "/no.such.Service/Method", "/"] {
        let refused = raw.call(path, None, Vec::new()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unimplemented, "{path}: {refused:?}");
    }
    let page = daemon.at.get("/no/such/page").await.unwrap();
    assert!(page.starts_with("HTTP/1.1 404") && page.contains("application/problem+json"), "{page}");
    let socket = daemon.at.get("/v1/chat").await.unwrap();
    assert!(socket.starts_with("HTTP/1.1 4"), "a socket's address, asked without an upgrade: {socket}");
}
