//! Asking again for what could not be read just now.

use crate::{Backoff, clock};
use segue_session::Refusal;
use std::time::Duration;
use tokio::time::Instant;

/// Soon, for offers and messages wait.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(5) };

/// When to ask again, and how often that failed.
#[derive(Debug, Default)]
pub struct Retry {
    due: Option<Instant>,
    failed: u32,
}

impl Retry {
    /// Ask at once.
    pub fn now(&mut self) {
        *self = Self { due: Some(Instant::now()), failed: 0 };
    }

    /// It could not be read: ask again after a while, which grows.
    pub fn failed(&mut self, why: &Refusal) {
        tracing::debug!(reason = %why.reason.name(), failed = self.failed, "what is new cannot be read; asking again");
        self.due = Some(Instant::now() + BACKOFF.delay(self.failed, rand::random()));
        self.failed = self.failed.saturating_add(1);
    }

    /// Nothing is to be asked again.
    pub fn done(&mut self) {
        *self = Self::default();
    }

    /// Whether something is.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.due.is_some()
    }

    /// Waits until it is time to; for ever where nothing is to be asked again. Cancel-safe.
    pub async fn due(&self) {
        clock::at(self.due).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::Reason;

    #[test]
    fn it_asks_again_soon_and_then_ever_later_until_it_is_done() {
        let mut retry = Retry::default();
        assert!(!retry.waits());
        for tries in 0..20 {
            retry.failed(&Refusal::new(Reason::Unavailable, "no store"));
            assert!(retry.due.is_some_and(|due| due <= Instant::now() + BACKOFF.bound(tries)), "{tries}");
        }
        retry.now();
        assert!(retry.due.is_some_and(|due| due <= Instant::now()));
        retry.done();
        assert!(!retry.waits());
    }
}
