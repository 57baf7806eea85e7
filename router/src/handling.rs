//! How long the work of one queue takes on one channel: a mean that is learned, bounded and part of every snapshot.
//!
//! Not here: what follows from it for those who wait; see `wait`.

use crate::{Span, limits};
use serde::{Deserialize, Serialize};

/// The mean of handling times, from the accept to the end of the wrap-up.
///
/// The plain mean of the first [`limits::HANDLINGS`] observations, then one that forgets: each new one counts for a
/// part in that many. Two numbers instead of a window: it follows a change of the work within a few dozen
/// interactions, and at rest its standard error stays within a tenth of the spread of a single one (√(1/127)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handling {
    /// How many observations the mean stands for.
    seen: u32,
    /// In microseconds, so that the division of each step rounds nothing away that matters.
    mean: u64,
}

impl Handling {
    pub(crate) fn observe(&mut self, took: Span) {
        self.seen = self.seen.saturating_add(1).min(limits::HANDLINGS);
        let (seen, took) = (u64::from(self.seen), took.min(limits::HANDLING).0.saturating_mul(1000));
        let sum = self.mean.saturating_mul(seen.saturating_sub(1)).saturating_add(took);
        self.mean = sum.checked_div(seen).unwrap_or(took);
    }

    /// In milliseconds; `None` before the first observation.
    pub(crate) fn mean(&self) -> Option<f64> {
        // Exact: a mean is far below 2⁵³ µs.
        (self.seen > 0).then_some(self.mean as f64 / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_mean_first_then_one_that_forgets() {
        let mut handling = Handling::default();
        assert_eq!(handling.mean(), None);
        for seconds in [10, 20, 60] {
            handling.observe(Span::seconds(seconds));
        }
        assert_eq!(handling.mean(), Some(30_000.0));
        for _ in 0..1_000 {
            handling.observe(Span::seconds(120));
        }
        let mean = handling.mean().unwrap();
        assert!((119_000.0..=120_000.0).contains(&mean), "{mean}");
    }

    #[test]
    fn what_lay_on_a_desk_for_days_counts_as_a_day_of_work() {
        let mut handling = Handling::default();
        handling.observe(Span(u64::MAX));
        assert_eq!(handling.mean(), Some(8.0 * 3_600_000.0));
    }
}
