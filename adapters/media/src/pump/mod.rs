//! The thread that moves packets: of some thousand legs, without locks, and without allocation for a packet that is passed on.
//!
//! - A leg's line is owned by one pump; handles send orders, and a line that no handle is left of is closed at its next turn.
//! - One ticker for all: every 5 ms a quarter of the lines has its turn, so a line has one every 20 ms, and a packet to be passed on never
//!   waits for all the others' music.
//! - A pump that was held up makes good up to [`MAKE_GOOD`] of its turns, and counts the rest.
//! - A flood on one socket does not keep the others waiting: [`GULP`] datagrams at a time.
//!
//! What is *not* here: what is agreed ([`crate::sdp`]), and whoever gives orders.

mod inbound;
mod latch;
mod line;
mod outbound;
mod playing;
mod playout;
mod tables;
mod teller;

pub(crate) use line::Line;

use crate::bridge::{BridgeKey, Seat, Table};
use crate::dtmf::Digit;
use crate::leg::{Error, LegKey, PlayKey, Program};
use crate::media::Figures;
use crate::record::Tape;
use crate::rtp::{DATAGRAM, Quality};
use crate::sdp::Agreed;
use inbound::Heard;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::time::{Duration, Instant};
use tables::{Hearing, Tables};
use tokio::sync::oneshot;

/// Between two turns of the ticker.
const SLICE: Duration = Duration::from_millis(5);
/// Into how many slices the lines are divided.
const SLICES: u64 = 4;
/// How far behind the ticker may be and still make good.
const MAKE_GOOD: Duration = Duration::from_millis(100);
/// Datagrams read from one socket before the others have a look in.
const GULP: usize = 32;
/// Orders that wait for a pump; over it, [`Error::Busy`].
const ORDERS: usize = 8_192;
/// The token of the waker; legs count from one.
const WAKE: Token = Token(0);
/// How long a pump without lines sleeps.
const IDLE: Duration = Duration::from_secs(1);

/// What a handle tells a pump.
pub(crate) enum Order {
    Open(Box<Line>),
    Leg(LegKey, Deed),
    /// A leg is recorded.
    Record(LegKey, Box<Tape>),
    /// A leg moves to another pump.
    Leave(LegKey, oneshot::Sender<Box<Line>>),
    /// A new bridge.
    Lay(Box<Table>),
    Seat(BridgeKey, Vec<Seat>),
}

/// What a leg is to do.
pub(crate) enum Deed {
    Agree(Box<Agreed>),
    Play(PlayKey, Box<Program>),
    Stop,
    Dial(Box<[Digit]>),
    /// A digit came beside the sound.
    Pressed(Digit),
    Quality(oneshot::Sender<Quality>),
}

/// The handles' side of a pump.
#[derive(Debug)]
pub(crate) struct Pump {
    /// `None` once the last handle goes.
    orders: Option<SyncSender<Order>>,
    waker: Waker,
    counts: Arc<Counts>,
}

/// What a pump counts, read by anybody.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    legs: AtomicUsize,
    received: AtomicU64,
    sent: AtomicU64,
    unsent: AtomicU64,
    strangers: AtomicU64,
    unreadable: AtomicU64,
    untold: AtomicU64,
    missed: AtomicU64,
}

impl Counts {
    fn add(counter: &AtomicU64, many: u64) {
        counter.fetch_add(many, Ordering::Relaxed);
    }
}

impl Pump {
    /// Starts the thread. It ends when the last handle is gone.
    pub(crate) fn start(number: usize) -> std::io::Result<Arc<Self>> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let (orders, inbox) = sync_channel(ORDERS);
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let works = move || {
            let registry = poll.registry().try_clone();
            match registry {
                Ok(registry) => Works::new(registry, inbox, counted).run(poll),
                Err(error) => tracing::error!(%error, "a media pump could not be set up"),
            }
        };
        std::thread::Builder::new().name(format!("media-{number}")).spawn(works)?;
        Ok(Arc::new(Self { orders: Some(orders), waker, counts }))
    }

    /// Where it counts.
    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Gives an order. It never blocks.
    pub(crate) fn order(&self, order: Order) -> Result<(), Error> {
        let orders = self.orders.as_ref().ok_or(Error::Stopped)?;
        orders.try_send(order).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Stopped,
        })?;
        self.waker.wake().map_err(|_| Error::Stopped)
    }

    /// Legs that it has.
    pub(crate) fn legs(&self) -> usize {
        self.counts.legs.load(Ordering::Relaxed)
    }

    /// Adds what it counted.
    pub(crate) fn add_to(&self, figures: &mut Figures) {
        let counted = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        figures.legs += self.legs();
        figures.received += counted(&self.counts.received);
        figures.sent += counted(&self.counts.sent);
        figures.unsent += counted(&self.counts.unsent);
        figures.strangers += counted(&self.counts.strangers);
        figures.unreadable += counted(&self.counts.unreadable);
        figures.untold += counted(&self.counts.untold);
        figures.missed += counted(&self.counts.missed);
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.orders = None;
        if let Err(error) = self.waker.wake() {
            tracing::warn!(%error, "a media pump ends by itself within {} s", IDLE.as_secs());
        }
    }
}

