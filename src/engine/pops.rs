//! Desk entries made whole: screen pops from the sessions' documents, read in one go per batch.

use crate::engine::machine::Machine;
use crate::engine::parts::Parts;
use crate::engine::waits::Waits;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use segue_router::{AgentId, Decision, Time};
use segue_session::codec::Coded;
use segue_session::journey::Library;
use segue_session::outbound::{DeskNews, Told, why};
use segue_session::pop::{self, LinkTemplate, PopInput};
use segue_session::store::{Error as StoreError, KeyKind, Store, Stored};
use segue_session::{
    AgentName, CustomerId, DeskEvent, DeskOffer, EnrichmentStanding, InteractionId, Keys, Language, PersonaId, Phase, PopEnrichment,
    PopHistory, ScreenPop, Session, SessionId, TenantId, Who,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Former sessions of a customer that a pop looks into.
const FORMER: usize = 8;
/// Customers whose former sessions are read at once: a batch of offers waits for a few round trips, not for one each.
const AT_ONCE: usize = 32;

/// What pops of a tenant are made with, beside the sessions.
pub(crate) struct Scenery {
    pub(crate) library: Arc<Library>,
    pub(crate) keys: Keys,
    pub(crate) links: Vec<LinkTemplate>,
    pub(crate) hosts: BTreeSet<String>,
    /// Systems whose parts will come.
    pub(crate) connectors: Vec<String>,
    /// Parts that came.
    pub(crate) parts: Parts,
    /// Waits that customers were told of.
    pub(crate) waits: Waits,
    /// The language of desks that say nothing.
    pub(crate) language: Language,
}

/// Sessions as read for one batch.
#[derive(Default)]
pub(crate) struct Sheets(BTreeMap<SessionId, (Option<Stored>, Option<Session>)>);

/// Former interactions by customer.
pub(crate) type Histories = BTreeMap<Known, Vec<PopHistory>>;

/// A customer in one relationship: what is known of one persona is not shown for another.
pub(crate) type Known = (CustomerId, Option<PersonaId>);

impl Sheets {
    /// Reads the sessions.
    pub(crate) async fn load(store: &Arc<dyn Store>, domain: &TenantId, wanted: BTreeSet<SessionId>) -> Result<Self, StoreError> {
        let ids: Vec<SessionId> = wanted.into_iter().collect();
        if ids.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        let stored = store.sessions(domain, &ids).await?;
        let sheet = |(id, stored): (SessionId, Option<Stored>)| {
            let session = stored.as_ref().and_then(|stored| match Session::decode(&stored.content) {
                Ok(session) => Some(session),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(tenant = domain.as_str(), session = %id, error, "a session cannot be read");
                    None
                }
            });
            (id, (stored, session))
        };
        Ok(Self(ids.into_iter().zip(stored).map(sheet).collect()))
    }

    /// Adds what was read later.
    pub(super) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether the session was looked for.
    pub(super) fn has(&self, session: SessionId) -> bool {
        self.0.contains_key(&session)
    }

    /// What is stored of a session, readable or not.
    pub(super) fn stored(&self, session: SessionId) -> Option<&Stored> {
        self.0.get(&session)?.0.as_ref()
    }

    /// Whether the session is there, and cannot be read.
    pub(super) fn is_unreadable(&self, session: SessionId) -> bool {
        matches!(self.0.get(&session), Some((Some(_), None)))
    }

    /// Each session with what is stored of it; `None` where it was erased.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SessionId, Option<&Stored>)> {
        self.0.iter().map(|(id, (stored, _))| (*id, stored.as_ref()))
    }

    /// A session, as stored and as read.
    pub(crate) fn get(&self, session: SessionId) -> Option<(&Stored, &Session)> {
        let (stored, session) = self.0.get(&session)?;
        Some((stored.as_ref()?, session.as_ref()?))
    }
}

