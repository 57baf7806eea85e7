//! The session ends: on purpose, by its time, or by being forgotten.

use super::draft::Draft;
use super::{person, suspend, walk};
use crate::{Actor, Party, Principal, Reason, Refusal, RouteRequest, Sensitivity, Standing, Who, access, limits};

/// Ends on purpose. What is closed already stays as it was.
pub(super) fn close(draft: &mut Draft<'_, '_>, outcome: String) -> Result<(), Refusal> {
    access::over_session(draft.moment, &draft.session, draft.line)?;
    limits::within("outcome_bytes", outcome.len(), limits::WORD_BYTES)?;
    // It goes into the journal, which outlives an erasure: a name for how it ended, and nobody's words.
    if outcome.is_empty() || !outcome.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        let refusal = Refusal::new(Reason::InvalidArgument, "an outcome is a name: letters, digits, `_`, `-` and `.`");
        return Err(refusal.about("field", "outcome"));
    }
    if matches!(draft.session.standing, Standing::Closed { .. }) {
        return Ok(());
    }
    draft.not_final()?;
    if matches!(draft.moment.who, Actor::Principal(Principal { party: Party::Customer(_), .. })) {
        walk::wasted(draft, &[("then", "closed".to_owned())]);
    }
    conclude(draft, outcome);
    Ok(())
}

/// Closes: nothing leads back, and no secret outlives the matter.
pub(super) fn conclude(draft: &mut Draft<'_, '_>, outcome: String) {
    suspend::end_legs(draft);
    person::leave_for_good(draft);
    draft.session.handles.clear();
    draft.session.answers.retain(|_, a| a.sensitivity != Sensitivity::Secret);
    draft.event("closed", &[("outcome", outcome.clone())]);
    draft.session.standing = Standing::Closed { at: draft.now(), outcome };
}

/// The time is over. What stays is a stub that explains itself to a late return: whose it was, where it stood, and when.
pub(super) fn expire(draft: &mut Draft<'_, '_>) {
    suspend::end_legs(draft);
    person::leave_for_good(draft);
    let session = &mut draft.session;
    session.answers.clear();
    session.documents.clear();
    session.claimed.clear();
    session.customer.clear();
    if matches!(session.party, Who::Candidates(_)) {
        session.party = Who::Unknown;
    }
    for leg in &mut session.legs {
        leg.address = None;
    }
    session.notes.clear();
    session.transfers.clear();
    if let Some(position) = &mut session.position {
        position.awaiting = None;
    }
    session.standing = Standing::Expired { at: draft.moment.now };
    draft.event("expired", &[]);
}

/// Everything about the person is to be forgotten.
pub(super) fn erase(draft: &mut Draft<'_, '_>) -> Result<(), Refusal> {
    access::keepers_only(draft.moment)?;
    forget(draft, "asked");
    Ok(())
}

/// The session goes, with everything that leads to it.
pub(super) fn forget(draft: &mut Draft<'_, '_>, why: &str) {
    if let Some(open) = draft.session.open() {
        draft.route.push(RouteRequest::Leave(draft.session.id, open.id));
    }
    draft.event("erased", &[("why", why.to_owned())]);
    draft.gone = true;
}
