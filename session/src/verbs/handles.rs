//! Ways back are given out, checked, and used up.

use super::draft::Draft;
use crate::handle::{self, Token};
use crate::{
    Action, AssuranceLevel, Claim, GivenHandle, HandleKind, HandleRecord, LINK_PLACE, LegId, Private, Proof, Refusal, Time, access, limits,
};
use segue_router::{Channel, Span};
use subtle::ConstantTimeEq;

/// What coming in by a handle proves: that one holds what only this customer was given.
pub(super) const LEVEL: AssuranceLevel = AssuranceLevel::Low;

/// Gives out a way back.
pub(super) fn give(draft: &mut Draft<'_, '_>, kind: HandleKind, channels: &[Channel]) -> Result<(), Refusal> {
    may_give(draft)?;
    make(draft, kind, channels)
}

/// Whether whoever asks may be given a way back.
pub(super) fn may_give(draft: &Draft<'_, '_>) -> Result<(), Refusal> {
    access::over_session(draft.moment, &draft.session, draft.line)?;
    draft.not_final()?;
    access::surely(draft.moment, &draft.session, Action::GiveHandle, AssuranceLevel::None)
}

/// Makes one. It never outlives the session.
pub(super) fn make(draft: &mut Draft<'_, '_>, kind: HandleKind, channels: &[Channel]) -> Result<(), Refusal> {
    let (now, keys) = (draft.now(), draft.moment.keys);
    let until = Time(now.after(draft.moment.settings.handle_for).0.min(draft.session.ends.0));
    let id = (draft.moment.ids)();
    let (hash, value, until) = match kind {
        HandleKind::Code => {
            let code = handle::code(keys, id, draft.moment.settings.code_digits);
            (keys.code(code.reveal()), code, until)
        }
        HandleKind::Link | HandleKind::SipReference | HandleKind::Reply => {
            let token = Token::new(keys, id, kind, draft.session.id, until, channels);
            (token.hash(keys), token.text(keys), token.until())
        }
    };
    let handles = &mut draft.session.handles;
    handles.retain(|h| now < h.until && h.hash != hash);
    while handles.len() >= limits::HANDLES {
        handles.remove(0);
    }
    // A thread of e-mails is answered more than once; everything else leads back once.
    let once = kind != HandleKind::Reply;
    handles.push(HandleRecord { kind, hash, until, level: LEVEL, channels: channels.to_vec(), once, used: None });
    let page = draft.moment.settings.resume_link.as_ref().filter(|_| kind == HandleKind::Link);
    let url = page.map(|page| Private::new(page.replacen(LINK_PLACE, value.reveal(), 1)));
    draft.handles.push(GivenHandle { kind, value, url, until });
    draft.grown = true;
    draft.event("handle_given", &[("kind", name(kind).to_owned()), ("until", until.0.to_string())]);
    Ok(())
}

/// Whether a handle leads here: it was given out, holds, and may be used on this channel. One that was used up a moment ago
/// still tells where the session is live: of two who race, the second learns that the first is in.
pub(super) fn right(draft: &Draft<'_, '_>, hash: &[u8; 16], kind: HandleKind, channel: Channel) -> Result<(), Refusal> {
    let now = draft.now();
    let record = find(&draft.session.handles, hash).filter(|h| h.kind == kind);
    if draft.session.is_final() {
        // Whoever held a handle is told what became of the session.
        return record.map(drop).ok_or_else(handle::invalid);
    }
    let record = record.filter(|h| now < h.until);
    let record = record.filter(|h| h.channels.is_empty() || h.channels.contains(&channel)).ok_or_else(handle::invalid)?;
    match record.used {
        None => Ok(()),
        Some(used) if now < used.after(Span(limits::RACE_MS)) => Ok(()),
        Some(_) => Err(handle::invalid()),
    }
}

/// Whether the handle was not used up yet: only such a one leads in.
pub(super) fn unused(draft: &Draft<'_, '_>, by: &Claim) -> Result<(), Refusal> {
    match by {
        Claim::Handle(hash, _) if find(&draft.session.handles, hash).is_none_or(|h| h.used.is_some()) => Err(handle::invalid()),
        Claim::Handle(..) | Claim::SignedIn | Claim::SameLeg => Ok(()),
    }
}

/// Uses a handle up, and counts it as a proof of who came by it.
pub(super) fn consume(draft: &mut Draft<'_, '_>, leg: LegId, by: &Claim) {
    let Claim::Handle(hash, kind) = by else { return };
    let now = draft.now();
    let found = draft.session.handles.iter_mut().find(|h| bool::from(h.hash.ct_eq(hash)) && h.used.is_none());
    let Some(record) = found else { return };
    if record.once {
        record.used = Some(now);
    }
    let (method, issuer) = (name(*kind).to_owned(), "house".to_owned());
    let proof = draft.moment.settings.held(Proof { method, level: record.level, issuer, at: now, until: record.until });
    if let Some(leg) = draft.session.legs.iter_mut().find(|l| l.id == leg) {
        leg.proofs.push(proof.clone());
    }
    super::identity::prove_by(draft, proof);
    draft.event("handle_used", &[("kind", name(*kind).to_owned())]);
}

/// The suspension is over, and so are all ways back from it: who comes second with another one is told where the session is live.
pub(super) fn use_up(draft: &mut Draft<'_, '_>) {
    let now = draft.now();
    for handle in draft.session.handles.iter_mut().filter(|h| h.once && h.used.is_none()) {
        handle.used = Some(now);
    }
}

/// Whoever held a handle before a stronger proof came must not come in after it: what was not used by then leads nowhere.
pub(super) fn outgrow(draft: &mut Draft<'_, '_>, before: AssuranceLevel) {
    if draft.session.assurance.level(draft.now()) > before.max(LEVEL) {
        draft.session.handles.retain(|h| h.used.is_some());
    }
}

fn find<'h>(handles: &'h [HandleRecord], hash: &[u8; 16]) -> Option<&'h HandleRecord> {
    handles.iter().find(|h| bool::from(h.hash.ct_eq(hash)))
}

/// A claim in the event log.
pub(super) fn claim_name(by: &Claim) -> String {
    match by {
        Claim::SignedIn => "sign_in",
        Claim::SameLeg => "same_leg",
        Claim::Handle(_, kind) => name(*kind),
    }
    .to_owned()
}

const fn name(kind: HandleKind) -> &'static str {
    match kind {
        HandleKind::Link => "link",
        HandleKind::Code => "code",
        HandleKind::SipReference => "sip_reference",
        HandleKind::Reply => "reply",
    }
}

/// Drops what is over for good; the look-up goes with it.
pub(super) fn sweep(draft: &mut Draft<'_, '_>) {
    let now = draft.now();
    let gone = |h: &HandleRecord| now >= h.until || h.used.is_some_and(|used| now >= used.after(Span(limits::RACE_MS)));
    draft.session.handles.retain(|h| !gone(h));
}
