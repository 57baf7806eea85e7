//! The house's rows on the wire.

use crate::config::{Change, Reach};
use crate::engine::Impact;
use crate::house::admin::{ExplainedOffer, ExplainedStep, ExplainedWait, Explanation, InteractionRow, SessionRow, SessionStory};
use crate::reload::Reloaded;
use segue_proto::admin::v1 as wire;
use segue_proto::convert::{session, timestamp, word};
use segue_router::{Excluded, Outcome};
use segue_session::{JourneyName, LegStanding, Reason, Refusal, Session, StepId, Who, interaction_uuid};
use serde::Serialize;
use std::collections::BTreeMap;

/// A value as JSON, personal values included.
pub(super) fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string_pretty(value).map_err(|_| Refusal::new(Reason::Internal, "it cannot be written as JSON"))
}

/// What is absent is empty on the wire.
fn text(value: Option<impl ToString>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn count(all: usize) -> u32 {
    u32::try_from(all).unwrap_or(u32::MAX)
}

fn place(journey: &JourneyName, step: &StepId) -> wire::Place {
    wire::Place { journey: journey.to_string(), step: step.to_string() }
}

pub(super) fn session_row(row: &SessionRow) -> wire::SessionRow {
    wire::SessionRow {
        session_id: row.session.to_string(),
        standing: Some(session::standing(&row.standing)),
        customer: text(row.customer.as_ref()),
        place: row.at.as_ref().map(|(journey, step)| place(journey, step)),
        channels: word::channels(&row.channels),
        line: row.line.as_ref().map(|line| session::line(line, &row.language)),
        update_time: Some(timestamp(row.updated)),
    }
}

/// A session on one sheet: names, times and numbers, and nothing that was said or given.
pub(super) fn sheet(story: &SessionStory) -> wire::SessionSheet {
    let Session { id, party, standing, language, position, answers, legs, suspensions, asked_twice, created, updated, ends, .. } =
        &story.session;
    let (customer, candidates) = match party {
        Who::Unknown => (None, 0),
        Who::Candidates(some) => (None, count(some.len())),
        Who::Known { customer, .. } => (Some(customer), 0),
    };
    let frames = position.iter().flat_map(|position| &position.frames);
    let leg = |leg: &segue_session::Leg| wire::SheetLeg {
        channel: word::channel(leg.channel).into(),
        standing: leg_standing(leg.standing).into(),
        since: Some(timestamp(leg.since)),
    };
    let event = |event: &segue_session::SessionEvent| wire::SheetEvent {
        time: Some(timestamp(event.at)),
        kind: event.kind.clone(),
        args: event.args.clone().into_iter().collect(),
    };
    wire::SessionSheet {
        session_id: id.to_string(),
        version: story.version.0,
        standing: Some(session::standing(standing)),
        customer: text(customer),
        candidates,
        language: language.to_string(),
        places: frames.map(|frame| place(&frame.journey, &frame.step)).collect(),
        answered: answers.keys().map(ToString::to_string).collect(),
        legs: legs.iter().map(leg).collect(),
        line: story.line.as_ref().map(|line| session::line(line, language)),
        suspensions: *suspensions,
        asked_twice: *asked_twice,
        messages: story.last_message.0,
        create_time: Some(timestamp(*created)),
        update_time: Some(timestamp(*updated)),
        expire_time: Some(timestamp(*ends)),
        events: story.events.iter().map(event).collect(),
    }
}

const fn leg_standing(core: LegStanding) -> wire::LegStanding {
    match core {
        LegStanding::Live => wire::LegStanding::Live,
        LegStanding::Lost { .. } => wire::LegStanding::Lost,
        LegStanding::Ended { .. } => wire::LegStanding::Ended,
    }
}

pub(super) fn interaction_row(row: &InteractionRow) -> wire::InteractionRow {
    wire::InteractionRow {
        interaction_id: interaction_uuid(row.interaction).to_string(),
        session_id: row.session.to_string(),
        queue: row.queue.to_string(),
        channel: word::channel(row.channel).into(),
        phase: Some(session::phase(&row.phase)),
        since: Some(timestamp(row.since)),
    }
}

pub(super) fn explanation(told: &Explanation) -> wire::ExplainInteractionResponse {
    wire::ExplainInteractionResponse {
        interaction_id: interaction_uuid(told.interaction).to_string(),
        session_id: text(told.session),
        offers: told.offers.iter().map(offer).collect(),
        waiting: told.waiting.as_ref().map(wait),
        outcome: told.outcome.map(|one| outcome(one).into()).unwrap_or_default(),
    }
}

fn offer(told: &ExplainedOffer) -> wire::ExplainedOffer {
    wire::ExplainedOffer {
        time: Some(timestamp(told.at)),
        agent: told.agent.to_string(),
        why: told.line.clone(),
        eligible: told.eligible,
        excluded: excluded(&told.excluded),
        runner_up: text(told.runner_up.as_ref()),
        plan: told.plan,
    }
}

fn wait(told: &ExplainedWait) -> wire::ExplainedWait {
    wire::ExplainedWait {
        queue: told.queue.to_string(),
        ahead: told.ahead,
        since: Some(timestamp(told.since)),
        priority: told.priority,
        priority_why: told.priority_why.clone(),
        excluded: excluded(&told.excluded),
        reserved_for: text(told.reserved.as_ref()),
        steps: told.steps.iter().map(step).collect(),
        why_not: told.why_not.map(|one| exclusion(one).into()).unwrap_or_default(),
    }
}

fn excluded(told: &BTreeMap<Excluded, u32>) -> Vec<wire::ExcludedAgents> {
    told.iter().map(|(&reason, &agents)| wire::ExcludedAgents { reason: exclusion(reason).into(), agents }).collect()
}

pub(super) fn reloaded(told: Reloaded) -> wire::ReloadRoutingResponse {
    let takes = |reach| match reach {
        Reach::Reload => wire::TakesEffect::OnReload,
        Reach::Restart => wire::TakesEffect::OnRestart,
    };
    let change = |change: Change| wire::ConfigChange {
        line: change.to_string(),
        key: change.key,
        before: change.before.unwrap_or_default(),
        after: change.after.unwrap_or_default(),
        takes: takes(change.takes).into(),
    };
    let impact = told.impact.map(|Impact { version, changes, queues, agents, waiting, withdrawn, offered }| wire::RoutingImpact {
        version,
        changes,
        queues_added: queues.added,
        queues_changed: queues.changed,
        queues_removed: queues.removed,
        agents_added: agents.added,
        agents_changed: agents.changed,
        agents_removed: agents.removed,
        waiting,
        withdrawn,
        offered,
    });
    wire::ReloadRoutingResponse { changes: told.changes.into_iter().map(change).collect(), impact }
}

fn step(ahead: &ExplainedStep) -> wire::ExplainedStep {
    wire::ExplainedStep {
        after_seconds: u32::try_from(ahead.after_ms / 1000).unwrap_or(u32::MAX),
        eligible: ahead.eligible,
        on_duty: ahead.on_duty,
        when: ahead.when.clone().unwrap_or_default(),
        overflow: text(ahead.overflow.as_ref()),
        leaves: ahead.leaves,
    }
}

const fn exclusion(core: Excluded) -> wire::Exclusion {
    match core {
        Excluded::Queue => wire::Exclusion::Queue,
        Excluded::Skill => wire::Exclusion::Skill,
        Excluded::SignedOut => wire::Exclusion::SignedOut,
        Excluded::Presence => wire::Exclusion::Presence,
        Excluded::Unresponsive => wire::Exclusion::Unresponsive,
        Excluded::Lost => wire::Exclusion::Lost,
        Excluded::Capacity => wire::Exclusion::Capacity,
        Excluded::Cap => wire::Exclusion::Cap,
        Excluded::Named => wire::Exclusion::Named,
        Excluded::CoolOff => wire::Exclusion::CoolOff,
        Excluded::Kept => wire::Exclusion::Kept,
    }
}

const fn outcome(core: Outcome) -> wire::InteractionOutcome {
    match core {
        Outcome::Handled => wire::InteractionOutcome::Handled,
        Outcome::Abandoned => wire::InteractionOutcome::Abandoned,
        Outcome::Suspended => wire::InteractionOutcome::Suspended,
        Outcome::Overflowed => wire::InteractionOutcome::Overflowed,
    }
}
