//! What follows from a step of the router, before the sessions' documents are at hand.

use crate::{AgentName, Command, DeskEvent, InteractionId, SessionId};
use segue_router::{AgentId, Decision, OfferId};
use std::collections::BTreeSet;

/// What is to be stored and told after a step, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Entries for desks.
    pub desk: Vec<(AgentName, DeskNews)>,
    /// Sessions whose line or agents changed.
    pub lines: BTreeSet<SessionId>,
    /// What the sessions' contents are to hear, as the house's commands.
    pub contents: Vec<(SessionId, Command)>,
    /// Offers made, with why; kept for good.
    pub decisions: Vec<(SessionId, Decision)>,
}

/// An entry for a desk; some need the session's document to be whole.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskNews {
    /// Whole as it is.
    Ready(Box<DeskEvent>),
    /// An offer, lacking its screen pop.
    Offered(SessionId, Box<Decision>),
    /// An assignment, lacking the transcript's end.
    Assigned(SessionId, InteractionId, OfferId),
    /// The session changed: lacking the new pop.
    Updated(SessionId, InteractionId, AgentId),
}

impl DeskNews {
    /// The session whose document it lacks.
    #[must_use]
    pub const fn lacks(&self) -> Option<SessionId> {
        match self {
            Self::Ready(_) => None,
            Self::Offered(session, _) | Self::Assigned(session, ..) | Self::Updated(session, ..) => Some(*session),
        }
    }

    /// The session that it shows whole.
    #[must_use]
    pub const fn shows(&self) -> Option<SessionId> {
        match self {
            Self::Offered(session, _) | Self::Updated(session, ..) => Some(*session),
            Self::Ready(_) | Self::Assigned(..) => None,
        }
    }

    /// The session whose messages the agent gets from here on.
    #[must_use]
    pub const fn joins(&self) -> Option<SessionId> {
        match self {
            Self::Assigned(session, ..) => Some(*session),
            Self::Ready(_) | Self::Offered(..) | Self::Updated(..) => None,
        }
    }
}

impl Told {
    /// Adds what another step led to.
    pub fn extend(&mut self, more: Self) {
        self.desk.extend(more.desk);
        self.lines.extend(more.lines);
        self.contents.extend(more.contents);
        self.decisions.extend(more.decisions);
    }
}
