//! What a mutation must look like before any store takes it: limits, and mistakes of the caller's that no state can mend.
//!
//! What is *not* here: whether it fits what is stored; each store asks that of itself.

use super::{Error, KeyKind, Mutation};
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
pub(super) enum Malformed {
    #[error("it has {0} bytes; {MUTATION_LIMIT} are the most")]
    TooLarge(usize),
    #[error("it writes routing fields, the inbox's mark or a snapshot, but carries no fence")]
    Unfenced,
    #[error("it names session {0} twice")]
    Twice(crate::SessionId),
    #[error("a time lies after {TIME_LIMIT} ms")]
    Late,
}

/// Refuses what no store takes.
pub(super) fn check(mutation: &Mutation) -> Result<(), Error> {
    faults(mutation).map_err(|fault| Error::Failed { doing: "checking a mutation's form", source: fault.into() })
}

fn faults(mutation: &Mutation) -> Result<(), Malformed> {
    let bytes = weight(mutation);
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
    if dues.chain(handles).chain([mutation.at]).any(|Time(at)| at > TIME_LIMIT) {
        return Err(Malformed::Late);
    }
    Ok(())
}

/// How many bytes of content a mutation carries.
pub(super) fn weight(mutation: &Mutation) -> usize {
    let documents = mutation.documents.iter().filter_map(|d| d.content.as_ref()).map(Vec::len).sum::<usize>();
    let routing = mutation.routing.iter().map(|r| r.fields.len()).sum::<usize>();
    let messages = mutation.messages.iter().map(|m| m.body.len()).sum::<usize>();
    let inbox = mutation.inbox.iter().map(Vec::len).sum::<usize>();
    let journal = mutation.journal.iter().map(|j| j.body.len()).sum::<usize>();
    let outbox = mutation.outbox.iter().map(|o| o.body.len()).sum::<usize>();
    let kept = mutation.kept.iter().filter_map(|k| k.body.as_ref()).map(Vec::len).sum::<usize>();
    documents + routing + messages + inbox + journal + outbox + kept + mutation.snapshot.as_ref().map_or(0, Vec::len)
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
