//! The clock that we send by: one sequence and one run of timestamps for a leg, whatever it is that speaks on it.
//!
//! - Every packet has a number of its own, once (a number used twice would break SRTP, where it is half of the key stream's place).
//! - Numbers have no gap of our making: where one source follows another, the next packet is the next number. What was lost before it
//!   reached us stays missing, so that the far end knows.
//! - Timestamps follow the wall: a talk that begins after a pause begins where the clock is, with the marker set; within a talk they
//!   follow its own source, whose clock is the better one for the pitch.
//! - What came out of order goes out of order, with its own number and time.

use super::Header;
use crate::codec::CLOCK;
use std::time::Instant;

/// How far a source's clock may be from the wall, within a talk, before the talk is another one: one second.
const STRAY: i64 = CLOCK as i64;
/// How far our own frames may be behind the wall before they begin anew: three frames.
const BEHIND: i32 = 3 * 160;

/// Who speaks: packets of ours, or those of a source that is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Talk {
    /// Nobody yet.
    Nobody,
    /// Prompts, music, mixed sound, digits.
    Ours,
    /// Another leg's packets.
    Relayed(Relay),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Relay {
    /// Which leg, so that another one is another talk even with the same SSRC.
    leg: u64,
    ssrc: u32,
    /// What is added to its numbers and its times.
    sequence: u16,
    timestamp: u32,
    /// Its highest number and that one's time, to tell its pace.
    last: (u16, u32),
    at: Instant,
}

/// The sending side of a leg's stream.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    ssrc: u32,
    start: (Instant, u32),
    talk: Talk,
    /// The highest number sent, and which of the 64 up to it were: bit 0 is the highest.
    last: u16,
    sent: u64,
    /// The time that follows what was sent.
    next: u32,
    packets: u32,
    bytes: u32,
}

impl Sender {
    /// `ssrc`, `sequence` and `timestamp` are random (RFC 3550, 5.1).
    pub(crate) fn new(now: Instant, ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { ssrc, start: (now, timestamp), talk: Talk::Nobody, last: sequence, sent: u64::MAX, next: timestamp, packets: 0, bytes: 0 }
    }

    /// Who we are in this stream.
    pub(crate) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Packets and payload bytes so far; both wrap, as their fields in a sender report do.
    pub(crate) fn sent(&self) -> (u32, u32) {
        (self.packets, self.bytes)
    }

    /// Where the clock is by the wall.
    pub(crate) fn wall(&self, now: Instant) -> u32 {
        let (start, timestamp) = self.start;
        let units = now.saturating_duration_since(start).as_micros() * u128::from(CLOCK) / 1_000_000;
        #[expect(clippy::cast_possible_truncation, reason = "a timestamp wraps")]
        timestamp.wrapping_add(units as u32)
    }

    /// The header of a packet of our own, of so many clock units.
    pub(crate) fn ours(&mut self, now: Instant, payload_type: u8, units: u32) -> Header {
        let wall = self.wall(now);
        let begins = self.talk != Talk::Ours || behind(wall, self.next) > BEHIND;
        if begins && behind(wall, self.next) > 0 {
            self.next = wall;
        }
        self.talk = Talk::Ours;
        let timestamp = self.next;
        self.next = timestamp.wrapping_add(units);
        let sequence = self.following();
        Header { payload_type, marker: begins, sequence, timestamp, ssrc: self.ssrc }
    }

    /// The header of a digit's packet: the time of a digit is when it began, so it is the same for all of its packets (RFC 4733, 2.2.2).
    pub(crate) fn digit(&mut self, payload_type: u8, began: u32, first: bool) -> Header {
        self.talk = Talk::Ours;
        let sequence = self.following();
        Header { payload_type, marker: first, sequence, timestamp: began, ssrc: self.ssrc }
    }

    /// Where a digit begins, and how much of the clock it has used so far, so that what follows it comes after it.
    pub(crate) fn digit_begins(&mut self, now: Instant) -> u32 {
        let wall = self.wall(now);
        if behind(wall, self.next) > 0 {
            self.next = wall;
        }
        self.next
    }

    /// The clock has moved on while a digit was sent.
    pub(crate) fn digit_took(&mut self, units: u32) {
        self.next = self.next.wrapping_add(units);
    }

