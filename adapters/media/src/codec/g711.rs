//! G.711 (ITU-T, 11/88): 8,000 samples of 8 bits a second, by µ-law and by A-law.
//!
//! Samples are 16 bits, left-justified: the 14 (µ) and 13 (A) bits of the standard lie at the top. Expanding looks up; compressing
//! counts leading zeros, which is as fast as a table and leaves the cache to others.

/// One of the two laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    /// North America and Japan.
    Mu,
    /// Everybody else.
    A,
}

/// The sample that a code stands for.
pub(crate) fn expand(law: Law, code: u8) -> i16 {
    let table = match law {
        Law::Mu => &MU.samples,
        Law::A => &A.samples,
    };
    table[usize::from(code)]
}

/// The code nearest to a sample.
pub(crate) const fn compress(law: Law, sample: i16) -> u8 {
    match law {
        Law::Mu => compress_mu(sample),
        Law::A => compress_a(sample),
    }
}

/// Rewrites codes of one law as the other's, in place: two laws are bridged without samples in between.
pub(crate) fn translate(from: Law, codes: &mut [u8]) {
    let table = match from {
        Law::Mu => &MU.other,
        Law::A => &A.other,
    };
    for code in codes {
        *code = table[usize::from(*code)];
    }
}

struct Table {
    samples: [i16; 256],
    other: [u8; 256],
}

static MU: Table = table(Law::Mu);
static A: Table = table(Law::A);

const fn table(law: Law) -> Table {
    let mut out = Table { samples: [0; 256], other: [0; 256] };
    let mut code: u8 = 0;
    loop {
        let (sample, other) = match law {
            Law::Mu => (expand_mu(code), compress_a(expand_mu(code))),
            Law::A => (expand_a(code), compress_mu(expand_a(code))),
        };
        out.samples[code as usize] = sample;
        out.other[code as usize] = other;
        if code == u8::MAX {
            return out;
        }
        code += 1;
    }
}

/// What is added before the segment is looked for (33 of 14 bits).
const BIAS: i32 = 0x84;
/// The loudest sample that µ-law can say, less the bias.
const CLIP: i32 = 32_635;

#[expect(clippy::cast_possible_truncation, reason = "the loudest code is 32,124")]
const fn expand_mu(code: u8) -> i16 {
    let code = !code as i32;
    let loud = (((code & 0x0F) << 3) + BIAS) << ((code & 0x70) >> 4);
    (if code & 0x80 == 0 { loud - BIAS } else { BIAS - loud }) as i16
}

#[expect(clippy::cast_possible_truncation, reason = "sign, segment and step are eight bits")]
const fn compress_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let loud = (sample as i32).abs();
    let loud = (if loud > CLIP { CLIP } else { loud }) + BIAS;
    let segment = 24 - loud.leading_zeros() as i32;
    !(sign | (segment << 4) | ((loud >> (segment + 3)) & 0x0F)) as u8
}

#[expect(clippy::cast_possible_truncation, reason = "the loudest code is 32,256")]
const fn expand_a(code: u8) -> i16 {
    let code = (code ^ 0x55) as i32;
    let step = (code & 0x0F) << 4;
    let loud = match (code & 0x70) >> 4 {
        0 => step + 8,
        segment => (step + 0x108) << (segment - 1),
    };
    (if code & 0x80 == 0 { -loud } else { loud }) as i16
}

#[expect(clippy::cast_possible_truncation, reason = "sign, segment and step are eight bits")]
const fn compress_a(sample: i16) -> u8 {
    let (mask, loud) = if sample >= 0 { (0xD5, sample as i32 >> 3) } else { (0x55, -(sample as i32 >> 3) - 1) };
    let segment = if loud < 0x20 { 0 } else { 27 - loud.leading_zeros() as i32 };
    let shift = if segment < 2 { 1 } else { segment };
    (((segment << 4) | ((loud >> shift) & 0x0F)) ^ mask) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The digital milliwatt of G.711, tables 5 and 6: one turn of 1,000 Hz at 0 dBm0.
    const MILLIWATT_MU: [u8; 8] = [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E];
    const MILLIWATT_A: [u8; 8] = [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4];

    #[test]
    #[expect(clippy::approx_constant, reason = "decibels, and no circle")]
    fn the_digital_milliwatt_is_a_sine_at_its_level() {
        for (law, codes, peak_dbm0) in [(Law::Mu, MILLIWATT_MU, 3.17), (Law::A, MILLIWATT_A, 3.14)] {
            let top = f64::from(expand(law, 0x80).max(expand(law, 0xAA)));
            let amplitude = top / 10_f64.powf(peak_dbm0 / 20.0);
            for (n, code) in codes.into_iter().enumerate() {
                let sine = -amplitude * (2.0 * PI * (n as f64 + 0.5) / 8.0).sin();
                let sample = f64::from(expand(law, code));
                assert!((sample - sine).abs() < amplitude / 40.0, "{law:?} {n}: {sample} for {sine}");
            }
        }
    }

    #[test]
    fn golden_codes() {
        for (sample, mu, a) in [
            (0, 0xFF, 0xD5),
            (-1, 0x7F, 0x55),
            (8, 0xFE, 0xD5),
            (132, 0xEF, 0xDD),
            (-132, 0x6F, 0x5D),
            (1000, 0xCE, 0xFA),
            (-1000, 0x4E, 0x7A),
            (8031, 0xA0, 0x8A),
            (i16::MAX, 0x80, 0xAA),
            (i16::MIN, 0x00, 0x2A),
        ] {
            assert_eq!((compress(Law::Mu, sample), compress(Law::A, sample)), (mu, a), "{sample}");
        }
    }

    #[test]
    fn a_code_is_the_nearest_to_what_it_means() {
        for code in 0..=u8::MAX {
            assert_eq!(compress(Law::A, expand(Law::A, code)), code);
            let again = compress(Law::Mu, expand(Law::Mu, code));
            assert_eq!(again, if code == 0x7F { 0xFF } else { code }, "minus nought is nought");
        }
        for sample in i16::MIN..=i16::MAX {
            let (mu, a) = (expand(Law::Mu, compress(Law::Mu, sample)), expand(Law::A, compress(Law::A, sample)));
            let off = |heard: i16| (i32::from(heard) - i32::from(sample)).abs();
            let bound = (i32::from(sample).abs() / 16).max(16) + 8;
            assert!(off(mu) <= bound && off(a) <= bound, "{sample}: {mu}, {a}");
        }
    }

    #[test]
    fn two_laws_translate_both_ways() {
        let mut codes: Vec<u8> = (0..=u8::MAX).collect();
        translate(Law::A, &mut codes);
        for (code, mu) in (0..=u8::MAX).zip(&codes) {
            assert_eq!(*mu, compress(Law::Mu, expand(Law::A, code)));
        }
        let mut quiet = [0xFF; 3];
        translate(Law::Mu, &mut quiet);
        assert_eq!(quiet, [0xD5; 3], "silence");
    }
}
