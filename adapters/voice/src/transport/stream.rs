//! Streams: TCP and TLS, accepted and dialled.

use super::gate::{Gate, Passed};
use super::{Flow, Inbox, News, Transport};
use crate::ingress::{Fault, Frame, Framer};
use bytes::{Bytes, BytesMut};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Messages that may wait to be written. A peer who lets more pile up does not read, and is let go.
const WAITING: usize = 256;
/// How long a connection, a handshake, a message that was begun and a write may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a stream may be silent. Phones send a sign of life every two minutes (RFC 5626, section 4.4.1).
const SILENCE: Duration = Duration::from_secs(600);
/// Octets read at once.
const CHUNK: usize = 16 * 1024;

/// Where messages for a stream are put.
pub(crate) type Line = mpsc::Sender<Bytes>;

/// Takes connections until nobody wants them any more. Each holds one of the `places`.
pub(crate) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    numbers: impl Fn() -> u64,
    places: Arc<Semaphore>,
    gate: Arc<Gate>,
    inbox: Inbox,
) {
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of descriptors, or the peer was gone before: neither is ours to mend, and the next may do better.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
            () = inbox.closed() => return,
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            gate.limit("sockets");
            continue;
        };
        if !gate.may(peer, Instant::now()) {
            continue;
        }
        let transport = if tls.is_some() { Transport::Tls } else { Transport::Tcp };
        let flow = Flow { transport, socket: numbers(), peer };
        let (tls, gate, inbox) = (tls.clone(), Arc::clone(&gate), inbox.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            match tls {
                None => open(stream, flow, &gate, &inbox).await,
                Some(tls) => match timeout(PATIENCE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => open(stream, flow, &gate, &inbox).await,
                    _ => gate.limit("handshake"),
                },
            }
            drop(place);
        });
    }
}

async fn open(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, flow: Flow, gate: &Gate, inbox: &Inbox) {
    let (line, lines) = mpsc::channel(WAITING);
    if inbox.send(News::Opened(flow, line)).await.is_ok() {
        serve(stream, flow, lines, gate, inbox).await;
    }
}

/// Dials, and serves what comes of it. What is put on the line before it stands is sent then.
pub(crate) fn dial(flow: Flow, tls: Option<(TlsConnector, ServerName<'static>)>, gate: Arc<Gate>, inbox: Inbox) -> Line {
    let (line, lines) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        match timeout(PATIENCE, connect(flow.peer, tls)).await {
            Ok(Ok(stream)) => serve(stream, flow, lines, &gate, &inbox).await,
            Ok(Err(_)) | Err(_) => {
                // Whoever asked hears of it from the transactions.
                let _ = inbox.send(News::Closed(flow)).await;
            }
        }
    });
    line
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