    /// The header of another leg's packet, passed on. `None` for one that was passed on before.
    pub(crate) fn relayed(&mut self, now: Instant, leg: u64, from: Header, payload_type: u8, units: u32) -> Option<Header> {
        let (relay, begins) = match self.talk {
            Talk::Relayed(relay) if relay.goes_on(leg, from, now) => (relay, false),
            _ => (self.takes_over(now, leg, from), true),
        };
        let newest = behind(from.sequence, relay.last.0) > 0;
        let relay = if newest { Relay { last: (from.sequence, from.timestamp), at: now, ..relay } } else { relay };
        self.talk = Talk::Relayed(relay);
        let sequence = from.sequence.wrapping_add(relay.sequence);
        if !self.claim(sequence) {
            return None;
        }
        let timestamp = from.timestamp.wrapping_add(relay.timestamp);
        if newest || begins {
            self.next = timestamp.wrapping_add(units);
        }
        Some(Header { payload_type, marker: begins || from.marker, sequence, timestamp, ssrc: self.ssrc })
    }

    /// A packet of the source that is passed on was kept back (a digit that is not for the other side): its number is not missed.
    pub(crate) fn kept_back(&mut self, leg: u64, from: Header) {
        if let Talk::Relayed(relay) = &mut self.talk
            && relay.leg == leg
            && relay.ssrc == from.ssrc
            && behind(from.sequence, relay.last.0) > 0
        {
            relay.sequence = relay.sequence.wrapping_sub(1);
            relay.last.0 = from.sequence;
        }
    }

    /// So many bytes of payload went out.
    pub(crate) fn count(&mut self, payload: usize) {
        self.packets = self.packets.wrapping_add(1);
        #[expect(clippy::cast_possible_truncation, reason = "the field of a sender report wraps")]
        let payload = payload as u32;
        self.bytes = self.bytes.wrapping_add(payload);
    }

    fn takes_over(&mut self, now: Instant, leg: u64, from: Header) -> Relay {
        let wall = self.wall(now);
        let timestamp = if behind(wall, self.next) > 0 { wall } else { self.next };
        Relay {
            leg,
            ssrc: from.ssrc,
            sequence: self.last.wrapping_add(1).wrapping_sub(from.sequence),
            timestamp: timestamp.wrapping_sub(from.timestamp),
            last: (from.sequence, from.timestamp),
            at: now,
        }
    }

    /// The next number.
    fn following(&mut self) -> u16 {
        self.last = self.last.wrapping_add(1);
        self.sent = self.sent << 1 | 1;
        self.last
    }

    /// Takes this number, unless it was used, or is so old that nobody knows.
    fn claim(&mut self, sequence: u16) -> bool {
        let ahead = behind(sequence, self.last);
        if ahead > 0 {
            self.sent = self.sent.checked_shl(ahead.unsigned_abs()).unwrap_or(0) | 1;
            self.last = sequence;
            return true;
        }
        let bit = 1_u64.checked_shl(ahead.unsigned_abs()).unwrap_or(0);
        let free = bit != 0 && self.sent & bit == 0;
        self.sent |= bit;
        free
    }
}

impl Relay {
    /// Whether a packet belongs to the same talk: same source, and its clock keeps pace with the wall.
    fn goes_on(&self, leg: u64, from: Header, now: Instant) -> bool {
        let told = i64::from(behind(from.timestamp, self.last.1));
        let passed = now.saturating_duration_since(self.at).as_millis() * u128::from(CLOCK) / 1000;
        let stray = i64::try_from(passed).unwrap_or(i64::MAX).saturating_sub(told).abs();
        self.leg == leg && self.ssrc == from.ssrc && stray <= STRAY
    }
}

/// How far `b` is behind `a`, on a circle.
pub(super) fn behind<T: Circle>(a: T, b: T) -> i32 {
    T::behind(a, b)
}

pub(super) trait Circle {
    fn behind(a: Self, b: Self) -> i32;
}

impl Circle for u32 {
    fn behind(a: Self, b: Self) -> i32 {
        a.wrapping_sub(b).cast_signed()
    }
}

