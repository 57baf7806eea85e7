//! How fast things may come from one peer.

use std::time::Duration;
use tokio::time::Instant;

/// A bucket that fills with time: so many messages at once, and then each so far from the other. Who waits for room reads
/// nothing meanwhile, so that what comes faster stays with its sender.
#[derive(Debug)]
pub struct Pace {
    each: Duration,
    depth: Duration,
    /// When the bucket would be full again; ahead of now by at most `depth`.
    full_at: Instant,
    /// Messages at the limit since the peer last rested, and the most of them.
    hurried: (u32, u32),
}

impl Pace {
    /// At most `burst` messages at once and `per_second` for good; both are at least 1. Of those at the limit, without a rest
    /// between them, fewer than `hurried`.
    #[must_use]
    pub fn new(per_second: u32, burst: u32, hurried: u32, now: Instant) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        Self { each, depth: each * burst.max(1), full_at: now, hurried: (0, hurried) }
    }

    /// When there is room for a message; `None` where there is now.
    pub fn room(&self, now: Instant) -> Option<Instant> {
        // Before the clock's own beginning there was room.
        (self.full_at + self.each).checked_sub(self.depth).filter(|room| *room > now)
    }

    /// Whether the bucket is full: nothing came for a while.
    #[must_use]
    pub fn idle(&self, now: Instant) -> bool {
        self.full_at <= now
    }

    /// Takes a message that was read. `false` where it is one too many at the limit: the peer does not mean to slow down.
    pub fn take(&mut self, now: Instant) -> bool {
        self.full_at = self.full_at.max(now) + self.each;
        if self.room(now).is_some() {
            self.hurried.0 = self.hurried.0.saturating_add(1);
        } else if self.full_at.saturating_duration_since(now) <= self.depth / 2 {
            // Half of a burst has room again.
            self.hurried.0 = 0;
        }
        self.hurried.0 < self.hurried.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_rest_waits() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 3, 100, start);
        for _ in 0..3 {
            assert_eq!(pace.room(start), None);
            assert!(pace.take(start));
        }
        let later = start + Duration::from_millis(100);
        assert_eq!(pace.room(start), Some(later));
        assert_eq!(pace.room(later), None);
        assert!(pace.take(later));
        assert_eq!(pace.room(later), Some(start + Duration::from_millis(200)));
        assert_eq!(pace.room(start + Duration::from_secs(60)), None);
    }

    #[test]
    fn who_never_rests_is_known() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 2, 3, start);
        assert_eq!([(); 4].map(|()| pace.take(start)), [true, true, true, false]);
        let rested = start + Duration::from_secs(10);
        assert!(pace.take(rested), "it may go on");
    }
}
