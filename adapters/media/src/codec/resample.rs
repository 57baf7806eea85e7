//! Sampling rates, converted by a windowed-sinc filter: streams between whole multiples, files between any.
//!
//! The filter sees [`REACH`] periods of the lower rate either side, through a Blackman window: flat to three eighths of the lower rate
//! (3,000 of 8,000 Hz), nothing left from eleven twentieths on. It keeps what it needs of the past, so that frames follow each other
//! without a seam, and delays by [`REACH`] periods (2 ms at 8,000 Hz).

use std::f32::consts::PI;

/// How many samples of the lower rate the filter sees either side.
const REACH: usize = 16;

/// From one rate to another, frame by frame.
#[derive(Debug)]
pub(crate) struct Resampler {
    way: Way,
    /// The filter at the higher rate: `2 × REACH × factor` taps.
    taps: Box<[f32]>,
    /// The last samples that came in, oldest first.
    past: Vec<f32>,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Up(usize),
    Down(usize),
}

impl Resampler {
    /// From `from` to `to` samples a second. `None` where neither is a whole multiple of the other, or the factor is over 12.
    pub(crate) fn new(from: u32, to: u32) -> Option<Self> {
        let whole = |high: u32, low: u32| (low > 0 && high.is_multiple_of(low)).then(|| high / low).filter(|f| (1..=12).contains(f));
        let (factor, up) = match (whole(to, from), whole(from, to)) {
            (Some(factor), _) => (factor as usize, true),
            (None, Some(factor)) => (factor as usize, false),
            (None, None) => return None,
        };
        let past = if up { 2 * REACH } else { 2 * REACH * factor };
        let way = if up { Way::Up(factor) } else { Way::Down(factor) };
        Some(Self { way, taps: taps(factor), past: vec![0.0; past] })
    }

    /// Converts `samples` and appends the result to `out`. Downwards, `samples` is a whole number of factors (a rest is left out).
    pub(crate) fn convert(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        let kept = self.past.len();
        self.past.extend(samples.iter().map(|s| f32::from(*s)));
        match self.way {
            Way::Up(1) | Way::Down(1) => out.extend_from_slice(samples),
            Way::Up(factor) => {
                for window in self.past.windows(kept).skip(1) {
                    for phase in 0..factor {
                        let taps = self.taps.iter().skip(phase).step_by(factor);
                        let sum: f32 = window.iter().rev().zip(taps).map(|(s, t)| s * t).sum();
                        out.push(sample(sum * factor as f32));
                    }
                }
            }
            Way::Down(factor) => {
                for window in self.past.windows(kept).skip(factor).step_by(factor) {
                    out.push(sample(window.iter().zip(&self.taps).map(|(s, t)| s * t).sum()));
                }
            }
        }
        self.past.drain(..samples.len());
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer saturates")]
fn sample(value: f32) -> i16 {
    value.round() as i16
}

/// Where the filter has half of its height, in halves of the lower rate: a little under one, so that nothing folds back.
const PASS: f32 = 0.92;

/// The filter, so many periods of the lower rate from its middle.
fn kernel(periods: f32) -> f32 {
    let x = PI * periods * PASS;
    let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
    let turn = PI * periods / REACH as f32;
    if periods.abs() >= REACH as f32 { 0.0 } else { sinc * (0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos()) }
}

/// The taps at `factor` times the lower rate, which add up to one.
fn taps(factor: usize) -> Box<[f32]> {
    let many = 2 * REACH * factor;
    let raw: Vec<f32> = (0..many).map(|n| kernel((n as f32 + 0.5 - many as f32 / 2.0) / factor as f32)).collect();
    let sum: f32 = raw.iter().sum();
    raw.iter().map(|tap| tap / sum).collect()
}

/// Converts a whole sound between any two rates: for files, which may have been made at 22,050 or 44,100. The filter is the same, looked up
/// between the steps of a table.
pub(crate) fn convert(samples: &[i16], from: u32, to: u32) -> Vec<i16> {
    /// Places of the filter for each period of the lower rate.
    const STEPS: usize = 256;
    let table: Vec<f32> = (0..=REACH * STEPS).map(|n| kernel(n as f32 / STEPS as f32)).collect();
    let tap = |periods: f64| {
        let at = periods.abs() * STEPS as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float to integer saturates")]
        let (place, between) = (at as usize, at.fract() as f32);
        let value = |n: usize| table.get(n).copied().unwrap_or_default();
        value(place) + (value(place + 1) - value(place)) * between
    };
    let low = f64::from(from.min(to)) / f64::from(from);
    let scale = PASS * from.min(to) as f32 / from as f32;
    let reach = (REACH as f64 / low).ceil();
    let many = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from.max(1)));
    let at = |n: u64| {
        let centre = n as f64 * f64::from(from) / f64::from(to);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float to integer saturates")]
        let (first, last) = ((centre - reach).max(0.0) as usize, (centre + reach) as usize + 1);
        let near = samples.get(first..last.min(samples.len())).unwrap_or_default();
        let weighed = near.iter().enumerate().map(|(n, s)| (tap(((first + n) as f64 - centre) * low), f32::from(*s)));
        sample(weighed.map(|(weight, s)| weight * s).sum::<f32>() * scale)
    };
    (0..many).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtmf::goertzel;

