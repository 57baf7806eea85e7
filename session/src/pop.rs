//! Puts the screen pop together, and says why in one sentence.
//!
//! What is *not* here: fetching (the engine's connectors fill `enrichment`), delivery, and who may see it.

mod answers;
mod assurance;
mod links;
mod why;

pub use links::{LinkTemplate, fill};
pub use why::{Rank, Why, WhySkill};

use crate::journey::{Library, Prompt};
use crate::store::Version;
use crate::{
    Consent, ExpectedWait, InteractionId, Language, Phase, PopCustomer, PopEnrichment, PopHistory, PopLeg, PopQueue, PopStopped,
    PopTransfer, Private, QueueName, ScreenPop, Session, Standing, Time, Who,
};
use segue_router::{Channel, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What a pop is made of beside the session.
#[derive(Clone, Debug)]
pub struct PopInput<'a> {
    /// As of which version of the session.
    pub version: Version,
    /// When it is put together.
    pub now: Time,
    /// Which interaction it is about.
    pub interaction: InteractionId,
    /// Why this agent.
    pub why: Why,
    /// The rank by which it was decided.
    pub rank: Rank,
    /// How it stands with this agent: what they may do hangs on it.
    pub phase: &'a Phase,
    /// How long a wait the customer was told of first.
    pub told: Option<ExpectedWait>,
    /// Former interactions of the customer's other sessions in the same role (this session's own are added).
    pub history: Vec<PopHistory>,
    /// Parts from other systems.
    pub enrichment: BTreeMap<String, PopEnrichment>,
    /// Link templates.
    pub links: &'a [LinkTemplate],
    /// Hosts that links may lead to.
    pub hosts: &'a BTreeSet<String>,
    /// The tenant's journeys.
    pub library: &'a Library,
    /// The desk's language.
    pub language: &'a Language,
}

/// Former interactions shown.
const HISTORY: usize = 20;

/// Puts a pop together.
#[must_use]
pub fn build(session: &Session, input: PopInput<'_>) -> ScreenPop {
    let record = session.interaction(input.interaction);
    ScreenPop {
        session: session.id,
        version: input.version,
        at: input.now,
        channel: record.map(|r| r.channel).or_else(|| session.channels().first().copied()).unwrap_or(Channel::Chat),
        legs: legs(session),
        queue: PopQueue {
            name: record.map_or_else(|| QueueName::new("-"), |r| r.queue.clone()),
            since: record.map_or(input.now, |r| r.since),
            priority: input.rank.priority,
            priority_why: record.map(|r| input.rank.in_words(r)).unwrap_or_default(),
            callback: record.and_then(|r| r.callback.clone()),
            told: input.told,
        },
        customer: customer(session, input.now),
        assurance: assurance::of(session, input.now),
        stopped: stopped(session, input.library, input.language, input.now),
        answers: answers::of(session, input.library, input.language, input.now),
        failed: session.trail.iter().filter(|t| t.errors > 0 || t.repeats > 0).cloned().collect(),
        trail: session.trail.clone(),
        history: history(session, &input),
        notes: session.notes.iter().rev().cloned().collect(),
        consent: session.consent.iter().map(|c| Consent { evidence: answers::NOBODY, ..c.clone() }).collect(),
        transfers: session.transfers.iter().map(|t| PopTransfer { from: t.from.clone(), at: t.at, note: t.note.clone() }).collect(),
        links: links::resolve(session, input.links, input.hosts, input.now),
        actions: actions(session, input.phase),
        why: input.why.pop(),
        enrichment: input.enrichment,
    }
}

fn legs(session: &Session) -> Vec<PopLeg> {
    let live: BTreeSet<_> = session.live().map(|l| l.id).collect();
    let legs = session.legs.iter().rev();
    legs.map(|l| PopLeg { channel: l.channel, address: l.address.clone(), since: l.since, live: live.contains(&l.id) }).collect()
}

/// The attribute that an agent calls a customer by, whoever is here.
const NAME: &str = "name";

