//! What agents do in a session of theirs.

use super::draft::Draft;
use super::{notices, walk};
use crate::{AgentName, FieldId, HandOver, JourneyName, Note, Private, Reason, Refusal, Source, access, limits};

/// Fills in or corrects an answer for the customer.
pub(super) fn fill(draft: &mut Draft<'_, '_>, agent: AgentName, field: &FieldId, text: &Private<String>) -> Result<(), Refusal> {
    access::over_desk(draft.moment, &draft.session, draft.line, &agent)?;
    draft.not_final()?;
    let by = agent.to_string();
    let moved = walk::with(draft, Source::Agent(agent), |library, at, walk| match at {
        Some(position) => library.fill(position, field, text, walk),
        None => Err(Refusal::new(Reason::WrongStep, "the session has no journey")),
    })?;
    draft.grown = true;
    draft.event("filled", &[("agent", by), ("field", field.to_string())]);
    walk::absorb(draft, moved, None);
    Ok(())
}

/// Puts a journey in front of the customer, above what they were at.
pub(super) fn push(draft: &mut Draft<'_, '_>, agent: AgentName, journey: &JourneyName) -> Result<(), Refusal> {
    access::over_desk(draft.moment, &draft.session, draft.line, &agent)?;
    draft.active()?;
    let by = agent.to_string();
    let moved = walk::with(draft, Source::Agent(agent), |library, at, walk| match at {
        Some(position) if position.ended.is_none() => library.push(position, journey, walk),
        Some(_) | None => {
            let (position, moved) = library.start(journey, walk)?;
            *at = Some(position);
            Ok(moved)
        }
    })?;
    draft.grown = true;
    draft.event("pushed", &[("agent", by), ("journey", journey.to_string())]);
    walk::absorb(draft, moved, None);
    Ok(())
}

/// Adds a note.
pub(super) fn note(draft: &mut Draft<'_, '_>, agent: AgentName, text: Private<String>) -> Result<(), Refusal> {
    access::over_desk(draft.moment, &draft.session, draft.line, &agent)?;
    draft.not_final()?;
    limits::check_note(text.reveal())?;
    limits::within("notes", draft.session.notes.len().saturating_add(1), limits::NOTES)?;
    draft.event("noted", &[("agent", agent.to_string())]);
    draft.session.notes.push(Note { by: agent, at: draft.now(), text });
    draft.grown = true;
    Ok(())
}

/// Records a hand-over with its words; the router's owner moves the interaction.
pub(super) fn hand_over(draft: &mut Draft<'_, '_>, from: AgentName, to: String, note: Option<Private<String>>) -> Result<(), Refusal> {
    access::over_desk(draft.moment, &draft.session, draft.line, &from)?;
    draft.not_final()?;
    limits::within("name_bytes", to.len(), crate::NAME_LIMIT)?;
    if let Some(note) = &note {
        limits::check_note(note.reveal())?;
    }
    draft.event("handed_over", &[("from", from.to_string()), ("to", to.clone())]);
    notices::say(draft, "transferred", &[("to", to.clone())]);
    let transfers = &mut draft.session.transfers;
    transfers.push(HandOver { from, to, at: draft.moment.now, note });
    let surplus = transfers.len().saturating_sub(limits::HAND_OVERS);
    transfers.drain(..surplus);
    draft.grown = true;
    Ok(())
}
