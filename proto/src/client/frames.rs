//! A WebSocket that speaks protobuf JSON, one message a frame.

use super::Error;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Serialize, de::DeserializeOwned};
use std::{marker::PhantomData, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// One socket: `Tx` goes out, `Rx` comes in.
#[derive(Debug)]
pub struct Frames<Tx, Rx> {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    kinds: PhantomData<fn(Tx) -> Rx>,
}

impl<Tx: Serialize + Sync, Rx: DeserializeOwned> Frames<Tx, Rx> {
    /// Opens a socket at `url` (`ws://…`) with this subprotocol.
    ///
    /// # Errors
    /// The address does not answer, or refuses the handshake.
    pub async fn open(url: &str, subprotocol: &'static str) -> Result<Self, Error> {
        let connect = |source: Box<dyn std::error::Error + Send + Sync>| Error::Connect { address: url.to_owned(), source };
        let mut request = url.into_client_request().map_err(|e| connect(e.into()))?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(subprotocol));
        let (socket, _) = tokio_tungstenite::connect_async_with_config(request, None, true).await.map_err(|e| connect(e.into()))?;
        Ok(Self { socket, kinds: PhantomData })
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// The socket is gone.
    pub async fn send(&mut self, frame: &Tx) -> Result<(), Error> {
        let text = serde_json::to_string(frame).map_err(|source| Error::Frame { frame: "to be sent".to_owned(), source })?;
        self.send_text(text).await
    }

    /// Sends any text, also one that is no frame.
    ///
    /// # Errors
    /// The socket is gone.
    pub async fn send_text(&mut self, text: String) -> Result<(), Error> {
        let sent = self.socket.send(Message::text(text)).await;
        sent.map_err(|e| Error::Socket { doing: "sending", source: Box::new(e) })
    }

    /// The next frame; pings are answered on the way.
    ///
    /// # Errors
    /// The socket is gone or was closed, or the frame is not understood.
    pub async fn next(&mut self) -> Result<Rx, Error> {
        loop {
            let broken = |e| Error::Socket { doing: "reading", source: Box::new(e) };
            match self.socket.next().await.transpose().map_err(broken)? {
                Some(Message::Text(text)) => {
                    return serde_json::from_str(text.as_str()).map_err(|source| Error::Frame { frame: text.as_str().to_owned(), source });
                }
                Some(Message::Close(close)) => {
                    let (code, reason) = close.map_or((1006, String::new()), |c| (c.code.into(), c.reason.as_str().to_owned()));
                    return Err(Error::Closed { code, reason });
                }
                Some(_) => {}
                None => return Err(Error::Closed { code: 1006, reason: String::new() }),
            }
        }
    }

    /// The next frame, within a time.
    ///
    /// # Errors
    /// As [`Self::next`], and when nothing came in time.
    pub async fn next_within(&mut self, time: Duration) -> Result<Rx, Error> {
        tokio::time::timeout(time, self.next()).await.map_err(|_| Error::Late(time))?
    }

    /// Reads on until a frame gives something, within a time; returns that. Other frames are passed over.
    ///
    /// # Errors
    /// As [`Self::next_within`].
    pub async fn until<T>(&mut self, time: Duration, mut pick: impl FnMut(Rx) -> Option<T>) -> Result<T, Error> {
        let find = async {
            loop {
                if let Some(found) = pick(self.next().await?) {
                    return Ok(found);
                }
            }
        };
        tokio::time::timeout(time, find).await.map_err(|_| Error::Late(time))?
    }

    /// Closes in order.
    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }

    /// Vanishes: the connection is cut without a word, as by a dead battery.
    pub fn vanish(self) {
        drop(self);
    }
}
