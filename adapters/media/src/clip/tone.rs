//! Tones: ringing, busy, the beep before a recording, the music of the tests.

use super::{Clip, samples};
use crate::codec::WIDE;
use crate::dtmf::Digit;
use std::f64::consts::PI;
use std::sync::Arc;
use std::time::Duration;

/// Full scale of a sample, and of a level of 0 dBFS.
const FULL: f64 = 32_767.0;
/// How long a digit sounds, and how long it is silent after (ITU-T Q.23: 40 ms each at least).
const PRESS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(60));

impl Clip {
    /// Some frequencies at once, each at `level` decibels below full scale. Whole hertz over whole seconds repeat without a click.
    #[must_use]
    pub fn tone(hertz: &[u16], level: u8, long: Duration) -> Arc<Self> {
        let loud = FULL * 10_f64.powf(-f64::from(level) / 20.0);
        let value = |n: usize| {
            let sum: f64 = hertz.iter().map(|f| (2.0 * PI * f64::from(*f) * n as f64 / f64::from(WIDE)).sin()).sum();
            #[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer saturates")]
            let sample = (sum * loud).round() as i16;
            sample
        };
        Self::of(WIDE, (0..samples(long, WIDE)).map(value).collect())
    }

    /// A digit as a tone, with the pause after it: for those who have no events.
    #[must_use]
    pub fn digit(digit: Digit) -> Arc<Self> {
        let (low, high) = digit.tones();
        let tone = Self::tone(&[low, high], 10, PRESS.0);
        let mut sound = tone.samples.clone();
        sound.resize(sound.len() + samples(PRESS.1, WIDE), 0);
        Self::of(WIDE, sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Codec, Decoder};
    use crate::dtmf::{Ear, goertzel};

    #[test]
    fn a_tone_has_its_frequencies_and_no_others() {
        let clip = Clip::tone(&[300, 350], 12, Duration::from_secs(1));
        for codec in Codec::ALL {
            let mut heard = Vec::new();
            Decoder::new(codec).decode(clip.encoded(codec), &mut heard);
            let heard = &heard[heard.len() / 5..];
            let level = |hertz| goertzel(&heard[..codec.rate() as usize / 5], hertz, codec.rate());
            assert!(level(300.0) > 7000.0 && level(350.0) > 7000.0 && level(440.0) < 300.0, "{codec}");
        }
    }

    #[test]
    fn a_digit_is_heard_as_that_digit() {
        for code in 0..16 {
            let digit = Digit::from_code(code).expect("a key");
            let clip = Clip::digit(digit);
            let mut ear = Ear::default();
            let heard: Vec<_> = (0..clip.frames()).filter_map(|n| ear.hear(clip.frame(8000, n))).collect();
            assert_eq!(heard, [digit]);
        }
    }
}
