//! Everything that is due at some time, in order.

use std::collections::BTreeMap;
use std::time::Instant;

/// Names one deadline.
pub(super) type Due = (Instant, u64);

/// Deadlines in order; equal ones in the order in which they were set.
#[derive(Debug)]
pub(super) struct Deadlines<T> {
    due: BTreeMap<Due, T>,
    set: u64,
}

impl<T> Default for Deadlines<T> {
    fn default() -> Self {
        Self { due: BTreeMap::new(), set: 0 }
    }
}

impl<T> Deadlines<T> {
    pub(super) fn set(&mut self, at: Instant, what: T) -> Due {
        self.set += 1;
        let due = (at, self.set);
        self.due.insert(due, what);
        due
    }

    pub(super) fn cancel(&mut self, due: Option<Due>) {
        if let Some(due) = due {
            self.due.remove(&due);
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the first that is due by now.
    pub(super) fn take(&mut self, now: Instant) -> Option<T> {
        let first = self.due.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}
