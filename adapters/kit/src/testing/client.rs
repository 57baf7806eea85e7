//! A WebSocket client that speaks JSON, and a server for it on the loopback. Failures end the test with what was heard.
#![expect(clippy::panic, reason = "a test's own tools: a failure ends the test")]

use axum::Router;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves routes on the loopback, until the test ends.
///
/// # Panics
/// There is no port.
pub async fn serve(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap_or_else(|error| panic!("no port: {error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// A client that speaks JSON.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    heard: Vec<Value>,
}

impl Client {
    /// Opens a socket.
    ///
    /// # Panics
    /// It is refused.
    pub async fn open(address: SocketAddr, path: &str, protocol: &'static str) -> Self {
        match Self::try_open(address, path, &[("sec-websocket-protocol", protocol)]).await {
            Ok(client) => client,
            Err(status) => panic!("the upgrade was refused with {status}"),
        }
    }

    /// Opens a socket with these headers.
    ///
    /// # Errors
    /// The status it was refused with.
    pub async fn try_open(address: SocketAddr, path: &str, headers: &[(&'static str, &'static str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap_or_else(|error| panic!("{error}"));
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket, heard: Vec::new() }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no socket: {error}"),
        }
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// The socket is gone.
    pub async fn send(&mut self, frame: Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    /// Sends any message, also one that is no frame.
    ///
    /// # Panics
    /// The socket is gone.
    pub async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap_or_else(|error| panic!("cannot send: {error}; heard {:#?}", self.heard));
    }

    /// Sends as much as it can of a message that the peer will not take.
    pub async fn send_in_vain(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    /// The next frame, or the code the socket was closed with.
    ///
    /// # Errors
    /// The code; 1006 where there was none.
    ///
    /// # Panics
    /// Nothing comes.
    pub async fn next(&mut self) -> Result<Value, u16> {
        let by = Instant::now() + PATIENCE;
        loop {
            let heard = timeout_at(by, self.socket.next()).await.unwrap_or_else(|_| panic!("nothing came; heard {:#?}", self.heard));
            match heard {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON: {error}: {text}"));
                    self.heard.push(frame.clone());
                    return Ok(frame);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1006, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    /// The next frame of a kind, with what is in it; others are passed over.
    ///
    /// # Panics
    /// The socket is closed before.
    pub async fn until(&mut self, kind: &str) -> Value {
        self.until_that(kind, |_| true).await
    }

    /// The next frame of a kind for which something holds; others are passed over.
    ///
    /// # Panics
    /// The socket is closed before.
    pub async fn until_that(&mut self, kind: &str, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Ok(frame) => {
                    if let Some(inner) = frame.get(kind).filter(|inner| holds(inner)) {
                        return inner.clone();
                    }
                }
                Err(code) => panic!("closed with {code} before `{kind}`; heard {:#?}", self.heard),
            }
        }
    }

    /// The code the socket is closed with; frames before it are passed over.
    ///
    /// # Panics
    /// It is not closed.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }

    /// Everything that was heard.
    #[must_use]
    pub fn heard(&self) -> &[Value] {
        &self.heard
    }

    /// Vanishes without a word, as by a dead battery.
    pub fn vanish(self) {
        drop(self);
    }

    /// Closes in order.
    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }
}

/// Waits until something holds.
///
/// # Panics
/// It does not come to hold.
pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let by = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < by, "{what}: not within {PATIENCE:?}");
        tokio::task::yield_now().await;
    }
}