impl Circle for u16 {
    fn behind(a: Self, b: Self) -> i32 {
        i32::from(a.wrapping_sub(b).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use std::time::Duration;

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    fn from(ssrc: u32, sequence: u16, timestamp: u32) -> Header {
        Header { payload_type: 0, marker: false, sequence, timestamp, ssrc }
    }

    #[test]
    fn sources_follow_each_other_without_a_gap() {
        let t = Instant::now();
        let mut sender = Sender::new(t, 7, 65_534, u32::MAX - 100);
        let first = sender.ours(t, 0, 160);
        assert_eq!((first.marker, first.sequence, first.timestamp), (true, 65_535, u32::MAX - 100));
        let second = sender.ours(at(t, 20), 0, 160);
        assert_eq!((second.marker, second.sequence, second.timestamp), (false, 0, 59));
        // The agent speaks from 100 ms on: marked, at the wall's time.
        let third = sender.relayed(at(t, 100), 1, from(9, 500, 70_000), 8, 160).expect("new");
        assert_eq!((third.marker, third.sequence, third.timestamp, third.payload_type), (true, 1, 699, 8));
        // One is lost before us, and the gap is told on.
        let fifth = sender.relayed(at(t, 140), 1, from(9, 502, 70_320), 8, 160).expect("new");
        assert_eq!((fifth.marker, fifth.sequence, fifth.timestamp), (false, 3, 1019));
        // It was only late.
        let fourth = sender.relayed(at(t, 145), 1, from(9, 501, 70_160), 8, 160).expect("late");
        assert_eq!((fourth.sequence, fourth.timestamp), (2, 859));
        assert!(sender.relayed(at(t, 150), 1, from(9, 501, 70_160), 8, 160).is_none(), "twice");
        // Music again.
        let music = sender.ours(at(t, 160), 0, 160);
        assert_eq!((music.marker, music.sequence, music.timestamp), (true, 4, 1179));
        assert_eq!(sender.ssrc(), 7);
    }

    #[test]
    fn a_source_that_starts_anew_is_another_talk() {
        let t = Instant::now();
        let mut sender = Sender::new(t, 7, 0, 0);
        sender.relayed(t, 1, from(9, 1, 0), 0, 160);
        let other = sender.relayed(at(t, 20), 1, from(10, 900, 5_000_000), 0, 160).expect("new");
        assert!(other.marker && other.sequence == 2 && other.timestamp == 160);
        let jumped = sender.relayed(at(t, 40), 1, from(10, 901, 90_000_000), 0, 160).expect("new");
        assert!(jumped.marker && jumped.sequence == 3 && jumped.timestamp == 320, "its clock jumped: {jumped:?}");
        // Ten seconds of silence are no jump: its clock went on with the wall.
        let later = sender.relayed(at(t, 10_040), 1, from(10, 902, 90_080_000), 0, 160).expect("new");
        assert!(!later.marker && later.timestamp == 80_320);
    }

    #[test]
    fn what_is_kept_back_leaves_no_gap() {
        let t = Instant::now();
        let mut sender = Sender::new(t, 7, 0, 0);
        sender.relayed(t, 1, from(9, 10, 0), 0, 160);
        sender.kept_back(1, from(9, 11, 160));
        sender.kept_back(1, from(9, 12, 160));
        let next = sender.relayed(at(t, 60), 1, from(9, 13, 480), 0, 160).expect("new");
        assert_eq!((next.sequence, next.timestamp), (2, 480));
    }

    #[test]
    fn a_talk_after_a_pause_begins_where_the_clock_is() {
        let t = Instant::now();
        let mut sender = Sender::new(t, 7, 0, 0);
        sender.ours(t, 0, 160);
        let later = sender.ours(at(t, 1000), 0, 160);
        assert_eq!((later.marker, later.sequence, later.timestamp), (true, 2, 8000));
        let began = sender.digit_begins(at(t, 1020));
        let digit = sender.digit(101, began, true);
        assert_eq!((digit.marker, digit.sequence, digit.timestamp), (true, 3, 8160));
        sender.digit_took(800);
        assert_eq!(sender.ours(at(t, 1100), 0, 160).timestamp, 8960);
    }

    #[derive(Clone, Debug)]
    enum Deed {
        Ours,
        Relayed(u64, u32, u16),
        KeptBack(u64, u32, u16),
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let source = (0..3_u64, 0..2_u32, 0..40_u16);
        let one = prop_oneof![
            Just(Deed::Ours),
            source.clone().prop_map(|(leg, ssrc, seq)| Deed::Relayed(leg, ssrc, seq)),
            source.prop_map(|(leg, ssrc, seq)| Deed::KeptBack(leg, ssrc, seq)),
        ];
        prop::collection::vec(one, 0..200)
    }

    proptest! {
        #[test]
        fn no_number_is_used_twice(deeds in deeds()) {
            let start = Instant::now();
            let mut sender = Sender::new(start, 7, 65_500, 0);
            let mut used = HashSet::new();
            for (n, deed) in deeds.into_iter().enumerate() {
                let now = at(start, n as u64 * 20);
                let header = match deed {
                    Deed::Ours => Some(sender.ours(now, 0, 160)),
                    Deed::Relayed(leg, ssrc, seq) => sender.relayed(now, leg, from(ssrc, seq, u32::from(seq) * 160), 0, 160),
                    Deed::KeptBack(leg, ssrc, seq) => {
                        sender.kept_back(leg, from(ssrc, seq, u32::from(seq) * 160));
                        None
                    }
                };
                if let Some(header) = header {
                    prop_assert!(used.insert(header.sequence), "{} twice", header.sequence);
                }
            }
        }
    }
}
