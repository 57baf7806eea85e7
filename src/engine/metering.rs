//! What a stored batch tells the meters.

use crate::engine::machine::Machine;
use crate::engine::meters::{Meters, OfEnd, OfQueue, OfReadiness, OfResult, OfTenant};
use crate::engine::pops::outcome_name;
use crate::engine::stage::Batch;
use segue_router::{Effect, Readiness, Time, WithdrawReason};
use segue_session::TenantId;
use segue_session::outbound::channel_name;
use std::collections::BTreeMap;

/// Counts what a batch led to.
pub(super) fn batch(meters: &Meters, tenant: &TenantId, batch: &Batch) {
    meters.batch.observe(f64::from(u32::try_from(batch.release.entries).unwrap_or(u32::MAX)));
    for effect in &batch.release.effects {
        match effect {
            Effect::Withdraw { why, .. } => offer(meters, withdrawn_name(*why)),
            Effect::Assign { .. } => offer(meters, "accepted"),
            _ => {}
        }
    }
    for (queue, wait) in &batch.release.waits {
        let of = OfQueue { tenant: tenant.to_string(), queue: queue.to_string() };
        meters.wait.get_or_create(&of).observe(seconds(wait.0));
    }
    for (queue, channel, outcome) in &batch.release.ended {
        let of = OfEnd {
            tenant: tenant.to_string(),
            queue: queue.to_string(),
            channel: channel_name(*channel).to_owned(),
            outcome: outcome_name(*outcome).to_owned(),
        };
        meters.interactions.get_or_create(&of).inc();
    }
}

/// Sets what is looked at rather than counted: queues and agents as they are now.
pub(super) fn gauges(meters: &Meters, tenant: &TenantId, machine: &Machine, now: Time) {
    for queue in machine.chart().queues.keys() {
        let view = machine.directory().queue(queue).and_then(|id| machine.router().queue(id));
        let Some(view) = view else { continue };
        let of = OfQueue { tenant: tenant.to_string(), queue: queue.to_string() };
        meters.waiting.get_or_create(&of).set(i64::from(view.waiting));
        let oldest = view.oldest.map_or(0, |since| now.since(since).0 / 1000);
        meters.oldest_wait.get_or_create(&of).set(i64::try_from(oldest).unwrap_or(i64::MAX));
    }
    let version = i64::try_from(machine.router().version().0).unwrap_or(i64::MAX);
    meters.config.get_or_create(&OfTenant { tenant: tenant.to_string() }).set(version);
    let mut counts: BTreeMap<&str, i64> = READINESS.iter().map(|readiness| (readiness_name(*readiness), 0)).collect();
    // By the chart, not by who was seen: an agent who never came is signed out too.
    for agent in machine.chart().agents.keys() {
        let face = machine.directory().agent(agent).and_then(|id| machine.cases().face(id));
        let readiness = face.map_or(Readiness::SignedOut, |face| face.change.readiness);
        *counts.entry(readiness_name(readiness)).or_default() += 1;
    }
    for (readiness, count) in counts {
        let of = OfReadiness { tenant: tenant.to_string(), readiness: readiness.to_owned() };
        meters.agents.get_or_create(&of).set(count);
    }
}

/// Sets how many answers to desks are known.
pub(super) fn answers(meters: &Meters, tenant: &TenantId, machine: &Machine) {
    let of = OfTenant { tenant: tenant.to_string() };
    meters.answers.get_or_create(&of).set(i64::try_from(machine.answers()).unwrap_or(i64::MAX));
}

/// Sets how many entries of the journal are kept.
pub(super) fn journal(meters: &Meters, tenant: &TenantId, entries: u64) {
    let of = OfTenant { tenant: tenant.to_string() };
    meters.journal.get_or_create(&of).set(i64::try_from(entries).unwrap_or(i64::MAX));
}

fn offer(meters: &Meters, result: &str) {
    meters.offers.get_or_create(&OfResult::of(result)).inc();
}

const fn withdrawn_name(why: WithdrawReason) -> &'static str {
    match why {
        WithdrawReason::Declined => "declined",
        WithdrawReason::Expired => "expired",
        WithdrawReason::CustomerLeft | WithdrawReason::AgentLeft | WithdrawReason::Moved => "withdrawn",
    }
}

const READINESS: [Readiness; 7] = [
    Readiness::SignedOut,
    Readiness::Idle,
    Readiness::Offered,
    Readiness::Busy,
    Readiness::WrappingUp,
    Readiness::Unresponsive,
    Readiness::Lost,
];

const fn readiness_name(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::SignedOut => "signed_out",
        Readiness::Idle => "idle",
        Readiness::Offered => "offered",
        Readiness::Busy => "busy",
        Readiness::WrappingUp => "wrapping_up",
        Readiness::Unresponsive => "unresponsive",
        Readiness::Lost => "lost",
    }
}

fn seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}
