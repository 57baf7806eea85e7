//! Datagrams.

use super::gate::{Gate, Passed};
use super::{Flow, Inbox, News, Transport};
use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::error::TrySendError;

/// What the system keeps for us while we are busy. A burst of 1,000 calls a second for a second fits.
const RECEIVE_BUFFER: usize = 4 * 1024 * 1024;
/// The most a datagram can hold; longer ones than we take are seen as such, not cut.
const DATAGRAM: usize = 65_535;

/// Binds a socket.
pub(crate) fn bind(at: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(at), Type::DGRAM, Some(Protocol::UDP))?;
    // The system gives what it allows; less is no fault.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&at.into())?;
    UdpSocket::from_std(socket.into())
}

/// Reads datagrams until nobody wants them any more.
pub(crate) async fn receive(socket: Arc<UdpSocket>, number: u64, gate: Arc<Gate>, inbox: Inbox) {
    let mut buffer = vec![0; DATAGRAM];
    loop {
        let (length, peer) = tokio::select! {
            received = socket.recv_from(&mut buffer) => match received {
                Ok(received) => received,
                // An answer of ours met a closed port, or the system is short of something: the next may do better.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
            () = inbox.closed() => return,
        };
        let now = Instant::now();
        let octets = buffer.get(..length).unwrap_or_default();
        if octets.iter().all(|octet| matches!(octet, b'\r' | b'\n' | 0)) {
            if octets == b"\r\n\r\n" && gate.may(peer, now) {
                let _ = socket.try_send_to(b"\r\n", peer);
            }
            continue;
        }
        if !gate.may(peer, now) {
            continue;
        }
        let octets = octets.strip_prefix(b"\r\n").unwrap_or(octets);
        match gate.datagram(&Bytes::copy_from_slice(octets), peer) {
            Passed::Message(message) => {
                let flow = Flow { transport: Transport::Udp, socket: number, peer };
                match inbox.try_send(News::Came(message, flow, now)) {
                    Ok(()) => {}
                    // It will be repeated.
                    Err(TrySendError::Full(_)) => gate.limit("inbox"),
                    Err(TrySendError::Closed(_)) => return,
                }
            }
            Passed::Answer(answer) => {
                let _ = socket.try_send_to(&answer, peer);
            }
            Passed::Nothing => {}
        }
    }
}
