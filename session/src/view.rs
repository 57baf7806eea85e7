//! A session as its customer sees it, the same on every channel before it is rendered.

use crate::journey::Library;
use crate::store::{Seq, Version};
use crate::{Line, Session, Standing, Time, View};

/// What was read beside the session's content.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The content's version.
    pub version: Version,
    /// The routing fields' version.
    pub routing_version: Version,
    /// The number of the last message.
    pub last_message: Seq,
    /// What the router's owner has written.
    pub line: Option<&'a Line>,
}

/// The view at `now`. A session that is over shows no prompt.
#[must_use]
pub fn of(session: &Session, read: Read<'_>, library: &Library, now: Time) -> View {
    let prompt = match session.standing {
        Standing::Active | Standing::Suspended(_) => session
            .position
            .as_ref()
            .and_then(|position| library.prompt(position, &session.answers, &session.customer, &session.claimed, &session.language)),
        Standing::Closed { .. } | Standing::Expired { .. } => None,
    };
    View {
        session: session.id,
        version: read.version,
        routing_version: read.routing_version,
        standing: session.standing.clone(),
        language: session.language.clone(),
        prompt,
        line: session.line(read.line),
        last_message: read.last_message,
        level: session.assurance.level(now),
        channels: session.channels(),
    }
}
