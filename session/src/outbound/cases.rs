//! Every interaction the router holds, by the names the outside knows: which session it is of, and where it is.
//!
//! Driven by the router's effects alone (see `effects`), so a replay of the same effects gives the same cases.

use crate::{AgentName, InteractionId, Line, Phase, QueueName, Reason, SessionId, Time};
use segue_router::{AgentId, Change, Channel, Decision, OfferId, Outcome, Priority};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One interaction, from arrival to the end of its last wrap-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Of which session.
    pub session: SessionId,
    /// In which queue.
    pub queue: QueueName,
    /// On which channel.
    pub channel: Channel,
    /// Since when the customer has waited.
    pub since: Time,
    /// With which rank.
    pub priority: Priority,
    /// A call back is awaited.
    pub callback: bool,
    /// Whether the customer was offered a call back by a step of the queue.
    #[serde(default)]
    pub invited: bool,
    /// The standing offer, with why.
    pub offer: Option<Decision>,
    /// Who has it, and the decision that gave it to them.
    pub assigned: Option<(AgentId, Decision)>,
    /// Who wraps up.
    pub wrapping: BTreeMap<AgentId, Wrapping>,
    /// Who had it last, unless it went back into line since.
    pub holder: Option<AgentId>,
    /// How it ended for the router.
    pub ended: Option<Outcome>,
    /// Whether its session has yet to hear that the talk is over: until then it is not forgotten, whatever ends meanwhile.
    #[serde(default)]
    pub unheard: bool,
}

/// An agent's work after their talk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wrapping {
    /// When their talk was over.
    pub since: Time,
    /// When it ends by itself.
    pub until: Time,
    /// The decision that gave them the interaction.
    pub decision: Decision,
}

/// What an agent has of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The customer is theirs: they talk, or wrap up and nobody else is wanted since.
    Whole,
    /// They wrap up their part while it goes on without them: they read what was said until then, and note.
    Until(Time),
}

/// An agent as last told, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// What the router said.
    pub change: Change,
    /// Since when this readiness and presence.
    pub since: Time,
}

/// All cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cases {
    pub(super) cases: BTreeMap<InteractionId, Case>,
    /// The cases of each session, oldest first.
    pub(super) sessions: BTreeMap<SessionId, Vec<InteractionId>>,
    /// Agents as last told.
    pub(super) faces: BTreeMap<AgentId, Face>,
    /// What each agent holds: offers, assignments, wrap-ups.
    pub(super) held: BTreeMap<AgentId, BTreeSet<InteractionId>>,
}

impl Case {
    /// Where it is, by names.
    #[must_use]
    pub fn phase(&self, name: impl Fn(AgentId) -> Option<AgentName>) -> Phase {
        if let Some(outcome) = self.ended {
            let wrapping = self.wrapping.keys().next().copied().and_then(&name);
            return match (outcome, wrapping) {
                (Outcome::Suspended, _) => Phase::Suspended,
                (Outcome::Handled, Some(agent)) => Phase::WrappingUp(agent),
                (Outcome::Overflowed, _) => Phase::Refused(Reason::WaitOver.name()),
                (Outcome::Handled | Outcome::Abandoned, _) => Phase::Ended,
            };
        }
        let assigned = self.assigned.as_ref().map(|(agent, _)| *agent).and_then(&name);
        let offered = self.offer.as_ref().map(|offer| offer.agent).and_then(&name);
        assigned.map(Phase::Assigned).or(offered.map(Phase::Offered)).unwrap_or(Phase::Waiting)
    }

    /// Who has it now.
    #[must_use]
    pub fn assigned_to(&self) -> Option<AgentId> {
        self.assigned.as_ref().filter(|_| self.ended.is_none()).map(|(agent, _)| *agent)
    }

    /// Agents who have it: the one assigned, and those who wrap it up.
    pub(super) fn agents(&self) -> impl Iterator<Item = AgentId> {
        self.assigned_to().into_iter().chain(self.wrapping.keys().copied())
    }

    /// Whether nobody has anything to do with it any more.
    #[must_use]
    pub fn over(&self) -> bool {
        self.ended.is_some() && self.wrapping.is_empty()
    }

    /// What its session must have heard of it; told again after a crash, it is heard once.
    #[must_use]
    pub fn to_hear(&self, name: impl Fn(AgentId) -> Option<AgentName>) -> Option<Phase> {
        match self.ended {
            None => self.assigned_to().and_then(name).map(Phase::Assigned),
            Some(_) => self.holder.filter(|_| self.unheard).and_then(name).map(Phase::WrappingUp),
        }
    }
}

