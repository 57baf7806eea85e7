//! What operators may look at and do, by the command line or the private port. Who may is asked before.

use crate::engine::Machine;
use crate::engine::journal::{Record, decode};
use crate::house::Switchboard;
use crate::house::order::Read;
use crate::house::subject::{found_at, token};
use crate::house::tenant::Tenant;
use segue_adapter_kit::Page;
use segue_router::{Decision, Excluded, Figure, Outcome, Overflow, StepAhead};
use segue_session::outbound::why;
use segue_session::store::{KeyKind, Seq, Version};
use segue_session::{
    AgentName, Channel, CustomerId, InteractionId, InteractionRecord, JourneyName, Language, Line, Message, Phase, QueueName, Reason,
    Refusal, Session, SessionEvent, SessionId, Standing, StepId, TenantId, Time, Who, interaction_uuid,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Entries read at once.
const PAGE: usize = 500;

/// A session in a list.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Which.
    pub session: SessionId,
    /// How it stands.
    pub standing: Standing,
    /// In which language.
    pub language: Language,
    /// Who, if known.
    pub customer: Option<CustomerId>,
    /// Where it stands: journey and step.
    pub at: Option<(JourneyName, StepId)>,
    /// Channels of the legs alive.
    pub channels: Vec<Channel>,
    /// How it stands with the agents.
    pub line: Option<Line>,
    /// When it last changed.
    pub updated: Time,
}

/// A session and what happened to it, without its transcript.
#[derive(Clone, Debug)]
pub struct SessionStory {
    /// The document.
    pub session: Session,
    /// Its version.
    pub version: Version,
    /// How it stands with the agents.
    pub line: Option<Line>,
    /// What happened, oldest first.
    pub events: Vec<SessionEvent>,
    /// The number of the last message.
    pub last_message: Seq,
}

/// A session whole.
#[derive(Clone, Debug, Serialize)]
pub struct SessionDetail {
    /// The document.
    pub session: Session,
    /// Its version.
    pub version: u64,
    /// How it stands with the agents.
    pub line: Option<Line>,
    /// What happened, oldest first.
    pub events: Vec<SessionEvent>,
    /// What was said, oldest first, with numbers.
    pub messages: Vec<(Seq, Message)>,
}

/// An interaction that the router holds.
#[derive(Clone, Debug)]
pub struct InteractionRow {
    /// Which.
    pub interaction: InteractionId,
    /// Of which session.
    pub session: SessionId,
    /// In which queue.
    pub queue: QueueName,
    /// On which channel.
    pub channel: Channel,
    /// Where it is, and with whom.
    pub phase: Phase,
    /// Since when the customer has waited.
    pub since: Time,
}

/// Why an interaction went where it went, and why it waits.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Which.
    pub interaction: InteractionId,
    /// Of which session.
    pub session: Option<SessionId>,
    /// Offers made, oldest first, each with why.
    pub offers: Vec<ExplainedOffer>,
    /// Why it waits now, where it does.
    pub waiting: Option<ExplainedWait>,
    /// How it ended, where it has.
    pub outcome: Option<Outcome>,
}

/// Why an agent was offered it.
#[derive(Clone, Debug)]
pub struct ExplainedOffer {
    /// When.
    pub at: Time,
    /// Whom.
    pub agent: AgentName,
    /// The decision in one line, as on the screen pop.
    pub line: String,
    /// How many agents could have had it.
    pub eligible: u32,
    /// How many could not, by reason.
    pub excluded: BTreeMap<Excluded, u32>,
    /// Who would have been next.
    pub runner_up: Option<AgentName>,
    /// Under which config.
    pub plan: u64,
}

/// Why an interaction has no agent yet.
#[derive(Clone, Debug)]
pub struct ExplainedWait {
    /// In which queue.
    pub queue: QueueName,
    /// How many stand before it.
    pub ahead: u32,
    /// Since when the customer has waited.
    pub since: Time,
    /// With which rank, as the agent's screen pop will show it.
    pub priority: i32,
    /// Why that rank, in the same words.
    pub priority_why: String,
    /// How many agents cannot have it, by the first reason that applies.
    pub excluded: BTreeMap<Excluded, u32>,
    /// The agent it is kept for: it was transferred to them, or the customer prefers them.
    pub reserved: Option<AgentName>,
    /// What the queue's timeline has ahead of it.
    pub steps: Vec<ExplainedStep>,
    /// Why the agent who was asked about cannot have it now.
    pub why_not: Option<Excluded>,
}

