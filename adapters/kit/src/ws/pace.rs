//! How fast frames may come on one socket.

use std::time::Duration;
use tokio::time::Instant;

/// A bucket that fills with time: `burst` frames at once, `each` apart for good.
#[derive(Debug)]
pub(super) struct Pace {
    each: Duration,
    depth: Duration,
    /// When the bucket would be full again; ahead of now by at most `depth`.
    full_at: Instant,
}

impl Pace {
    /// At most `burst` frames at once and `per_second` for good; both are at least 1.
    #[must_use]
    pub(super) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        Self { each, depth: each * burst.max(1), full_at: now }
    }

    /// When there is room for a frame; `None` where there is now.
    pub(super) fn room(&self, now: Instant) -> Option<Instant> {
        // Before the clock's own beginning there was room.
        (self.full_at + self.each).checked_sub(self.depth).filter(|room| *room > now)
    }

    /// Whether half of a burst has room again.
    pub(super) fn rested(&self, now: Instant) -> bool {
        self.full_at.saturating_duration_since(now) <= self.depth / 2
    }

    /// Takes a frame that was read.
    pub(super) fn take(&mut self, now: Instant) {
        self.full_at = self.full_at.max(now) + self.each;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_rest_waits() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 3, start);
        for _ in 0..3 {
            assert_eq!(pace.room(start), None);
            pace.take(start);
        }
        let later = start + Duration::from_millis(100);
        assert_eq!(pace.room(start), Some(later));
        assert_eq!(pace.room(later), None);
        pace.take(later);
        assert_eq!(pace.room(later), Some(start + Duration::from_millis(200)));
        assert!(!pace.rested(later) && pace.rested(start + Duration::from_millis(250)));
        assert_eq!(pace.room(start + Duration::from_secs(60)), None);
    }
}
