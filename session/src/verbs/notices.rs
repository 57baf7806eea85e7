//! What the house says in a transcript, by key.

use super::draft::Draft;
use crate::{Message, MessageBody, RequestId, Speaker, SuspendCause};

/// Puts a notice into the transcript, where anybody talks: a session without an interaction has no transcript to speak of.
pub(super) fn say(draft: &mut Draft<'_, '_>, key: &str, args: &[(&str, String)]) {
    if draft.session.interactions.is_empty() {
        return;
    }
    let args = args.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    draft.messages.push(Message {
        id: RequestId((draft.moment.ids)()),
        from: Speaker::House,
        at: draft.now(),
        body: MessageBody::Notice { key: key.to_owned(), args },
    });
}

/// A cause on the wire.
pub(super) const fn cause(cause: SuspendCause) -> &'static str {
    match cause {
        SuspendCause::Asked => "asked",
        SuspendCause::Dropped => "dropped",
        SuspendCause::Idle => "idle",
        SuspendCause::Parked => "parked",
        SuspendCause::Step => "step",
        SuspendCause::NodeLost => "node_lost",
    }
}
