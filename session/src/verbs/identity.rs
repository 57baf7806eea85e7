//! Who it is: only signed claims and agents say so, and both can be undone.

use super::draft::Draft;
use crate::{
    Actor, AgentName, AssuranceLevel, Candidate, CustomerClaims, CustomerId, Leg, LegId, Party, PersonaId, Proof, Reason, Refusal, Source,
    Who, access, limits,
};

/// A proof came in on a leg: a sign-in or a step-up.
pub(super) fn prove(draft: &mut Draft<'_, '_>, leg: LegId, claims: CustomerClaims) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    draft.speaks(leg)?;
    adopt(draft, &claims)?;
    let proofs = super::attach::proofs(draft.moment, &claims);
    if claims.customer.is_some()
        && let Some(leg) = draft.session.legs.iter_mut().find(|l| l.id == leg)
    {
        draft.dirty |= bring(leg, proofs) || !leg.signed_in;
        leg.signed_in = true;
    }
    Ok(())
}

/// What is proved on a leg from now on; the handle that led in stays proved. Whether that is anything else than before.
pub(super) fn bring(leg: &mut Leg, mut proofs: Vec<Proof>) -> bool {
    proofs.splice(0..0, leg.proofs.iter().filter(|p| OF_THE_HOLDER.contains(&p.method.as_str())).cloned());
    let changed = leg.proofs != proofs;
    leg.proofs = proofs;
    changed
}

/// Who comes with a leg and is signed in, is known from then on.
pub(super) fn sign_in(draft: &mut Draft<'_, '_>) -> Result<(), Refusal> {
    let Actor::Principal(who) = draft.moment.who else { return Ok(()) };
    match &who.party {
        Party::Customer(claims) => adopt(draft, claims),
        Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => Ok(()),
    }
}

/// Signed claims become the session's. Another customer than the known one is refused, and so is the same one in another role.
fn adopt(draft: &mut Draft<'_, '_>, claims: &CustomerClaims) -> Result<(), Refusal> {
    let Some(customer) = &claims.customer else { return Ok(()) };
    if access::is_another(claims, &draft.session) {
        return Err(Refusal::new(Reason::PermissionDenied, "the session belongs to somebody else; begin another"));
    }
    if !matches!(draft.session.party, Who::Known { .. }) {
        know(draft, customer.clone(), claims.persona.clone());
        draft.event("identified", &[("by", "sign_in".to_owned())]);
    }
    if draft.session.customer != claims.attributes {
        draft.session.customer.clone_from(&claims.attributes);
        draft.dirty = true;
        draft.grown = true;
    }
    for proof in &claims.proofs {
        prove_by(draft, proof.clone());
    }
    Ok(())
}

/// Counts a proof, once, for as long as its method holds here.
pub(super) fn prove_by(draft: &mut Draft<'_, '_>, proof: Proof) {
    let proof = draft.moment.settings.held(proof);
    let same = |p: &Proof| p.method == proof.method && p.issuer == proof.issuer && p.at == proof.at && p.until == proof.until;
    if draft.session.assurance.0.iter().any(same) {
        return;
    }
    let now = draft.now();
    draft.event("proved", &[("method", proof.method.clone()), ("level", access::name(proof.level).to_owned())]);
    let ledger = &mut draft.session.assurance.0;
    ledger.push(proof);
    while ledger.len() > limits::PROOFS {
        let over = ledger.iter().position(|p| p.until <= now).unwrap_or_default();
        ledger.remove(over);
    }
    draft.grown = true;
}

/// Who it may be. What is known is not put in doubt by a number.
pub(super) fn recognise(draft: &mut Draft<'_, '_>, candidates: Vec<Candidate>) -> Result<(), Refusal> {
    access::house_only(draft.moment)?;
    draft.not_final()?;
    limits::within("candidates", candidates.len(), limits::CANDIDATES)?;
    if matches!(draft.session.party, Who::Known { .. }) {
        return Ok(());
    }
    let found = if candidates.is_empty() { Who::Unknown } else { Who::Candidates(candidates) };
    if draft.session.party == found {
        return Ok(());
    }
    if let Who::Candidates(some) = &found {
        draft.event("recognised", &[("candidates", some.len().to_string())]);
    }
    draft.session.party = found;
    draft.dirty = true;
    draft.grown = true;
    Ok(())
}

/// An agent says which of the candidates it is, or undoes the last identification.
pub(super) fn identify(draft: &mut Draft<'_, '_>, agent: &AgentName, customer: Option<CustomerId>) -> Result<(), Refusal> {
    access::over_desk(draft.moment, &draft.session, draft.line, agent)?;
    draft.not_final()?;
    let Some(customer) = customer else { return undo(draft, agent) };
    let persona = match &draft.session.party {
        Who::Known { customer: known, .. } if *known == customer => return Ok(()),
        Who::Known { .. } => return Err(Refusal::new(Reason::WrongMoment, "somebody is known already; undo that first")),
        Who::Unknown => return Err(Refusal::new(Reason::NotFound, "there are no candidates")),
        Who::Candidates(some) => {
            let one = some.iter().find(|c| c.customer == customer);
            one.ok_or_else(|| Refusal::new(Reason::NotFound, "that is none of the candidates"))?.persona.clone()
        }
    };
    know(draft, customer, persona);
    let now = draft.now();
    prove_by(
        draft,
        Proof {
            method: AGENT_CHECK.to_owned(),
            level: AssuranceLevel::Low,
            issuer: agent.to_string(),
            at: now,
            // For as long as such a check holds, and no longer than the session.
            until: draft.session.ends,
        },
    );
    draft.event("identified", &[("by", "agent".to_owned()), ("agent", agent.to_string())]);
    Ok(())
}

pub(crate) const AGENT_CHECK: &str = "agent_check";
/// Proofs that say something of who holds them, not of who the session's customer is.
const OF_THE_HOLDER: [&str; 4] = ["link", "code", "reply", "sip_reference"];

fn know(draft: &mut Draft<'_, '_>, customer: CustomerId, persona: Option<PersonaId>) {
    let before = std::mem::replace(&mut draft.session.party, Who::Unknown);
    draft.session.party = Who::Known { customer, persona, before: Box::new(cut(before, limits::UNDO_DEPTH)) };
    draft.dirty = true;
    draft.grown = true;
}

/// What stood there before, so many times over and no more.
fn cut(who: Who, depth: usize) -> Who {
    match who {
        Who::Known { .. } if depth == 0 => Who::Unknown,
        Who::Known { customer, persona, before } => {
            Who::Known { customer, persona, before: Box::new(cut(*before, depth.saturating_sub(1))) }
        }
        other @ (Who::Unknown | Who::Candidates(_)) => other,
    }
}

/// As it was before: what the claims said and what was known through them goes, and the proofs of it hold no longer.
fn undo(draft: &mut Draft<'_, '_>, agent: &AgentName) -> Result<(), Refusal> {
    let Who::Known { before, .. } = &draft.session.party else {
        return Err(Refusal::new(Reason::WrongMoment, "nobody is known; there is nothing to undo"));
    };
    let (before, now) = ((**before).clone(), draft.now());
    draft.session.party = before;
    draft.session.customer.clear();
    draft.session.answers.retain(|_, a| a.source != Source::Claim);
    for proof in draft.session.assurance.0.iter_mut().filter(|p| !OF_THE_HOLDER.contains(&p.method.as_str())) {
        proof.until = proof.until.min(now);
    }
    draft.event("identification_undone", &[("agent", agent.to_string())]);
    Ok(())
}
