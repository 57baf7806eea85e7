//! The wall clock, for tokens and for what frames tell; and the way from it to timers.

use segue_session::Time;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::{Instant, sleep_until};

/// Farther off than any token lasts. A timer beyond it would overflow on some platforms.
const FAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Now, by the wall clock.
#[must_use]
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The timer's moment for a moment of the wall clock; what lies behind is now, what lies far ahead is a year.
#[must_use]
pub fn instant_of(at: Time) -> Instant {
    Instant::now() + Duration::from_millis(at.since(now()).0).min(FAR)
}

/// Waits for a moment that may not be set; then for ever.
pub(crate) async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_time_does_not_overflow() {
        assert!(instant_of(Time(u64::MAX)) > Instant::now());
        assert!(instant_of(Time(0)) <= Instant::now());
    }
}
