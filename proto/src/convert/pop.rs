//! The screen pop. It only goes out: nobody tells the house what it knows of a customer.

use super::{json, session, timestamp, word};
use crate::desk::v1 as wire;
use crate::types::v1 as shared;
use pbjson_types::Struct;
use segue_session::{
    Candidate, Channel, Consent, EnrichmentStanding, Note, PopAnswer, PopAssurance, PopCustomer, PopEnrichment, PopHistory, PopLeg,
    PopLink, PopProof, PopQueue, PopStopped, PopTransfer, PopWhy, Private, ScreenPop, Source, TrailStep,
};
use std::collections::BTreeMap;

/// A screen pop for the wire, whole.
#[must_use]
pub fn pop(core: &ScreenPop) -> wire::ScreenPop {
    wire::ScreenPop {
        session_id: core.session.to_string(),
        version: core.version.0,
        time: Some(timestamp(core.at)),
        channel: word::channel(core.channel).into(),
        legs: core.legs.iter().map(leg).collect(),
        queue: Some(queue(&core.queue)),
        why: Some(why(&core.why)),
        customer: Some(customer(&core.customer)),
        assurance: Some(assurance(&core.assurance)),
        stopped: core.stopped.as_ref().map(stopped),
        answers: core.answers.iter().map(answer).collect(),
        failed: core.failed.iter().map(trail_step).collect(),
        trail: core.trail.iter().map(trail_step).collect(),
        history: core.history.iter().map(history).collect(),
        notes: core.notes.iter().map(note).collect(),
        consent: core.consent.iter().map(consent).collect(),
        transfers: core.transfers.iter().map(transfer).collect(),
        links: core.links.iter().map(link).collect(),
        actions: core.actions.clone(),
        enrichment: core.enrichment.iter().map(|(connector, part)| (connector.clone(), enrichment(part))).collect(),
    }
}

/// A part from another system, for the wire.
#[must_use]
pub fn enrichment(core: &PopEnrichment) -> wire::Enrichment {
    use wire::EnrichmentStanding as Wire;
    let standing = match core.standing {
        EnrichmentStanding::Pending => Wire::Pending,
        EnrichmentStanding::Ready => Wire::Ready,
        EnrichmentStanding::Failed => Wire::Failed,
    };
    wire::Enrichment {
        standing: standing.into(),
        data: core.data.as_ref().map(|data| json::value(data.reveal())),
        time: Some(timestamp(core.at)),
    }
}

/// A note for the wire.
#[must_use]
pub fn note(core: &Note) -> wire::Note {
    wire::Note { agent: core.by.to_string(), time: Some(timestamp(core.at)), text: core.text.reveal().clone() }
}

fn leg(core: &PopLeg) -> wire::PopLeg {
    wire::PopLeg {
        channel: word::channel(core.channel).into(),
        address: shown(core.address.as_ref()),
        since: Some(timestamp(core.since)),
        live: core.live,
    }
}

fn queue(core: &PopQueue) -> wire::PopQueue {
    wire::PopQueue {
        queue: core.name.to_string(),
        since: Some(timestamp(core.since)),
        priority: core.priority.0,
        priority_why: core.priority_why.clone(),
        callback_number: shown(core.callback.as_ref()),
        expected_wait_told: core.told.map(session::expected_wait),
    }
}

fn why(core: &PopWhy) -> wire::PopWhy {
    wire::PopWhy {
        line: core.line.clone(),
        offer_id: core.offer.0,
        eligible: core.eligible,
        excluded: core.excluded.iter().map(|(reason, count)| (reason.clone(), *count)).collect(),
        levels: core.levels.iter().map(|(skill, level)| (skill.clone(), u32::from(*level))).collect(),
        preferred: core.preferred,
        runner_up: named(core.runner_up.as_ref()),
    }
}

fn customer(core: &PopCustomer) -> wire::PopCustomer {
    wire::PopCustomer {
        customer_id: named(core.customer.as_ref()),
        persona_id: named(core.persona.as_ref()),
        candidates: core.candidates.iter().map(candidate).collect(),
        language: core.language.to_string(),
        attributes: Some(attributes(&core.attributes)),
        claimed: Some(attributes(&core.claimed)),
    }
}

