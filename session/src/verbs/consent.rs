//! What a customer agrees to, with the evidence; and the documents they leave.

use super::draft::Draft;
use crate::{Action, AssuranceLevel, Consent, LegId, Private, Reason, Refusal, Who, access, limits};

/// The customer agrees to something on this leg's channel, or takes it back.
pub(super) fn consent(draft: &mut Draft<'_, '_>, leg: LegId, purpose: String, given: bool) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    access::surely(draft.moment, &draft.session, Action::Consent, AssuranceLevel::None)?;
    check_name("purpose", &purpose)?;
    let channel = Some(draft.speaks(leg)?);
    let persona = match &draft.session.party {
        Who::Known { persona, .. } => persona.clone(),
        Who::Unknown | Who::Candidates(_) => None,
    };
    draft.event("consent", &[("purpose", purpose.clone()), ("given", given.to_string())]);
    let new = Consent { purpose, channel, persona, given, at: draft.now(), evidence: leg };
    let all = &mut draft.session.consent;
    if all.len() >= limits::CONSENTS {
        let replaced = all.iter().position(|c| (&c.purpose, c.channel, &c.persona) == (&new.purpose, new.channel, &new.persona));
        match replaced {
            Some(at) => drop(all.remove(at)),
            None => limits::within("consents", all.len().saturating_add(1), limits::CONSENTS)?,
        }
    }
    all.push(new);
    draft.grown = true;
    Ok(())
}

/// Puts a named document in place, whole; `None` removes it.
pub(super) fn document(draft: &mut Draft<'_, '_>, name: String, value: Option<Private<serde_json::Value>>) -> Result<(), Refusal> {
    access::over_session(draft.moment, &draft.session, draft.line)?;
    draft.not_final()?;
    access::surely(draft.moment, &draft.session, Action::Document, AssuranceLevel::None)?;
    check_name("name", &name)?;
    match value {
        Some(value) => {
            let bytes = serde_json::to_vec(value.reveal()).map_or(usize::MAX, |json| json.len());
            limits::within("document_bytes", bytes, limits::DOCUMENT_BYTES)?;
            draft.event("document_put", &[("name", name.clone()), ("bytes", bytes.to_string())]);
            draft.session.documents.insert(name, value);
            limits::within("documents", draft.session.documents.len(), limits::DOCUMENTS)?;
            draft.grown = true;
        }
        None if draft.session.documents.remove(&name).is_some() => draft.event("document_removed", &[("name", name)]),
        None => {}
    }
    draft.touch();
    Ok(())
}

/// A name from outside: it goes into the event log, so it must be a name and not a text.
fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    let fits = !name.is_empty() && name.len() <= limits::WORD_BYTES && name.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let wrong = || Refusal::new(Reason::InvalidArgument, format!("{field} must be a name without blanks")).about("field", field);
    fits.then_some(()).ok_or_else(wrong)
}
