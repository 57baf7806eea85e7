//! One press is told once, however many ways it came.

use super::Digit;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Within this time the same digit on another way is the same press.
const WITHIN: Duration = Duration::from_millis(1_000);
/// Presses remembered: nobody presses more within a second.
const REMEMBERED: usize = 16;

/// How a digit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// An event between the sound (RFC 4733).
    Event,
    /// A tone in the sound.
    Tone,
    /// Signalling (SIP INFO), or a press on a screen beside the call.
    Signal,
}

/// The presses of the last second, each with the ways on which it was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keypad {
    presses: VecDeque<(Digit, Instant, Vec<By>)>,
}

impl Keypad {
    /// A digit came: whether it is a press that was not told yet.
    pub(crate) fn press(&mut self, now: Instant, digit: Digit, by: By) -> bool {
        self.presses.retain(|(_, at, _)| now.saturating_duration_since(*at) <= WITHIN);
        let echo = self.presses.iter_mut().find(|(pressed, _, ways)| *pressed == digit && !ways.contains(&by));
        if let Some((_, _, ways)) = echo {
            ways.push(by);
            return false;
        }
        if self.presses.len() == REMEMBERED {
            self.presses.pop_front();
        }
        self.presses.push_back((digit, now, vec![by]));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_press_on_three_ways_is_one() {
        let start = Instant::now();
        let digit = |face| Digit::new(face).expect("a key");
        let mut keypad = Keypad::default();
        let mut press = |ms, face, by| keypad.press(start + Duration::from_millis(ms), digit(face), by);
        assert!(press(0, '5', By::Event));
        assert!(!press(40, '5', By::Signal) && !press(60, '5', By::Tone));
        assert!(press(200, '5', By::Event), "pressed again");
        assert!(!press(240, '5', By::Signal), "the echo of that");
        assert!(press(300, '6', By::Signal), "the signal came first");
        assert!(!press(310, '6', By::Event));
        assert!(press(2000, '6', By::Tone), "much later");
    }
}
