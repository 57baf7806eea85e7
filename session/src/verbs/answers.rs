//! Answers after a walk: secrets get an end, and a question asked twice is counted.

use super::draft::Draft;
use crate::journey::Prompt;
use crate::{FieldId, Sensitivity};

/// A secret whose field sets no end of its own gets the journey's, or the tenant's.
pub(super) fn bound_secrets(draft: &mut Draft<'_, '_>) {
    let until = draft.now().after(draft.terms().secrets);
    for answer in draft.session.answers.values_mut().filter(|a| a.sensitivity == Sensitivity::Secret) {
        answer.until.get_or_insert(until);
    }
}

/// Forgets answers whose time is over.
pub(super) fn forget(draft: &mut Draft<'_, '_>) {
    let now = draft.now();
    let over: Vec<FieldId> =
        draft.session.answers.iter().filter(|(_, a)| a.until.is_some_and(|until| until <= now)).map(|(f, _)| f.clone()).collect();
    for field in over {
        draft.session.answers.remove(&field);
        draft.event("forgot", &[("field", field.to_string())]);
    }
}

/// A question whose answer is known, and could not be known any better, must not be asked. If it is, that is counted.
pub(super) fn count_asked_twice(draft: &mut Draft<'_, '_>) {
    let session = &draft.session;
    let Some(position) = session.position.as_ref().filter(|p| session.is_active() && p.misfit.is_none() && !p.confirm) else { return };
    let prompt = draft.moment.library.prompt(position, &session.answers, &session.customer, &session.claimed, &session.language);
    let Some(Prompt::Form { current: Some(field), .. }) = prompt else { return };
    let level = session.assurance.level(draft.now());
    let known = session.answers.get(&field).is_some_and(|a| a.level >= level);
    if known && position.frames.last().is_some_and(|f| f.again.as_ref() != Some(&field)) {
        draft.session.asked_twice = draft.session.asked_twice.saturating_add(1);
        draft.event("asked_twice", &[("field", field.to_string())]);
    }
}
