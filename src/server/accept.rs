//! Takes connections within the limits, and lets go of them in order.
//!
//! Three clocks run on a connection: the handshake's, the one until its first bytes have said which HTTP it speaks (a peer
//! that says nothing holds nothing), and hyper's own for each HTTP/1 head. HTTP/2 peers are pinged.

use super::front::Front;
use super::pace::{Pace, Paced};
use super::proxies::Proxies;
use super::tls::Tls;
use crate::config::plan::{Limits, Plan};
use crate::telemetry::Metrics;
use arc_swap::ArcSwap;
use axum::body::Body;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use segue_adapter_kit::Peer;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;
use tower::Service as _;

/// Bytes after which it is clear which HTTP a peer speaks: the preface of HTTP/2 (RFC 9113, 3.4).
const PREFACE: usize = 24;
/// How long a peer may leave a ping of HTTP/2 unanswered.
const PONG: Duration = Duration::from_secs(20);
/// Headers of an HTTP/1 request.
const HEADERS: usize = 100;
/// How long to wait after the machine ran out of something, before the next connection is taken.
const REST: Duration = Duration::from_millis(50);

/// A listener that is bound and takes nothing yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Where.
    pub address: SocketAddr,
}

impl Bound {
    /// Binds an address; port 0 takes a free one.
    ///
    /// # Errors
    /// As the operating system says.
    pub async fn to(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { address: listener.local_addr()?, listener })
    }

    /// Begins to take connections.
    #[must_use]
    pub fn accept(self, front: Front, plan: &Plan, tls: Option<Tls>, metrics: Metrics) -> Accepting {
        let limits = &plan.limits;
        let (stop, stopping) = watch::channel(false);
        let connections = TaskTracker::new();
        let front = Arc::new(ArcSwap::from_pointee(front));
        let answering = Arc::downgrade(&front);
        let host = Host {
            front,
            builder: Arc::new(builder(limits)),
            tls,
            limits: limits.clone(),
            proxies: Proxies::new(&plan.listen.trusted_proxies, plan.listen.proxy_header),
            pace: Pace { window: limits.body_window, bytes: limits.body_rate.saturating_mul(seconds(limits.body_window)) },
            metrics,
            room: Arc::new(Semaphore::new(limits.connections)),
            stopping,
        };
        let listener = self.listener;
        let tracker = connections.clone();
        tokio::spawn(async move { host.run(listener, &tracker).await });
        Accepting { stop, connections, front: answering }
    }
}

/// A listener that takes connections. Dropping it stops it at once, and tells its connections to end.
pub struct Accepting {
    stop: watch::Sender<bool>,
    connections: TaskTracker,
    /// Held by who answers alone: with the last connection goes what answered it, and the drain sees that it is gone.
    front: Weak<ArcSwap<Front>>,
}

impl Accepting {
    /// Answers this from now on, on connections that stand too.
    pub fn answer(&self, front: Front) {
        if let Some(answering) = self.front.upgrade() {
            answering.store(Arc::new(front));
        }
    }

    /// Takes no more, and tells those that stand to end: GOAWAY on HTTP/2, `connection: close` on HTTP/1.
    pub fn close(&self) {
        self.stop.send_replace(true);
        self.connections.close();
    }
    /// Waits until every connection has ended.
    pub async fn closed(&self) {
        self.connections.wait().await;
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Host {
    front: Arc<ArcSwap<Front>>,
    builder: Arc<Builder<TokioExecutor>>,
    tls: Option<Tls>,
    limits: Limits,
    proxies: Proxies,
    pace: Pace,
    metrics: Metrics,
    room: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

/// Whole seconds, one at least.
fn seconds(time: Duration) -> usize {
    usize::try_from(time.as_secs()).unwrap_or(usize::MAX).max(1)
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_headers(HEADERS)
        // hyper wants 8 KiB at least.
        .max_buf_size((limits.header_list as usize).max(8 * 1024));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(limits.header_list)
        .max_pending_accept_reset_streams(limits.http2_resets)
        .max_local_error_reset_streams(limits.http2_resets)
        .keep_alive_interval(limits.ws_ping)
        .keep_alive_timeout(PONG);
    builder
}

impl Host {
    async fn run(mut self, listener: TcpListener, connections: &TaskTracker) {
        let mut stopping = self.stopping.clone();
        loop {
            let taken = tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => return,
                taken = listener.accept() => taken,
            };
            match taken {
                Ok((stream, peer)) => self.take(stream, peer, connections),
                Err(error) => {
                    // Out of files or memory: others may end meanwhile. An aborted connection is no reason to rest, but costs little.
                    tracing::warn!("a connection could not be taken: {error}");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    fn take(&mut self, stream: TcpStream, peer: SocketAddr, connections: &TaskTracker) {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            self.metrics.refused_connections.inc();
            self.metrics.meters.limit("connections");
            return;
        };
        let host = self.clone();
        connections.spawn(async move {
            let _room = room;
            host.metrics.connections.inc();
            if let Err(error) = host.serve(stream, peer).await {
                tracing::debug!("a connection ended: {error}");
            }
            host.metrics.connections.dec();
        });
    }

    async fn serve(&self, stream: TcpStream, peer: SocketAddr) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        // Small answers must not wait for the peer's acknowledgement of the ones before.
        stream.set_nodelay(true)?;
        match &self.tls {
            None => self.speak(stream, peer).await,
            Some(tls) => {
                let shaken = tokio::time::timeout(self.limits.handshake_time, tls.acceptor().accept(stream)).await;
                let stream = shaken.inspect_err(|_| self.metrics.meters.limit("handshake_time"))??;
                self.speak(stream, peer).await
            }
        }
    }

    async fn speak<S>(&self, stream: S, peer: SocketAddr) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let heard = Arc::new(AtomicUsize::new(0));
        let io = TokioIo::new(Counted { stream, heard: Arc::clone(&heard) });
        let (proxies, pace, meters) = (self.proxies.clone(), self.pace, self.metrics.meters.clone());
        let front = Arc::clone(&self.front);
        let front = tower::service_fn(move |request: Request<hyper::body::Incoming>| {
            let (parts, body) = request.into_parts();
            let body = Body::new(Paced::new(body, &parts, pace, meters.clone()));
            let asker = Peer(proxies.asker(peer.ip(), &parts.headers).to_string());
            let mut request = Request::from_parts(parts, body);
            request.extensions_mut().insert(asker);
            Front::clone(&front.load()).call(request)
        });
        let connection = self.builder.serve_connection_with_upgrades(io, TowerToHyperService::new(front));
        tokio::pin!(connection);
        let silence = tokio::time::sleep(self.limits.header_time);
        tokio::pin!(silence);
        let mut stopping = self.stopping.clone();
        let (mut listening, mut told) = (true, false);
        loop {
            tokio::select! {
                ended = connection.as_mut() => return ended,
                () = silence.as_mut(), if listening => {
                    listening = false;
                    if heard.load(Ordering::Relaxed) < PREFACE {
                        self.metrics.meters.limit("header_time");
                        return Ok(());
                    }
                }
                _ = stopping.wait_for(|stop| *stop), if !told => {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// A stream that counts what it has heard.
struct Counted<S> {
    stream: S,
    heard: Arc<AtomicUsize>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, into);
        self.heard.fetch_add(into.filled().len().saturating_sub(before), Ordering::Relaxed);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