/// A step of a queue's timeline that has not been taken, with what is so once those up to it are.
#[derive(Clone, Debug)]
pub struct ExplainedStep {
    /// At which wait it is due, in milliseconds.
    pub after_ms: u64,
    /// The figure that it then waits for, in words.
    pub when: Option<String>,
    /// How many agents are eligible from then on.
    pub eligible: u32,
    /// Of these, who are on duty on its channel now.
    pub on_duty: u32,
    /// The queue that it goes to.
    pub overflow: Option<QueueName>,
    /// Whether it leaves the line.
    pub leaves: bool,
}

impl Switchboard {
    /// Sessions that are not over, in the order of their birth; of one customer, all of theirs, newest first.
    ///
    /// # Errors
    /// `NotFound` for a tenant that is not served, `InvalidArgument` for a page token that is not ours.
    pub async fn sessions(
        &self,
        tenant: &TenantId,
        customer: Option<&CustomerId>,
        page_size: usize,
        page: Option<&str>,
    ) -> Result<Page<SessionRow>, Refusal> {
        let tenant = self.tenant_of(tenant)?;
        let size = page_size.clamp(1, PAGE);
        let places = match customer {
            Some(customer) => {
                let found = tenant.of_customer(customer, page.map(found_at).transpose()?, size + 1).await?;
                found.into_iter().map(|place| (place.session, token(place))).collect()
            }
            None => {
                let after: Option<SessionId> = page.map(str::parse).transpose().map_err(|_| bad_page())?;
                let live = tenant.store.live(&tenant.id, after, size + 1).await.map_err(|error| tenant.failed(&error))?;
                live.into_iter().map(|id| (id, id.to_string())).collect::<Vec<_>>()
            }
        };
        let ids: Vec<SessionId> = places.iter().map(|(id, _)| *id).collect();
        let stored = tenant.store.sessions(&tenant.id, &ids).await.map_err(|error| tenant.failed(&error))?;
        let next = places.get(size - 1).filter(|_| places.len() > size).map(|(_, token)| token.clone());
        let rows = stored.into_iter().take(size).flatten().map(|stored| tenant.decode(stored).map(row));
        Ok(Page { rows: rows.collect::<Result<_, _>>()?, next })
    }

