//! When the journal is due for a snapshot, and for being trimmed.

use crate::config::plan::Journal;
use std::time::Duration;
use tokio::time::Instant;

/// How often what nobody needs is dropped, beside after each snapshot.
const TRIM_EVERY: Duration = Duration::from_secs(60);

/// What one life of the memory knows of that.
#[derive(Debug)]
pub(super) struct Upkeep {
    journal: Journal,
    /// The last place of the journal that a snapshot covers.
    covered: u64,
    taken: Instant,
    trimmed: Instant,
}

impl Upkeep {
    /// Of a life that begins at `now`, with the journal covered up to this place.
    pub(super) fn new(journal: Journal, covered: u64, now: Instant) -> Self {
        Self { journal, covered, taken: now, trimmed: now }
    }

    /// Whether a snapshot is due, now that the journal goes up to this place; it counts as taken then.
    pub(super) fn wants_snapshot(&mut self, end: u64, now: Instant) -> bool {
        let since = end.saturating_sub(self.covered);
        let due = since >= self.journal.every() || (since > 0 && now.duration_since(self.taken) >= self.journal.at_least_each());
        if due {
            (self.covered, self.taken) = (end, now);
        }
        due
    }

    /// Whether a trim is due; it counts as begun then.
    pub(super) fn wants_trim(&mut self, now: Instant) -> bool {
        let due = now.duration_since(self.trimmed) >= TRIM_EVERY;
        if due {
            self.trimmed = now;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_come_by_number_and_by_time_but_not_of_nothing() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut upkeep = Upkeep::new(Journal { keep_for: Duration::from_secs(800), keep_entries: 80 }, 5, begun);
        assert!(!upkeep.wants_snapshot(14, at(99)));
        assert!(upkeep.wants_snapshot(15, at(99)), "ten entries since");
        assert!(!upkeep.wants_snapshot(24, at(198)));
        assert!(upkeep.wants_snapshot(24, at(199)), "an eighth of the time has passed");
        assert!(!upkeep.wants_snapshot(24, at(999)), "nothing has happened");
        assert!(!upkeep.wants_trim(at(59)));
        assert!(upkeep.wants_trim(at(60)));
        assert!(!upkeep.wants_trim(at(61)));
    }
}
