//! One socket, with its pings, its limits, and one way to end.

use super::{CloseCode, Settings};
use crate::Pace;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::SinkExt;
use serde::Serialize;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_tungstenite::tungstenite;

/// How long a close waits for the peer's own, so that our reason arrives before the connection is torn down.
const LINGER: Duration = Duration::from_millis(500);

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// We close it, for this reason.
    Ours(CloseCode),
    /// The peer closed it, with this code where it gave one.
    Theirs(Option<u16>),
    /// The connection broke.
    Broken,
}

impl End {
    /// A word for metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours(code) => code.name(),
            Self::Theirs(_) => "by_peer",
            Self::Broken => "broken",
        }
    }
}

/// An open socket that speaks text.
#[derive(Debug)]
pub struct Link {
    socket: WebSocket,
    settings: Settings,
    next_ping: Instant,
    missed: u32,
    unflushed: usize,
    pace: Pace,
    garbled: u32,
    /// The place among strangers, until somebody is admitted.
    stranger: Option<OwnedSemaphorePermit>,
}

impl Link {
    pub(super) fn new(socket: WebSocket, settings: Settings, stranger: OwnedSemaphorePermit) -> Self {
        let now = Instant::now();
        let pace = Pace::new(settings.pace, settings.burst, settings.hurried, now);
        let (next_ping, stranger) = (now + settings.ping, Some(stranger));
        Self { socket, next_ping, missed: 0, unflushed: 0, pace, garbled: 0, stranger, settings }
    }

    /// Somebody was admitted: the place among those who have not said who they are is free.
    pub fn admitted(&mut self) {
        self.stranger = None;
    }

    /// The limits in force.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The first frame, if it comes in time.
    pub async fn hello(&mut self) -> Result<Utf8Bytes, End> {
        let by = Instant::now() + self.settings.hello;
        timeout_at(by, self.next()).await.unwrap_or(Err(End::Ours(CloseCode::HelloTimeout)))
    }

    /// The next text frame, once there is room for it. What comes faster stays where it is until the peer's own sending
    /// halts, and costs us nothing. Pings the peer meanwhile. Cancel-safe: no frame is lost.
    pub async fn next(&mut self) -> Result<Utf8Bytes, End> {
        loop {
            let room = self.pace.room(Instant::now());
            let heard = tokio::select! {
                heard = self.socket.recv(), if room.is_none() => heard,
                () = sleep_until(room.unwrap_or(self.next_ping)), if room.is_some_and(|room| room < self.next_ping) => continue,
                () = sleep_until(self.next_ping) => {
                    self.ping().await?;
                    continue;
                }
            };
            self.missed = 0;
            match heard {
                Some(Ok(Message::Text(text))) => {
                    // Too many at the limit without a rest end the socket.
                    return if self.pace.take(Instant::now()) { Ok(text) } else { Err(End::Ours(CloseCode::TooFast)) };
                }
                Some(Ok(Message::Binary(_))) => return Err(End::Ours(CloseCode::NotText)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(frame))) => return Err(End::Theirs(frame.map(|f| f.code))),
                Some(Err(error)) => return Err(breach(error)),
                None => return Err(End::Broken),
            }
        }
    }

    /// A frame was understood.
    pub const fn understood(&mut self) {
        self.garbled = 0;
    }

    /// A frame was not understood; too many in a row end the socket.
    pub const fn garbled(&mut self) -> Result<(), End> {
        self.garbled += 1;
        if self.garbled < self.settings.garbled { Ok(()) } else { Err(End::Ours(CloseCode::Garbled)) }
    }

    /// Sends a frame, as its JSON, now.
    pub async fn send(&mut self, frame: &impl Serialize) -> Result<(), End> {
        self.feed(frame).await?;
        self.flush().await
    }

    /// Hands a frame over, to be sent with the next [`Link::flush`], or at once where too much waits.
    pub async fn feed(&mut self, frame: &impl Serialize) -> Result<(), End> {
        let text = serde_json::to_string(frame).map_err(|error| {
            tracing::error!(%error, "a frame has no JSON form");
            End::Ours(CloseCode::Internal)
        })?;
        self.unflushed = self.unflushed.saturating_add(text.len());
        self.within(async |socket| socket.feed(Message::Text(text.into())).await).await?;
        if self.unflushed >= self.settings.unread { self.flush().await } else { Ok(()) }
    }

    /// Waits until what was handed over is on its way.
    pub async fn flush(&mut self) -> Result<(), End> {
        self.unflushed = 0;
        self.within(async |socket| socket.flush().await).await
    }

    /// Closes the socket, telling the peer why. Returns when the peer has answered or had time to.
    pub async fn close(mut self, code: CloseCode) {
        let frame = CloseFrame { code: code.number(), reason: Utf8Bytes::from_static(code.name()) };
        let told = timeout(LINGER, self.socket.send(Message::Close(Some(frame)))).await;
        if !matches!(told, Ok(Ok(()))) {
            return;
        }
        // To drop the connection with unread bytes in it would reset it, and the peer might never read the reason.
        let by = Instant::now() + LINGER;
        while let Ok(Some(Ok(_))) = timeout_at(by, self.socket.recv()).await {}
        if matches!(code, CloseCode::TooBig | CloseCode::NotUtf8 | CloseCode::ProtocolError) {
            // After a breach nothing more can be read, so the peer's own close cannot be seen: give it the time.
            sleep_until(by).await;
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.missed >= self.settings.misses {
            return Err(End::Ours(CloseCode::Silent));
        }
        self.missed += 1;
        self.next_ping = Instant::now() + self.settings.ping;
        self.within(async |socket| socket.send(Message::Ping(Vec::new().into())).await).await
    }

    async fn within(&mut self, act: impl AsyncFnOnce(&mut WebSocket) -> Result<(), axum::Error>) -> Result<(), End> {
        match timeout(self.settings.slow, act(&mut self.socket)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Broken),
            Err(_) => Err(End::Ours(CloseCode::TooSlow)),
        }
    }
}

/// Which rule of RFC 6455, or which limit, a peer broke.
fn breach(error: axum::Error) -> End {
    let inner = error.into_inner();
    match inner.downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => End::Ours(CloseCode::TooBig),
        Some(tungstenite::Error::Utf8(_)) => End::Ours(CloseCode::NotUtf8),
        Some(tungstenite::Error::Protocol(why)) if !matches!(why, tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => {
            End::Ours(CloseCode::ProtocolError)
        }
        _ => End::Broken,
    }
}
