//! "My matters": what a customer may go on with.

use crate::journey::Library;
use crate::{Language, Matter, Session, Standing};

/// One line of the list, in the customer's language.
#[must_use]
pub fn of(session: &Session, library: &Library, language: &Language) -> Matter {
    let first = session.position.as_ref().and_then(|p| p.frames.first());
    let last = session.position.as_ref().and_then(|p| p.frames.last());
    Matter {
        session: session.id,
        title: first.map(|f| library.title(&f.journey, &f.version, language)).unwrap_or_default(),
        at_step: last.map(|f| library.step_in_words(&f.journey, &f.version, &f.step, language)),
        standing: session.standing.clone(),
        updated: session.updated,
        channels: session.channels(),
    }
}

/// Whether it belongs on the list: it can be resumed or joined, and something is left to do.
#[must_use]
pub fn is_open(session: &Session) -> bool {
    match session.standing {
        Standing::Active | Standing::Suspended(_) => !session.is_settled(),
        Standing::Closed { .. } | Standing::Expired { .. } => false,
    }
}
