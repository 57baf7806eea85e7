//! How much is under way at once: what ends live work goes before what takes it up, that before what comes new, that before
//! who looks at lists and dashboards, and that before reports.
//!
//! A refusal costs nothing and says when to come again; nothing queues here.

use segue_session::{Command, Reason, Refusal};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Classes of commands, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Ends or moves on what is live: answers, messages, wrap-ups, suspensions.
    Live,
    /// Takes up what waits: accepts, resumes.
    Accept,
    /// Begins something.
    New,
    /// Looks at many: lists, dashboards. How one's own session stands is no such look: nothing live ends without it.
    Look,
    /// Reports, exports: what operators ask for.
    Report,
}

/// Commands under way.
pub(super) struct Admission {
    free: Arc<Semaphore>,
    most: usize,
    meters: crate::engine::Meters,
}

impl Admission {
    pub(super) fn new(most: usize, meters: crate::engine::Meters) -> Self {
        Self { free: Arc::new(Semaphore::new(most)), most, meters }
    }

    /// Admits a command for as long as what is returned lives.
    pub(super) fn admit(&self, class: Class) -> Result<OwnedSemaphorePermit, Refusal> {
        // Each class leaves room for those before it.
        let kept_free = match class {
            Class::Live => 0,
            Class::Accept => self.most / 10,
            Class::New => self.most / 4,
            Class::Look => self.most * 2 / 5,
            Class::Report => self.most / 2,
        };
        let overloaded = || {
            self.meters.limit("commands");
            Refusal::new(Reason::Overloaded, "too much is asked just now").about("limit", "commands").retry_after(1000)
        };
        if self.free.is_closed() {
            return Err(Refusal::new(Reason::Unavailable, "this node is draining; try another").retry_after(1000));
        }
        if self.free.available_permits() <= kept_free {
            return Err(overloaded());
        }
        Arc::clone(&self.free).try_acquire_owned().map_err(|_| overloaded())
    }

    /// Refuses everything from now on.
    pub(super) fn close(&self) {
        self.free.close();
    }
}

/// The class of a customer's command.
pub(super) const fn class(command: &Command) -> Class {
    match command {
        Command::Start { .. } | Command::AskForPerson(..) => Class::New,
        Command::Resume { .. } | Command::Attach { .. } | Command::Move { .. } => Class::Accept,
        _ => Class::Live,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_urgent_a_class_the_sooner_it_is_refused() {
        let admission = Admission::new(100, crate::engine::Meters::default());
        let mut held = Vec::new();
        for (class, room) in [(Class::Report, 50), (Class::Look, 10), (Class::New, 15), (Class::Accept, 15), (Class::Live, 10)] {
            let before = held.len();
            held.extend(std::iter::from_fn(|| admission.admit(class).ok()));
            assert_eq!(held.len() - before, room, "{class:?}");
        }
    }

    #[test]
    fn what_ends_live_work_goes_last_to_be_refused() {
        let admission = Admission::new(4, crate::engine::Meters::default());
        let held: Vec<_> = std::iter::from_fn(|| admission.admit(Class::New).ok()).collect();
        assert_eq!(held.len(), 3);
        assert!(admission.admit(Class::Accept).is_ok());
        let live = admission.admit(Class::Live).unwrap();
        let refusal = admission.admit(Class::Live).unwrap_err();
        assert_eq!((refusal.reason, refusal.retry_after_ms), (Reason::Overloaded, Some(1000)));
        drop((held, live));
        admission.close();
        assert_eq!(admission.admit(Class::Live).unwrap_err().reason, Reason::Unavailable);
    }
}
