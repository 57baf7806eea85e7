//! Who may see and do what with a session. What somebody may not see, they are told is not there.
//!
//! What is *not* here: tokens, and the permission table of the doors, which refuses whole roles before a session is read.

use crate::{
    Action, Actor, AgentName, AssuranceLevel, CustomerClaims, Keys, Leg, LegId, LegStanding, Line, Moment, Party, Phase, Principal, Reason,
    Refusal, Session, Standing, Time, Who,
};

/// Whether somebody may see a session: its customer in its role, who holds a leg of it, or the house's own people.
/// Whether an agent has it assigned is the router's owner's to say; see [`has`].
#[must_use]
pub fn may_see(who: &Principal, session: &Session, keys: &Keys) -> bool {
    who.tenant == session.tenant
        && match &who.party {
            Party::Customer(claims) => is_theirs(who, claims, session, keys),
            Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => true,
        }
}

/// Whether an agent has this session, or is offered it.
#[must_use]
pub fn has(agent: &AgentName, line: Option<&Line>) -> bool {
    line.is_some_and(|line| match &line.phase {
        Phase::Offered(by) | Phase::Assigned(by) | Phase::WrappingUp(by) => by == agent,
        Phase::Waiting | Phase::Suspended | Phase::Ended | Phase::Refused(_) => false,
    })
}

fn is_theirs(who: &Principal, claims: &CustomerClaims, session: &Session, keys: &Keys) -> bool {
    match (&claims.customer, &session.party) {
        (Some(_), Who::Known { .. }) => is_customer(claims, session),
        (_, Who::Unknown | Who::Candidates(_)) | (None, Who::Known { .. }) => {
            let holder = holder(who, keys);
            session.legs.iter().any(|leg| leg.holder == Some(holder) && fits_device(leg, claims) && reaches(leg, session))
        }
    }
}

/// Whether a leg still shows its holder the session: while it lasts, and what it ended with. Not what others made of it since.
fn reaches(leg: &Leg, session: &Session) -> bool {
    match (leg.standing, &session.standing) {
        (LegStanding::Live | LegStanding::Lost { .. }, _) => true,
        (LegStanding::Ended { at }, Standing::Suspended(suspension)) => at >= suspension.at,
        (LegStanding::Ended { at }, Standing::Closed { at: over, .. } | Standing::Expired { at: over }) => at >= *over,
        (LegStanding::Ended { .. }, Standing::Active) => false,
    }
}

/// The legs of those who are here; where nobody is, of those who left last.
pub(crate) fn here(session: &Session) -> impl Iterator<Item = &Leg> {
    session.legs.iter().filter(|leg| reaches(leg, session))
}

/// How surely the customer is known to this somebody: of what was proven elsewhere, no more counts than they proved themselves.
#[must_use]
pub fn level(who: &Principal, session: &Session, keys: &Keys, now: Time) -> AssuranceLevel {
    session.assurance.level(now).min(own_level(who, session, keys, now))
}

/// What somebody proved themselves of being the session's customer: by their token, or on a leg they hold; never less than a
/// handle is worth. Whoever is of the house, and whoever is in a session whose customer has proven nothing anywhere, is held
/// back from nothing.
#[must_use]
pub fn own_level(who: &Principal, session: &Session, keys: &Keys, now: Time) -> AssuranceLevel {
    let Party::Customer(claims) = &who.party else { return AssuranceLevel::High };
    if !is_proven(session) {
        return AssuranceLevel::High;
    }
    let by_token = claims.proofs.iter().filter(|p| is_customer(claims, session) && now < p.until).map(|p| p.level);
    let on_legs = held(who, claims, session, keys).flat_map(|leg| &leg.proofs).filter(|p| now < p.until).map(|p| p.level);
    by_token.chain(on_legs).fold(AssuranceLevel::Low, AssuranceLevel::max)
}

/// Whether this is a customer's page or device on which the session's known customer has not signed in: nothing personal is for it.
#[must_use]
pub fn is_outsider(who: &Principal, session: &Session, keys: &Keys) -> bool {
    let Party::Customer(claims) = &who.party else { return false };
    is_proven(session) && !is_customer(claims, session) && !held(who, claims, session, keys).any(|leg| leg.signed_in)
}

