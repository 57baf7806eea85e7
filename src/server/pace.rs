//! Bodies that come too slowly are let go: a peer that drips bytes would hold a stream and its memory for as long as it likes.
//!
//! Held to the pace are whole bodies, and the first message of a gRPC call; a gRPC stream may rest between messages. The clock
//! runs only while we wait: what is there at once costs nothing, and our own slowness is not the peer's.
//!
//! What is *not* here: how large a body may be.

use crate::engine::Meters;
use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};
use tonic::Status;

/// Bytes before a gRPC message: a flag and its length (gRPC over HTTP/2, Length-Prefixed-Message).
const PREFIX: usize = 5;

/// What must come while we wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// In each of these.
    pub(super) window: Duration,
    /// So many bytes.
    pub(super) bytes: usize,
}

/// Up to where a body is held to the pace.
enum Until {
    End,
    /// The end of the first gRPC message: its prefix as far as it has come.
    Message(Vec<u8>),
    /// It was reached.
    Passed,
}

/// A body with a pace.
pub(super) struct Paced<B> {
    body: B,
    pace: Pace,
    until: Until,
    /// Bytes in all, and in this window.
    heard: (usize, usize),
    /// Begins when first we have to wait.
    window: Option<Pin<Box<Sleep>>>,
    meters: Meters,
}

impl<B> Paced<B> {
    pub(super) fn new(body: B, headers: &HeaderMap, pace: Pace, meters: Meters) -> Self {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let streams = kind == "application/grpc" || kind.starts_with("application/grpc+");
        let until = if streams { Until::Message(Vec::new()) } else { Until::End };
        Self { body, pace, until, heard: (0, 0), window: None, meters }
    }

    fn hear(&mut self, data: &Bytes) {
        self.heard = (self.heard.0.saturating_add(data.len()), self.heard.1.saturating_add(data.len()));
        let Until::Message(prefix) = &mut self.until else { return };
        prefix.extend(data.iter().take(PREFIX - prefix.len()));
        if let [_, length @ ..] = prefix.as_slice()
            && let Ok(length) = <[u8; 4]>::try_from(length)
            && self.heard.0 >= usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX).saturating_add(PREFIX)
        {
            (self.until, self.window) = (Until::Passed, None);
        }
    }

    /// Whether the peer was too slow, now that we have to wait.
    fn too_slow(&mut self, cx: &mut Context<'_>) -> bool {
        let Self { pace, window, heard, .. } = self;
        let window = window.get_or_insert_with(|| Box::pin(tokio::time::sleep(pace.window)));
        while window.as_mut().poll(cx).is_ready() {
            if heard.1 < pace.bytes {
                return true;
            }
            heard.1 = 0;
            window.as_mut().reset(Instant::now() + pace.window);
        }
        false
    }
}

impl<B> HttpBody for Paced<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx).map_err(Into::into);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.hear(data);
                }
            }
            Poll::Pending if !matches!(self.until, Until::Passed) && self.too_slow(cx) => {
                self.meters.limit("body_rate");
                return Poll::Ready(Some(Err(Status::deadline_exceeded("the request came too slowly").into())));
            }
            Poll::Pending | Poll::Ready(_) => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a body of that kind is still held to the pace after these parts.
    fn held(kind: &str, parts: &[&[u8]]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let pace = Pace { window: Duration::from_secs(30), bytes: 30 * 1024 };
        let mut body = Paced::new(axum::body::Body::empty(), &headers, pace, Meters::default());
        for part in parts {
            body.hear(&Bytes::copy_from_slice(part));
        }
        !matches!(body.until, Until::Passed)
    }

    #[test]
    fn a_stream_may_rest_after_its_first_message() {
        let message: &[u8] = &[0, 0, 0, 0, 3, 7, 7, 7];
        assert!(!held("application/grpc", &[message]));
        assert!(!held("application/grpc+proto", &[&message[..2], &message[2..6], &message[6..]]));
        assert!(!held("application/grpc", &[&[0, 0, 0, 0, 0]]), "an empty message is one");
        assert!(held("application/grpc", &[&message[..7]]));
        assert!(held("application/grpc", &[&message[..4]]));
        assert!(held("application/grpc", &[&[0, 255, 255, 255, 255], message]), "a length beyond what came");
        for whole in ["application/grpc-web+proto", "application/grpc-web-text", "application/json"] {
            assert!(held(whole, &[message, message]), "{whole}");
        }
    }
}