impl Scenery {
    /// Former interactions of those customers who are being offered.
    pub(crate) async fn histories(
        &self,
        store: &Arc<dyn Store>,
        domain: &TenantId,
        sheets: &Sheets,
        told: &Told,
    ) -> Result<Histories, StoreError> {
        let offered = told.desk.iter().filter_map(|(_, news)| match news {
            DeskNews::Offered(session, _) => sheets.get(*session),
            DeskNews::Ready(_) | DeskNews::Assigned(..) | DeskNews::Updated(..) => None,
        });
        self.histories_among(store, domain, offered.map(|(_, session)| session)).await
    }

    /// Former interactions of all customers of these sessions.
    pub(crate) async fn histories_of(&self, store: &Arc<dyn Store>, domain: &TenantId, sheets: &Sheets) -> Result<Histories, StoreError> {
        self.histories_among(store, domain, sheets.0.values().filter_map(|(_, session)| session.as_ref())).await
    }

    async fn histories_among(
        &self,
        store: &Arc<dyn Store>,
        domain: &TenantId,
        sessions: impl Iterator<Item = &Session>,
    ) -> Result<Histories, StoreError> {
        let customers: BTreeSet<Known> = sessions.filter_map(known).collect();
        let ask = |who: Known| async move { self.history(store, domain, &who).await.map(|rows| (who, rows)) };
        stream::iter(customers.into_iter().map(ask)).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Former interactions of a customer over all their sessions, newest first.
    pub(crate) async fn history(&self, store: &Arc<dyn Store>, domain: &TenantId, who: &Known) -> Result<Vec<PopHistory>, StoreError> {
        let key = self.keys.lookup(KeyKind::Customer, who.0.as_str());
        let sessions = store.find(domain, &key, None, FORMER).await?;
        let sheets = Sheets::load(store, domain, sessions.into_iter().map(|found| found.session).collect()).await?;
        let mut rows: Vec<PopHistory> = Vec::new();
        for (_, session) in sheets.0.values() {
            let Some(session) = session.as_ref().filter(|session| known(session).as_ref() == Some(who)) else { continue };
            rows.extend(session.interactions.iter().filter_map(|record| {
                Some(PopHistory {
                    session: session.id,
                    interaction: record.id,
                    channel: record.channel,
                    queue: record.queue.clone(),
                    at: record.since,
                    outcome: outcome_name(record.ended?).to_owned(),
                })
            }));
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.interaction)));
        Ok(rows)
    }

    /// The entry whole; `None` where its session was erased meanwhile.
    pub(crate) fn complete(
        &self,
        now: Time,
        machine: &Machine,
        sheets: &Sheets,
        histories: &Histories,
        agent: &AgentName,
        news: &DeskNews,
    ) -> Option<DeskEvent> {
        Some(match news {
            DeskNews::Ready(event) => event.as_ref().clone(),
            DeskNews::Offered(session, decision) => {
                self.parts.retry(decision.interaction);
                let phase = Phase::Offered(agent.clone());
                let pop = self.pop(now, machine, sheets.get(*session)?, histories, decision, &phase)?;
                DeskEvent::Offered(Box::new(DeskOffer {
                    offer: decision.offer,
                    interaction: decision.interaction,
                    deadline: decision.deadline,
                    pop,
                }))
            }
            DeskNews::Assigned(session, interaction, offer) => {
                let after = sheets.stored(*session)?.last_message;
                DeskEvent::Assigned { offer: *offer, interaction: *interaction, session: *session, after }
            }
            DeskNews::Updated(session, interaction, id) => {
                let (decision, phase) = standing(machine, *interaction, *id)?;
                DeskEvent::Updated(Box::new(self.pop(now, machine, sheets.get(*session)?, histories, &decision, &phase)?))
            }
        })
    }

    /// The screen pop of an interaction for the agent of the decision.
    pub(crate) fn pop(
        &self,
        now: Time,
        machine: &Machine,
        (stored, session): (&Stored, &Session),
        histories: &Histories,
        decision: &Decision,
        phase: &Phase,
    ) -> Option<ScreenPop> {
        let names = machine.names();
        let needs = session.interaction(decision.interaction).map(|record| record.needs.as_str()).unwrap_or_default();
        let agent = names.directory.agent_name(decision.agent)?;
        let language = names.chart.agents.get(agent).map_or(&self.language, |agent| &agent.language);
        let who = known(session);
        let part = |connector: &str| {
            let pending = PopEnrichment { standing: EnrichmentStanding::Pending, data: None, at: now };
            self.parts.get(decision.interaction, who.as_ref(), connector).unwrap_or(pending)
        };
        let history = who.as_ref().and_then(|who| histories.get(who)).cloned().unwrap_or_default();
        let input = PopInput {
            version: stored.version,
            now,
            interaction: decision.interaction,
            why: why(&names, decision, needs),
            rank: machine.rank(decision.queue, decision.priority),
            phase,
            told: self.waits.get(decision.interaction),
            history: history.into_iter().filter(|row| row.session != session.id).collect(),
            enrichment: self.connectors.iter().map(|name| (name.clone(), part(name))).collect(),
            links: &self.links,
            hosts: &self.hosts,
            library: &self.library,
            language,
        };
        Some(pop::build(session, input))
    }
}