impl Cases {
    /// An interaction that the router holds, or that is being wrapped up.
    #[must_use]
    pub fn get(&self, interaction: InteractionId) -> Option<&Case> {
        self.cases.get(&interaction)
    }

    /// The interaction that is put to the agent by this offer.
    #[must_use]
    pub fn offered(&self, agent: AgentId, offer: OfferId) -> Option<(InteractionId, &Case)> {
        self.held_by(agent).find(|(_, case)| case.offer.as_ref().is_some_and(|decision| decision.offer == offer))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (InteractionId, &Case)> {
        self.cases.iter().map(|(id, case)| (*id, case))
    }

    /// Sessions with a case.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.sessions.keys().copied()
    }

    /// Whether the session has a case.
    #[must_use]
    pub fn has(&self, session: SessionId) -> bool {
        self.sessions.contains_key(&session)
    }

    /// An agent as last told.
    #[must_use]
    pub fn face(&self, agent: AgentId) -> Option<&Face> {
        self.faces.get(&agent)
    }

    /// Agents as last told.
    pub fn faces(&self) -> impl Iterator<Item = &Face> {
        self.faces.values()
    }

    /// What an agent holds: offers, assignments, wrap-ups.
    pub fn held_by(&self, agent: AgentId) -> impl Iterator<Item = (InteractionId, &Case)> {
        let ids = self.held.get(&agent).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.cases.get(id)?)))
    }

    /// The cases of a session, oldest first.
    pub fn of(&self, session: SessionId) -> impl Iterator<Item = (InteractionId, &Case)> {
        let ids = self.sessions.get(&session).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.cases.get(id)?)))
    }

    /// What the agent has of the session; `None`: nothing, or an offer.
    #[must_use]
    pub fn hold(&self, agent: AgentId, session: SessionId) -> Option<Hold> {
        if self.listeners(session).contains(&agent) {
            return Some(Hold::Whole);
        }
        let parts = self.of(session).filter_map(|(_, case)| case.wrapping.get(&agent));
        parts.map(|wrapping| wrapping.since).max().map(Hold::Until)
    }

    /// The session's line: its newest interaction that is not over, or else its newest.
    pub fn line(&self, session: SessionId, name: impl Fn(AgentId) -> Option<AgentName>) -> Option<Line> {
        let newest = self.of(session).max_by_key(|(id, case)| (case.ended.is_none(), *id))?;
        let (interaction, case) = newest;
        Some(Line {
            interaction,
            phase: case.phase(name),
            queue: case.queue.clone(),
            channel: case.channel,
            since: case.since,
            ahead: None,
            expected_wait: None,
            callback: case.callback,
        })
    }

    /// Agents who get copies of the session's messages: the one assigned; those who wrap up, while nobody else is wanted.
    #[must_use]
    pub fn listeners(&self, session: SessionId) -> BTreeSet<AgentId> {
        let goes_on = self.of(session).any(|(_, case)| case.ended.is_none());
        let of_case = |case: &Case| match case.assigned_to() {
            Some(agent) => BTreeSet::from([agent]),
            None if goes_on => BTreeSet::new(),
            None => case.wrapping.keys().copied().collect(),
        };
        self.of(session).flat_map(|(_, case)| of_case(case)).collect()
    }

    /// Forgets a case that is over; the session's line has been taken before.
    pub fn forget(&mut self, interaction: InteractionId) {
        let Some(case) = self.cases.remove(&interaction) else { return };
        if let Some(ids) = self.sessions.get_mut(&case.session) {
            ids.retain(|id| *id != interaction);
            if ids.is_empty() {
                self.sessions.remove(&case.session);
            }
        }
    }

    /// Forgets every case that is over, and of which its session has heard.
    pub fn forget_over(&mut self, candidates: impl IntoIterator<Item = InteractionId>) {
        for id in candidates {
            if self.cases.get(&id).is_some_and(|case| case.over() && !case.unheard) {
                self.forget(id);
            }
        }
    }

    /// The sessions have heard that these talks are over.
    pub fn heard(&mut self, interactions: &[InteractionId]) {
        for id in interactions {
            if let Some(case) = self.cases.get_mut(id) {
                case.unheard = false;
            }
        }
        self.forget_over(interactions.iter().copied());
    }
}
