//! The ports of a host: a range with an end, taken in pairs and given back.
//!
//! - RTP has the even port, RTCP the odd one above it (RFC 3550, 11).
//! - What was taken is held by a [`Pair`]; dropping it gives it back, so `taken + free = all` at every moment.
//! - The next pair is the one given back longest ago: a late packet of a call that ended does not reach the next one.

use mio::net::UdpSocket;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

/// The ports of one address.
#[derive(Clone, Debug)]
pub(crate) struct Ports {
    address: IpAddr,
    free: Arc<Mutex<VecDeque<u16>>>,
    all: usize,
}

/// Two sockets next to each other, and the right to their ports.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    pub(crate) address: SocketAddr,
    _port: Taken,
}

/// A port that was taken; dropped last, when both sockets are closed.
#[derive(Debug)]
struct Taken {
    port: u16,
    free: Arc<Mutex<VecDeque<u16>>>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.port);
    }
}

impl Ports {
    /// The pairs that lie wholly in `range`.
    pub(crate) fn new(address: IpAddr, range: RangeInclusive<u16>) -> Self {
        let free: VecDeque<u16> = range.clone().filter(|port| port % 2 == 0 && *port > 0 && range.contains(&(port + 1))).collect();
        Self { address, all: free.len(), free: Arc::new(Mutex::new(free)) }
    }

    /// Pairs that there are.
    pub(crate) fn all(&self) -> usize {
        self.all
    }

    /// Pairs in use.
    pub(crate) fn taken(&self) -> usize {
        self.all - self.free.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes and binds a pair. One that somebody else on the host holds is passed over, and tried again in its turn.
    ///
    /// # Errors
    /// `None` where all are taken; else what binding the last of them said.
    pub(crate) fn take(&self) -> Result<Option<Pair>, io::Error> {
        let mut refused = None;
        for _ in 0..self.all {
            let port = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(port) = port else { break };
            let taken = Taken { port, free: Arc::clone(&self.free) };
            match self.bind(port) {
                Ok((rtp, rtcp, address)) => return Ok(Some(Pair { rtp, rtcp, address, _port: taken })),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(None), Err)
    }

    fn bind(&self, port: u16) -> io::Result<(UdpSocket, UdpSocket, SocketAddr)> {
        let address = SocketAddr::new(self.address, port);
        Ok((UdpSocket::bind(address)?, UdpSocket::bind(SocketAddr::new(self.address, port + 1))?, address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn what_is_taken_comes_back_last() {
        let ports = Ports::new(HOST, 38_101..=38_109);
        assert_eq!((ports.all(), ports.taken()), (4, 0), "102, 104, 106, 108");
        let pairs: Vec<_> = std::iter::from_fn(|| ports.take().expect("they are free")).collect();
        assert_eq!((pairs.len(), ports.taken()), (4, 4));
        assert!(ports.take().expect("nothing failed").is_none());
        let mut pairs = pairs.into_iter();
        let (first, second) = (pairs.next().expect("four"), pairs.next().expect("four"));
        let second_at = second.address;
        drop(second);
        drop(first);
        assert_eq!(ports.taken(), 2);
        assert_eq!(ports.take().expect("free").expect("free").address, second_at, "given back first");
        drop(pairs);
        assert_eq!(ports.taken(), 0);
    }

    #[test]
    fn a_port_of_somebody_else_is_passed_over() {
        let other = UdpSocket::bind(SocketAddr::new(HOST, 38_113)).expect("free");
        let ports = Ports::new(HOST, 38_112..=38_115);
        let pair = ports.take().expect("one is free").expect("one is free");
        assert_eq!(pair.address.port(), 38_114);
        ports.take().expect_err("the other is held by somebody else");
        assert_eq!(ports.taken(), 1);
        drop(other);
        assert_eq!(ports.take().expect("free now").expect("free now").address.port(), 38_112);
    }
}
