//! Which queues are open by their hours, and when that changes next.
//!
//! What is *not* here: what a queue's being closed leads to, and what somebody closed by hand; both are the router's.

use crate::config::plan::{Hours, Routing};
use segue_router::{Closing, Event, QueueId, Router, Time};
use segue_session::outbound::Directory;
use std::collections::BTreeMap;

/// Keeps the hours of one domain's queues. One that was told of no queue yet opens and closes none.
#[derive(Debug, Default)]
pub(super) struct Gatekeeper {
    /// The queues, each with its hours, where it has any.
    queues: BTreeMap<QueueId, Option<Hours>>,
    /// When the next queue opens or closes; `None` where none does, or nobody has looked yet.
    change: Option<Time>,
    looked: bool,
}

impl Gatekeeper {
    pub(super) fn new(routing: &Routing, directory: &Directory) -> Self {
        let kept = routing.queues.iter().filter_map(|(name, queue)| Some((directory.queue(name)?, queue.hours.clone())));
        Self { queues: kept.collect(), change: None, looked: false }
    }

    pub(super) const fn deadline(&self) -> Option<Time> {
        self.change
    }

    /// What the router is to be told at this moment.
    pub(super) fn turns(&mut self, now: Time, router: &Router) -> Vec<Event> {
        if self.looked && self.change.is_none_or(|change| change > now) {
            return Vec::new();
        }
        self.looked = true;
        self.change = self.queues.values().flatten().filter_map(|hours| hours.changes(now)).min();
        let turn = |(queue, hours): (&QueueId, &Option<Hours>)| {
            let closed = router.closed(*queue).any(|closing| closing == Closing::Hours);
            match (closed, hours.as_ref().is_none_or(|hours| hours.is_open(now))) {
                (false, false) => Some(Event::Close(*queue, Closing::Hours)),
                (true, true) => Some(Event::Open(*queue, Closing::Hours)),
                (false, true) | (true, false) => None,
            }
        };
        self.queues.iter().filter(|(queue, _)| router.plan().queues.contains_key(*queue)).filter_map(turn).collect()
    }
}
