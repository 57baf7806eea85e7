//! How many commands run at once, by class: what ends live work is let in last of all refused.
//!
//! Refusing is quick and costs no state: a counter is looked at, and the answer is [`Reason::Overloaded`] with a time to come
//! back. Each class may fill the room up to its share, so that a flood of new sessions leaves room for those under way.

use super::Action;
use segue_session::{Reason, Refusal};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Classes of work, most worthy first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Goes on with, or ends, what is under way.
    Live,
    /// Takes an offer.
    Accept,
    /// Begins something.
    New,
    /// Looks.
    Dashboard,
    /// Takes out much.
    Report,
}

impl Class {
    /// The share of the room this class may fill, in per cent.
    const fn share(self) -> usize {
        match self {
            Self::Live => 100,
            Self::Accept => 95,
            Self::New => 80,
            Self::Dashboard => 60,
            Self::Report => 40,
        }
    }

    /// A word for metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Accept => "accept",
            Self::New => "new",
            Self::Dashboard => "dashboard",
            Self::Report => "report",
        }
    }

    /// The class of an action.
    #[must_use]
    pub const fn of(action: Action) -> Self {
        match action {
            Action::UseSession
            | Action::LeaveSession
            | Action::ServeCustomer
            | Action::HandOver
            | Action::ChoosePresence
            | Action::BeTheHouse => Self::Live,
            Action::AnswerOffer | Action::EnterSession | Action::OpenDesk | Action::OrderLine | Action::ForcePresence => Self::Accept,
            Action::StartSession | Action::AskForPerson | Action::PutDocument | Action::TakeTicket => Self::New,
            Action::SeeOwnSession | Action::SeeOwnMatters | Action::ListSessions | Action::SeeRouting => Self::Dashboard,
            Action::ExportSession | Action::EraseSession => Self::Report,
        }
    }
}

/// The room for commands. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Admission {
    room: usize,
    taken: Arc<AtomicUsize>,
}

/// A place in the room, given back when dropped.
#[derive(Debug)]
#[must_use = "the place is given back when this is dropped"]
pub struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Admission {
    /// Room for so many commands at once.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self { room, taken: Arc::new(AtomicUsize::new(0)) }
    }

    /// A place for one command of this class.
    ///
    /// # Errors
    /// [`Reason::Overloaded`]: the class has filled its share.
    pub fn enter(&self, class: Class) -> Result<Place, Refusal> {
        let most = (self.room.saturating_mul(class.share()) / 100).max(1);
        // One counter and no queue: who does not fit is told at once, and may go elsewhere.
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(Arc::clone(&self.taken));
        if before < most {
            return Ok(place);
        }
        let refusal = Refusal::new(Reason::Overloaded, "too much is asked just now; try again in a moment");
        Err(refusal.about("class", class.name()).retry_after(1_000))
    }

    /// Commands under way.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lesser_work_is_refused_first() {
        let admission = Admission::new(10);
        let held: Vec<_> = (0..8).map(|_| admission.enter(Class::Live).unwrap()).collect();
        assert_eq!(admission.enter(Class::Report).unwrap_err().reason, Reason::Overloaded);
        assert_eq!(admission.enter(Class::New).unwrap_err().retry_after_ms, Some(1_000));
        let last = (admission.enter(Class::Accept).unwrap(), admission.enter(Class::Live).unwrap());
        assert!(admission.enter(Class::Live).is_err());
        drop((held, last));
        assert_eq!(admission.taken(), 0);
        assert!(admission.enter(Class::Report).is_ok());
    }
}
