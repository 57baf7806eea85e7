//! Sound that is ready to be played: prompts, music, tones, silence.
//!
//! A clip is written in each codec once, however many legs play it; a leg that plays copies bytes. Clips end on a whole frame of 20 ms, filled
//! up with silence.

mod tone;
mod wav;

pub use wav::WavError;

use crate::codec::{CLOCK, Codec, Encoder, FRAME, NARROW, Resampler, WIDE};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The longest clip: ten minutes (19 MB of samples, and 5 MB for each codec that it is played in).
pub const LONGEST: Duration = Duration::from_secs(600);

/// Some sound, shared by all that play it.
#[derive(Debug)]
pub struct Clip {
    /// Samples a second of `samples`: [`NARROW`] or [`WIDE`].
    rate: u32,
    samples: Vec<i16>,
    /// The same at the other rate.
    other: OnceLock<Vec<i16>>,
    encoded: [OnceLock<Vec<u8>>; Codec::ALL.len()],
}

impl Clip {
    /// Takes samples at [`NARROW`] or [`WIDE`] samples a second. What is longer than [`LONGEST`] is cut.
    fn of(rate: u32, mut samples: Vec<i16>) -> Arc<Self> {
        let frame = rate as usize / 50;
        samples.truncate(frame * 50 * usize::try_from(LONGEST.as_secs()).unwrap_or(usize::MAX));
        samples.resize(samples.len().next_multiple_of(frame), 0);
        Arc::new(Self { rate, samples, other: OnceLock::new(), encoded: Default::default() })
    }

    /// Silence, rounded up to whole frames.
    #[must_use]
    pub fn silence(long: Duration) -> Arc<Self> {
        Self::of(NARROW, vec![0; samples(long, NARROW)])
    }

    /// How long it is.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.frames() as u64 * 20)
    }

    /// How many frames of 20 ms it has.
    pub(crate) fn frames(&self) -> usize {
        self.samples.len() / (self.rate as usize / 50)
    }

    /// Writes it in a codec now, rather than when it is first played. Ten seconds take about 0.5 ms in G.711 and 20 ms in G.722.
    pub fn prepare(&self, codec: Codec) {
        self.encoded(codec);
        // Recordings have it too.
        self.at(NARROW);
    }

    /// Its payload in a codec.
    fn encoded(&self, codec: Codec) -> &[u8] {
        let place = Codec::ALL.iter().position(|c| *c == codec).and_then(|n| self.encoded.get(n));
        let encode = || {
            let mut out = Vec::with_capacity(self.frames() * FRAME);
            Encoder::new(codec).encode(self.at(codec.rate()), &mut out);
            out
        };
        place.map_or(&[], |place| place.get_or_init(encode))
    }

    /// The payload of one frame.
    pub(crate) fn payload(&self, codec: Codec, frame: usize) -> &[u8] {
        self.encoded(codec).chunks(FRAME).nth(frame).unwrap_or_default()
    }

    /// The samples of one frame at a rate.
    pub(crate) fn frame(&self, rate: u32, frame: usize) -> &[i16] {
        self.at(rate).chunks(rate as usize / 50).nth(frame).unwrap_or_default()
    }

    fn at(&self, rate: u32) -> &[i16] {
        if rate == self.rate {
            return &self.samples;
        }
        self.other.get_or_init(|| {
            let mut out = Vec::with_capacity(self.samples.len() * rate as usize / self.rate as usize);
            if let Some(mut resampler) = Resampler::new(self.rate, rate) {
                resampler.convert(&self.samples, &mut out);
            }
            out
        })
    }
}

/// How many samples last so long, at most [`LONGEST`].
fn samples(long: Duration, rate: u32) -> usize {
    let ms = long.min(LONGEST).as_millis() as usize;
    ms * rate as usize / 1000
}

const _: () = assert!(CLOCK == NARROW && WIDE == 2 * NARROW, "a frame is 160 units, and 160 or 320 samples");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_is_whole_frames_in_every_codec() {
        let clip = Clip::silence(Duration::from_millis(50));
        assert_eq!((clip.duration(), clip.frames()), (Duration::from_millis(60), 3));
        for codec in Codec::ALL {
            clip.prepare(codec);
            assert_eq!((clip.payload(codec, 2).len(), clip.payload(codec, 3).len()), (FRAME, 0));
            assert_eq!(clip.frame(codec.rate(), 0).len(), codec.rate() as usize / 50);
        }
        assert_eq!(Clip::silence(Duration::from_secs(3600)).duration(), LONGEST);
    }
}
