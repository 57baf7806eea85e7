//! Sound from packets, evened out: what came early waits, what came late is left out, and every 20 ms there is a frame.
//!
//! For those who need samples: mixing, recordings, tones in the sound. Packets that are only passed on never come here. The delay is
//! [`TARGET`]; where the other side's clock runs faster or slower than ours, a frame is left out or put in, never more than [`MOST`] waits.

use crate::codec::{CLOCK, Codec, ComfortNoise, Decoder, FRAME, NARROW, Resampler, UNITS, WIDE};
use crate::rtp::Header;

/// How long a packet waits for those before it: 40 ms, in clock units.
const TARGET: i32 = 2 * UNITS.cast_signed();
/// What may wait: 200 ms.
const MOST: i32 = 10 * UNITS.cast_signed();
/// Packets in a row that may come too late before they are waited for.
const LATE: u8 = 3;
/// The ring, in clock units: more than may wait, plus the longest packet.
const RING: usize = 32 * FRAME;

/// 20 ms of sound at both rates.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// 160 samples at [`NARROW`].
    pub(super) narrow: Vec<i16>,
    /// 320 samples at [`WIDE`].
    pub(super) wide: Vec<i16>,
}

impl Default for Frame {
    fn default() -> Self {
        Self { narrow: vec![0; FRAME], wide: vec![0; 2 * FRAME] }
    }
}

impl Frame {
    /// The samples at a codec's rate.
    pub(super) fn at(&self, codec: Codec) -> &[i16] {
        if codec.rate() == WIDE { &self.wide } else { &self.narrow }
    }
}

/// The sound of one leg's packets.
pub(super) struct Playout {
    codec: Codec,
    decoder: Decoder,
    /// To the other rate.
    other: Option<Resampler>,
    /// Samples at the codec's rate; silence where nothing came.
    ring: Vec<i16>,
    /// Where in the ring the next frame begins.
    head: usize,
    /// The timestamp of the next frame, and what follows the newest sample.
    next: Option<(u32, u32)>,
    late: u8,
    noise: Option<ComfortNoise>,
    scratch: Vec<i16>,
    frame: Frame,
}

impl Playout {
    pub(super) fn new(codec: Codec) -> Self {
        let other = if codec.rate() == WIDE { NARROW } else { WIDE };
        Self {
            codec,
            decoder: Decoder::new(codec),
            other: Resampler::new(codec.rate(), other),
            ring: vec![0; RING * per_unit(codec)],
            head: 0,
            next: None,
            late: 0,
            noise: None,
            scratch: Vec::new(),
            frame: Frame::default(),
        }
    }

    /// Which codec's packets it takes.
    pub(super) fn codec(&self) -> Codec {
        self.codec
    }

    /// A packet of sound came.
    pub(super) fn sound(&mut self, header: Header, payload: &[u8]) {
        let ahead_of = |next: u32| header.timestamp.wrapping_sub(next).cast_signed();
        let end = header.timestamp.wrapping_add(u32::try_from(payload.len()).unwrap_or_default());
        let (next, newest) = match self.next {
            Some((next, newest)) if (0..=MOST).contains(&ahead_of(next)) => {
                self.late = 0;
                (next, if end.wrapping_sub(newest).cast_signed() > 0 { end } else { newest })
            }
            Some((next, _)) if (-MOST..0).contains(&ahead_of(next)) && self.late < LATE => {
                self.late += 1;
                return;
            }
            // The first, another clock, or a way that has become longer: the delay begins anew.
            _ => {
                self.late = 0;
                self.ring.fill(0);
                (header.timestamp.wrapping_sub(TARGET.unsigned_abs()), end)
            }
        };
        self.noise = None;
        self.next = Some((next, newest));
        self.scratch.clear();
        self.decoder.decode(payload, &mut self.scratch);
        let from = self.head + ahead_of(next).unsigned_abs() as usize * per_unit(self.codec);
        let length = self.ring.len();
        for (n, sample) in self.scratch.iter().take(length / 2).enumerate() {
            if let Some(place) = self.ring.get_mut((from + n) % length) {
                *place = *sample;
            }
        }
    }

    /// They said how loud their silence is.
    pub(super) fn comfort(&mut self, payload: &[u8]) {
        self.noise = ComfortNoise::parse(payload);
    }

    /// The next 20 ms.
    pub(super) fn take(&mut self) -> &Frame {
        let many = FRAME * per_unit(self.codec);
        let Self { frame, ring, head, scratch, .. } = self;
        let (own, other) =
            if self.codec.rate() == WIDE { (&mut frame.wide, &mut frame.narrow) } else { (&mut frame.narrow, &mut frame.wide) };
        own.clear();
        for _ in 0..many {
            own.push(ring.get_mut(*head).map(std::mem::take).unwrap_or_default());
            *head = (*head + 1) % ring.len();
        }
        if let Some(noise) = &mut self.noise
            && own.iter().all(|sample| *sample == 0)
        {
            scratch.clear();
            noise.sound(many, scratch);
            own.copy_from_slice(scratch);
        }
        other.clear();
        if let Some(resampler) = &mut self.other {
            resampler.convert(own, other);
        }
        if let Some((next, newest)) = &mut self.next {
            *next = next.wrapping_add(UNITS);
            // Their clock is fast: a frame is left out.
            if newest.wrapping_sub(*next).cast_signed() > MOST / 2 {
                *next = next.wrapping_add(UNITS);
                *head = (*head + many) % ring.len();
            }
        }
        &self.frame
    }

