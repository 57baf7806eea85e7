//! Ways out to the telephone network: which numbers may be called, how many, and by which way while another is down. No clock: the
//! time is told.
//!
//! Invariants: what no rule allows may not be called, and is not counted; a way is down after [`MISSES`] failures in a row, and up
//! after one answer; who may call somewhere is always offered a way, be it one that is down.
//!
//! What is *not* here: sockets, secrets, and who asked for the call.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many failures in a row, and a way is down.
pub const MISSES: u32 = 2;
/// How often a way that is up is asked whether it still is (`OPTIONS`).
pub const KEPT_ALIVE: Duration = Duration::from_secs(30);
/// The longest pause between two questions to a way that is down; the first is a sixteenth of it.
pub const PAUSE: Duration = Duration::from_secs(80);
/// Over which time calls are counted.
const HOUR: Duration = Duration::from_secs(3600);

/// Which numbers may be called, by their beginnings: the longest that fits decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(Vec<(String, bool)>);

/// A rule that is none: not a `+` and digits, with a `!` before it where it forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no beginning of a number: write \"+41\", or \"!+41900\" for what may not be called")]
pub struct NoRule(pub String);

impl Numbers {
    /// Reads rules such as `+41` and `!+41900`.
    ///
    /// # Errors
    ///
    /// The first that is none.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, NoRule> {
        let rule = |text: &str| {
            let (allowed, beginning) = text.strip_prefix('!').map_or((true, text), |rest| (false, rest));
            let well = beginning.strip_prefix('+').is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()));
            if well { Ok((beginning.to_owned(), allowed)) } else { Err(NoRule(text.to_owned())) }
        };
        rules.into_iter().map(rule).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a number (E.164) may be called. Where two rules are the same but for the `!`, it may not.
    #[must_use]
    pub fn allow(&self, number: &str) -> bool {
        let fitting = self.0.iter().filter(|(beginning, _)| number.starts_with(beginning.as_str()));
        fitting.max_by_key(|(beginning, allowed)| (beginning.len(), !allowed)).is_some_and(|(_, allowed)| *allowed)
    }
}

/// So many calls in an hour: what a thief can cost.
#[derive(Clone, Debug)]
pub struct Budget {
    most: usize,
    calls: VecDeque<Instant>,
}

impl Budget {
    /// Of so many calls in any hour.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, calls: VecDeque::new() }
    }

    /// Takes one call from it, where there is one left.
    #[must_use]
    pub fn take(&mut self, now: Instant) -> bool {
        while self.calls.front().is_some_and(|call| now.saturating_duration_since(*call) >= HOUR) {
            self.calls.pop_front();
        }
        let left = self.calls.len() < self.most;
        if left {
            self.calls.push_back(now);
        }
        left
    }
}

/// How a way stands.
#[derive(Clone, Debug)]
pub struct Standing {
    misses: u32,
    due: Instant,
}

impl Standing {
    /// Taken to be up, and asked at once.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { misses: 0, due: now }
    }

    /// Whether calls go this way.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.misses < MISSES
    }

    /// When to ask next whether it is there.
    #[must_use]
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Somebody there answered, whatever: a refusal is an answer too, unless [`is_failure`] says otherwise.
    pub fn answered(&mut self, now: Instant) {
        self.misses = 0;
        self.due = now + KEPT_ALIVE;
    }

    /// A question or a call came to nothing.
    pub fn failed(&mut self, now: Instant) {
        self.misses = self.misses.saturating_add(1);
        // Asked again soon, then ever later: what is down is not helped by questions.
        let doubled = 1_u32 << (self.misses - 1).min(4);
        self.due = now + PAUSE / 16 * doubled;
    }
}

/// Whether an answer says that the way is at fault and the next should be tried; `None` is no answer at all. What the called party
/// says (busy, declined, not found) holds by every way.
#[must_use]
pub fn is_failure(code: Option<u16>) -> bool {
    matches!(code, None | Some(408 | 500 | 502 | 503 | 504))
}

/// By which ways to call a number, the first first: those that may carry it, in their order; those that are down last.
#[must_use]
pub fn ways(number: &str, all: &[(Numbers, Standing)]) -> Vec<usize> {
    let mut ways: Vec<usize> = (0..all.len()).filter(|way| all.get(*way).is_some_and(|(numbers, _)| numbers.allow(number))).collect();
    ways.sort_by_key(|way| all.get(*way).is_some_and(|(_, standing)| !standing.is_up()));
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(rules: &[&str]) -> Numbers {
        Numbers::parse(rules.iter().copied()).unwrap()
    }

    #[test]
    fn the_longest_rule_that_fits_decides_and_none_forbids() {
        let some = numbers(&["+41", "!+41900", "+419001", "!+4144", "+4144"]);
        for (number, may) in
            [("+41791234567", true), ("+41900223456", false), ("+41900123456", true), ("+41441234567", false), ("+33123456789", false)]
        {
            assert_eq!(some.allow(number), may, "{number}");
        }
        assert!(!Numbers::default().allow("+41791234567"));
        assert!(numbers(&["+"]).allow("+1"));
        for bad in ["41", "!41", "+4x", ""] {
            assert_eq!(Numbers::parse([bad]), Err(NoRule(bad.to_owned())));
        }
    }

    #[test]
    fn an_hour_holds_so_many_calls() {
        let (mut budget, now) = (Budget::new(2), Instant::now());
        let later = now + Duration::from_secs(10);
        assert_eq!([budget.take(now), budget.take(later), budget.take(later)], [true, true, false]);
        assert_eq!([budget.take(now + HOUR), budget.take(now + HOUR)], [true, false]);
    }

    #[test]
    fn a_way_goes_down_after_two_failures_and_up_after_one_answer() {
        let begun = Instant::now();
        let mut standing = Standing::new(begun);
        let mut pauses = Vec::new();
        let mut now = begun;
        for misses in 1..=6 {
            standing.failed(now);
            assert_eq!(standing.is_up(), misses < MISSES);
            pauses.push((standing.due() - now).as_secs());
            now = standing.due();
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 80]);
        standing.answered(now);
        assert!(standing.is_up() && standing.due() == now + KEPT_ALIVE);
    }

    #[test]
    fn calls_go_by_the_first_way_that_is_up() {
        let now = Instant::now();
        let mut all =
            [(numbers(&["+41"]), Standing::new(now)), (numbers(&["+"]), Standing::new(now)), (numbers(&["+41"]), Standing::new(now))];
        assert_eq!((ways("+41791234567", &all), ways("+331", &all)), (vec![0, 1, 2], vec![1]));
        all[0].1.failed(now);
        all[0].1.failed(now);
        assert_eq!(ways("+41791234567", &all), [1, 2, 0]);
        assert_eq!(ways("112", &all), Vec::<usize>::new());
    }

    #[test]
    fn what_the_called_party_says_holds_by_every_way() {
        let failures: Vec<_> =
            [None, Some(404), Some(486), Some(503), Some(603), Some(200)].into_iter().filter(|code| is_failure(*code)).collect();
        assert_eq!(failures, [None, Some(503)]);
    }
}