/// Whether the session's customer has signed in somewhere. Whom an agent identified has not: there is nothing to hold back
/// that was proven elsewhere.
pub(crate) fn is_proven(session: &Session) -> bool {
    let proven = session.legs.iter().any(|leg| leg.signed_in) || !session.customer.is_empty();
    matches!(session.party, Who::Known { .. }) && proven
}

/// The legs that somebody holds, live or past.
fn held<'s>(who: &Principal, claims: &'s CustomerClaims, session: &'s Session, keys: &Keys) -> impl Iterator<Item = &'s Leg> {
    let holder = holder(who, keys);
    session.legs.iter().filter(move |leg| leg.holder == Some(holder) && fits_device(leg, claims))
}

/// What of a transcript is for somebody.
///
/// A message is as sure as the session was when it was said: who has proven less since does not read it, unless it was said
/// after they came. Whoever came by a handle into a session whose customer signed in elsewhere reads from there on alone.
#[derive(Clone, Copy, Debug)]
pub struct Hearing<'s> {
    session: &'s Session,
    level: AssuranceLevel,
    since: Option<Time>,
    outsider: bool,
}

impl Hearing<'_> {
    /// Whether a message that was said at that time is for them.
    #[must_use]
    pub fn has(&self, said: Time) -> bool {
        let here = self.since.is_some_and(|since| said >= since);
        here || (!self.outsider && self.session.assurance.level_then(said) <= self.level)
    }
}

/// What of the session's transcript is for this somebody.
#[must_use]
pub fn hearing<'s>(who: &'s Principal, session: &'s Session, keys: &Keys, now: Time) -> Hearing<'s> {
    let since = match &who.party {
        Party::Customer(claims) => held(who, claims, session, keys).filter(|leg| reaches(leg, session)).map(|leg| leg.since).min(),
        Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => None,
    };
    Hearing { session, level: own_level(who, session, keys, now), since, outsider: is_outsider(who, session, keys) }
}

/// Whether a leg still shows the session: one that is over does not show what goes on elsewhere.
///
/// # Errors
/// `AlreadyResumed`, with where the session is live.
pub fn shows(session: &Session, leg: LegId) -> Result<(), Refusal> {
    let over = session.leg(leg).is_none_or(|leg| matches!(leg.standing, LegStanding::Ended { .. }));
    if session.is_active() && over { Err(live_elsewhere(session)) } else { Ok(()) }
}

/// The session is live, and where.
pub(crate) fn live_elsewhere(session: &Session) -> Refusal {
    let live = session.live().next_back().or_else(|| session.present().next_back());
    let refusal = Refusal::new(Reason::AlreadyResumed, "the session is live already; join it or move it here");
    let refusal = refusal.about("session", session.id.to_string());
    match live {
        Some(leg) => refusal.about("channel", crate::outbound::channel_name(leg.channel)).about("since", leg.since.0.to_string()),
        None => refusal,
    }
}

/// Whether these signed claims name the session's customer in the session's role.
pub(crate) fn is_customer(claims: &CustomerClaims, session: &Session) -> bool {
    match &session.party {
        Who::Known { customer, persona, .. } => claims.customer.as_ref() == Some(customer) && claims.persona == *persona,
        Who::Unknown | Who::Candidates(_) => false,
    }
}

/// Whether these signed claims name somebody else than the session's customer.
pub(crate) fn is_another(claims: &CustomerClaims, session: &Session) -> bool {
    claims.customer.is_some() && matches!(session.party, Who::Known { .. }) && !is_customer(claims, session)
}

/// A leg that is bound to a device is used by that device alone.
pub(crate) fn fits_device(leg: &Leg, claims: &CustomerClaims) -> bool {
    leg.device.is_none() || leg.device == claims.device
}

/// Who somebody is on a leg, as stored there.
pub(crate) fn holder(who: &Principal, keys: &Keys) -> [u8; 16] {
    let claims = match &who.party {
        Party::Customer(claims) => Some(claims),
        Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => None,
    };
    keys.holder(who.subject.reveal(), claims)
}

/// There is no such session for this one.
pub(crate) fn nothing_here() -> Refusal {
    Refusal::new(Reason::NotFound, "there is no such session")
}

fn denied(what: &str) -> Refusal {
    Refusal::new(Reason::PermissionDenied, format!("this role may not {what}"))
}