async fn connect(peer: SocketAddr, tls: Option<(TlsConnector, ServerName<'static>)>) -> std::io::Result<Box<dyn Duplex>> {
    let stream = TcpStream::connect(peer).await?;
    let _ = stream.set_nodelay(true);
    Ok(match tls {
        None => Box::new(stream),
        Some((tls, name)) => Box::new(tls.connect(name, stream).await?),
    })
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, flow: Flow, mut lines: mpsc::Receiver<Bytes>, gate: &Gate, inbox: &Inbox) {
    let since = Instant::now();
    gate.meter().socket_opened("voice");
    let (mut read, mut write) = tokio::io::split(stream);
    let (own, mut own_lines) = mpsc::channel(WAITING);
    let ended = tokio::select! {
        ended = take(&mut read, flow, &own, gate, inbox) => ended,
        ended = give(&mut write, &mut lines, &mut own_lines, gate) => ended,
        () = inbox.closed() => "going_away",
    };
    let last = async {
        while let Ok(octets) = own_lines.try_recv() {
            write.write_all(&octets).await?;
        }
        write.shutdown().await
    };
    // The peer may be gone already.
    let _ = timeout(PATIENCE, last).await;
    gate.meter().socket_closed("voice", ended, since.elapsed());
    let _ = inbox.send(News::Closed(flow)).await;
}

/// Reads until the peer closes or its octets make no sense; says why it ended.
async fn take(read: &mut (impl AsyncRead + Unpin), flow: Flow, own: &Line, gate: &Gate, inbox: &Inbox) -> &'static str {
    let (mut framer, mut chunk, mut begun) = (Framer::default(), BytesMut::with_capacity(CHUNK), None);
    loop {
        let patience = begun.map_or(SILENCE, |begun: Instant| PATIENCE.saturating_sub(begun.elapsed()));
        chunk.clear();
        match timeout(patience, read.read_buf(&mut chunk)).await {
            Ok(Ok(0) | Err(_)) => return "closed",
            Ok(Ok(_)) => framer.push(&chunk),
            Err(_) if begun.is_some() => {
                gate.limit("message_time");
                return lost(framer.lost(Fault::Short, flow.peer), own, gate);
            }
            Err(_) => return "silent",
        }
        while let Some(frame) = framer.next(flow.peer) {
            while !gate.may(flow.peer, Instant::now()) {
                // Not reading is how a stream is told to slow down.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            begun = None;
            let passed = match frame {
                Frame::Ping => Passed::Answer(Bytes::from_static(b"\r\n")),
                Frame::Message(message) => gate.message(message),
                Frame::Refused(refused) => gate.refused(&refused),
                frame @ Frame::Lost(_) => return lost(frame, own, gate),
            };
            match passed {
                Passed::Message(message) => {
                    if inbox.send(News::Came(message, flow, Instant::now())).await.is_err() {
                        return "going_away";
                    }
                }
                Passed::Answer(answer) => {
                    if own.try_send(answer).is_err() {
                        return "slow_reader";
                    }
                }
                Passed::Nothing => {}
            }
        }
        begun = if framer.is_midway() { begun.or(Some(Instant::now())) } else { None };
    }
}

/// Answers what cannot be framed; the writer sends it before the stream is closed.
fn lost(frame: Frame, own: &Line, gate: &Gate) -> &'static str {
    if let Frame::Lost(refused) = frame {
        gate.unframed(&refused.fault);
        if let Some(answer) = refused.answer {
            let _ = own.try_send(answer.to_bytes());
        }
    }
    "lost_frame"
}

/// Writes what is put on the lines until the peer does not read.
async fn give(
    write: &mut (impl AsyncWrite + Unpin),
    lines: &mut mpsc::Receiver<Bytes>,
    own: &mut mpsc::Receiver<Bytes>,
    gate: &Gate,
) -> &'static str {
    loop {
        let octets = tokio::select! {
            Some(octets) = lines.recv() => octets,
            Some(octets) = own.recv() => octets,
            else => return "closed",
        };
        match timeout(PATIENCE, write.write_all(&octets)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return "closed",
            Err(_) => {
                gate.limit("slow_reader");
                return "slow_reader";
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::GateSettings;
    use segue_adapter_kit::NoMeter;

    /// A stream with somebody at its other end, who says this and then nothing; what they are answered before they are let go.
    async fn said(text: &str) -> String {
        let gate = Arc::new(Gate::new(GateSettings::default(), Arc::new(NoMeter)));
        let (inbox, _news) = mpsc::channel(8);
        let flow = Flow { transport: Transport::Tcp, socket: 1, peer: "192.0.2.7:5060".parse().unwrap() };
        let (mut theirs, ours) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move { open(ours, flow, &gate, &inbox).await });
        theirs.write_all(text.as_bytes()).await.unwrap();
        let mut answers = String::new();
        theirs.read_to_string(&mut answers).await.unwrap();
        answers
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_never_ends_is_refused_and_let_go() {
        let text = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP pc;branch=z9hG4bK1\r\nContent-Length: 9\r\n\r\nshort";
        let begun = tokio::time::Instant::now();
        assert!(said(text).await.starts_with("SIP/2.0 400 Content-Length Past The End"));
        assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < SILENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_may_be_so_for_a_while() {
        let begun = tokio::time::Instant::now();
        assert_eq!(said("\r\n\r\n").await, "\r\n");
        assert!(begun.elapsed() >= SILENCE);
    }
}
