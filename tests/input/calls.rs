//! Every call of the app, every field of its request.

use crate::mutate::{self, kind};
use crate::product::Daemon;
use crate::raw::{Raw, reason};
use crate::stand::{Stand, same};
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

/// The service.
pub(crate) const APP: &str = "segue.app.v1.AppService";

/// A good request of every method, for a session and its leg.
pub(crate) fn good(method: &str, session: &str, leg: &str) -> DynamicMessage {
    let request = segue_proto::client::fresh();
    let body = json!({ "text": { "text": "good day" } });
    let fields: &[(&str, Value)] = match method {
        "StartSession" => {
            &[("requestId", json!(request)), ("journey", json!("form")), ("language", json!("en")), ("claimed", json!({ "a": 1 }))]
        }
        "GetSession" => &[("sessionId", json!(session))],
        "ListMatters" => &[("pageSize", json!(10))],
        "ListMessages" => &[("sessionId", json!(session)), ("pageSize", json!(10))],
        "ResumeSession" | "AttachSession" => &[("requestId", json!(request)), ("sessionId", json!(session)), ("language", json!("en"))],
        "CloseSession" => &[("requestId", json!(request)), ("sessionId", json!(session)), ("outcome", json!("over"))],
        "CreateHandle" => &[
            ("requestId", json!(request)),
            ("sessionId", json!(session)),
            ("kind", json!("HANDLE_KIND_LINK")),
            ("channels", json!(["CHANNEL_APP"])),
        ],
        "SetDocument" => {
            &[("requestId", json!(request)), ("sessionId", json!(session)), ("name", json!("cart")), ("content", json!({ "a": 1 }))]
        }
        "ShareActivity" => &[("sessionId", json!(session)), ("activity", json!({ "typing": true }))],
        "WatchSession" => &[("sessionId", json!(session)), ("legId", json!(leg))],
        "Chat" => &[("open", json!({ "sessionId": session, "legId": leg }))],
        _ => &[("requestId", json!(request)), ("sessionId", json!(session)), ("legId", json!(leg))],
    };
    let more: &[(&str, Value)] = match method {
        "Step" => &[("input", json!({ "fill": { "fieldId": "animal", "value": "cat" } }))],
        "SuspendSession" => &[("handleKinds", json!(["HANDLE_KIND_LINK"]))],
        "RequestCallback" => &[("phoneNumber", json!("+41443640101"))],
        "SendMessage" => &[("body", body)],
        "Prove" => &[("token", json!("no token"))],
        "SetConsent" => &[("purpose", json!("recording")), ("given", json!(true))],
        _ => &[],
    };
    let whole: serde_json::Map<_, _> = fields.iter().chain(more).map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let service = mutate::POOL.get_service_by_name(APP).unwrap();
    let input = service.methods().find(|m| m.name() == method).unwrap().input();
    DynamicMessage::deserialize(kind(input.full_name()), Value::Object(whole)).unwrap_or_else(|e| panic!("{method}: {e}"))
}

/// The methods, in the order of the file.
pub(crate) fn methods() -> Vec<String> {
    mutate::POOL.get_service_by_name(APP).unwrap().methods().map(|method| method.name().to_owned()).collect()
}

/// Reasons that tell the caller what is wrong with what they sent.
const FAULTS_OF_THEIRS: [&str; 15] = [
    "INVALID_ARGUMENT",
    "INVALID_ANSWER",
    "NOT_FOUND",
    "HANDLE_INVALID",
    "JOURNEY_UNKNOWN",
    "WRONG_STEP",
    "WRONG_MOMENT",
    "ALREADY_RESUMED",
    "LIMIT_EXCEEDED",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "ASSURANCE_TOO_LOW",
    "REQUEST_ID_REUSED",
    "SESSION_SUSPENDED",
    "SESSION_CLOSED",
];

async fn throw(daemon: &mut Daemon, raw: &Raw, method: &str) -> (usize, usize) {
    let mut stand = Stand::new(daemon.at).await;
    let path = format!("/{APP}/{method}");
    let spoilt = mutate::all(&good(method, &stand.place.session, &stand.place.leg));
    let (count, mut refused) = (spoilt.len(), 0);
    let mut before = stand.look().await;
    let (session, leg) = (stand.place.session.clone(), stand.place.leg.clone());
    for spoilt in spoilt {
        let what = format!("{method}: {}", spoilt.how);
        // Requests name the session of the first stand; where one of them was good, it may be over by now.
        let bytes = rename(encode(&spoilt.message), &session, &leg, &stand);
        match raw.call(&path, Some(&stand.token), bytes).await {
            Ok(_) => {
                assert!(!spoilt.bad, "{what}: was taken");
                stand = Stand::new(daemon.at).await;
                before = stand.look().await;
            }
            Err(status) => {
                // A request over the size of any request is cut off before it is read.
                let cut_off = status.code() == tonic::Code::OutOfRange && status.message().contains("too large");
                let reason = if cut_off { "LIMIT_EXCEEDED".to_owned() } else { reason(status, &what) };
                assert!(FAULTS_OF_THEIRS.contains(&reason.as_str()), "{what}: refused with {reason}");
                same(&before, &stand.look().await, &what);
                refused += 1;
            }
        }
    }
    daemon.assert_alive();
    (count, refused)
}

fn encode(message: &DynamicMessage) -> Vec<u8> {
    prost::Message::encode_to_vec(message)
}

/// The same bytes for another session: ids have the same length.
fn rename(bytes: Vec<u8>, session: &str, leg: &str, stand: &Stand) -> Vec<u8> {
    let swap = |bytes: Vec<u8>, from: &str, to: &str| {
        let Some(at) = bytes.windows(from.len()).position(|window| window == from.as_bytes()) else { return bytes };
        [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
    };
    swap(swap(bytes, session, &stand.place.session), leg, &stand.place.leg)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_call() {
    let mut daemon = Daemon::usual().await;
    let raw = Raw::to(&daemon.at.http()).await;
    let (mut tried, mut refused) = (0, 0);
    for method in methods() {
        let (of, no) = throw(&mut daemon, &raw, &method).await;
        assert!(no > 0, "{method} refuses nothing");
        tried += of;
        refused += no;
    }
    println!("{tried} spoilt requests, {refused} refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message() {
    let mut daemon = Daemon::usual().await;
    let raw = Raw::to(&daemon.at.http()).await;
    let mut stand = Stand::new(daemon.at).await;
    let before = stand.look().await;
    for method in methods() {
        for bytes in [vec![0xff; 10], vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], vec![0x0f; 30], vec![0x08; 3001]] {
            let answer = raw.call(&format!("/{APP}/{method}"), Some(&stand.token), bytes).await;
            assert!(answer.is_err(), "{method} took bytes that are no message");
        }
        let huge = raw.call(&format!("/{APP}/{method}"), Some(&stand.token), vec![0; 3 << 20]).await.unwrap_err();
        assert!(matches!(huge.code(), tonic::Code::OutOfRange | tonic::Code::ResourceExhausted | tonic::Code::InvalidArgument), "{huge:?}");
    }
    same(&before, &stand.look().await, "bytes that are no message");
    daemon.assert_alive();
}
