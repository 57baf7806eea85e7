//! A telephone: a socket with a voice and an ear.

use crate::codec::{Codec, Decoder, Encoder, UNITS};
use crate::dtmf::{Dialling, Digit, Events, Step, goertzel};
use crate::rtp::{Header, Reception, Reports, Sender};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// The frequencies by which parties are told apart, in hertz: music has the first two.
pub const VOICES: [u16; 7] = [300, 350, 440, 620, 1000, 1500, 2100];
/// The number under which it sends and hears digits as events.
const EVENTS: u8 = 101;
/// What counts as heard, and as not heard, in samples' amplitude. A voice has 6,000.
const HEARD: (f64, f64) = (2_500.0, 800.0);
/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A telephone in a talk, until it is dropped.
pub struct Phone {
    address: SocketAddr,
    codec: Codec,
    shared: Arc<Shared>,
    works: JoinHandle<()>,
}

struct Shared {
    changed: Notify,
    inner: Mutex<Inner>,
}

struct Inner {
    remote: Option<SocketAddr>,
    speaks: bool,
    dialling: Dialling,
    events: Events,
    decoder: Decoder,
    /// The last 100 ms that were heard.
    heard: VecDeque<i16>,
    pressed: String,
    packets: Vec<Header>,
}

impl Phone {
    /// One that says `hertz` in this codec.
    ///
    /// # Panics
    /// Where the host has no port for it.
    pub async fn new(codec: Codec, hertz: u16) -> Self {
        #[expect(clippy::expect_used, reason = "a test cannot go on without")]
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("the loopback has a port");
        #[expect(clippy::expect_used, reason = "a test cannot go on without")]
        let address = socket.local_addr().expect("it is bound");
        let inner = Inner {
            remote: None,
            speaks: true,
            dialling: Dialling::default(),
            events: Events::default(),
            decoder: Decoder::new(codec),
            heard: VecDeque::new(),
            pressed: String::new(),
            packets: Vec::new(),
        };
        let shared = Arc::new(Shared { changed: Notify::new(), inner: Mutex::new(inner) });
        let works = tokio::spawn(works(socket, codec, hertz, Arc::clone(&shared)));
        Self { address, codec, shared, works }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its description: an offer, and an answer as well.
    #[must_use]
    pub fn description(&self) -> String {
        self.description_at(self.address)
    }

    /// The same, as if it were elsewhere (behind a [`super::Network`]).
    #[must_use]
    pub fn description_at(&self, at: SocketAddr) -> String {
        let (host, port, number, codec) = (at.ip(), at.port(), self.codec.payload_type(), self.codec);
        format!(
            "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP {number} {EVENTS}\r\n\
             a=rtpmap:{number} {codec}/8000\r\na=rtpmap:{EVENTS} telephone-event/8000\r\na=rtcp-mux\r\n"
        )
    }

    /// Speaks to there from now on.
    pub fn calls(&self, remote: SocketAddr) {
        self.inner().remote = Some(remote);
    }

    /// Says its tone, or holds its breath: then nothing is sent.
    pub fn speaks(&self, speaks: bool) {
        self.inner().speaks = speaks;
    }

    /// Presses keys, as events.
    pub fn press(&self, keys: &str) {
        let digits: Vec<_> = keys.chars().filter_map(Digit::new).collect();
        self.inner().dialling.add(&digits);
    }

    /// Waits until these frequencies and no others of [`VOICES`] are in the last 100 ms.
    ///
    /// # Panics
    /// Where that does not come within ten seconds; it says what is heard.
    pub async fn hears(&self, hertz: &[u16]) {
        let found = self.when(|inner| {
            let levels = levels(inner, self.codec);
            VOICES.iter().zip(&levels).all(|(voice, level)| if hertz.contains(voice) { *level > HEARD.0 } else { *level < HEARD.1 })
        });
        assert!(found.await, "{hertz:?} is not heard, but {:?} of {VOICES:?}", levels(&self.inner(), self.codec));
    }

    /// Waits until these keys were pressed by the other side.
    ///
    /// # Panics
    /// Where that does not come within ten seconds.
    pub async fn is_pressed(&self, keys: &str) {
        assert!(self.when(|inner| inner.pressed == keys).await, "{} instead of {keys}", self.inner().pressed);
    }

    /// The headers of all packets that came, in the order of their coming.
    #[must_use]
    pub fn packets(&self) -> Vec<Header> {
        self.inner().packets.clone()
    }

    /// Waits until so many packets came.
    ///
    /// # Panics
    /// Where that does not come within ten seconds.
    pub async fn gets(&self, packets: usize) {
        assert!(self.when(|inner| inner.packets.len() >= packets).await, "{} of {packets} packets", self.inner().packets.len());
    }

    async fn when(&self, holds: impl Fn(&Inner) -> bool) -> bool {
        let look = async {
            loop {
                let changed = self.shared.changed.notified();
                if holds(&self.inner()) {
                    return;
                }
                changed.await;
            }
        };
        timeout(PATIENCE, look).await.is_ok()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.shared.lock()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.works.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How loud each of [`VOICES`] is in the last 100 ms.
fn levels(inner: &Inner, codec: Codec) -> Vec<f64> {
    let heard: Vec<i16> = inner.heard.iter().copied().collect();
    if heard.len() < codec.rate() as usize / 10 {
        return vec![-1.0; VOICES.len()];
    }
    VOICES.iter().map(|hertz| goertzel(&heard, f64::from(*hertz), codec.rate())).collect()
}

async fn works(socket: UdpSocket, codec: Codec, hertz: u16, shared: Arc<Shared>) {
    let start = Instant::now();
    let mut sender = Sender::new(start, rand::random(), rand::random(), rand::random());
    let (mut reception, mut encoder) = (Reception::new(start), Encoder::new(codec));
    let mut reports = Reports::new(start, SystemTime::now(), "a telephone".to_owned());
    let (mut said, mut datagram) = (0, vec![0; 2048]);
    let mut ticks = interval(Duration::from_millis(20));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let now = Instant::now();
                let (packet, remote) = {
                    let inner = &mut *shared.lock();
                    (speak(now, inner, &mut sender, codec, &mut encoder, hertz, &mut said), inner.remote)
                };
                let Some(remote) = remote else { continue };
                if let Some(packet) = packet {
                    sender.count(packet.len());
                    // A packet that is lost here is a packet lost.
                    let _ = socket.send_to(&packet, remote).await;
                }
                if reports.due(now, 0) {
                    let mut packet = Vec::new();
                    reports.write(now, &sender, &mut reception, false, &mut packet);
                    let _ = socket.send_to(&packet, remote).await;
                }
            }
            Ok((length, _)) = socket.recv_from(&mut datagram) => {
                let packet = datagram.get(..length).unwrap_or_default();
                if crate::rtp::is_rtcp(packet) {
                    reports.read(Instant::now(), packet, sender.ssrc());
                } else if let Some((header, payload)) = Header::parse(packet) {
                    reception.came(Instant::now(), header);
                    hear(&mut shared.lock(), codec, header, payload);
                    shared.changed.notify_waiters();
                }
            }
        }
    }
}