    /// The last 20 ms once more.
    pub(super) fn last(&self) -> &Frame {
        &self.frame
    }
}

/// Samples in a clock unit.
const fn per_unit(codec: Codec) -> usize {
    (codec.rate() / CLOCK) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Encoder;
    use crate::dtmf::goertzel;

    /// Packet `n` of a tone, by a clock that begins at `start`.
    fn packet(codec: Codec, start: u32, n: u16) -> (Header, Vec<u8>) {
        let many = codec.rate() / 50;
        let turn = 2.0 * std::f64::consts::PI * 1000.0 / f64::from(codec.rate());
        #[expect(clippy::cast_possible_truncation, reason = "an amplitude of 8,000")]
        let samples: Vec<i16> = (0..many).map(|i| (8000.0 * (turn * f64::from(u32::from(n) * many + i)).sin()) as i16).collect();
        let mut payload = Vec::new();
        Encoder::new(codec).encode(&samples, &mut payload);
        let timestamp = start.wrapping_add(u32::from(n) * UNITS);
        (Header { payload_type: 0, marker: false, sequence: n, timestamp, ssrc: 1 }, payload)
    }

    fn put(playout: &mut Playout, start: u32, n: u16) {
        let (header, payload) = packet(playout.codec(), start, n);
        playout.sound(header, &payload);
    }

    fn level(frame: &Frame) -> f64 {
        goertzel(&frame.narrow, 1000.0, NARROW)
    }

    #[test]
    fn a_steady_stream_comes_out_whole_at_both_rates() {
        let mut playout = Playout::new(Codec::Pcma);
        for n in 0..50 {
            put(&mut playout, u32::MAX - 1000, n);
            let frame = playout.take();
            assert_eq!((frame.narrow.len(), frame.wide.len()), (160, 320));
            if n > 3 {
                assert!(level(frame) > 7500.0 && goertzel(&frame.wide, 1000.0, WIDE) > 7000.0, "{n}");
            }
        }
    }

    #[test]
    fn packets_in_disorder_come_out_in_order() {
        let mut playout = Playout::new(Codec::Pcmu);
        put(&mut playout, 0, 0);
        let mut heard = Vec::new();
        for n in (1..41).step_by(2) {
            put(&mut playout, 0, n + 1);
            put(&mut playout, 0, n);
            heard.extend(playout.take().narrow.clone());
            heard.extend(playout.take().narrow.clone());
        }
        // An unbroken tone over its whole length: a frame out of place would cut it down.
        assert!(goertzel(&heard[800..4800], 1000.0, NARROW) > 7800.0);
    }

    #[test]
    fn a_clock_that_jumps_either_way_is_followed() {
        let mut playout = Playout::new(Codec::Pcmu);
        for start in [5_000_000, 80_000_000, 1000] {
            for n in 0..10 {
                put(&mut playout, start, n);
                playout.take();
            }
            assert!(level(playout.last()) > 7500.0, "from {start}");
        }
    }

    #[test]
    fn a_way_that_grows_longer_is_waited_for() {
        let mut playout = Playout::new(Codec::Pcmu);
        (0..10).for_each(|n| {
            put(&mut playout, 0, n);
            playout.take();
        });
        // Five turns with nothing, and from then on all is 100 ms later.
        let gap = (0..5).map(|_| level(playout.take())).filter(|level| *level < 100.0).count();
        assert_eq!(gap, 3, "what waited was heard first");
        for n in 10..30 {
            put(&mut playout, 0, n);
            playout.take();
        }
        assert!(level(playout.last()) > 7500.0);
    }

    #[test]
    fn a_clock_that_is_fast_never_heaps_up() {
        let mut playout = Playout::new(Codec::Pcmu);
        for n in 0..300 {
            put(&mut playout, 0, n);
            if n % 10 != 0 {
                playout.take();
            }
        }
        let waits = playout.next.map(|(next, newest)| newest.wrapping_sub(next)).expect("a stream");
        assert!(waits <= MOST.unsigned_abs(), "{waits}");
    }

    #[test]
    fn silence_that_was_described_is_noise_until_they_speak() {
        let mut playout = Playout::new(Codec::G722);
        put(&mut playout, 0, 0);
        playout.comfort(&[40]);
        (0..5).for_each(|_| drop(playout.take().clone()));
        let rms = |frame: &Frame| (frame.narrow.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 160.0).sqrt();
        assert!((100.0..600.0).contains(&rms(playout.take())));
        put(&mut playout, 0, 8);
        (0..12).for_each(|_| drop(playout.take().clone()));
        assert!(rms(playout.last()) < 1.0);
    }
}