/// The interaction whose pop an entry shows with parts still to come.
pub(crate) fn awaits_parts(event: &DeskEvent, news: &DeskNews) -> Option<InteractionId> {
    let (interaction, pop) = match (event, news) {
        (DeskEvent::Offered(offer), _) => (offer.interaction, &offer.pop),
        (DeskEvent::Updated(pop), DeskNews::Updated(_, interaction, _)) => (*interaction, pop.as_ref()),
        _ => return None,
    };
    pop.enrichment.values().any(|part| part.standing == EnrichmentStanding::Pending).then_some(interaction)
}

/// An entry without what makes pops large; `None` where nothing would be left of it. An offer must reach its desk in time, with
/// whom and what it is about; a new pop can come later.
pub(crate) fn in_brief(event: DeskEvent) -> Option<DeskEvent> {
    match event {
        DeskEvent::Offered(mut offer) => {
            let pop = &mut offer.pop;
            (pop.answers, pop.notes, pop.history, pop.transfers, pop.links) = <_>::default();
            (pop.trail, pop.failed, pop.consent, pop.enrichment) = <_>::default();
            (pop.customer.attributes, pop.customer.claimed) = <_>::default();
            Some(DeskEvent::Offered(offer))
        }
        DeskEvent::Updated(_) => None,
        other => Some(other),
    }
}

/// The decision by which an agent has an interaction, or is offered it, and how it stands with them.
pub(crate) fn standing(machine: &Machine, interaction: InteractionId, agent: AgentId) -> Option<(Decision, Phase)> {
    let case = machine.cases().get(interaction)?;
    let name = machine.directory().agent_name(agent)?.clone();
    if let Some(wrapping) = case.wrapping.get(&agent) {
        return Some((wrapping.decision.clone(), Phase::WrappingUp(name)));
    }
    if case.assigned_to() == Some(agent) {
        return case.assigned.as_ref().map(|(_, decision)| (decision.clone(), Phase::Assigned(name)));
    }
    let offer = case.offer.as_ref().filter(|offer| offer.agent == agent)?;
    Some((offer.clone(), Phase::Offered(name)))
}

/// Of whom a session is, where that is known.
pub(crate) fn known(session: &Session) -> Option<Known> {
    match &session.party {
        Who::Known { customer, persona, .. } => Some((customer.clone(), persona.clone())),
        Who::Unknown | Who::Candidates(_) => None,
    }
}

/// An outcome's wire name.
pub(crate) const fn outcome_name(outcome: segue_router::Outcome) -> &'static str {
    match outcome {
        segue_router::Outcome::Handled => "handled",
        segue_router::Outcome::Abandoned => "abandoned",
        segue_router::Outcome::Suspended => "suspended",
        segue_router::Outcome::Overflowed => "overflowed",
    }
}