fn speak(
    now: Instant,
    inner: &mut Inner,
    sender: &mut Sender,
    codec: Codec,
    encoder: &mut Encoder,
    hertz: u16,
    said: &mut u32,
) -> Option<Vec<u8>> {
    if !inner.dialling.is_idle() {
        let began = sender.digit_begins(now);
        let Step::Event { payload, began, first, took } = inner.dialling.step(|| began, 8000) else { return None };
        let header = sender.digit(EVENTS, began, first);
        sender.digit_took(u32::from(took));
        return Some([&header.to_bytes()[..], &payload].concat());
    }
    if !inner.speaks {
        return None;
    }
    let rate = f64::from(codec.rate());
    let value = |n: u32| 6000.0 * (2.0 * std::f64::consts::PI * f64::from(hertz) * f64::from(n) / rate).sin();
    let many = codec.rate() / 50;
    #[expect(clippy::cast_possible_truncation, reason = "an amplitude of 6,000")]
    let samples: Vec<i16> = (*said..*said + many).map(|n| value(n) as i16).collect();
    *said += many;
    let mut packet = sender.ours(now, codec.payload_type(), UNITS).to_bytes().to_vec();
    encoder.encode(&samples, &mut packet);
    Some(packet)
}

fn hear(inner: &mut Inner, codec: Codec, header: Header, payload: &[u8]) {
    inner.packets.push(header);
    if header.payload_type == EVENTS {
        inner.pressed.extend(inner.events.came(header.timestamp, payload).map(Digit::face));
    } else if header.payload_type == codec.payload_type() {
        let mut samples = Vec::new();
        inner.decoder.decode(payload, &mut samples);
        inner.heard.extend(samples);
        let most = codec.rate() as usize / 10;
        let over = inner.heard.len().saturating_sub(most);
        inner.heard.drain(..over);
    }
}
