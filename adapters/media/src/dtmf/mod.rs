//! Digits that are pressed on a telephone, on all the ways they come, and how ours are sent.
//!
//! They come as events between the sound (RFC 4733), as tones in the sound (ITU-T Q.23), or beside it, by signalling
//! ([`Digit::from_info`]). A telephone may use two ways at once: [`Keypad`] tells each press once. Which digits somebody pressed is
//! nobody's business (a code, a card): `Debug` never shows one.

mod event;
mod inband;
mod keypad;

pub(crate) use event::{Dialling, Events, Step, rescale};
pub use inband::goertzel;
pub(crate) use inband::{COLUMNS, Ear, ROWS};
pub use keypad::By;
pub(crate) use keypad::Keypad;

use std::fmt;

/// The keys in the order of their event codes (RFC 4733, 3.2).
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

/// One key of a telephone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digit(u8);

impl Digit {
    /// The key with this face: `0` to `9`, `*`, `#`, `A` to `D` in either case.
    #[must_use]
    pub fn new(face: char) -> Option<Self> {
        let face = u8::try_from(face.to_ascii_uppercase()).ok()?;
        KEYS.iter().position(|key| *key == face).and_then(|code| u8::try_from(code).ok()).map(Self)
    }

    /// The key with this event code, 0 to 15.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        (usize::from(code) < KEYS.len()).then_some(Self(code))
    }

    /// The key in the body of a SIP INFO: `application/dtmf-relay` (`Signal=5`, one line among others), or `application/dtmf` (the key
    /// alone). Some write the code instead of the face: 10 and 11 are `*` and `#`.
    #[must_use]
    pub fn from_info(content_type: &str, body: &str) -> Option<Self> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        let face = if kind.eq_ignore_ascii_case("application/dtmf-relay") {
            body.lines().find_map(|line| line.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("signal")))?.1.trim()
        } else if kind.eq_ignore_ascii_case("application/dtmf") {
            body.trim()
        } else {
            return None;
        };
        let mut faces = face.chars();
        match (faces.next(), faces.next()) {
            (Some(one), None) => Self::new(one),
            _ => face.parse().ok().filter(|code| *code > 9).and_then(Self::from_code),
        }
    }

    /// What is written on it.
    #[must_use]
    pub fn face(self) -> char {
        KEYS.get(usize::from(self.0)).copied().map_or('0', char::from)
    }

    /// Its event code, 0 to 15.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The two tones that say it, in hertz (ITU-T Q.23).
    #[must_use]
    pub fn tones(self) -> (u16, u16) {
        let at = LAYOUT.iter().position(|code| *code == self.0).unwrap_or_default();
        (ROWS.get(at / 4).copied().unwrap_or_default(), COLUMNS.get(at % 4).copied().unwrap_or_default())
    }
}

/// The codes as they lie on the pad, row by row.
const LAYOUT: [u8; 16] = [1, 2, 3, 12, 4, 5, 6, 13, 7, 8, 9, 14, 10, 0, 11, 15];

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit(private)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_face_a_code_and_two_tones() {
        let mut tones = std::collections::HashSet::new();
        for code in 0..16 {
            let digit = Digit::from_code(code).expect("a key");
            assert_eq!(Digit::new(digit.face()), Some(digit));
            assert!(tones.insert(digit.tones()));
            assert_eq!(format!("{digit:?}"), "Digit(private)");
        }
        assert_eq!(Digit::new('5').map(Digit::tones), Some((770, 1336)));
        assert_eq!(Digit::new('#').map(Digit::tones), Some((941, 1477)));
        assert_eq!((Digit::from_code(16), Digit::new('x'), Digit::new('ß')), (None, None, None));
    }

    #[test]
    fn both_bodies_of_an_info_are_read() {
        let read = |kind, body| Digit::from_info(kind, body).map(Digit::face);
        assert_eq!(read("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"), Some('5'));
        assert_eq!(read("Application/DTMF-Relay; x=y", "Duration= 250\nsignal = * \n"), Some('*'));
        assert_eq!(read("application/dtmf-relay", "Signal=11\r\n"), Some('#'));
        assert_eq!(read("application/dtmf", "d"), Some('D'));
        for (kind, body) in [("text/plain", "5"), ("application/dtmf", ""), ("application/dtmf", "55"), ("application/dtmf-relay", "5")] {
            assert_eq!(read(kind, body), None, "{kind} {body}");
        }
    }
}
