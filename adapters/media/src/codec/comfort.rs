//! Comfort noise (RFC 3389): what is heard while the other side says nothing and sends nothing.
//!
//! Only the level is used: the spectrum that may follow it is for ears of a quality that a telephone has not, and a receiver may ignore it
//! (RFC 3389, 4).

/// The payload type that the audio/video profile reserves for it, at 8,000 Hz.
pub(crate) const PAYLOAD_TYPE: u8 = 13;

/// Noise of one level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComfortNoise {
    /// The loudest sample.
    peak: u16,
    /// Where the sequence of noise is (a linear congruence: noise needs no secrets, and a replay of a call is to sound the same).
    seed: u32,
}

impl ComfortNoise {
    /// Reads a payload: the level in -dBov, 0 to 127, then the spectrum. `None` where it is empty.
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let level = payload.first()? & 0x7F;
        // White noise between ±p has an RMS of p/√3; 0 dBov is the RMS of a full-scale square wave.
        let peak = 32_767.0 * 3_f32.sqrt() * 10_f32.powf(-f32::from(level) / 20.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float to integer saturates")]
        Some(Self { peak: peak.min(8_191.0) as u16, seed: 1 })
    }

    /// Appends so many samples of it.
    pub(crate) fn sound(&mut self, many: usize, out: &mut Vec<i16>) {
        let span = i64::from(self.peak) * 2 + 1;
        out.extend((0..many).map(|_| {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let within = (i64::from(self.seed) * span) >> 32;
            i16::try_from(within - i64::from(self.peak)).unwrap_or_default()
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_at_the_level_that_was_told() {
        for (level, rms) in [(40_u8, 327.67), (60, 32.77), (127, 0.0)] {
            let mut out = Vec::new();
            ComfortNoise::parse(&[level, 0x11]).expect("a level").sound(8000, &mut out);
            let heard = (out.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 8000.0).sqrt();
            assert!((heard - rms).abs() < rms / 20.0 + 1.0, "{level}: {heard}");
        }
        let mut out = Vec::new();
        ComfortNoise::parse(&[0]).expect("a level").sound(800, &mut out);
        assert!(out.iter().all(|s| s.unsigned_abs() <= 8_191), "a shout is not comfort");
        assert!(ComfortNoise::parse(&[]).is_none());
    }
}
