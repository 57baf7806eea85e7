//! A bad network between two addresses, from a seed: the same seed, the same weather.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::task::{JoinHandle, JoinSet};

/// How bad it is. The shares are of 1,000 packets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Lost.
    pub lost: u32,
    /// Come twice.
    pub twice: u32,
    /// Held back, so that later ones overtake them.
    pub late: u32,
    /// By how much.
    pub by: Duration,
    /// What all of them take.
    pub delay: Duration,
}

/// A way through bad weather, until it is dropped: each side sends to its end of it.
pub struct Network {
    ends: (SocketAddr, SocketAddr),
    works: [JoinHandle<()>; 2],
}

impl Network {
    /// Between `a` and `b`.
    ///
    /// # Panics
    /// Where the host has no ports for it.
    #[expect(clippy::expect_used, reason = "a test cannot go on without")]
    pub async fn new(seed: u64, weather: Weather, a: SocketAddr, b: SocketAddr) -> Self {
        let bind = || async { Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("the loopback has a port")) };
        let (at_a, at_b) = (bind().await, bind().await);
        let ends = (at_a.local_addr().expect("it is bound"), at_b.local_addr().expect("it is bound"));
        let there = tokio::spawn(carry(seed, weather, Arc::clone(&at_a), Arc::clone(&at_b), b));
        let back = tokio::spawn(carry(seed ^ u64::MAX, weather, at_b, at_a, a));
        Self { ends, works: [there, back] }
    }

    /// What `a` takes for `b`.
    #[must_use]
    pub fn end_of_a(&self) -> SocketAddr {
        self.ends.0
    }

    /// What `b` takes for `a`.
    #[must_use]
    pub fn end_of_b(&self) -> SocketAddr {
        self.ends.1
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.works.iter().for_each(JoinHandle::abort);
    }
}

async fn carry(mut seed: u64, weather: Weather, from: Arc<UdpSocket>, to: Arc<UdpSocket>, address: SocketAddr) {
    let mut chance = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((seed >> 33) % 1000).unwrap_or_default()
    };
    let (mut datagram, mut ways) = (vec![0; 2048], JoinSet::new());
    while let Ok((length, _)) = from.recv_from(&mut datagram).await {
        while ways.try_join_next().is_some() {}
        if chance() < weather.lost {
            continue;
        }
        let copies = 1 + u32::from(chance() < weather.twice);
        for _ in 0..copies {
            let delay = weather.delay + if chance() < weather.late { weather.by } else { Duration::ZERO };
            let (to, packet) = (Arc::clone(&to), datagram.get(..length).unwrap_or_default().to_vec());
            ways.spawn(async move {
                tokio::time::sleep(delay).await;
                // The other end may have hung up.
                let _ = to.send_to(&packet, address).await;
            });
        }
    }
}
