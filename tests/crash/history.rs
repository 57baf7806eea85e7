//! What was asked of the house and what it answered: the promises that a crash must not break.

use segue_proto::types::v1::{SessionView, phase, standing};
use std::sync::{Arc, Mutex, PoisonError};

/// Something that somebody asked of the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A customer begins.
    Start,
    /// A customer fills a field.
    Fill { field: &'static str, value: String },
    /// Somebody says something; no two sayings are the same.
    Say(String),
    /// A customer stops.
    Suspend,
    /// A customer comes back, by the suspension of this name.
    Resume { claim: String },
    /// A customer asks for a person.
    Ask,
    /// An agent takes an interaction.
    Accept { agent: String, interaction: String },
    /// An agent ends a talk.
    Finish { interaction: String },
    /// An agent ends the wrap-up.
    WrapUp { interaction: String },
}

/// What the house answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing: it may have happened or not.
    #[default]
    Unknown,
    /// No: it must not have happened.
    Refused(String),
    /// Yes: it must have happened.
    Done(Told),
}

/// What the house said with its yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The session's version then; 0 where none was told.
    pub(crate) version: u64,
    /// The place of what was said.
    pub(crate) number: Option<u64>,
    /// Since when the customer waits, in milliseconds.
    pub(crate) since: Option<i64>,
}

/// One thing asked by somebody, in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    /// Who asked.
    pub(crate) by: String,
    /// In which.
    pub(crate) session: String,
    /// What.
    pub(crate) act: Act,
    /// What was answered.
    pub(crate) answer: Answer,
}

/// Everything asked, in the order it was asked. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(Arc<Mutex<Vec<Deed>>>);

impl History {
    /// Something is about to be asked; returns its place.
    pub(crate) fn asked(&self, by: &str, session: &str, act: Act) -> usize {
        let mut deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.push(Deed { by: by.to_owned(), session: session.to_owned(), act, answer: Answer::Unknown });
        deeds.len() - 1
    }

    /// It was answered.
    pub(crate) fn answered(&self, place: usize, answer: Answer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[place].answer = answer;
    }

    /// A session began, and only the answer told which.
    pub(crate) fn began(&self, place: usize, session: &str) {
        session.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)[place].session);
    }

    /// Everything up to now.
    pub(crate) fn deeds(&self) -> Vec<Deed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Deed {
    /// Whether it was done, as far as anybody knows.
    pub(crate) const fn may_be_done(&self) -> bool {
        !matches!(self.answer, Answer::Refused(_))
    }
}

impl Told {
    /// What a view promises.
    pub(crate) fn of(view: &SessionView) -> Self {
        Self { version: view.version, number: None, since: waits_since(view) }
    }
}

/// Since when the customer waits or talks, where they do.
pub(crate) fn waits_since(view: &SessionView) -> Option<i64> {
    let line = view.line.as_ref()?;
    let over = matches!(
        line.phase.as_ref().and_then(|p| p.kind.as_ref()),
        None | Some(phase::Kind::Ended(_) | phase::Kind::Refused(_) | phase::Kind::WrappingUp(_))
    );
    let since = line.since.as_ref()?;
    (!over).then(|| since.seconds * 1000 + i64::from(since.nanos / 1_000_000))
}

/// Whether the session is suspended because its customer asked for it.
pub(crate) fn stopped_by_wish(view: &SessionView) -> bool {
    use segue_proto::types::v1::SuspendCause;
    matches!(view.standing.as_ref().and_then(|s| s.kind.as_ref()),
        Some(standing::Kind::Suspended(suspension)) if suspension.cause() == SuspendCause::Asked)
}

/// Whether the session is over.
pub(crate) fn is_over(view: &SessionView) -> bool {
    matches!(view.standing.as_ref().and_then(|s| s.kind.as_ref()), Some(standing::Kind::Closed(_) | standing::Kind::Expired(_)))
}

/// Whether the session is suspended.
pub(crate) fn is_suspended(view: &SessionView) -> bool {
    matches!(view.standing.as_ref().and_then(|s| s.kind.as_ref()), Some(standing::Kind::Suspended(_)))
}
