//! Bodies that come too slowly are let go: a peer that drips bytes would hold a stream and its memory for as long as it likes.
//!
//! Held to the pace are whole bodies, up to their end: a gRPC call is answered only when its caller has said all. Only of a call
//! whose caller may send many messages it is the first one; such a stream may rest between messages. What follows the one message
//! of a unary call counts for nothing, so that its end comes within a window. The clock runs only while we wait: what is there at
//! once costs nothing, and our own slowness is not the peer's.
//!
//! What is *not* here: how large a body may be.

use super::methods;
use crate::engine::Meters;
use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use axum::http::header;
use axum::http::request::Parts;
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
    /// The end of the first gRPC message: its prefix as far as it has come, and whether more may follow.
    Message(Vec<u8>, bool),
    /// The message of a call that takes one is here: only the body's end is wanted.
    Said,
    /// The first message of a stream is here: the peer is free.
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
    pub(super) fn new(body: B, request: &Parts, pace: Pace, meters: Meters) -> Self {
        let kind = request.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let grpc = kind == "application/grpc" || kind.starts_with("application/grpc+");
        let until = if grpc { Until::Message(Vec::new(), methods::streams(request.uri.path())) } else { Until::End };
        Self { body, pace, until, heard: (0, 0), window: None, meters }
    }

    fn hear(&mut self, data: &Bytes) {
        if matches!(self.until, Until::Said) {
            return;
        }
        self.heard = (self.heard.0.saturating_add(data.len()), self.heard.1.saturating_add(data.len()));
        let Until::Message(prefix, streams) = &mut self.until else { return };
        prefix.extend(data.iter().take(PREFIX - prefix.len()));
        if let [_, length @ ..] = prefix.as_slice()
            && let Ok(length) = <[u8; 4]>::try_from(length)
            && self.heard.0 >= usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX).saturating_add(PREFIX)
        {
            self.until = if *streams { Until::Passed } else { Until::Said };
            self.window = None;
            self.heard.1 = 0;
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
    use axum::http::Request;
    use tokio_stream::StreamExt as _;

    /// Whether the body of a call is still held to the pace after these parts.
    fn held(kind: &str, method: &str, parts: &[&[u8]]) -> bool {
        let request = Request::builder().uri(format!("/segue.app.v1.AppService/{method}")).header(header::CONTENT_TYPE, kind);
        let (head, body) = request.body(axum::body::Body::empty()).unwrap().into_parts();
        let pace = Pace { window: Duration::from_secs(30), bytes: 30 * 1024 };
        let mut body = Paced::new(body, &head, pace, Meters::default());
        for part in parts {
            body.hear(&Bytes::copy_from_slice(part));
        }
        !matches!(body.until, Until::Passed)
    }

    const MESSAGE: &[u8] = &[0, 0, 0, 0, 3, 7, 7, 7];

    #[test]
    fn a_stream_may_rest_after_its_first_message() {
        assert!(!held("application/grpc", "Chat", &[MESSAGE]));
        assert!(!held("application/grpc+proto", "Chat", &[&MESSAGE[..2], &MESSAGE[2..6], &MESSAGE[6..]]));
        assert!(!held("application/grpc", "Chat", &[&[0, 0, 0, 0, 0]]), "an empty message is one");
        assert!(held("application/grpc", "Chat", &[&MESSAGE[..7]]));
        assert!(held("application/grpc", "Chat", &[&MESSAGE[..4]]));
        assert!(held("application/grpc", "Chat", &[&[0, 255, 255, 255, 255], MESSAGE]), "a length beyond what came");
        for whole in ["application/grpc-web+proto", "application/grpc-web-text", "application/json"] {
            assert!(held(whole, "Chat", &[MESSAGE, MESSAGE]), "{whole}");
        }
    }

    /// tonic answers a unary call when its body has ended, and reads on until then.
    #[tokio::test]
    async fn a_call_of_one_message_ends_within_a_window_of_it() {
        for method in ["Step", "WatchSession", "Unknown"] {
            assert!(held("application/grpc", method, &[MESSAGE]), "{method}");
        }
        let (head, ()) = Request::builder().uri("/a/b").header(header::CONTENT_TYPE, "application/grpc").body(()).unwrap().into_parts();
        // Whatever comes after the message, and however fast: it wins no time.
        let more = futures_util::stream::unfold(tokio::time::interval(Duration::from_millis(5)), async |mut ticks| {
            ticks.tick().await;
            Some((Ok::<_, BoxError>(Bytes::from(vec![0; 64 * 1024])), ticks))
        });
        let said = tokio_stream::once(Ok(Bytes::from_static(MESSAGE))).chain(more);
        let window = Duration::from_millis(100);
        let mut body = Paced::new(axum::body::Body::from_stream(said), &head, Pace { window, bytes: 1024 }, Meters::default());
        let begun = Instant::now();
        while std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await.is_some_and(|frame| frame.is_ok()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "still listening");
        }
        assert!(begun.elapsed() >= window, "it was given its time");
    }
}
