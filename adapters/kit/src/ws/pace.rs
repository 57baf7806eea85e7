//! How fast frames may come on one socket.

use std::time::Duration;
use tokio::time::Instant;

/// A bucket that fills with time: `burst` frames at once, `each` apart for good.
#[derive(Debug)]
pub struct Pace {
    each: Duration,
    depth: Duration,
    /// When the bucket would be full again; ahead of now by at most `depth`.
    full_at: Instant,
}

impl Pace {
    /// At most `burst` frames at once and `per_second` for good; both are at least 1.
    #[must_use]
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        Self { each, depth: each * burst.max(1), full_at: now }
    }

    /// Takes one frame; `Err` says how long to wait.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.max(now) + self.each;
        match full_at.saturating_duration_since(now).checked_sub(self.depth) {
            Some(over) if !over.is_zero() => Err(over),
            _ => {
                self.full_at = full_at;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_rest_waits() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 3, start);
        assert!((0..3).all(|_| pace.take(start).is_ok()));
        assert_eq!(pace.take(start), Err(Duration::from_millis(100)));
        assert!(pace.take(start + Duration::from_millis(100)).is_ok());
        assert!(pace.take(start + Duration::from_millis(100)).is_err());
        assert!(pace.take(start + Duration::from_secs(60)).is_ok());
    }
}
