//! Every frame of the two WebSockets, every field of it; and what is no frame at all.

use crate::mutate::{self, kind};
use crate::product::{Daemon, token};
use crate::stand::{Stand, same};
use futures_util::{SinkExt as _, StreamExt as _};
use prost_reflect::{DynamicMessage, Kind, SerializeOptions, Value};
use segue_proto::client::fresh;
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Bytes, Message, client::IntoClientRequest as _};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A socket that sends whatever one likes.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came back.
#[derive(Debug)]
enum Heard {
    Frame(Json),
    Closed(u16),
}

impl Socket {
    async fn open(daemon: &Daemon, which: &str) -> Self {
        let mut request = daemon.at.ws(&format!("/v1/{which}")).into_client_request().unwrap();
        let protocol = format!("segue.{which}.v1.json");
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        Self(tokio_tungstenite::connect_async(request).await.unwrap().0)
    }

    /// One that has said hello, and in the chat joined a session.
    async fn greeted(daemon: &Daemon, which: &str, stand: &Stand) -> Self {
        let mut socket = Self::open(daemon, which).await;
        let token = if which == "chat" { stand.token.clone() } else { token("agent", "agent0") };
        socket.send(json!({ "id": fresh(), "hello": { "protocol": 1, "token": token } }).to_string()).await;
        socket.until("welcome").await;
        if which == "chat" {
            socket.send(json!({ "id": fresh(), "attach": { "sessionId": stand.place.session } }).to_string()).await;
            socket.until("ack").await;
        }
        socket
    }

    async fn send(&mut self, text: String) {
        // The house may have closed already; what it said about that is read next.
        let _gone = self.0.send(Message::text(text)).await;
    }

    async fn hear(&mut self) -> Heard {
        loop {
            let heard = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.expect("an answer or a close");
            match heard {
                Some(Ok(Message::Text(text))) => return Heard::Frame(serde_json::from_str(text.as_str()).unwrap()),
                Some(Ok(Message::Close(frame))) => return Heard::Closed(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006),
            }
        }
    }

    /// Reads on to a frame of this kind.
    async fn until(&mut self, frame: &str) -> Json {
        loop {
            match self.hear().await {
                Heard::Frame(json) if json.get(frame).is_some() => return json,
                Heard::Frame(_) => {}
                Heard::Closed(code) => panic!("closed with {code} before {frame}"),
            }
        }
    }

    /// Sends a frame and a ping; what was said to the frame before the pong: its refusals, and whether it was taken; or the close.
    async fn try_out(&mut self, id: &str, text: String) -> Result<Option<Json>, u16> {
        self.send(text).await;
        self.send(json!({ "id": fresh(), "ping": {} }).to_string()).await;
        let mut said = None;
        loop {
            match self.hear().await {
                Heard::Frame(json) if json.get("pong").is_some() => return Ok(said),
                Heard::Frame(json) => {
                    let ours = |word: &str| json.get(word).is_some_and(|answer| answer["id"] == *id || answer.get("id").is_none());
                    if ours("error") || ours("ack") {
                        said = Some(json);
                    }
                }
                Heard::Closed(code) => return Err(code),
            }
        }
    }
}

/// A frame with this member of its oneof, as good as can be made from the outside.
fn frames(package: &str, stand: &Stand) -> Vec<(String, DynamicMessage)> {
    let frame = kind(&format!("segue.{package}.v1.ClientFrame"));
    let members = frame.oneofs().next().unwrap();
    let members = members.fields().map(|field| {
        let mut message = DynamicMessage::new(frame.clone());
        message.set_field_by_name("id", Value::String(fresh()));
        let Kind::Message(of) = field.kind() else { panic!("{} is no message", field.name()) };
        let mut inner = DynamicMessage::new(of.clone());
        if of.fields().any(|field| field.name() == "session_id") {
            inner.set_field_by_name("session_id", Value::String(stand.place.session.clone()));
        }
        message.set_field(&field, Value::Message(inner));
        (field.name().to_owned(), message)
    });
    members.filter(|(name, _)| !matches!(name.as_str(), "hello" | "ping")).collect()
}

fn json(message: &DynamicMessage) -> String {
    let mut out = Vec::new();
    let mut to = serde_json::Serializer::new(&mut out);
    message.serialize_with_options(&mut to, &SerializeOptions::new()).unwrap();
    String::from_utf8(out).unwrap()
}

/// Closes that say what the other side did wrong, and the one of an agent who signed out.
const CLOSES: [u16; 8] = [1000, 1002, 1003, 1007, 1009, 4002, 4010, 4012];

