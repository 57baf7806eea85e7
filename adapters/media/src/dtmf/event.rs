//! Digits as events between the sound (RFC 4733): read, each once; and written.
//!
//! An event is told many times, with the same timestamp and a growing duration, its end three times. What names it is the timestamp with
//! the code.

use super::Digit;
use crate::codec::CLOCK;
use std::collections::VecDeque;

/// How many events back a late packet is still known for what it is.
const REMEMBERED: usize = 8;
/// How long one of ours lasts, in clock units: 100 ms.
const LONG: u16 = 800;
/// How often its end is told (RFC 4733, 2.5.1.4).
const ENDS: u8 = 3;
/// The pause after it, in steps of 20 ms.
const PAUSE: u8 = 3;
/// Its level in -dBm0, as telephones have it.
const LEVEL: u8 = 10;
/// Clock units in a step of 20 ms.
const STEP: u16 = 160;

/// Tells each event of a stream once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events {
    known: VecDeque<(u32, u8)>,
}

impl Events {
    /// A packet of an event came: the digit, where it is the first packet of a press. Tones that are no digits (a flash, a fax) are no
    /// press.
    pub(crate) fn came(&mut self, timestamp: u32, payload: &[u8]) -> Option<Digit> {
        let [code, _, _, _] = *payload.first_chunk::<4>()?;
        let digit = Digit::from_code(code)?;
        if self.known.contains(&(timestamp, code)) {
            return None;
        }
        if self.known.len() == REMEMBERED {
            self.known.pop_front();
        }
        self.known.push_back((timestamp, code));
        Some(digit)
    }
}

/// Rewrites the duration in an event's payload for a clock of another pace; it stops at the most that the field can say.
pub(crate) fn rescale(payload: &mut [u8; 4], from: u32, to: u32) {
    let [_, _, high, low] = *payload;
    let scaled = u64::from(u16::from_be_bytes([high, low])) * u64::from(to) / u64::from(from.max(1));
    [payload[2], payload[3]] = u16::try_from(scaled).unwrap_or(u16::MAX).to_be_bytes();
}

/// Digits that we press, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialling {
    queue: VecDeque<Digit>,
    now: Option<Press>,
    pause: u8,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    digit: Digit,
    /// When it began, by the clock of the stream.
    began: u32,
    lasted: u16,
    ends: u8,
}

/// What a step of 20 ms sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing, for a pause between two digits.
    Pause,
    /// A packet of an event with this timestamp; `first` of its event, and what it adds to the clock.
    Event { payload: [u8; 4], began: u32, first: bool, took: u16 },
    /// All is dialled.
    Done,
}

impl Dialling {
    /// Puts digits at the end. The caller bounds them.
    pub(crate) fn add(&mut self, digits: &[Digit]) {
        self.queue.extend(digits);
    }

    /// Whether there is something to dial.
    pub(crate) fn is_idle(&self) -> bool {
        self.now.is_none() && self.queue.is_empty() && self.pause == 0
    }

    /// Takes the next digit, to be dialled in another way.
    pub(crate) fn pop(&mut self) -> Option<Digit> {
        self.queue.pop_front()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The next 20 ms. `begins` tells the clock for a digit that begins; `clock` is the pace of the events' clock.
    pub(crate) fn step(&mut self, begins: impl FnOnce() -> u32, clock: u32) -> Step {
        if self.pause > 0 {
            self.pause -= 1;
            return if self.is_idle() { Step::Done } else { Step::Pause };
        }
        let (mut press, first) = match (self.now.take(), self.queue.pop_front()) {
            (Some(press), next) => {
                if let Some(next) = next {
                    self.queue.push_front(next);
                }
                (press, false)
            }
            (None, Some(digit)) => (Press { digit, began: begins(), lasted: 0, ends: 0 }, true),
            (None, None) => return Step::Done,
        };
        let took = if press.lasted < LONG { STEP } else { 0 };
        press.lasted += took;
        if press.lasted >= LONG {
            press.ends += 1;
        }
        let end = u8::from(press.ends > 0) << 7;
        let [high, low] = press.lasted.to_be_bytes();
        let mut payload = [press.digit.code(), end | LEVEL, high, low];
        rescale(&mut payload, CLOCK, clock);
        if press.ends == ENDS {
            self.pause = PAUSE;
        } else {
            self.now = Some(press);
        }
        Step::Event { payload, began: press.began, first, took }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialled(faces: &str, clock: u32) -> Vec<Step> {
        let mut dialling = Dialling::default();
        dialling.add(&faces.chars().filter_map(Digit::new).collect::<Vec<_>>());
        let (mut steps, mut time) = (Vec::new(), 1000);
        loop {
            let step = dialling.step(|| time, clock);
            time += 160;
            if step == Step::Done {
                assert!(dialling.is_idle());
                return steps;
            }
            steps.push(step);
        }
    }

    #[test]
    fn a_press_grows_ends_three_times_and_pauses() {
        let steps = dialled("5", 8000);
        let told: Vec<_> = steps
            .iter()
            .map(|step| match step {
                Step::Event { payload: [5, volume, high, low], began: 1000, first, .. } => {
                    (u16::from_be_bytes([*high, *low]), volume >> 7, *first)
                }
                other => panic!("{other:?}"),
            })
            .take(7)
            .collect();
        let expected =
            [(160, 0, true), (320, 0, false), (480, 0, false), (640, 0, false), (800, 1, false), (800, 1, false), (800, 1, false)];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_dialled_is_read_once_per_press_by_either_clock() {
        for clock in [8000, 48_000] {
            let mut events = Events::default();
            let mut read = String::new();
            for step in dialled("1155*#D0", clock) {
                if let Step::Event { payload, began, .. } = step {
                    // Each packet comes twice, as on a bad network.
                    for _ in 0..2 {
                        read.extend(events.came(began, &payload).map(Digit::face));
                    }
                    assert!(u16::from_be_bytes([payload[2], payload[3]]) <= LONG * u16::try_from(clock / 8000).expect("small"));
                }
            }
            assert_eq!(read, "1155*#D0");
        }
    }

    #[test]
    fn a_late_packet_is_no_new_press() {
        let mut events = Events::default();
        assert!(events.came(100, &[1, 10, 0, 160]).is_some());
        assert!(events.came(900, &[2, 10, 0, 160]).is_some());
        assert!(events.came(100, &[1, 0x8A, 3, 32]).is_none(), "the end of the first, out of order");
        assert!(events.came(1700, &[16, 0, 0, 160]).is_none() && events.came(1700, &[1, 0]).is_none(), "a flash; half a packet");
        let mut payload = [5, 10, 0xFF, 0xFF];
        rescale(&mut payload, 8000, 48_000);
        assert_eq!(payload, [5, 10, 0xFF, 0xFF]);
    }
}
