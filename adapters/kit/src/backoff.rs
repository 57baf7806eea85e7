//! How long to wait before trying again: growing, bounded, and spread so that many do not come back at once.

use std::time::Duration;

/// Exponential delays with full jitter: each is drawn evenly from between nothing and a bound that doubles with each try.
///
/// Full jitter rather than a fixed share of it, because ten thousand desks that lose their node at one moment must not
/// come back at one moment. The draw is handed in; nothing here is random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The bound of the first delay.
    pub first: Duration,
    /// The bound that no delay passes.
    pub most: Duration,
}

impl Backoff {
    /// For links to other systems: from half a second to half a minute.
    pub const LINK: Self = Self { first: Duration::from_millis(500), most: Duration::from_secs(30) };

    /// The bound of the delay before try number `tries` (the first is 0).
    #[must_use]
    pub fn bound(&self, tries: u32) -> Duration {
        let factor = 2_u32.checked_pow(tries).unwrap_or(u32::MAX);
        self.first.checked_mul(factor).unwrap_or(self.most).min(self.most)
    }

    /// The delay before try number `tries` (the first is 0), for a draw `unit` from 0 to 1.
    #[must_use]
    pub fn delay(&self, tries: u32, unit: f64) -> Duration {
        spread(self.bound(tries), unit)
    }
}

/// A share `unit` (0 to 1; what is beyond is cut) of `whole`.
#[must_use]
pub fn spread(whole: Duration, unit: f64) -> Duration {
    let unit = if unit.is_finite() { unit.clamp(0.0, 1.0) } else { 1.0 };
    whole.mul_f64(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_most() {
        let bounds: Vec<_> = (0..8).map(|n| Backoff::LINK.bound(n).as_millis()).collect();
        assert_eq!(bounds, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(Backoff::LINK.bound(u32::MAX), Duration::from_secs(30));
    }

    #[test]
    fn any_draw_stays_between_nothing_and_the_bound() {
        for unit in [0.0, 0.5, 1.0, 7.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Backoff::LINK.delay(3, unit) <= Duration::from_secs(4), "{unit}");
        }
        assert_eq!(Backoff::LINK.delay(0, 0.5), Duration::from_millis(250));
    }
}