/// The pump's side.
struct Works {
    registry: Registry,
    inbox: Receiver<Order>,
    counts: Arc<Counts>,
    lines: HashMap<LegKey, Line>,
    tables: Tables,
    /// Sockets that had more than a gulp.
    unfinished: Vec<Token>,
    datagram: Vec<u8>,
    /// When the next slice is due, and which it is.
    next: Instant,
    slice: u64,
    /// Scratch: the lines of a slice.
    due: Vec<LegKey>,
}

impl Works {
    fn new(registry: Registry, inbox: Receiver<Order>, counts: Arc<Counts>) -> Self {
        let (next, slice) = (Instant::now(), 0);
        let datagram = vec![0; DATAGRAM];
        Self {
            registry,
            inbox,
            counts,
            lines: HashMap::new(),
            tables: Tables::default(),
            unfinished: Vec::new(),
            datagram,
            next,
            slice,
            due: Vec::new(),
        }
    }

    fn run(mut self, mut poll: Poll) {
        let mut events = Events::with_capacity(1024);
        loop {
            if let Err(error) = poll.poll(&mut events, Some(self.patience()))
                && error.kind() != std::io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "a media pump cannot wait for packets and ends");
                return;
            }
            let again = std::mem::take(&mut self.unfinished);
            for token in again.into_iter().chain(events.iter().map(|event| event.token())) {
                self.readable(token);
            }
            if !self.obey() {
                return self.close_all();
            }
            self.tick();
        }
    }

    fn patience(&self) -> Duration {
        match (self.unfinished.is_empty(), self.lines.is_empty()) {
            (false, _) => Duration::ZERO,
            (true, true) => IDLE,
            (true, false) => self.next.saturating_duration_since(Instant::now()),
        }
    }

    /// Carries out what waits. `false` where nobody is left to give orders, and nothing is left to do.
    fn obey(&mut self) -> bool {
        loop {
            match self.inbox.try_recv() {
                Ok(order) => self.carry_out(order),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn carry_out(&mut self, order: Order) {
        let now = Instant::now();
        // A leg may be gone before an order for it comes.
        match order {
            Order::Open(line) => self.open(*line),
            Order::Lay(table) => self.tables.lay(*table),
            Order::Seat(bridge, seats) => self.tables.seat(bridge, seats, &mut self.lines),
            Order::Record(key, tape) => self.record(key, Some(tape)),
            Order::Leave(key, give) => {
                // Where who asked has gone, the line is dropped, and its ports come back.
                if let Some(line) = self.take(key) {
                    drop(give.send(Box::new(line)));
                }
            }
            Order::Leg(key, deed) => {
                if let Some(line) = self.lines.get_mut(&key) {
                    line.obey(now, deed);
                }
            }
        }
    }

    fn open(&mut self, mut line: Line) {
        let [rtp, rtcp] = tokens(line.key());
        let (first, second) = line.sockets();
        let registered =
            self.registry.register(first, rtp, Interest::READABLE).and_then(|()| self.registry.register(second, rtcp, Interest::READABLE));
        if let Err(error) = registered {
            tracing::error!(%error, "a media socket cannot be waited on: the leg stays silent");
        }
        if self.lines.is_empty() {
            self.next = Instant::now() + SLICE;
        }
        self.lines.insert(line.key(), line);
        self.counts.legs.store(self.lines.len(), Ordering::Relaxed);
    }

    fn close(&mut self, key: LegKey) {
        if let Some(mut line) = self.take(key) {
            line.farewell(Instant::now());
        }
    }

    /// Nobody is left to give orders, so no handle of a leg is either.
    fn close_all(&mut self) {
        let all: Vec<_> = self.lines.keys().copied().collect();
        all.into_iter().for_each(|key| self.close(key));
    }

    /// Takes a line out: nobody hears it here any more.
    fn take(&mut self, key: LegKey) -> Option<Line> {
        let mut line = self.lines.remove(&key)?;
        if let Some(bridge) = line.hearing().bridge {
            self.tables.arrange(bridge, &mut self.lines);
        }
        line.arrange(Hearing::default());
        let (rtp, rtcp) = line.sockets();
        for socket in [rtp, rtcp] {
            if let Err(error) = self.registry.deregister(socket) {
                tracing::warn!(%error, "while closing a media socket");
            }
        }
        self.counts.legs.store(self.lines.len(), Ordering::Relaxed);
        Some(line)
    }

    /// A recording begins or ends: samples are needed of whom the leg hears, or no more.
    fn record(&mut self, key: LegKey, tape: Option<Box<Tape>>) {
        let Some(line) = self.lines.get_mut(&key) else { return };
        line.record(tape);
        if let Some(bridge) = line.hearing().bridge {
            self.tables.arrange(bridge, &mut self.lines);
        }
    }

    /// Reads what came to a socket, a gulp at most.
    fn readable(&mut self, token: Token) {
        let Some((key, rtcp)) = named(token) else { return };
        let mut datagram = std::mem::take(&mut self.datagram);
        let mut drained = false;
        for _ in 0..GULP {
            let came = self.lines.get_mut(&key).and_then(|line| Some((line.socket(rtcp).recv_from(&mut datagram).ok()?, line)));
            let Some(((length, from), line)) = came else {
                drained = true;
                break;
            };
            let now = Instant::now();
            let packet = datagram.get_mut(..length).unwrap_or_default();
            let Some(packet) = line.open(from, rtcp, packet) else { continue };
            if rtcp {
                line.hear_rtcp(now, from, packet);
                continue;
            }
            let heard = line.hear(now, from, packet);
            if heard != Heard::Nothing {
                let listeners = line.lend_listeners();
                for listener in &listeners {
                    if let Some(line) = self.lines.get_mut(listener) {
                        line.pass(now, key, heard);
                    }
                }
                if let Some(line) = self.lines.get_mut(&key) {
                    line.return_listeners(listeners);
                }
            }
        }
        self.datagram = datagram;
        if !drained {
            self.unfinished.push(token);
        }
    }

    /// Gives the lines their turns, as far as they are due.
    fn tick(&mut self) {
        let now = Instant::now();
        if self.lines.is_empty() {
            return;
        }
        let late = now.saturating_duration_since(self.next);
        if late > MAKE_GOOD {
            let missed = late.as_millis() / SLICE.as_millis();
            Counts::add(&self.counts.missed, u64::try_from(missed).unwrap_or(u64::MAX) / SLICES + 1);
            self.next = now;
        }
        while self.next <= now {
            self.turn(now);
            self.next += SLICE;
            self.slice = (self.slice + 1) % SLICES;
        }
    }

    fn turn(&mut self, now: Instant) {
        let mut due = std::mem::take(&mut self.due);
        due.extend(self.lines.keys().copied().filter(|key| key.0 % SLICES == self.slice));
        for key in due.drain(..) {
            let Some(line) = self.lines.get_mut(&key) else { continue };
            if line.is_abandoned() {
                self.close(key);
                continue;
            }
            line.listen(now);
            if line.is_recorded_enough(now) {
                self.record(key, None);
            }
            let mixed = self.tables.mixed(key, &self.lines);
            if let Some(line) = self.lines.get_mut(&key) {
                line.turn(now, mixed);
            }
        }
        self.due = due;
        if self.slice == 0 {
            self.tables.clear(&mut self.lines);
        }
    }
}

/// The tokens of a leg's two sockets.
fn tokens(key: LegKey) -> [Token; 2] {
    let first = usize::try_from(key.0 * 2).unwrap_or_default();
    [Token(first), Token(first + 1)]
}

/// Whose token it is, and whether it is the socket of RTCP.
fn named(token: Token) -> Option<(LegKey, bool)> {
    (token != WAKE).then_some((LegKey(token.0 as u64 / 2), token.0 % 2 == 1))
}
