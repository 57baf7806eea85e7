//! The media of a node: its ports, and the pumps that move its packets.

use crate::LegKey;
use crate::leg::{Error, Leg, Opening};
use crate::ports::Ports;
use crate::pump::{Line, Order, Pump};
use crate::record::Scribe;
use crate::sdp::{Negotiation, Terms};
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// How the media of a node is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address that is bound: one of this host's. An unspecified one would leave out which one answers.
    pub address: IpAddr,
    /// The address that others are told, where it is another one (behind a translation).
    pub public: Option<IpAddr>,
    /// The ports: two for each leg.
    pub ports: RangeInclusive<u16>,
    /// Threads that move packets; one moves some thousand legs.
    pub pumps: usize,
}

/// The media of a node.
#[derive(Clone, Debug)]
pub struct Media {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    public: IpAddr,
    ports: Ports,
    pumps: Vec<Arc<Pump>>,
    next: AtomicU64,
    scribe: Scribe,
}

/// What the media of a node has and had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Legs that are open.
    pub legs: usize,
    /// Pairs of ports in use.
    pub ports: usize,
    /// Pairs of ports that there are.
    pub all_ports: usize,
    /// Packets that came and were passed on or heard.
    pub received: u64,
    /// Packets that were sent.
    pub sent: u64,
    /// Packets that the host would not take.
    pub unsent: u64,
    /// Packets from somebody else than the other side: dropped.
    pub strangers: u64,
    /// Packets that could not be read: dropped.
    pub unreadable: u64,
    /// Events that found no room, on a leg whose owner did not listen.
    pub untold: u64,
    /// Turns of 20 ms that a pump left out, because it was held up for longer than it could make good.
    pub missed: u64,
}

impl Media {
    /// Starts the pumps.
    ///
    /// # Errors
    /// Where a thread, or what it waits on, cannot be had.
    pub fn start(options: &Options) -> std::io::Result<Self> {
        let pumps = (0..options.pumps.max(1)).map(Pump::start).collect::<std::io::Result<Vec<_>>>()?;
        let ports = Ports::new(options.address, options.ports.clone());
        let public = options.public.unwrap_or(options.address);
        Ok(Self { inner: Arc::new(Inner { public, ports, pumps, next: AtomicU64::new(1), scribe: Scribe::start()? }) })
    }

    /// Opens a leg on the pump with the fewest.
    ///
    /// # Errors
    /// Where no port is free, or the pump takes no orders.
    pub fn open(&self, opening: Opening) -> Result<Leg, Error> {
        let fewest = self.inner.pumps.iter().min_by_key(|pump| pump.legs()).ok_or(Error::Stopped)?;
        self.open_on(fewest, opening)
    }

    /// Opens a leg on the pump of another, with which it will be bridged.
    ///
    /// # Errors
    /// Where no port is free, or the pump takes no orders.
    pub fn open_near(&self, other: &Leg, opening: Opening) -> Result<Leg, Error> {
        self.open_on(&other.pump, opening)
    }

    fn open_on(&self, pump: &Arc<Pump>, opening: Opening) -> Result<Leg, Error> {
        let pair = self.inner.ports.take().map_err(Error::Bind)?.ok_or(Error::NoPorts)?;
        let key = LegKey(self.inner.next.fetch_add(1, Ordering::Relaxed));
        let local = pair.address;
        let terms = Terms { address: SocketAddr::new(self.inner.public, local.port()), codecs: opening.codecs, security: opening.security };
        let alive = Arc::new(());
        let line = Line::new(Instant::now(), key, pair, Arc::clone(&alive), pump.counts(), opening.quiet_after, opening.told);
        pump.order(Order::Open(Box::new(line)))?;
        Ok(Leg {
            key,
            pump: Arc::clone(pump),
            negotiation: Negotiation::new(terms, rand::random::<u64>() >> 2),
            codec: None,
            local,
            plays: 0,
            clips: Vec::new(),
            scribe: self.inner.scribe.clone(),
            _alive: alive,
        })
    }

    /// What there is, and what was counted.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let mut figures = Figures { ports: self.inner.ports.taken(), all_ports: self.inner.ports.all(), ..Figures::default() };
        for pump in &self.inner.pumps {
            pump.add_to(&mut figures);
        }
        figures
    }
}
