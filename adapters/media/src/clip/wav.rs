//! Prompts from files: WAV of 16 bits, one channel (or the first of several), at 8 to 48 kHz.

use super::{Clip, LONGEST};
use crate::codec::{NARROW, WIDE, convert};
use hound::{SampleFormat, WavReader};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Why a file is no prompt.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It could not be read, or is no WAV file.
    #[error("while reading a WAV file")]
    Read(#[from] hound::Error),
    /// Its samples are of another kind.
    #[error("its samples are not of 16 bits, linear")]
    Samples,
    /// Its rate is less than a telephone's, or more than any use.
    #[error("its rate of {0} samples a second is not between 8000 and 48000")]
    Rate(u32),
    /// It is longer than ten minutes.
    #[error("it is longer than {} seconds", LONGEST.as_secs())]
    TooLong,
}

impl Clip {
    /// Reads a prompt from a file. This blocks: not for a runtime's thread.
    ///
    /// # Errors
    /// Where it is no prompt, or cannot be read.
    pub fn open(path: &Path) -> Result<Arc<Self>, WavError> {
        Self::read(std::io::BufReader::new(std::fs::File::open(path).map_err(hound::Error::from)?))
    }

    /// Reads a prompt.
    ///
    /// # Errors
    /// Where it is none, or cannot be read.
    pub fn read(from: impl Read) -> Result<Arc<Self>, WavError> {
        let mut wav = WavReader::new(from)?;
        let spec = wav.spec();
        if spec.sample_format != SampleFormat::Int || spec.bits_per_sample != 16 {
            return Err(WavError::Samples);
        }
        if !(NARROW..=48_000).contains(&spec.sample_rate) {
            return Err(WavError::Rate(spec.sample_rate));
        }
        if u64::from(wav.duration()) > LONGEST.as_secs() * u64::from(spec.sample_rate) {
            return Err(WavError::TooLong);
        }
        let first = wav.samples::<i16>().step_by(usize::from(spec.channels.max(1)));
        let samples = first.collect::<Result<Vec<_>, _>>()?;
        let rate = if spec.sample_rate == NARROW { NARROW } else { WIDE };
        let samples = if spec.sample_rate == rate { samples } else { convert(&samples, spec.sample_rate, rate) };
        Ok(Self::of(rate, samples))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtmf::goertzel;
    use std::io::Cursor;

    #[expect(clippy::cast_possible_truncation, reason = "an amplitude of 8,000")]
    fn wav(rate: u32, channels: u16, bits: u16, seconds: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: SampleFormat::Int };
        let mut writer = hound::WavWriter::new(&mut out, spec).expect("memory");
        for n in 0..rate * seconds {
            let value = 8000.0 * (2.0 * std::f64::consts::PI * 1000.0 * f64::from(n) / f64::from(rate)).sin();
            for channel in 0..channels {
                writer.write_sample(if channel == 0 { (value as i32) >> (16 - bits) } else { 0 }).expect("memory");
            }
        }
        writer.finalize().expect("memory");
        out.into_inner()
    }

    #[test]
    fn every_rate_of_a_prompt_is_read() {
        for (rate, channels) in [(8000, 1), (11_025, 1), (16000, 1), (22_050, 1), (44_100, 2), (48000, 1), (48000, 2)] {
            let clip = Clip::read(&wav(rate, channels, 16, 1)[..]).expect("a prompt");
            assert_eq!(clip.duration().as_secs(), 1, "{rate}");
            for to in [NARROW, WIDE] {
                let level = goertzel(&clip.at(to)[to as usize / 10..to as usize / 2], 1000.0, to);
                assert!((level / 8000.0 - 1.0).abs() < 0.03, "{rate} to {to}: {level}");
            }
        }
    }

    #[test]
    fn others_are_refused_in_words() {
        assert!(matches!(Clip::read(&wav(96_000, 1, 16, 1)[..]), Err(WavError::Rate(96_000))));
        assert!(matches!(Clip::read(&wav(8000, 1, 8, 1)[..]), Err(WavError::Samples)));
        assert!(matches!(Clip::read(&wav(8000, 1, 16, 601)[..]), Err(WavError::TooLong)));
        assert!(matches!(Clip::read(&b"RIFF"[..]), Err(WavError::Read(_))));
        assert!(Clip::open(Path::new("/nowhere/prompt.wav")).is_err());
    }
}
