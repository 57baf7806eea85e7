//! The house's rows on the wire.

use crate::house::admin::{ExplainedStep, Explanation, InteractionRow, SessionRow};
use segue_proto::admin::v1 as wire;
use segue_session::{Phase, Reason, Refusal, Time, interaction_uuid};
use serde::Serialize;

/// A word of the core as it is written everywhere: its serde name.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn ms(time: Time) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

/// A value as JSON, personal values included.
pub(super) fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string_pretty(value).map_err(|_| Refusal::new(Reason::Internal, "it cannot be written as JSON"))
}

pub(super) fn session_row(row: SessionRow) -> wire::SessionRow {
    let (line, agent) = row.line.as_ref().map_or_else(Default::default, |line| phase(&line.phase));
    wire::SessionRow {
        session_id: row.session.to_string(),
        standing: row.standing.to_owned(),
        customer: row.customer.map(|customer| customer.to_string()).unwrap_or_default(),
        at: row.at.unwrap_or_default(),
        channels: row.channels.iter().map(word).collect(),
        queue: row.line.as_ref().map(|line| line.queue.to_string()).unwrap_or_default(),
        line,
        agent,
        updated_ms: ms(row.updated),
    }
}

/// Where an interaction is, and with whom.
fn phase(phase: &Phase) -> (String, String) {
    let (word, agent) = match phase {
        Phase::Waiting => ("waiting", None),
        Phase::Offered(agent) => ("offered", Some(agent)),
        Phase::Assigned(agent) => ("assigned", Some(agent)),
        Phase::WrappingUp(agent) => ("wrapping_up", Some(agent)),
        Phase::Suspended => ("suspended", None),
        Phase::Ended => ("ended", None),
        Phase::Refused(_) => ("refused", None),
    };
    (word.to_owned(), agent.map(ToString::to_string).unwrap_or_default())
}

pub(super) fn interaction_row(row: InteractionRow) -> wire::InteractionRow {
    wire::InteractionRow {
        interaction_id: interaction_uuid(row.interaction).to_string(),
        session_id: row.session.to_string(),
        queue: row.queue.to_string(),
        channel: word(&row.channel),
        phase: row.phase.to_owned(),
        agent: row.agent.map(|agent| agent.to_string()).unwrap_or_default(),
        since_ms: ms(row.since),
    }
}

pub(super) fn explanation(told: Explanation) -> Result<wire::ExplainInteractionResponse, Refusal> {
    let json = json(&told)?;
    let offers =
        told.offers.into_iter().map(|offer| wire::ExplainedOffer { at_ms: ms(offer.at), agent: offer.agent.to_string(), why: offer.line });
    let why_not = told.waiting.as_ref().and_then(|wait| wait.why_not).unwrap_or_default().to_owned();
    let waiting = told.waiting.map(|wait| wire::ExplainedWait {
        queue: wait.queue.to_string(),
        ahead: wait.ahead,
        since_ms: ms(wait.since),
        priority: wait.priority,
        excluded: wait.excluded.into_iter().collect(),
        reserved: wait.reserved.map(|agent| agent.to_string()).unwrap_or_default(),
        steps: wait.steps.into_iter().map(step).collect(),
    });
    Ok(wire::ExplainInteractionResponse {
        interaction_id: interaction_uuid(told.interaction).to_string(),
        session_id: told.session.map(|session| session.to_string()).unwrap_or_default(),
        offers: offers.collect(),
        waiting,
        outcome: told.outcome.as_ref().map(word).unwrap_or_default(),
        json,
        why_not,
    })
}

fn step(ahead: ExplainedStep) -> wire::ExplainedStep {
    wire::ExplainedStep {
        after_ms: i64::try_from(ahead.after_ms).unwrap_or(i64::MAX),
        eligible: ahead.eligible,
        on_duty: ahead.on_duty,
        when: ahead.when.unwrap_or_default(),
        overflow: ahead.overflow.map(|queue| queue.to_string()).unwrap_or_default(),
        leaves: ahead.leaves,
    }
}