    /// How a session stands, and what happened to it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn story(&self, tenant: &TenantId, session: SessionId) -> Result<SessionStory, Refusal> {
        let tenant = self.tenant_of(tenant)?;
        let read = tenant.read(session).await?.ok_or_else(nothing)?;
        let events = tenant.records(session).await?.into_iter().filter_map(|record| match record {
            Record::Session(event) => Some(event),
            Record::Step(_) | Record::Decision(_) | Record::Names(_) => None,
        });
        let Read { stored, session, line } = read;
        Ok(SessionStory { version: stored.version, last_message: stored.last_message, line, session, events: events.collect() })
    }

    /// A session whole: content, line, events, transcript.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn session(&self, tenant: &TenantId, session: SessionId) -> Result<SessionDetail, Refusal> {
        let story = self.story(tenant, session).await?;
        let tenant = self.tenant_of(tenant)?;
        let mut messages: Vec<(Seq, Message)> = Vec::new();
        loop {
            let after = messages.last().map(|(seq, _)| *seq).unwrap_or_default();
            let part = tenant.transcript(session, after, super::port::MESSAGES).await?;
            let whole = part.len() < super::port::MESSAGES;
            messages.extend(part);
            if whole {
                break;
            }
        }
        let SessionStory { session, version, line, events, .. } = story;
        Ok(SessionDetail { version: version.0, line, session, events, messages })
    }

    /// What stands for a customer where they must not be named: nobody reads it back, and who asks for the same customer
    /// again gets the same.
    #[must_use]
    pub fn pseudonym(&self, tenant: &TenantId, customer: &CustomerId) -> Option<String> {
        let keys = &self.tenant_of(tenant).ok()?.keys;
        let hash = keys.lookup(KeyKind::Customer, customer.as_str()).hash;
        Some(format!("customer:{}", uuid::Uuid::from_bytes(hash).simple()))
    }

    /// Interactions that the router holds, of one queue or of all, those who wait longest first.
    ///
    /// # Errors
    /// `NotFound` for a tenant that is not served, `InvalidArgument` for a page token that is not ours, `Unavailable` while
    /// routing is being rebuilt.
    pub async fn interactions(
        &self,
        tenant: &TenantId,
        queue: Option<&QueueName>,
        page_size: usize,
        page: Option<&str>,
    ) -> Result<Page<InteractionRow>, Refusal> {
        let (tenant, queue) = (self.tenant_of(tenant)?, queue.cloned());
        let after = page.map(|token| place_of(token).ok_or_else(bad_page)).transpose()?;
        let size = page_size.clamp(1, PAGE);
        let rows = tenant.engine().look(move |machine| {
            let wanted = |name: &QueueName| queue.as_ref().is_none_or(|queue| queue == name);
            let cases = machine.cases().iter().filter(|(_, case)| !case.over() && wanted(&case.queue));
            let mut rows: Vec<InteractionRow> = cases.map(|(id, case)| held(machine, id, case)).collect();
            rows.retain(|row| after.is_none_or(|after| (row.since, row.interaction) > after));
            rows.sort_by_key(|row| (row.since, row.interaction));
            rows
        });
        let mut rows = rows.await?;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).map(|row| format!("{}.{}", row.since.0, interaction_uuid(row.interaction)));
        Ok(Page { rows, next })
    }

    /// Why an interaction went where it went, from the journal, and why it waits, from the router.
    ///
    /// # Errors
    /// `NotFound` for an interaction nobody knows (any more), or an agent who is not in the config.
    pub async fn explain(&self, tenant: &TenantId, interaction: InteractionId, agent: Option<&AgentName>) -> Result<Explanation, Refusal> {
        let tenant = self.tenant_of(tenant)?;
        let key = tenant.keys.lookup(KeyKind::Interaction, &interaction_uuid(interaction).to_string());
        let found = tenant.found(&key, 1).await?;
        let session = *found.first().ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such interaction"))?;
        let read = tenant.read(session).await?;
        let record = read.as_ref().and_then(|read| read.session.interaction(interaction)).cloned();
        let needs = record.as_ref().map(|record| record.needs.clone()).unwrap_or_default();
        let outcome = record.as_ref().and_then(|record| record.ended);
        let decisions = tenant.records(session).await?.into_iter().filter_map(|record| match record {
            Record::Decision(decision) if decision.interaction == interaction => Some(*decision),
            Record::Decision(_) | Record::Session(_) | Record::Step(_) | Record::Names(_) => None,
        });
        let decisions: Vec<Decision> = decisions.collect();
        let agent = agent.cloned();
        let told = tenant.engine().look(move |machine| {
            let offers = decisions.iter().filter_map(|decision| offer(machine, decision, &needs)).collect();
            let why_not = agent.map(|agent| why_not(machine, interaction, &agent)).transpose();
            why_not.map(|why_not| (offers, wait(machine, interaction, record.as_ref(), why_not.flatten())))
        });
        let (offers, waiting) = told.await??;
        Ok(Explanation { interaction, session: Some(session), offers, waiting, outcome })
    }
}

impl Tenant {
    /// The journal's records about a session, oldest first.
    async fn records(self: &Arc<Self>, session: SessionId) -> Result<Vec<Record>, Refusal> {
        let mut records = Vec::new();
        let mut after = Seq(0);
        loop {
            let page = self.store.journal_of(&self.id, session, after, PAGE).await.map_err(|error| self.failed(&error))?;
            after = page.last().map_or(after, |entry| entry.seq);
            for entry in &page {
                let record = decode(&entry.body).map_err(|_| Refusal::new(Reason::Internal, "an entry of the journal cannot be read"))?;
                records.push(record);
            }
            if page.len() < PAGE {
                return Ok(records);
            }
        }
    }
}

fn row(read: Read) -> SessionRow {
    let session = read.session;
    let frame = session.position.as_ref().and_then(|position| position.frames.last());
    SessionRow {
        session: session.id,
        at: frame.map(|frame| (frame.journey.clone(), frame.step.clone())),
        channels: session.channels(),
        customer: match session.party {
            Who::Known { customer, .. } => Some(customer),
            Who::Unknown | Who::Candidates(_) => None,
        },
        standing: session.standing,
        language: session.language,
        line: read.line,
        updated: session.updated,
    }
}