fn attributes(core: &BTreeMap<String, Private<serde_json::Value>>) -> Struct {
    Struct { fields: core.iter().map(|(name, value)| (name.clone(), json::value(value.reveal()))).collect() }
}

fn candidate(core: &Candidate) -> wire::Candidate {
    wire::Candidate {
        customer_id: core.customer.to_string(),
        persona_id: named(core.persona.as_ref()),
        label: core.label.reveal().clone(),
        score: core.score.into(),
    }
}

fn assurance(core: &PopAssurance) -> wire::PopAssurance {
    wire::PopAssurance { level: word::level(core.level).into(), proofs: core.proofs.iter().map(proof).collect(), skip: core.skip.clone() }
}

fn proof(PopProof { proof: core, channel: from, here }: &PopProof) -> wire::Proof {
    wire::Proof {
        method: core.method.clone(),
        level: word::level(core.level).into(),
        issuer: core.issuer.clone(),
        time: Some(timestamp(core.at)),
        expire_time: Some(timestamp(core.until)),
        channel: channel(*from),
        here: *here,
    }
}

fn stopped(core: &PopStopped) -> wire::PopStopped {
    wire::PopStopped {
        journey: core.journey.to_string(),
        step: core.step.clone(),
        field: core.field.clone().unwrap_or_default(),
        time: Some(timestamp(core.at)),
        channel: channel(core.channel),
        cause: core.cause.map_or(shared::SuspendCause::Unspecified, word::cause).into(),
    }
}

fn answer(core: &PopAnswer) -> wire::PopAnswer {
    wire::PopAnswer {
        field_id: core.field.to_string(),
        asked: core.asked.clone(),
        answer: core.answer.reveal().clone(),
        sensitivity: word::sensitivity(core.sensitivity).into(),
        assurance_level: word::level(core.level).into(),
        source: Some(source(&core.source)),
        time: Some(timestamp(core.at)),
    }
}

/// A leg's id stays with its customer, who comes back by it: an agent is told the channel alone.
fn source(core: &Source) -> wire::AnswerSource {
    use wire::answer_source::Kind;
    let kind = match core {
        Source::Leg(_, channel) => Kind::Leg(wire::LegSource { channel: word::channel(*channel).into() }),
        Source::Claim => Kind::Claim(wire::ClaimSource {}),
        Source::Lookup => Kind::Lookup(wire::LookupSource {}),
        Source::Agent(agent) => Kind::Agent(wire::AgentSource { agent: agent.to_string() }),
        Source::Journey => Kind::Journey(wire::JourneySource {}),
    };
    wire::AnswerSource { kind: Some(kind) }
}

fn trail_step(core: &TrailStep) -> wire::TrailStep {
    wire::TrailStep {
        journey: core.journey.to_string(),
        step: core.step.to_string(),
        time: Some(timestamp(core.at)),
        channel: channel(core.channel),
        errors: core.errors,
        repeats: core.repeats,
    }
}

fn history(core: &PopHistory) -> wire::PopHistory {
    wire::PopHistory {
        session_id: core.session.to_string(),
        interaction_id: session::interaction_id(core.interaction),
        channel: word::channel(core.channel).into(),
        queue: core.queue.to_string(),
        time: Some(timestamp(core.at)),
        outcome: core.outcome.clone(),
    }
}

fn consent(core: &Consent) -> wire::Consent {
    wire::Consent {
        purpose: core.purpose.clone(),
        channel: channel(core.channel),
        persona_id: named(core.persona.as_ref()),
        given: core.given,
        time: Some(timestamp(core.at)),
    }
}

fn transfer(core: &PopTransfer) -> wire::PopTransfer {
    wire::PopTransfer { agent: core.from.to_string(), time: Some(timestamp(core.at)), note: shown(core.note.as_ref()) }
}

fn link(core: &PopLink) -> wire::PopLink {
    wire::PopLink { label: core.label.clone(), url: core.url.reveal().clone() }
}

/// A channel that may be none.
fn channel(core: Option<Channel>) -> i32 {
    core.map_or(shared::Channel::Unspecified, word::channel).into()
}

/// A name that may be none.
fn named(core: Option<&impl ToString>) -> String {
    core.map(ToString::to_string).unwrap_or_default()
}

/// A personal text that may be none, for an agent who may see it.
fn shown(core: Option<&Private<String>>) -> String {
    core.map(|text| text.reveal().clone()).unwrap_or_default()
}
