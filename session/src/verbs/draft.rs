//! What a verb works on: a session that is not yet stored, and what is to follow once it is.

use super::lease::{self, Terms};
use crate::codec::Coded;
use crate::store::{HandleKey, KeyKind, LookupKey};
use crate::{
    Changed, GivenHandle, InteractionId, Leg, LegId, LegStanding, Line, LookupRequest, Message, Moment, Phase, Reason, Refusal,
    RouteRequest, Session, SessionEvent, Standing, Time, Who, interaction_uuid, limits,
};
use segue_router::{Channel, Outcome, Span};
use std::collections::BTreeSet;

/// A session under a command.
pub(super) struct Draft<'m, 'a> {
    pub(super) moment: &'m mut Moment<'a>,
    pub(super) session: Session,
    pub(super) line: Option<&'m Line>,
    pub(super) events: Vec<SessionEvent>,
    pub(super) route: Vec<RouteRequest>,
    pub(super) messages: Vec<Message>,
    pub(super) lookups: Vec<LookupRequest>,
    pub(super) seeks: Vec<LookupKey>,
    pub(super) handles: Vec<GivenHandle>,
    /// Whether anything is to be stored.
    pub(super) dirty: bool,
    /// Whether the session is to be erased.
    pub(super) gone: bool,
    /// Whether an agent who has it need not be told (the change came from the router's owner).
    pub(super) quiet: bool,
    /// Whether something was added that counts against the limit of the whole.
    pub(super) grown: bool,
    /// The interaction that the owner has ended before it told so.
    pub(super) heeded: Option<InteractionId>,
}

impl<'m, 'a> Draft<'m, 'a> {
    pub(super) fn new(moment: &'m mut Moment<'a>, session: Session, line: Option<&'m Line>) -> Self {
        let mut draft = Self {
            moment,
            session,
            line,
            events: Vec::new(),
            route: Vec::new(),
            messages: Vec::new(),
            lookups: Vec::new(),
            seeks: Vec::new(),
            handles: Vec::new(),
            dirty: false,
            gone: false,
            quiet: false,
            grown: false,
            heeded: None,
        };
        draft.heed_line();
        draft
    }

    /// The owner may have ended an interaction and not yet told the session.
    fn heed_line(&mut self) {
        let Some(line) = self.line else { return };
        let ended = match line.phase {
            Phase::WrappingUp(_) | Phase::Ended => Outcome::Handled,
            Phase::Refused(ref reason) => super::person::refused(reason),
            Phase::Waiting | Phase::Offered(_) | Phase::Assigned(_) | Phase::Suspended => return,
        };
        if let Some(record) = self.session.interactions.iter_mut().find(|i| i.id == line.interaction && i.ended.is_none()) {
            record.ended = Some(ended);
            record.ended_at = Some(self.moment.now);
            self.heeded = Some(line.interaction);
        }
    }

    /// How long the session lasts.
    pub(super) fn terms(&self) -> Terms {
        lease::terms(&self.session, self.moment.settings, self.moment.library)
    }

    pub(super) const fn now(&self) -> Time {
        self.moment.now
    }

    /// Records what happened. Names and numbers only, never a value.
    pub(super) fn event(&mut self, kind: &str, args: &[(&str, String)]) {
        self.dirty = true;
        let args = args.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        self.events.push(SessionEvent { session: self.session.id, at: self.moment.now, kind: kind.to_owned(), args });
    }

    /// An address was seen or said: the house may look who is known there. Whoever is known already is not put in doubt by it.
    pub(super) fn seek(&mut self, kind: KeyKind, address: &str) {
        let key = self.moment.keys.lookup(kind, address);
        if !matches!(self.session.party, Who::Known { .. }) && !address.trim().is_empty() && !self.seeks.contains(&key) {
            self.seeks.push(key);
        }
    }

    /// The customer did something: the idle time begins anew.
    pub(super) fn touch(&mut self) {
        if self.session.is_active() {
            self.session.idle_ends = self.moment.now.after(self.moment.settings.idle);
            self.dirty = true;
        }
    }

    /// The session must be active.
    pub(super) fn active(&self) -> Result<(), Refusal> {
        match &self.session.standing {
            Standing::Active => Ok(()),
            Standing::Suspended(s) => {
                Err(Refusal::new(Reason::SessionSuspended, "the session is suspended; resume it first")
                    .about("until", s.until.0.to_string()))
            }
            Standing::Closed { .. } | Standing::Expired { .. } => self.not_final(),
        }
    }

    /// The session must not be over for good.
    pub(super) fn not_final(&self) -> Result<(), Refusal> {
        match &self.session.standing {
            Standing::Active | Standing::Suspended(_) => Ok(()),
            Standing::Closed { at, outcome } => Err(Refusal::new(Reason::SessionClosed, "the session is closed")
                .about("at", at.0.to_string())
                .about("outcome", outcome.clone())),
            Standing::Expired { at } => {
                Err(Refusal::new(Reason::SessionExpired, "the session's time is over; begin a new one").about("at", at.0.to_string()))
            }
        }
    }