fn held(machine: &Machine, interaction: InteractionId, case: &segue_session::outbound::Case) -> InteractionRow {
    let wrapping = case.wrapping.keys().next().copied();
    let name = |agent| machine.directory().agent_name(agent).cloned();
    let named = |phase: fn(AgentName) -> Phase, agent: Option<_>| agent.and_then(name).map_or(Phase::Ended, phase);
    let phase = match (case.ended, case.assigned_to(), &case.offer) {
        (Some(_), _, _) => named(Phase::WrappingUp, wrapping),
        (None, Some(agent), _) => named(Phase::Assigned, Some(agent)),
        (None, None, Some(offer)) => named(Phase::Offered, Some(offer.agent)),
        (None, None, None) => Phase::Waiting,
    };
    InteractionRow { interaction, session: case.session, queue: case.queue.clone(), channel: case.channel, phase, since: case.since }
}

fn offer(machine: &Machine, decision: &Decision, needs: &str) -> Option<ExplainedOffer> {
    let why = why(&machine.names(), decision, needs);
    Some(ExplainedOffer {
        at: decision.at,
        agent: machine.directory().agent_name(decision.agent)?.clone(),
        line: why.line(),
        eligible: why.eligible,
        excluded: decision.excluded.clone(),
        runner_up: why.runner_up,
        plan: decision.plan.0,
    })
}

/// Why this agent cannot have what waits; nothing where it does not wait.
fn why_not(machine: &Machine, interaction: InteractionId, agent: &AgentName) -> Result<Option<Excluded>, Refusal> {
    let unknown = || Refusal::new(Reason::NotFound, "there is no such agent").about("agent", agent.as_str());
    let number = machine.directory().agent(agent).filter(|_| machine.chart().agents.contains_key(agent)).ok_or_else(unknown)?;
    Ok(machine.router().why_not(interaction, number).ok().flatten())
}

fn step(machine: &Machine, step: &StepAhead) -> ExplainedStep {
    let when = step.when.map(|figure| match figure {
        Figure::ExpectedWait(limit) => format!("the expected wait is over {} s", limit.0 / 1000),
        Figure::ServiceLevel(least) => format!("the service level is under {least} %"),
    });
    let overflow = match step.overflow {
        Some(Overflow::Queue(queue)) => machine.directory().queue_name(queue).cloned(),
        Some(Overflow::Out) | None => None,
    };
    let leaves = step.overflow == Some(Overflow::Out);
    ExplainedStep { after_ms: step.after.0, when, eligible: step.eligible, on_duty: step.on_duty, overflow, leaves }
}

fn wait(
    machine: &Machine,
    interaction: InteractionId,
    record: Option<&InteractionRecord>,
    why_not: Option<Excluded>,
) -> Option<ExplainedWait> {
    let told = machine.router().explain(interaction).ok()?;
    let agent = |(agent, _)| machine.directory().agent_name(agent).cloned();
    Some(ExplainedWait {
        queue: machine.directory().queue_name(told.queue)?.clone(),
        ahead: told.ahead,
        since: told.since,
        priority: told.priority.0,
        priority_why: record.map(|record| machine.rank(told.queue, told.priority).in_words(record)).unwrap_or_default(),
        excluded: told.excluded.iter().map(|(reason, count)| (*reason, *count)).collect(),
        reserved: told.reserved.and_then(agent),
        steps: told.steps.iter().map(|ahead| step(machine, ahead)).collect(),
        why_not,
    })
}

fn nothing() -> Refusal {
    Refusal::new(Reason::NotFound, "there is no such session")
}

/// A place in the list of interactions, from a page's token.
fn place_of(token: &str) -> Option<(Time, InteractionId)> {
    let (since, interaction) = token.split_once('.')?;
    Some((Time(since.parse().ok()?), InteractionId(interaction.parse::<uuid::Uuid>().ok()?.as_u128())))
}

pub(super) fn bad_page() -> Refusal {
    Refusal::new(Reason::InvalidArgument, "the page token is not one of ours").about("field", "page_token")
}
