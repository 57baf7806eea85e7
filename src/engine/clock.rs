//! The time of day, as told to everything below: a value that can be replaced in tests, never a call inside the cores.

use segue_session::Time;
use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

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
        let begun = tokio::time::Instant::now();
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