    /// A leg speaks: it is attached again if it was lost. A leg that is over may not speak.
    pub(super) fn speaks(&mut self, leg: LegId) -> Result<Channel, Refusal> {
        self.active()?;
        let found = self.session.legs.iter_mut().find(|l| l.id == leg);
        let Some(found) = found.filter(|l| !matches!(l.standing, LegStanding::Ended { .. })) else {
            return Err(Refusal::new(Reason::WrongMoment, "the leg is over; attach again"));
        };
        let channel = found.channel;
        found.life = self.moment.life;
        if found.standing != LegStanding::Live {
            found.standing = LegStanding::Live;
            self.event("returned", &[("channel", word(channel))]);
        }
        self.touch();
        Ok(channel)
    }

    /// The leg is held by this life of the daemon, whichever held it before: what is lost with a former one is not this.
    pub(super) fn holds(&mut self, leg: LegId) {
        let life = self.moment.life;
        let found = self.session.legs.iter_mut().find(|l| l.id == leg && !matches!(l.standing, LegStanding::Ended { .. }));
        if let Some(found) = found.filter(|l| l.life != life) {
            found.life = life;
            self.dirty = true;
        }
    }

    pub(super) fn add_leg(&mut self, leg: Leg) -> Result<(), Refusal> {
        limits::within("legs", self.session.present().count().saturating_add(1), limits::LEGS)?;
        if let (Some(kind), Some(address)) = (address_kind(leg.channel), &leg.address) {
            self.seek(kind, address.reveal());
        }
        self.session.legs.retain(|l| l.id != leg.id);
        self.session.legs.push(leg);
        let past = self.session.legs.iter().filter(|l| matches!(l.standing, LegStanding::Ended { .. })).count();
        let mut surplus = past.saturating_sub(limits::PAST_LEGS);
        self.session.legs.retain(|l| {
            let drop = surplus > 0 && matches!(l.standing, LegStanding::Ended { .. });
            surplus = surplus.saturating_sub(usize::from(drop));
            !drop
        });
        self.grown = true;
        Ok(())
    }

    /// What the command changed.
    pub(super) fn finish(mut self) -> Result<Changed, Refusal> {
        if self.gone {
            return Ok(Changed {
                session: None,
                dirty: true,
                events: self.events,
                route: self.route,
                messages: Vec::new(),
                lookups: Vec::new(),
                seeks: Vec::new(),
                handles: Vec::new(),
                keys: Vec::new(),
                handle_keys: Vec::new(),
                due: None,
            });
        }
        if self.grown {
            let size = self.session.size().map_err(|_| Refusal::new(Reason::InvalidArgument, "the session cannot be written"))?;
            limits::within("session_bytes", size, self.moment.settings.session_bytes)?;
        }
        if self.dirty {
            self.session.updated = self.moment.now;
            self.refresh();
        }
        Ok(Changed {
            dirty: self.dirty,
            events: self.events,
            route: self.route,
            messages: self.messages,
            lookups: self.lookups,
            seeks: self.seeks,
            handles: self.handles,
            keys: keys(self.moment, &self.session),
            handle_keys: handle_keys(&self.session),
            due: super::due(&self.session, self.moment.settings, self.moment.library),
            session: Some(self.session),
        })
    }

    /// An agent who has the session, or is offered it, sees what changed.
    fn refresh(&mut self) {
        let with_agent = self.line.is_some_and(|l| {
            matches!(l.phase, Phase::Offered(_) | Phase::Assigned(_)) && self.session.open().is_some_and(|o| o.id == l.interaction)
        });
        if with_agent && !self.quiet {
            self.route.push(RouteRequest::Refresh(self.session.id));
        }
    }
}

/// A name on the wire.
pub(super) fn word(channel: Channel) -> String {
    match channel {
        Channel::Voice => "voice",
        Channel::Chat => "chat",
        Channel::App => "app",
        Channel::Email => "email",
    }
    .to_owned()
}

/// What kind of address a leg of a channel comes from, where people are known by it.
const fn address_kind(channel: Channel) -> Option<KeyKind> {
    match channel {
        Channel::Voice => Some(KeyKind::Phone),
        Channel::Email => Some(KeyKind::Email),
        Channel::Chat | Channel::App => None,
    }
}

/// All look-up keys the session shall have: its customer, where its legs came from, what its customer may be reached at, and
/// its interactions.
fn keys(moment: &Moment<'_>, session: &Session) -> Vec<LookupKey> {
    let mut keys = BTreeSet::new();
    let mut add = |kind, value: &str| {
        if !value.is_empty() {
            keys.insert(moment.keys.lookup(kind, value));
        }
    };
    if let Who::Known { customer, .. } = &session.party {
        add(KeyKind::Customer, customer.as_str());
        for (attribute, kind) in [("phone", KeyKind::Phone), ("email", KeyKind::Email)] {
            if let Some(value) = session.customer.get(attribute).and_then(|v| v.reveal().as_str()) {
                add(kind, value);
            }
        }
    }
    for leg in &session.legs {
        if let (Some(kind), Some(address)) = (address_kind(leg.channel), &leg.address) {
            add(kind, address.reveal());
        }
    }
    for interaction in &session.interactions {
        add(KeyKind::Interaction, &interaction_uuid(interaction.id).to_string());
    }
    keys.into_iter().collect()
}

fn handle_keys(session: &Session) -> Vec<HandleKey> {
    let until = |h: &crate::HandleRecord| h.used.map_or(h.until, |used| used.after(Span(limits::RACE_MS)));
    session.handles.iter().map(|h| HandleKey { hash: h.hash, until: until(h) }).collect()
}
