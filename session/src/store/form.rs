//! What a mutation must look like before any store takes it: limits, and mistakes of the caller's that no state can mend.
//!
//! What is *not* here: whether it fits what is stored; each store asks that of itself.

use super::{KeyKind, Mutation};
use crate::Time;
use std::collections::BTreeSet;

/// The most bytes one mutation may carry. A snapshot of 100,000 waiting interactions fits well.
pub const MUTATION_LIMIT: usize = 64 << 20;

/// How many entries of each agent's outbox are kept at least. A desk that missed more gets everything anew.
pub const OUTBOX_LIMIT: u64 = 500;

/// An outbox is trimmed once this many entries beyond [`OUTBOX_LIMIT`] have gathered: in a run they cost less than one by one.
pub(super) const OUTBOX_SLACK: u64 = 100;

/// How long a request's result is kept, in milliseconds of the callers' time.
pub const REQUEST_WINDOW_MS: u64 = 10 * 60 * 1000;

/// Times and versions end where a double stops counting one by one: sorted sets hold their scores as doubles.
pub const TIME_LIMIT: u64 = (1 << 53) - 1;

/// A mistake in a mutation.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It carries more bytes than [`MUTATION_LIMIT`].
    #[error("it has {0} bytes; {MUTATION_LIMIT} are the most")]
    TooLarge(usize),
    /// It writes what only the domain's owner may.
    #[error("it writes routing fields, the inbox's mark or a snapshot, but carries no fence")]
    Unfenced,
    /// One session has two documents, or two lots of routing fields.
    #[error("it names session {0} twice")]
    Twice(crate::SessionId),
    /// A time lies after [`TIME_LIMIT`].
    #[error("a time lies after {TIME_LIMIT} ms")]
    Late,
}

/// Refuses what no store takes.
pub(super) fn check(mutation: &Mutation) -> Result<(), Malformed> {
    let bytes = mutation.weight();
    if bytes > MUTATION_LIMIT {
        return Err(Malformed::TooLarge(bytes));
    }
    let fenced = !mutation.routing.is_empty() || mutation.inbox_read.is_some() || mutation.snapshot.is_some();
    if fenced && mutation.fence.is_none() {
        return Err(Malformed::Unfenced);
    }
    let (mut documents, mut routing) = (BTreeSet::new(), BTreeSet::new());
    for write in &mutation.documents {
        if !documents.insert(write.session) {
            return Err(Malformed::Twice(write.session));
        }
    }
    for write in &mutation.routing {
        if !routing.insert(write.session) {
            return Err(Malformed::Twice(write.session));
        }
    }
    let dues = mutation.documents.iter().filter_map(|d| d.due);
    let handles = mutation.documents.iter().flat_map(|d| &d.handles).map(|h| h.until);
    let births = mutation.documents.iter().map(|d| d.born);
    if dues.chain(handles).chain(births).chain([mutation.at]).any(|Time(at)| at > TIME_LIMIT) {
        return Err(Malformed::Late);
    }
    Ok(())
}

impl Mutation {
    /// How many bytes of content it carries; [`MUTATION_LIMIT`] are the most.
    #[must_use]
    pub fn weight(&self) -> usize {
        let documents = self.documents.iter().filter_map(|d| d.content.as_ref()).map(Vec::len).sum::<usize>();
        let routing = self.routing.iter().map(|r| r.fields.len()).sum::<usize>();
        let messages = self.messages.iter().map(|m| m.body.len()).sum::<usize>();
        let inbox = self.inbox.iter().map(Vec::len).sum::<usize>();
        let journal = self.journal.iter().map(|j| j.body.len()).sum::<usize>();
        let outbox = self.outbox.iter().map(|o| o.body.len()).sum::<usize>();
        let kept = self.kept.iter().filter_map(|k| k.body.as_ref()).map(Vec::len).sum::<usize>();
        documents + routing + messages + inbox + journal + outbox + kept + self.snapshot.as_ref().map_or(0, Vec::len)
    }
}

/// The name a kind of key has inside the stores. Written to disk: never change one.
pub(super) const fn kind_name(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Customer => "customer",
        KeyKind::Phone => "phone",
        KeyKind::Email => "email",
        KeyKind::Thread => "thread",
        KeyKind::Interaction => "interaction",
    }
}
