//! RTCP (RFC 3550, 6): the two sides tell each other what arrives, which is how we know the way there and back.
//!
//! One compound packet about every five seconds: a sender report with one block, and the name. What comes is read for what concerns us; the
//! rest is skipped.

use super::receive::Block;
use super::{Reception, Sender};
use std::time::{Duration, Instant, SystemTime};

/// The mean time between two reports (RFC 3550, 6.2: the minimum, which few participants always reach).
const INTERVAL: Duration = Duration::from_secs(5);
/// Seconds between the epochs of NTP (1900) and Unix (1970).
const NTP_EPOCH: u64 = 2_208_988_800;

/// What the other side told, where it concerns the pump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rtcp {
    /// A report, or something of no interest.
    Read,
    /// They have left.
    Bye,
    /// It is no RTCP.
    Unreadable,
}

/// The reports of one leg.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    name: String,
    start: (Instant, u64),
    due: Instant,
    /// The middle of the time in their last report, and when it came.
    theirs: Option<(u32, Instant)>,
    round_trip: Option<Duration>,
    lost_there: Option<u8>,
}

impl Reports {
    /// `name` is the canonical name: random, at most 32 bytes, and no address (RFC 7022).
    pub(crate) fn new(now: Instant, wall: SystemTime, name: String) -> Self {
        let unix = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let start = ((unix.as_secs() + NTP_EPOCH) << 32) | ((u64::from(unix.subsec_nanos()) << 32) / 1_000_000_000);
        Self { name, start: (now, start), due: now + INTERVAL / 2, theirs: None, round_trip: None, lost_there: None }
    }

    /// To the other side and back.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// The share of ours that they did not get, of 256.
    pub(crate) fn lost_there(&self) -> Option<u8> {
        self.lost_there
    }

    /// Whether a report is due. `chance`, 0 to 65,535, spreads the next one over half to one and a half intervals.
    pub(crate) fn due(&mut self, now: Instant, chance: u16) -> bool {
        let due = now >= self.due;
        if due {
            self.due = now + INTERVAL / 2 + INTERVAL * u32::from(chance) / u32::from(u16::MAX);
        }
        due
    }

    fn ntp(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.start.0);
        self.start.1.wrapping_add(passed.as_secs() << 32).wrapping_add((u64::from(passed.subsec_nanos()) << 32) / 1_000_000_000)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the middle 32 of 64 bits (RFC 3550, 6.4.1: LSR)")]
    fn middle(&self, now: Instant) -> u32 {
        (self.ntp(now) >> 16) as u32
    }