/// A customer's command over a leg: it is the house's, or somebody's who holds the leg. The leg's id is a secret of theirs.
pub(crate) fn over_leg(moment: &Moment<'_>, session: &Session, leg: LegId) -> Result<(), Refusal> {
    let leg = session.leg(leg);
    let Actor::Principal(who) = moment.who else {
        return leg.map(drop).ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such leg"));
    };
    match &who.party {
        Party::Service => leg.map(drop).ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such leg")),
        Party::Customer(claims) => match leg {
            Some(leg) if fits_device(leg, claims) && !is_another(claims, session) => Ok(()),
            None if is_theirs(who, claims, session, moment.keys) => Err(Refusal::new(Reason::NotFound, "there is no such leg")),
            Some(_) | None => Err(nothing_here()),
        },
        Party::Agent(_) | Party::Supervisor(_) | Party::Admin => Err(denied("act over a customer's leg")),
    }
}

/// A command without a leg that customers and the house's people may give.
pub(crate) fn over_session(moment: &Moment<'_>, session: &Session, line: Option<&Line>) -> Result<(), Refusal> {
    let Actor::Principal(who) = moment.who else { return Ok(()) };
    let may = match &who.party {
        Party::Agent(agent) => has(agent, line),
        Party::Customer(_) | Party::Supervisor(_) | Party::Admin | Party::Service => may_see(who, session, moment.keys),
    };
    may.then_some(()).ok_or_else(nothing_here)
}

/// What an agent does in a session: they have it, or a supervisor does it, or the house passes it on.
pub(crate) fn over_desk(moment: &Moment<'_>, session: &Session, line: Option<&Line>, agent: &AgentName) -> Result<(), Refusal> {
    let Actor::Principal(who) = moment.who else { return Ok(()) };
    match &who.party {
        Party::Supervisor(_) => Ok(()),
        Party::Agent(name) if name != agent => Err(denied("act for another agent")),
        Party::Agent(name) if has(name, line) => Ok(()),
        Party::Customer(claims) if is_theirs(who, claims, session, moment.keys) => Err(denied("act as an agent")),
        Party::Agent(_) | Party::Customer(_) => Err(nothing_here()),
        Party::Admin | Party::Service => Err(denied("act as an agent")),
    }
}

/// What only the daemon itself does.
pub(crate) fn house_only(moment: &Moment<'_>) -> Result<(), Refusal> {
    match moment.who {
        Actor::House => Ok(()),
        Actor::Principal(who) => match who.party {
            Party::Customer(_) => Err(nothing_here()),
            Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => Err(denied("act for the house")),
        },
    }
}

/// What only those do who answer for the data: administrators and the tenant's own systems.
pub(crate) fn keepers_only(moment: &Moment<'_>) -> Result<(), Refusal> {
    match moment.who {
        Actor::House => Ok(()),
        Actor::Principal(who) => match who.party {
            Party::Admin | Party::Service => Ok(()),
            Party::Customer(_) => Err(nothing_here()),
            Party::Agent(_) | Party::Supervisor(_) => Err(denied("erase a session")),
        },
    }
}

/// The level that counts for what the one who acts does.
pub(crate) fn acting(moment: &Moment<'_>, session: &Session) -> AssuranceLevel {
    match moment.who {
        Actor::Principal(who) => level(who, session, moment.keys, moment.now),
        Actor::House => session.assurance.level(moment.now),
    }
}

/// What a customer asks for may want to know them better; the house's people are not held to it. `coming` is what the command
/// itself proves.
pub(crate) fn surely(moment: &Moment<'_>, session: &Session, action: Action, coming: AssuranceLevel) -> Result<(), Refusal> {
    let is_customer = matches!(moment.who, Actor::Principal(Principal { party: Party::Customer(_), .. }));
    let wanted = moment.settings.levels.get(&action).copied().unwrap_or_default();
    let level = acting(moment, session).max(coming);
    if !is_customer || level >= wanted {
        return Ok(());
    }
    Err(Refusal::new(Reason::AssuranceTooLow, "we must know more surely who you are first")
        .about("action", action.name())
        .about("level", name(level))
        .about("wanted", name(wanted)))
}

/// A level on the wire.
pub(crate) const fn name(level: AssuranceLevel) -> &'static str {
    match level {
        AssuranceLevel::None => "none",
        AssuranceLevel::Claimed => "claimed",
        AssuranceLevel::Low => "low",
        AssuranceLevel::Substantial => "substantial",
        AssuranceLevel::High => "high",
    }
}
