//! The service level of a queue: of those who were answered or gave up, how many were answered in time. Learned, bounded,
//! and part of every snapshot.
//!
//! Who gives up within [`limits::SHORT_ABANDON`] does not count, nor does who leaves the queue by a rule.

use crate::router::Router;
use crate::{QueueId, Span, limits};
use serde::{Deserialize, Serialize};

/// A mean that forgets, as that of handling times does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// How many customers the share stands for.
    seen: u32,
    /// In millionths.
    share: u32,
}

impl Service {
    fn observe(&mut self, in_time: bool) {
        self.seen = self.seen.saturating_add(1).min(limits::SERVED);
        let kept = self.share.saturating_mul(self.seen.saturating_sub(1));
        let all = kept.saturating_add(if in_time { 1_000_000 } else { 0 });
        self.share = all.checked_div(self.seen).unwrap_or_default();
    }
}

impl Router {
    /// Somebody was answered after this wait, or gave up.
    pub(crate) fn observe_service(&mut self, queue: QueueId, wait: Span, answered: bool) {
        let within = self.state.plan.queues.get(&queue).map(|plan| plan.answer_within).unwrap_or_default();
        if within == Span(0) || (!answered && wait <= limits::SHORT_ABANDON) {
            return;
        }
        self.state.service.entry(queue).or_default().observe(answered && wait <= within);
    }

    /// Of the latest customers of a queue, how many in a hundred were answered in time; `None` before the first, and where
    /// the queue has no target.
    #[must_use]
    pub fn service_level(&self, queue: QueueId) -> Option<u32> {
        self.state.service.get(&queue).map(|service| service.share / 10_000)
    }
}