    /// Writes a report (and with `bye` a farewell) into `out`, which is cleared first.
    pub(crate) fn write(&self, now: Instant, sender: &Sender, reception: &mut Reception, bye: bool, out: &mut Vec<u8>) {
        out.clear();
        let block = reception.report();
        let (packets, bytes) = sender.sent();
        let blocks = u8::from(block.is_some());
        out.extend([0x80 | blocks, 200, 0, 6 + 6 * blocks]);
        out.extend(sender.ssrc().to_be_bytes());
        out.extend(self.ntp(now).to_be_bytes());
        out.extend(sender.wall(now).to_be_bytes());
        out.extend(packets.to_be_bytes());
        out.extend(bytes.to_be_bytes());
        if let Some(block) = block {
            self.write_block(now, block, out);
        }
        let name = self.name.get(..self.name.len().min(32)).unwrap_or_default().as_bytes();
        let words = (4 + 2 + name.len() + 1).div_ceil(4);
        #[expect(clippy::cast_possible_truncation, reason = "a name has at most 32 bytes")]
        out.extend([0x81, 202, 0, words as u8]);
        out.extend(sender.ssrc().to_be_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "a name has at most 32 bytes")]
        out.extend([1, name.len() as u8]);
        out.extend(name);
        out.extend(std::iter::repeat_n(0, words * 4 - 6 - name.len()));
        if bye {
            out.extend([0x81, 203, 0, 1]);
            out.extend(sender.ssrc().to_be_bytes());
        }
    }

    fn write_block(&self, now: Instant, block: Block, out: &mut Vec<u8>) {
        let (last, delay) = self.theirs.map_or((0, 0), |(middle, came)| (middle, units(now.saturating_duration_since(came))));
        let [_, l0, l1, l2] = block.lost.to_be_bytes();
        out.extend(block.ssrc.to_be_bytes());
        out.extend([block.fraction, l0, l1, l2]);
        for field in [block.highest, block.jitter, last, delay] {
            out.extend(field.to_be_bytes());
        }
    }

    /// Reads a compound packet. `ours` is the source that we send as.
    pub(crate) fn read(&mut self, now: Instant, packet: &[u8], ours: u32) -> Rtcp {
        let (mut rest, mut told, mut first) = (packet, Rtcp::Read, true);
        while !rest.is_empty() {
            let Some(([head, kind, high, low], after)) = rest.split_first_chunk::<4>() else { return Rtcp::Unreadable };
            let body = usize::from(u16::from_be_bytes([*high, *low])) * 4;
            let reports = matches!(kind, 200 | 201);
            let Some(body) = after.get(..body).filter(|_| head >> 6 == 2 && (reports || !first)) else { return Rtcp::Unreadable };
            match kind {
                200 => {
                    if let Some(&[_, _, _, _, _, _, a, b, c, d]) = body.first_chunk::<10>() {
                        self.theirs = Some((u32::from_be_bytes([a, b, c, d]), now));
                    }
                    self.read_blocks(now, body.get(24..).unwrap_or_default(), ours);
                }
                201 => self.read_blocks(now, body.get(4..).unwrap_or_default(), ours),
                203 => told = Rtcp::Bye,
                _ => {}
            }
            rest = after.get(body.len()..).unwrap_or_default();
            first = false;
        }
        if first { Rtcp::Unreadable } else { told }
    }

    fn read_blocks(&mut self, now: Instant, blocks: &[u8], ours: u32) {
        for block in blocks.as_chunks::<24>().0 {
            let word = |n: usize| block.get(n * 4..).and_then(|b| b.first_chunk::<4>()).map_or(0, |b| u32::from_be_bytes(*b));
            if word(0) != ours {
                continue;
            }
            self.lost_there = Some(block[4]);
            let (last, delay) = (word(4), word(5));
            // What they never got they cannot time; a way shorter than nothing is a clock's fault.
            let trip = self.middle(now).wrapping_sub(last).wrapping_sub(delay).cast_signed();
            if last != 0
                && let Ok(trip) = u64::try_from(trip)
            {
                self.round_trip = Some(Duration::from_micros((trip * 1_000_000) >> 16));
            }
        }
    }
}

/// A time in units of 1/65,536 s.
fn units(time: Duration) -> u32 {
    u32::try_from((time.as_micros() << 16) / 1_000_000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Header;
    use super::*;
    use proptest::prelude::*;

    fn side(now: Instant, ssrc: u32) -> (Reports, Sender, Reception) {
        let name = format!("name-{ssrc}");
        (Reports::new(now, SystemTime::now(), name), Sender::new(now, ssrc, 0, 0), Reception::new(now))
    }

    #[test]
    fn two_sides_learn_the_way_there_and_back() {
        let t = Instant::now();
        let ms = |n| t + Duration::from_millis(n);
        let (mut a, a_sends, mut a_hears) = side(t, 1);
        let (mut b, b_sends, mut b_hears) = side(t, 2);
        for sequence in [1, 2, 4] {
            b_hears.came(t, Header { payload_type: 0, marker: false, sequence, timestamp: 0, ssrc: 1 });
        }
        let mut packet = Vec::new();
        a.write(ms(1000), &a_sends, &mut a_hears, false, &mut packet);
        assert!(packet.len().is_multiple_of(4));
        assert_eq!(b.read(ms(1040), &packet, 2), Rtcp::Read);
        b.write(ms(3040), &b_sends, &mut b_hears, true, &mut packet);
        assert_eq!(a.read(ms(3080), &packet, 1), Rtcp::Bye);
        let trip = a.round_trip().expect("told").as_millis();
        assert!((79..=81).contains(&trip), "{trip}");
        assert_eq!(a.lost_there(), Some(64), "one of four");
        assert_eq!(b.round_trip(), None);
    }

    #[test]
    fn reports_are_spread() {
        let t = Instant::now();
        let (mut reports, ..) = side(t, 1);
        assert!(!reports.due(t, 0) && reports.due(t + INTERVAL, 0) && !reports.due(t + INTERVAL, 0));
        assert!(reports.due(t + INTERVAL * 3 / 2, u16::MAX));
        assert!(!reports.due(t + INTERVAL * 29 / 10, 0) && reports.due(t + INTERVAL * 3, 0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(mut packet: Vec<u8>, report: bool) {
            if report {
                packet.splice(0..0, [0x81, 200, 0, 12, 0, 0, 0, 9]);
            }
            let (mut reports, ..) = side(Instant::now(), 1);
            reports.read(Instant::now(), &packet, 1);
        }
    }
}
