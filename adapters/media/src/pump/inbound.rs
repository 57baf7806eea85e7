//! What comes: who sent it, what it is, what it tells.

use super::latch::Latch;
use super::playout::Playout;
use crate::codec::{CLOCK, Codec};
use crate::dtmf::{By, Digit, Ear, Events, Keypad};
use crate::leg::Event;
use crate::rtp::{Header, Reception, is_rtcp};
use crate::sdp::Agreed;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What a packet is, to whoever it is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// For nobody.
    Nothing,
    /// Sound in a codec.
    Sound(Header, Codec, &'a [u8]),
    /// How loud their silence is.
    Comfort(Header, &'a [u8]),
    /// A digit, by a clock of this pace.
    Digit(Header, u32, [u8; 4]),
}

/// The receiving side of a line.
pub(super) struct Inbound {
    pub(super) latch: Latch,
    pub(super) reception: Reception,
    events: Events,
    pub(super) keypad: Keypad,
    /// Listens for digits in the sound, where they do not come as events.
    ear: Option<Ear>,
    /// Sound, where somebody needs samples.
    pub(super) playout: Option<Box<Playout>>,
    quiet_after: Duration,
    /// When something valid came last, or was first expected.
    last: Instant,
    pub(super) flows: bool,
    quiet: bool,
    pub(super) strangers: u64,
    pub(super) unreadable: u64,
}

impl Inbound {
    pub(super) fn new(now: Instant, quiet_after: Duration) -> Self {
        Self {
            latch: Latch::default(),
            reception: Reception::new(now),
            events: Events::default(),
            keypad: Keypad::default(),
            ear: None,
            playout: None,
            quiet_after,
            last: now,
            flows: false,
            quiet: false,
            strangers: 0,
            unreadable: 0,
        }
    }

    /// Something was agreed.
    pub(super) fn agree(&mut self, now: Instant, agreed: &Agreed) {
        self.latch.agree(agreed.remote);
        self.last = now;
        self.quiet = false;
        if agreed.hears_events.is_empty() {
            self.ear.get_or_insert_default();
        } else {
            self.ear = None;
        }
    }

    /// Whether the line itself needs samples.
    pub(super) fn listens(&self) -> bool {
        self.ear.is_some()
    }

    /// A packet came to the port of RTP; it is not RTCP.
    pub(super) fn hear<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &'a [u8],
        agreed: &Agreed,
        tell: &mut impl FnMut(Event),
    ) -> Heard<'a> {
        if !self.latch.admits(from) {
            self.strangers += 1;
            return Heard::Nothing;
        }
        let Some((header, heard)) = read(packet, agreed) else {
            self.unreadable += 1;
            return Heard::Nothing;
        };
        self.latch.lock(from);
        self.reception.came(now, header);
        self.last = now;
        if !std::mem::replace(&mut self.flows, true) {
            tell(Event::Flows);
        }
        if std::mem::take(&mut self.quiet) {
            tell(Event::Back);
        }
        match heard {
            Heard::Sound(_, codec, payload) => self.sound(header, codec, payload),
            Heard::Comfort(_, payload) => self.playout.iter_mut().for_each(|playout| playout.comfort(payload)),
            Heard::Digit(_, _, payload) => {
                let digit = self.events.came(header.timestamp, &payload);
                self.press(now, digit, By::Event, tell);
            }
            Heard::Nothing => {}
        }
        heard
    }

    fn sound(&mut self, header: Header, codec: Codec, payload: &[u8]) {
        if let Some(playout) = &mut self.playout {
            if playout.codec() != codec {
                **playout = Playout::new(codec);
            }
            playout.sound(header, payload);
        }
    }

    /// A digit came on one of the ways.
    pub(super) fn press(&mut self, now: Instant, digit: Option<Digit>, by: By, tell: &mut impl FnMut(Event)) {
        if let Some(digit) = digit.filter(|digit| self.keypad.press(now, *digit, by)) {
            tell(Event::Pressed { digit, by });
        }
    }

    /// 20 ms have passed; `expects` whether something should come.
    pub(super) fn turn(&mut self, now: Instant, expects: bool, tell: &mut impl FnMut(Event)) {
        if let Some(playout) = &mut self.playout {
            let frame = playout.take();
            let digit = self.ear.as_mut().and_then(|ear| ear.hear(&frame.narrow));
            self.press(now, digit, By::Tone, tell);
        }
        if !expects {
            self.last = now;
        } else if !self.quiet && now.saturating_duration_since(self.last) >= self.quiet_after {
            self.quiet = true;
            tell(Event::Quiet);
        }
    }
}

/// What a packet is by the numbers of this leg. `None` for what is no RTP, or was not agreed.
fn read<'a>(packet: &'a [u8], agreed: &Agreed) -> Option<(Header, Heard<'a>)> {
    if is_rtcp(packet) {
        return None;
    }
    let (header, payload) = Header::parse(packet)?;
    let number = header.payload_type;
    let heard = if let Some((_, codec)) = agreed.hears.iter().find(|(n, _)| *n == number) {
        Heard::Sound(header, *codec, payload)
    } else if let Some((_, clock)) = agreed.hears_events.iter().find(|(n, _)| *n == number) {
        Heard::Digit(header, (*clock).max(CLOCK), *payload.first_chunk()?)
    } else if agreed.comfort == Some(number) {
        Heard::Comfort(header, payload)
    } else {
        return None;
    };
    Some((header, heard))
}
