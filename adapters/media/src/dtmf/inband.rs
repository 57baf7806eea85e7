//! Digits as tones in the sound (ITU-T Q.23, received as Q.24 asks), and the filter that finds them.

use super::{Digit, LAYOUT};
use crate::codec::NARROW;

/// The low tones, one for each row, in hertz.
pub(crate) const ROWS: [u16; 4] = [697, 770, 852, 941];
/// The high tones, one for each column.
pub(crate) const COLUMNS: [u16; 4] = [1209, 1336, 1477, 1633];

/// Samples looked at together: 12.75 ms. Two of them that agree are a digit, so 40 ms always are one, and 23 ms seldom (Q.24).
const BLOCK: usize = 102;
/// The weakest tone: -36 dBm0, as an amplitude of 16-bit samples.
const WEAKEST: f64 = 350.0;
/// How much louder the high tone may be than the low one, as amplitudes: 4 dB, and the other way round: 8 dB.
const TWIST: (f64, f64) = (1.58, 2.51);
/// How much louder than each other tone of its group: 8 dB.
const ALONE: f64 = 2.5;
/// The share of the power that the two have: speech has more beside them.
const SHARE: f64 = 0.8;

/// How much of one frequency is in the samples: its amplitude in units of a sample (the filter of Goertzel, 1958).
///
/// `rate` is samples a second. Nothing for no samples.
#[must_use]
pub fn goertzel(samples: &[i16], hertz: f64, rate: u32) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let turn = 2.0 * std::f64::consts::PI * hertz / f64::from(rate);
    let twice = 2.0 * turn.cos();
    let (mut one, mut two) = (0.0, 0.0);
    for sample in samples {
        let next = f64::from(*sample) + twice * one - two;
        (two, one) = (one, next);
    }
    let power = one * one + two * two - twice * one * two;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

/// Listens for digits in sound of 8,000 samples a second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ear {
    block: Vec<i16>,
    last: Option<Digit>,
    /// What is being heard, and was told.
    told: Option<Digit>,
}

impl Ear {
    /// Hears samples; a digit is told once, when it has lasted for two blocks.
    pub(crate) fn hear(&mut self, mut samples: &[i16]) -> Option<Digit> {
        let mut pressed = None;
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            samples = later;
            if self.block.len() == BLOCK {
                let heard = tone(&self.block);
                self.block.clear();
                pressed = self.judge(heard).or(pressed);
            }
        }
        pressed
    }

    /// Two blocks alike begin a digit, two blocks without it end it.
    fn judge(&mut self, heard: Option<Digit>) -> Option<Digit> {
        let steady = heard == self.last;
        self.last = heard;
        if !steady || heard == self.told {
            return None;
        }
        self.told = heard;
        heard
    }
}

/// The digit that a block is, if it is one.
fn tone(block: &[i16]) -> Option<Digit> {
    let (row, low) = strongest(block, &ROWS)?;
    let (column, high) = strongest(block, &COLUMNS)?;
    let twisted = high > low * TWIST.0 || low > high * TWIST.1;
    let power = block.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / block.len() as f64;
    if twisted || (low * low + high * high) / 2.0 < power * SHARE {
        return None;
    }
    LAYOUT.get(row * 4 + column).copied().and_then(Digit::from_code)
}

/// The strongest tone of a group, where it is strong and alone.
fn strongest(block: &[i16], group: &[u16; 4]) -> Option<(usize, f64)> {
    let levels = group.map(|hertz| goertzel(block, f64::from(hertz), NARROW));
    let (at, level) = levels.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let alone = levels.iter().enumerate().all(|(n, other)| n == at || other * ALONE < level);
    (level >= WEAKEST && alone).then_some((at, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_possible_truncation, reason = "some thousands at most")]
    fn tones(parts: &[(f64, f64)], ms: usize) -> Vec<i16> {
        let value =
            |n: usize| parts.iter().map(|(hertz, loud)| loud * (2.0 * std::f64::consts::PI * hertz * n as f64 / 8000.0).sin()).sum::<f64>();
        (0..ms * 8).map(|n| value(n) as i16).collect()
    }

    fn press(digit: Digit, ms: usize, low: f64, high: f64, off: f64) -> Vec<i16> {
        let (row, column) = digit.tones();
        tones(&[(f64::from(row) * off, low), (f64::from(column) * off, high)], ms)
    }

    fn heard(samples: &[i16]) -> String {
        let mut ear = Ear::default();
        samples.chunks(160).filter_map(|frame| ear.hear(frame)).map(Digit::face).collect()
    }

    #[test]
    fn every_digit_is_heard_once_loud_and_soft_and_a_little_off() {
        for code in 0..16 {
            let digit = Digit::from_code(code).expect("a key");
            for (low, high, off) in [(9000.0, 9000.0, 1.0), (700.0, 900.0, 1.0), (4000.0, 5500.0, 1.012), (6000.0, 3500.0, 0.988)] {
                for start in [0, 37, 81] {
                    let sound = [vec![0; start], press(digit, 50, low, high, off), vec![0; 800]].concat();
                    assert_eq!(heard(&sound), digit.face().to_string(), "code {code} at {low}/{high}, {off}, after {start}");
                }
            }
        }
    }

    #[test]
    fn a_digit_pressed_twice_is_two() {
        let five = press(Digit::new('5').expect("a key"), 60, 5000.0, 5000.0, 1.0);
        assert_eq!(heard(&[five.clone(), vec![0; 400], five].concat()), "55");
    }

    #[test]
    fn music_noise_and_half_a_digit_are_none() {
        assert_eq!(heard(&tones(&[(300.0, 8000.0), (350.0, 8000.0)], 2000)), "");
        assert_eq!(heard(&tones(&[(697.0, 8000.0)], 500)), "", "one tone alone");
        assert_eq!(heard(&tones(&[(770.0, 6000.0), (1336.0, 800.0)], 500)), "", "twisted");
        assert_eq!(heard(&tones(&[(770.0, 4000.0), (1336.0, 4000.0), (500.0, 4000.0)], 500)), "", "something beside");
        let mut seed = 1_u32;
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 18) as i16 - 8192
        });
        assert_eq!(heard(&noise.take(80_000).collect::<Vec<_>>()), "");
    }
}
