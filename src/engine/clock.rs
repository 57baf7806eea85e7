//! The time of day, as told to everything below: a value that can be replaced in tests, never a call inside the cores.

use segue_session::Time;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Tells the time in milliseconds since the Unix epoch.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    /// The machine's own clock. It may step back; whoever needs a rising time keeps the last one.
    #[must_use]
    pub fn system() -> Self {
        Self::of(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
        })
    }

    /// A clock that begins at `base` and goes on with the runtime's timers, so that paused tests can leap.
    #[must_use]
    pub fn runtime(base: Time) -> Self {
        let begun = Instant::now();
        Self::of(move || Time(base.0.saturating_add(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX))))
    }

    /// Any other source.
    pub fn of(now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now().0)
    }
}

/// A clock that neither falls nor stands: where the day's clock was set back, it goes on a little slower than the timers of
/// this process until the two meet. Set forward, it is followed at once. So a step of the day's clock holds no deadline up
/// for longer than a twentieth of its time.
#[derive(Debug)]
pub(super) struct Steady {
    clock: Clock,
    /// What was told last, and when it was told first.
    told: Mutex<(Time, Instant)>,
}

impl Steady {
    pub(super) fn of(clock: Clock) -> Self {
        let told = Mutex::new((clock.now(), Instant::now()));
        Self { clock, told }
    }

    /// Tells no time before this one from now on: it was decided by already.
    pub(super) fn begin(&self, at: Time) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if at > told.0 {
            *told = (at, Instant::now());
        }
    }

    pub(super) fn now(&self) -> Time {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, since) = *told;
        let now = self.clock.now();
        if now > last {
            *told = (now, Instant::now());
        } else if now < last {
            let passed = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
            let on = passed.saturating_mul(19) / 20_000;
            // What is less than a millisecond is not lost.
            *told = (Time(last.0.saturating_add(on)), since + Duration::from_micros((on * 20_000).div_ceil(19)));
        }
        told.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_clock_set_back_goes_on_and_is_met_again() {
        let day = Arc::new(AtomicU64::new(1_000_000));
        let read = Arc::clone(&day);
        let steady = Steady::of(Clock::of(move || Time(read.load(Ordering::Relaxed))));
        let later = |ms: u64| {
            let day = Arc::clone(&day);
            async move {
                day.fetch_add(ms, Ordering::Relaxed);
                tokio::time::advance(Duration::from_millis(ms)).await;
            }
        };
        day.fetch_add(3_600_000, Ordering::Relaxed);
        assert_eq!(steady.now(), Time(4_600_000), "forward at once");
        day.fetch_sub(3_600_000, Ordering::Relaxed);
        assert_eq!(steady.now(), Time(4_600_000), "never back");
        for _ in 0..1000 {
            later(1).await;
            steady.now();
        }
        let now = steady.now();
        assert!((Time(4_600_900)..=Time(4_600_950)).contains(&now), "on, a twentieth slower, however often it is asked: {now:?}");
        later(3_600_000 * 20).await;
        assert_eq!(steady.now(), Time(day.load(Ordering::Relaxed)), "met again");
        steady.begin(Time(u64::MAX / 2));
        assert_eq!(steady.now(), Time(u64::MAX / 2), "what was decided by before a restart counts");
    }
}
