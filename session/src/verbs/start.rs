//! A session begins.

use super::draft::{Draft, word};
use super::{attach, walk};
use crate::store::KeyKind;
use crate::{
    Actor, Arriving, Changed, JourneyName, Ledger, Moment, Party, Private, Reason, Refusal, Session, SessionId, Standing, Who, access,
    limits,
};
use std::collections::BTreeMap;

type Claimed = BTreeMap<String, Private<serde_json::Value>>;

/// Begins a session on its first leg.
pub(super) fn start(
    now: &mut Moment<'_>,
    id: SessionId,
    arriving: Arriving,
    journey: Option<JourneyName>,
    claimed: Claimed,
) -> Result<Changed, Refusal> {
    may_start(now)?;
    let said = serde_json::to_vec(&claimed).map_or(usize::MAX, |json| json.len());
    limits::within("claimed_bytes", said, limits::CLAIMED_BYTES)?;
    let leg = attach::leg(now, &arriving)?;
    let mut session = blank(now, id, claimed);
    let mut proofs = Vec::new();
    if let Actor::Principal(who) = now.who
        && let Party::Customer(claims) = &who.party
    {
        if let Some(customer) = &claims.customer {
            session.party = Who::Known { customer: customer.clone(), persona: claims.persona.clone(), before: Box::new(Who::Unknown) };
            session.customer.clone_from(&claims.attributes);
            proofs.extend(claims.proofs.iter().cloned().map(|proof| now.settings.held(proof)));
        }
        session.language = claims.language.clone().unwrap_or(session.language);
    }
    let wish = arriving.language.unwrap_or(session.language);
    session.language = now.library.spoken_to(journey.as_ref().and_then(|name| now.library.current(name)), &wish);
    session.assurance = Ledger(proofs);
    let mut draft = Draft::new(now, session, None);
    draft.add_leg(leg)?;
    // What is said without a signature says who it could be, and nothing more.
    for (name, kind) in [("phone", KeyKind::Phone), ("email", KeyKind::Email)] {
        let said = draft.session.claimed.get(name).and_then(|value| value.reveal().as_str().map(str::to_owned));
        said.into_iter().for_each(|said| draft.seek(kind, &said));
    }
    let known = matches!(draft.session.party, Who::Known { .. });
    let mut args = vec![("channel", word(arriving.channel)), ("known", known.to_string())];
    args.extend(journey.as_ref().map(|j| ("journey", j.to_string())));
    draft.event("started", &args);
    if let Some(journey) = journey {
        walk::begin(&mut draft, &journey, arriving.leg, arriving.channel)?;
    }
    draft.finish()
}

/// The same id again: the same leg finds what it began; anybody else finds nothing.
pub(super) fn again(now: &mut Moment<'_>, session: Session, arriving: &Arriving) -> Result<Changed, Refusal> {
    if session.tenant != *now.tenant || access::over_leg(now, &session, arriving.leg).is_err() {
        return Err(Refusal::new(Reason::InvalidArgument, "the session's id is in use; draw another").about("field", "session"));
    }
    let mut draft = Draft::new(now, session, None);
    draft.holds(arriving.leg);
    draft.finish()
}

fn may_start(now: &Moment<'_>) -> Result<(), Refusal> {
    match now.who {
        Actor::House => Ok(()),
        Actor::Principal(who) => match who.party {
            Party::Customer(_) | Party::Service => Ok(()),
            Party::Agent(_) | Party::Supervisor(_) | Party::Admin => {
                Err(Refusal::new(Reason::PermissionDenied, "this role may not begin a session"))
            }
        },
    }
}

fn blank(now: &Moment<'_>, id: SessionId, claimed: Claimed) -> Session {
    Session {
        id,
        tenant: now.tenant.clone(),
        party: Who::Unknown,
        standing: Standing::Active,
        language: now.settings.language.clone(),
        position: None,
        answers: BTreeMap::new(),
        customer: BTreeMap::new(),
        claimed,
        documents: BTreeMap::new(),
        legs: Vec::new(),
        interactions: Vec::new(),
        notes: Vec::new(),
        assurance: Ledger::default(),
        consent: Vec::new(),
        trail: Vec::new(),
        handles: Vec::new(),
        created: now.now,
        updated: now.now,
        ends: now.now.after(now.settings.absolute),
        idle_ends: now.now.after(now.settings.idle),
        suspensions: 0,
        asked_twice: 0,
        warned: false,
        transfers: Vec::new(),
        stopped: None,
    }
}
