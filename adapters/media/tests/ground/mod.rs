//! What every story here stands on: media with ports of its own, legs, and telephones on the other end.
#![allow(dead_code, reason = "each story takes what it needs")]

use segue_adapter_media::testing::Phone;
use segue_adapter_media::{Codec, Direction, Event, Leg, Media, Opening, Options, Security, Told};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a story waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// What a leg that nothing is said about waits for.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// The media of a host, and what its legs tell.
pub(crate) struct Ground {
    pub(crate) media: Media,
    pub(crate) told: mpsc::Sender<Told>,
    pub(crate) tells: mpsc::Receiver<Told>,
}

impl Ground {
    /// With so many pairs of ports, at an address of the loopback that no other test has: each is a process of its own.
    pub(crate) fn new(pairs: u16, pumps: usize) -> Self {
        let [_, high, middle, low] = std::process::id().to_be_bytes();
        let address = IpAddr::V4(Ipv4Addr::new(127, 64 | high, middle, low.max(1)));
        let media = Media::start(&Options { address, public: None, ports: 20_000..=19_999 + pairs * 2, pumps }).unwrap();
        let (told, tells) = mpsc::channel(256);
        Self { media, told, tells }
    }

    pub(crate) fn opening(&self, codecs: &[Codec]) -> Opening {
        Opening { codecs: codecs.to_vec(), security: Security::Either, quiet_after: LONG, told: self.told.clone() }
    }

    /// A leg in a talk with a telephone that says `hertz`.
    pub(crate) async fn talk(&self, codec: Codec, hertz: u16) -> (Leg, Phone) {
        let phone = Phone::new(codec, hertz).await;
        let mut leg = self.media.open(self.opening(&Codec::ALL)).unwrap();
        leg.answer(phone.description().as_bytes(), Direction::BOTH).unwrap();
        phone.calls(leg.local());
        (leg, phone)
    }

    /// The next that is told of this leg, of what matters to the story.
    pub(crate) async fn next(&mut self, leg: &Leg) -> Event {
        let next = async {
            loop {
                let told = self.tells.recv().await.unwrap();
                if told.leg == leg.key() && told.event != Event::Flows {
                    return told.event;
                }
            }
        };
        timeout(PATIENCE, next).await.unwrap()
    }

    /// Nothing more is told of this leg, for 300 ms: another leg is the clock, which hears nobody for so long.
    pub(crate) async fn nothing(&mut self, leg: &Leg) {
        let opening = Opening { quiet_after: Duration::from_millis(300), ..self.opening(&Codec::ALL) };
        let mut clock = self.media.open(opening).unwrap();
        clock.answer(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n", Direction::BOTH).unwrap();
        let told = async {
            loop {
                let told = self.tells.recv().await.unwrap();
                assert!(told.leg != leg.key() || told.event == Event::Flows, "{told:?}");
                if told.leg == clock.key() {
                    return;
                }
            }
        };
        timeout(PATIENCE, told).await.unwrap();
    }

    /// Waits until figures are as they should be.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(segue_adapter_media::Figures) -> bool) {
        let mut looks = tokio::time::interval(Duration::from_millis(5));
        let look = async {
            while !holds(self.media.figures()) {
                looks.tick().await;
            }
        };
        assert!(timeout(PATIENCE, look).await.is_ok(), "{what}: {:?}", self.media.figures());
    }
}
