//! How sound is written in packets: G.711 by both laws, and G.722; comfort noise; sampling rates.
//!
//! A codec is known by its name, never by its number: numbers differ from leg to leg ([`crate::sdp`]). Samples are 16 bits, linear, one
//! channel, at [`Codec::rate`]. All codecs here tick their RTP clock 8,000 times a second, G.722 by a slip of history (RFC 3551, 4.5.2),
//! so one clock unit is one byte of payload.
//!
//! What is *not* here: packets ([`crate::rtp`]).

mod comfort;
pub(crate) mod g711;
mod resample;

pub(crate) use comfort::{ComfortNoise, PAYLOAD_TYPE as COMFORT};
pub(crate) use resample::{Resampler, convert};

use ezk_g722::libg722::{self, Bitrate};
use g711::Law;
use std::fmt;

/// RTP clock units in a second, for every codec here.
pub const CLOCK: u32 = 8_000;
/// RTP clock units in a frame of 20 ms.
pub(crate) const UNITS: u32 = CLOCK / 50;
/// Payload bytes in a frame of 20 ms.
pub const FRAME: usize = UNITS as usize;
/// The lower sampling rate, samples a second.
pub const NARROW: u32 = 8_000;
/// The higher sampling rate, samples a second.
pub const WIDE: u32 = 16_000;

/// A way to write sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 µ-law: 64 kbit/s, 8,000 samples a second. Everything speaks it, browsers too.
    Pcmu,
    /// G.711 A-law: the same for the networks outside North America and Japan.
    Pcma,
    /// G.722: 64 kbit/s, 16,000 samples a second. Desk phones' wide band.
    G722,
}

impl Codec {
    /// All of them, in the order in which they are offered unless told otherwise.
    pub const ALL: [Self; 3] = [Self::Pcmu, Self::Pcma, Self::G722];

    /// The encoding name of its `rtpmap` (RFC 3551), matched without case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
        }
    }

    /// Its payload type in the audio/video profile (RFC 3551, table 4).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
        }
    }

    /// Samples a second.
    #[must_use]
    pub const fn rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => NARROW,
            Self::G722 => WIDE,
        }
    }

    /// The law, where it is G.711.
    pub(crate) const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Mu),
            Self::Pcma => Some(Law::A),
            Self::G722 => None,
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Writes samples as payload. G.722 remembers what it wrote, so one encoder belongs to one stream.
pub(crate) enum Encoder {
    G711(Law),
    G722(Box<libg722::encoder::Encoder>),
}

impl Encoder {
    pub(crate) fn new(codec: Codec) -> Self {
        match codec.law() {
            Some(law) => Self::G711(law),
            None => Self::G722(Box::new(libg722::encoder::Encoder::new(Bitrate::Mode1_64000, false, false))),
        }
    }

    /// Appends the payload for `samples`, which are at the codec's rate (for G.722 an even number of them).
    pub(crate) fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        match self {
            Self::G711(law) => out.extend(samples.iter().map(|s| g711::compress(*law, *s))),
            Self::G722(encoder) => out.extend(encoder.encode(samples)),
        }
    }
}

/// Reads samples from payload. G.722 remembers what it read, so one decoder belongs to one stream.
pub(crate) enum Decoder {
    G711(Law),
    G722(Box<libg722::decoder::Decoder>),
}

impl Decoder {
    pub(crate) fn new(codec: Codec) -> Self {
        match codec.law() {
            Some(law) => Self::G711(law),
            None => Self::G722(Box::new(libg722::decoder::Decoder::new(Bitrate::Mode1_64000, false, false))),
        }
    }

    /// Appends the samples of `payload`, at the codec's rate.
    pub(crate) fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        match self {
            Self::G711(law) => out.extend(payload.iter().map(|code| g711::expand(*law, *code))),
            Self::G722(decoder) => out.extend(decoder.decode(payload)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtmf::goertzel;

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "an amplitude of 8,000")]
    fn a_tone_survives_every_codec() {
        for codec in Codec::ALL {
            let (mut encoder, mut decoder) = (Encoder::new(codec), Decoder::new(codec));
            let tone: Vec<i16> = (0..codec.rate() / 2)
                .map(|n| (8000.0 * (2.0 * std::f64::consts::PI * 1000.0 * f64::from(n) / f64::from(codec.rate())).sin()) as i16)
                .collect();
            let (mut payload, mut heard) = (Vec::new(), Vec::new());
            for frame in tone.chunks(codec.rate() as usize / 50) {
                let before = payload.len();
                encoder.encode(frame, &mut payload);
                assert_eq!(payload.len() - before, FRAME, "{codec}: 20 ms are 160 bytes");
                decoder.decode(&payload[before..], &mut heard);
            }
            assert_eq!(heard.len(), tone.len());
            let level = goertzel(&heard[heard.len() / 2..], 1000.0, codec.rate());
            assert!((level / 8000.0 - 1.0).abs() < 0.05, "{codec}: {level}");
        }
    }

    #[test]
    fn any_bytes_are_some_sound() {
        for codec in Codec::ALL {
            let mut heard = Vec::new();
            let bytes: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            Decoder::new(codec).decode(&bytes, &mut heard);
            assert_eq!(heard.len(), bytes.len() * codec.rate() as usize / 8000);
        }
    }
}