    #[expect(clippy::cast_possible_truncation, reason = "an amplitude of 8,000")]
    fn sine(rate: u32, hertz: f64, many: usize) -> Vec<i16> {
        (0..many).map(|n| (8000.0 * (2.0 * std::f64::consts::PI * hertz * n as f64 / f64::from(rate)).sin()) as i16).collect()
    }

    fn converted(from: u32, to: u32, samples: &[i16]) -> Vec<i16> {
        let mut resampler = Resampler::new(from, to).expect("a whole ratio");
        let mut out = Vec::new();
        let frame = from as usize / 50;
        for frame in samples.chunks(frame) {
            resampler.convert(frame, &mut out);
        }
        out
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_level() {
        for (from, to) in [(8000, 16000), (16000, 8000), (48000, 8000), (48000, 16000), (8000, 48000)] {
            let out = converted(from, to, &sine(from, 1000.0, from as usize / 2));
            assert_eq!(out.len(), to as usize / 2);
            let whole = goertzel(&out[to as usize / 10..to as usize * 3 / 10], 1000.0, to);
            assert!((whole / 8000.0 - 1.0).abs() < 0.02, "{from} to {to}: {whole}");
        }
    }

    #[test]
    fn a_file_of_any_rate_keeps_its_pitch_and_level() {
        for (from, to) in [(22_050, 16_000), (22_050, 8_000), (44_100, 16_000), (11_025, 16_000), (8_000, 16_000), (48_000, 8_000)] {
            let out = convert(&sine(from, 1000.0, from as usize / 2), from, to);
            assert_eq!(out.len(), to as usize / 2);
            let whole = goertzel(&out[to as usize / 10..to as usize * 3 / 10], 1000.0, to);
            assert!((whole / 8000.0 - 1.0).abs() < 0.02, "{from} to {to}: {whole}");
        }
        let alias = goertzel(&convert(&sine(22_050, 6000.0, 11_025), 22_050, 8_000)[800..2400], 2000.0, 8000);
        assert!(alias < 8.0, "folded back at {alias} of 8000");
    }

    #[test]
    fn what_the_lower_rate_cannot_say_is_left_out() {
        let out = converted(16000, 8000, &sine(16000, 6000.0, 8000));
        let alias = goertzel(&out[800..2400], 2000.0, 8000);
        assert!(alias < 8.0, "folded back at {alias} of 8000");
        let out = converted(8000, 16000, &sine(8000, 1000.0, 4000));
        let image = goertzel(&out[1600..4800], 7000.0, 16000);
        assert!(image < 8.0, "mirrored at {image} of 8000");
    }

    #[test]
    fn other_ratios_are_refused() {
        assert!(Resampler::new(44100, 8000).is_none() && Resampler::new(8000, 0).is_none() && Resampler::new(96000, 8000).is_some());
    }
}
