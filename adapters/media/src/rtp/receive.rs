//! What we know of the stream that comes: how much was lost, how unsteady it is (RFC 3550, A.3 and A.8).

use super::Header;
use super::send::behind;
use crate::codec::CLOCK;
use std::time::{Duration, Instant};

/// A number further ahead than this is a source that began anew (RFC 3550, A.1).
const DROPOUT: i32 = 3_000;
/// A number further back than this too.
const MISORDER: i32 = 100;

/// The receiving side of a leg's stream.
#[derive(Clone, Debug)]
pub(crate) struct Reception {
    start: Instant,
    source: Option<Source>,
    /// What former sources had: expected, received.
    before: (u64, u64),
    /// In clock units, times 16.
    jitter: u32,
    /// Expected and received when the last report was written.
    reported: (u64, u64),
}

#[derive(Clone, Copy, Debug)]
struct Source {
    ssrc: u32,
    first: u16,
    /// The highest number, and how often it wrapped.
    highest: u16,
    wraps: u16,
    received: u64,
    /// When the last packet came less when it was taken, in clock units, on a circle.
    transit: u32,
}

/// What a report says about a source (RFC 3550, 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) ssrc: u32,
    /// Of 256, since the last report.
    pub(crate) fraction: u8,
    /// All in all, signed, 24 bits.
    pub(crate) lost: i32,
    pub(crate) highest: u32,
    /// In clock units.
    pub(crate) jitter: u32,
}

impl Reception {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, source: None, before: (0, 0), jitter: 0, reported: (0, 0) }
    }

    /// A valid packet came.
    pub(crate) fn came(&mut self, now: Instant, header: Header) {
        let since = now.saturating_duration_since(self.start).as_micros() * u128::from(CLOCK) / 1_000_000;
        #[expect(clippy::cast_possible_truncation, reason = "a transit time lies on a circle")]
        let transit = (since as u32).wrapping_sub(header.timestamp);
        let fresh = Source { ssrc: header.ssrc, first: header.sequence, highest: header.sequence, wraps: 0, received: 1, transit };
        let Some(source) = &mut self.source else {
            self.source = Some(fresh);
            return;
        };
        let ahead = behind(header.sequence, source.highest);
        if source.ssrc != header.ssrc || !(-MISORDER..=DROPOUT).contains(&ahead) {
            let (expected, received) = (source.expected(), source.received);
            self.before = (self.before.0 + expected, self.before.1 + received);
            self.source = Some(fresh);
            return;
        }
        if ahead > 0 {
            if header.sequence < source.highest {
                source.wraps = source.wraps.wrapping_add(1);
            }
            source.highest = header.sequence;
        }
        source.received += 1;
        let moved = behind(transit, source.transit).unsigned_abs();
        source.transit = transit;
        // A talk's first packet after a pause says nothing about the way (and a clock that jumped even less).
        if !header.marker && moved < CLOCK {
            self.jitter = (self.jitter + moved).saturating_sub((self.jitter + 8) >> 4);
        }
    }

    /// Packets that came.
    pub(crate) fn received(&self) -> u64 {
        self.before.1 + self.source.map_or(0, |s| s.received)
    }

    /// Packets that should have come and did not.
    pub(crate) fn lost(&self) -> u64 {
        (self.before.0 + self.source.map_or(0, |s| s.expected())).saturating_sub(self.received())
    }

    /// The mean deviation of the time between two packets.
    pub(crate) fn jitter(&self) -> Duration {
        Duration::from_micros(u64::from(self.jitter >> 4) * 1_000_000 / u64::from(CLOCK))
    }

    /// The block for the next report; what is lost until the next one counts from here.
    pub(crate) fn report(&mut self) -> Option<Block> {
        let source = self.source?;
        let all = (self.before.0 + source.expected(), self.received());
        let (expected, received) = (all.0 - self.reported.0.min(all.0), all.1 - self.reported.1.min(all.1));
        self.reported = all;
        let lost = expected.saturating_sub(received);
        let fraction = (lost * 256).checked_div(expected).map_or(0, |share| u8::try_from(share).unwrap_or(u8::MAX));
        let lost = i64::try_from(source.expected()).unwrap_or(i64::MAX) - i64::try_from(source.received).unwrap_or(i64::MAX);
        Some(Block {
            ssrc: source.ssrc,
            fraction,
            lost: i32::try_from(lost.clamp(-0x80_0000, 0x7F_FFFF)).unwrap_or_default(),
            highest: u32::from(source.wraps) << 16 | u32::from(source.highest),
            jitter: self.jitter >> 4,
        })
    }
}

impl Source {
    fn expected(&self) -> u64 {
        (u64::from(self.wraps) << 16) + u64::from(self.highest) + 1 - u64::from(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header { payload_type: 0, marker: false, sequence, timestamp, ssrc: 5 }
    }

    #[test]
    fn what_is_lost_is_counted_over_a_wrap() {
        let t = Instant::now();
        let mut reception = Reception::new(t);
        for n in 0..100_u16 {
            if n % 10 != 3 {
                let at = t + Duration::from_millis(u64::from(n) * 20);
                reception.came(at, header(65_500_u16.wrapping_add(n), u32::from(n) * 160));
            }
        }
        assert_eq!((reception.received(), reception.lost(), reception.jitter()), (90, 10, Duration::ZERO));
        let block = reception.report().expect("a source");
        assert_eq!((block.fraction, block.lost, block.highest), (25, 10, 65_536 + 63));
        assert_eq!(reception.report().expect("a source").fraction, 0, "none since");
    }

    #[test]
    fn a_new_source_does_not_lose_what_was_never_sent() {
        let t = Instant::now();
        let mut reception = Reception::new(t);
        reception.came(t, header(10, 0));
        reception.came(t, header(11, 160));
        reception.came(t, Header { ssrc: 6, ..header(40_000, 9) });
        reception.came(t, Header { ssrc: 6, ..header(40_002, 329) });
        reception.came(t, Header { ssrc: 6, ..header(1, 329) });
        assert_eq!((reception.received(), reception.lost()), (5, 1));
    }

    #[test]
    fn jitter_is_the_mean_of_what_the_way_adds() {
        let t = Instant::now();
        let mut reception = Reception::new(t);
        for n in 0..1000_u16 {
            let late = if n % 2 == 0 { 0 } else { 10 };
            reception.came(t + Duration::from_millis(u64::from(n) * 20 + late), header(n, u32::from(n) * 160));
        }
        let jitter = reception.jitter();
        assert!((9..=10).contains(&jitter.as_millis()), "{jitter:?}");
    }
}