async fn every_field(which: &str) {
    let mut daemon = Daemon::usual().await;
    let mut stand = Stand::new(daemon.at).await;
    let mut socket = Socket::greeted(&daemon, which, &stand).await;
    let mut before = stand.look().await;
    let (mut tried, mut refused) = (0, 0);
    for (name, frame) in frames(which, &stand) {
        for spoilt in mutate::all(&frame) {
            let what = format!("{which} {name}: {}", spoilt.how);
            let id = spoilt.message.get_field_by_name("id").unwrap().as_str().unwrap_or_default().to_owned();
            tried += 1;
            let answer = socket.try_out(&id, json(&spoilt.message)).await;
            let no = match &answer {
                Ok(Some(json)) if json.get("error").is_some() => {
                    let refusal = &json["error"]["refusal"];
                    let (reason, message) =
                        (refusal["reason"].as_str().unwrap_or_default(), refusal["message"].as_str().unwrap_or_default());
                    assert!(!reason.is_empty() && !message.is_empty(), "{what}: refused without a reason: {json}");
                    assert!(!matches!(reason, "INTERNAL" | "UNAVAILABLE" | "DEADLINE_EXCEEDED"), "{what}: {json}");
                    true
                }
                Ok(_) => false,
                Err(code) => {
                    assert!(CLOSES.contains(code), "{what}: closed with {code}");
                    true
                }
            };
            if no {
                refused += 1;
            }
            if matches!(answer, Ok(Some(_))) && no {
                same(&before, &stand.look().await, &what);
            }
            // What was taken may have ended the leg or the session; a socket is spared before its pace is reached.
            if !no || answer.is_err() || tried % 60 == 0 {
                // The socket that is left is a leg lost, which the session hears of: go on with another.
                stand = Stand::new(daemon.at).await;
                socket = Socket::greeted(&daemon, which, &stand).await;
                before = stand.look().await;
            }
        }
    }
    daemon.assert_alive();
    println!("{which}: {tried} spoilt frames, {refused} refused");
    assert!(refused > tried / 2, "{which}: only {refused} of {tried} were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_frame_of_the_chat() {
    every_field("chat").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_frame_of_the_desk() {
    every_field("desk").await;
}

/// Sends one message instead of a good frame, and returns the close code; `None` where the socket stays open.
async fn close_code(socket: &mut Socket, message: Message) -> Option<u16> {
    let _gone = socket.0.send(message).await;
    let ping = json!({ "id": fresh(), "ping": {} }).to_string();
    socket.try_out("none", ping).await.err()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_at_all() {
    let mut daemon = Daemon::usual().await;
    for which in ["chat", "desk"] {
        for (what, message, close) in [
            ("binary", Message::Binary(Bytes::from_static(b"\x00\x01")), Some(1003)),
            ("too big", Message::text("x".repeat(300 << 10)), Some(1009)),
            ("not JSON", Message::text("{"), None),
            ("empty", Message::text(""), None),
            ("no object", Message::text("[1,2,3]"), None),
            ("nothing in it", Message::text("{}"), None),
            ("two members", Message::text(r#"{"id":"x","ping":{},"say":{}}"#), None),
            ("an unknown member", Message::text(r#"{"id":"x","fly":{}}"#), None),
            ("deep", Message::text("[".repeat(30_000)), None),
            ("long numbers", Message::text(format!(r#"{{"id":{}}}"#, "9".repeat(5000))), None),
        ] {
            let mut stand = Stand::new(daemon.at).await;
            let mut socket = Socket::greeted(&daemon, which, &stand).await;
            let before = stand.look().await;
            assert_eq!(close_code(&mut socket, message).await, close, "{which}: {what}");
            if close.is_none() {
                same(&before, &stand.look().await, what);
            }
        }
        let mut socket = Socket::greeted(&daemon, which, &Stand::new(daemon.at).await).await;
        for _ in 0..20 {
            socket.send("garbage".to_owned()).await;
        }
        let code = loop {
            if let Heard::Closed(code) = socket.hear().await {
                break code;
            }
        };
        assert_eq!(code, 4010, "{which}");
    }
    daemon.assert_alive();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_before_the_hello() {
    let daemon = Daemon::usual().await;
    for which in ["chat", "desk"] {
        for first in [json!({ "id": fresh(), "ping": {} }).to_string(), "garbage".to_owned(), r#"{"hello":{"protocol":1}}"#.to_owned()] {
            let mut socket = Socket::open(&daemon, which).await;
            socket.send(first.clone()).await;
            let code = loop {
                match socket.hear().await {
                    Heard::Closed(code) => break code,
                    Heard::Frame(json) => assert!(json.get("error").is_some(), "{which}: {first}: {json}"),
                }
            };
            assert!(matches!(code, 4002 | 4003), "{which}: {first}: closed with {code}");
        }
        let mut socket = Socket::open(&daemon, which).await;
        socket.send(json!({ "id": fresh(), "hello": { "protocol": 99, "token": token("app", "ada") } }).to_string()).await;
        loop {
            match socket.hear().await {
                Heard::Closed(code) => break assert_eq!(code, 4005, "{which}"),
                Heard::Frame(json) => assert!(json.get("error").is_some(), "{json}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_strangers_open_no_socket() {
    let daemon = Daemon::usual().await;
    for (origin, may) in [("https://shop.example", true), ("https://evil.example", false), ("null", false), ("http://shop.example", false)]
    {
        for which in ["chat", "desk"] {
            let mut request = daemon.at.ws(&format!("/v1/{which}")).into_client_request().unwrap();
            request.headers_mut().insert("sec-websocket-protocol", format!("segue.{which}.v1.json").parse().unwrap());
            request.headers_mut().insert("origin", origin.parse().unwrap());
            let opened = tokio_tungstenite::connect_async(request).await;
            assert_eq!(opened.is_ok(), may, "{which} from {origin}");
        }
    }
}