/// What the issuer signed of the customer. Held back from the agent, who would tell it, is all but the name where somebody is here
/// who has proved less than whoever signed in.
fn attributes(session: &Session, now: Time) -> BTreeMap<String, Private<serde_json::Value>> {
    let hidden = assurance::hides_claims(session, now);
    let shown = |name: &str, value: &Private<serde_json::Value>| {
        if hidden && name != NAME { Private::new(serde_json::Value::from(answers::MASK)) } else { value.clone() }
    };
    session.customer.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect()
}

fn customer(session: &Session, now: Time) -> PopCustomer {
    let (customer, persona, candidates) = match &session.party {
        Who::Unknown => (None, None, Vec::new()),
        Who::Candidates(some) => (None, None, some.clone()),
        Who::Known { customer, persona, .. } => (Some(customer.clone()), persona.clone(), Vec::new()),
    };
    PopCustomer {
        customer,
        persona,
        candidates,
        language: session.language.clone(),
        attributes: attributes(session, now),
        claimed: session.claimed.clone(),
    }
}

/// Where they stopped last; where they stand, if they never did.
fn stopped(session: &Session, library: &Library, language: &Language, now: Time) -> Option<PopStopped> {
    let position = session.position.as_ref()?;
    let frame = position.frames.last()?;
    let prompt = library.prompt(position, &session.answers, &session.customer, &session.claimed, language);
    let field = match prompt {
        Some(Prompt::Form { fields, current, .. }) => fields.into_iter().find(|f| Some(&f.id) == current.as_ref()).map(|f| f.ask),
        _ => None,
    };
    let (at, channel, cause) = match &session.standing {
        Standing::Suspended(s) => (s.at, s.channel, Some(s.cause)),
        Standing::Active | Standing::Closed { .. } | Standing::Expired { .. } => match &session.stopped {
            Some(s) => (s.at, s.channel, Some(s.cause)),
            None => (frame.since.min(now), session.trail.last().and_then(|t| t.channel), None),
        },
    };
    let step = session.stopped.as_ref().and_then(|s| s.step.clone()).filter(|_| cause.is_some()).unwrap_or_else(|| frame.step.clone());
    let field = field.filter(|_| step == frame.step);
    let journey = frame.journey.clone();
    Some(PopStopped { step: library.step_in_words(&journey, &frame.version, &step, language), journey, field, at, channel, cause })
}

fn history(session: &Session, input: &PopInput<'_>) -> Vec<PopHistory> {
    let own = session.interactions.iter().filter(|i| i.id != input.interaction).map(|i| PopHistory {
        session: session.id,
        interaction: i.id,
        channel: i.channel,
        queue: i.queue.clone(),
        at: i.since,
        outcome: outcome(i.ended).to_owned(),
    });
    let mut all: Vec<_> = own.chain(input.history.iter().filter(|h| h.session != session.id).cloned()).collect();
    all.sort_by(|a, b| b.at.cmp(&a.at).then(b.interaction.cmp(&a.interaction)));
    all.truncate(HISTORY);
    all
}

/// How an interaction ended, on the wire.
#[must_use]
pub const fn outcome(ended: Option<Outcome>) -> &'static str {
    match ended {
        None => "open",
        Some(Outcome::Handled) => "handled",
        Some(Outcome::Abandoned) => "abandoned",
        Some(Outcome::Suspended) => "suspended",
        Some(Outcome::Overflowed) => "overflowed",
    }
}

/// What the agent may do at this moment, by the desk's command names.
fn actions(session: &Session, phase: &Phase) -> Vec<String> {
    let identify = match session.party {
        Who::Candidates(_) => Some("identify"),
        Who::Known { .. } | Who::Unknown => None,
    };
    let fill = session.position.as_ref().map(|_| "fill");
    let some: &[&str] = match phase {
        Phase::Offered(_) => &["accept", "decline"],
        Phase::Assigned(_) => &["say", "note", "finish", "transfer_to_queue", "transfer_to_agent", "park", "push"],
        Phase::WrappingUp(_) => &["note", "wrap_up", "extend"],
        Phase::Waiting | Phase::Suspended | Phase::Ended | Phase::Refused(_) => &[],
    };
    let extra = matches!(phase, Phase::Assigned(_)).then(|| identify.into_iter().chain(fill)).into_iter().flatten();
    some.iter().copied().chain(extra).map(str::to_owned).collect()
}
