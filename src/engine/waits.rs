//! How long a wait each customer was told of first, kept while their interaction lasts, for the pop.
//!
//! What is *not* here: the figure itself. What is lost with the process is not known any more.

use segue_session::{ExpectedWait, InteractionId};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Interactions that are kept at most; the oldest go first.
const MOST: usize = 1 << 16;

/// What was told, by interaction.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<BTreeMap<InteractionId, ExpectedWait>>);

impl Waits {
    /// A customer is told of a wait; what they were told before stays.
    pub(crate) fn tell(&self, interaction: InteractionId, wait: ExpectedWait) {
        let mut all = self.lock();
        all.entry(interaction).or_insert(wait);
        while all.len() > MOST {
            // Ids rise with time.
            all.pop_first();
        }
    }

    /// What was told first.
    pub(super) fn get(&self, interaction: InteractionId) -> Option<ExpectedWait> {
        self.lock().get(&interaction).copied()
    }

    /// Lets go of interactions that are over.
    pub(super) fn forget(&self, over: &[InteractionId]) {
        let mut all = self.lock();
        for interaction in over {
            all.remove(interaction);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InteractionId, ExpectedWait>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_router::Span;

    #[test]
    fn the_first_stays_until_the_end_and_the_newest_are_kept() {
        let (waits, id) = (Waits::default(), InteractionId(7));
        let wait = |seconds| ExpectedWait { p50: Span::seconds(seconds), p90: Span::seconds(seconds) };
        waits.tell(id, wait(60));
        waits.tell(id, wait(120));
        assert_eq!(waits.get(id), Some(wait(60)));
        waits.forget(&[id]);
        assert_eq!(waits.get(id), None);
        (0..70_000).for_each(|n| waits.tell(InteractionId(n), wait(60)));
        assert_eq!(waits.lock().len(), MOST);
        assert_eq!(waits.get(InteractionId(69_999)), Some(wait(60)));
    }
}
