//! How long one has yet to wait, told from the state: who stands before them, who serves them, how long that takes.
//!
//! While everybody is busy, agents come free one after another: with `n` slots and a handling time of `h`, every
//! `h / n` on average. Whoever has `k` before them waits for `k + 1` such stages. Their sum is taken for a gamma
//! distribution with the same mean and variance, whose quantiles follow by Wilson and Hilferty's cube. This is the
//! queue-length based estimator of Ibrahim and Whitt ("Real-time delay estimation based on delay history", 2009): where
//! handling times are exponential, nothing that knows the same has a smaller mean squared error.
//!
//! Queues share agents: each one ahead in another queue takes a part of a stage, as large as the part of its members
//! who serve this one, too; each one ahead in the same queue who asks for other skills, as large as the part of its
//! slots that may serve this one. Channels share agents: a stage is as long as the units it frees are many.
//!
//! Only sums, products, quotients and square roots, which every machine rounds alike. Looks at groups, never at agents
//! or at everybody who waits. Not here: what is learned of handling times; see `handling`.

use crate::index::line::Spot;
use crate::router::Router;
use crate::state::{Interaction, Stage};
use crate::{Channel, InteractionId, QueueId, Span, Time, limits};
use serde::{Deserialize, Serialize};

/// How long a customer has yet to wait, as two quantiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedWait {
    /// As likely shorter as longer.
    pub p50: Span,
    /// Shorter nine times of ten. At most [`limits::WAIT_TOLD`], like the other.
    pub p90: Span,
}

/// Whoever waits: what is before them, and who serves them.
struct Waiter<'a> {
    queue: QueueId,
    channel: Channel,
    spot: Spot,
    /// Their group, when they stand in one already.
    interaction: Option<&'a Interaction>,
    /// How many on their channel are served at once by the agents on duty who may serve them.
    slots: u32,
}

/// A sum of stages, each of which ends after an exponential time.
#[derive(Clone, Copy, Debug, Default)]
struct Stages {
    mean: f64,
    variance: f64,
}

impl Stages {
    fn add(&mut self, count: f64, each: f64) {
        self.mean += count * each;
        self.variance += count * each * each;
    }

    /// The quantile whose standard normal counterpart is `z`, by the cube of Wilson and Hilferty (1931).
    fn quantile(self, z: f64) -> Span {
        if self.mean <= 0.0 {
            return Span(0);
        }
        let ninth = self.variance / (9.0 * self.mean * self.mean);
        let root = 1.0 - ninth + z * ninth.sqrt();
        span(self.mean * root * root * root)
    }
}

/// Whole milliseconds, within what anybody is told.
#[expect(clippy::cast_possible_truncation, reason = "cut to the limit, which fits, before")]
fn span(milliseconds: f64) -> Span {
    let longest = limits::WAIT_TOLD.0 as f64;
    Span(milliseconds.round().clamp(0.0, longest) as u64)
}

/// Where nine tenths of a standard normal distribution lie below.
const Z90: f64 = 1.281_551_565_544_6;

impl Router {
    /// How long a waiting interaction has yet to wait from this moment on.
    ///
    /// `None` rather than a wrong number: it does not wait in line, nobody on duty may serve it, or nothing of its
    /// queue has been handled on its channel yet. Costs a walk like [`place`](Self::place): ask per customer, not per
    /// step.
    #[must_use]
    pub fn expected_wait(&self, id: InteractionId) -> Option<ExpectedWait> {
        let interaction = self.state.interactions.get(&id)?;
        match interaction.stage {
            Stage::Waiting => {}
            Stage::Reserved(_) | Stage::Offered(_) | Stage::Assigned(_) => return None,
        }
        let (queue, channel) = (interaction.queue, interaction.channel);
        let group = self.group_of(interaction)?;
        let barred = interaction.excluded.iter().filter(|agent| group.qualified.contains_key(agent));
        let barred = barred.filter_map(|agent| self.index.stations.get(agent)).map(|station| *station.duty.slots.get(channel));
        let slots = barred.fold(group.slots, u32::saturating_sub);
        self.estimate(&Waiter { queue, channel, spot: Spot::of(id, interaction, self.index.ageing), interaction: Some(interaction), slots })
    }

    /// How long a newcomer to the queue would wait on the channel, who asks for no skill: not at all, where an agent
    /// has room. `None` where nobody can tell; see [`expected_wait`](Self::expected_wait).
    #[must_use]
    pub fn newcomer_wait(&self, queue: QueueId, channel: Channel) -> Option<ExpectedWait> {
        let plan = self.state.plan.queues.get(&queue)?;
        let tally = self.index.tally(self.index.queues.get(&queue)?);
        if *tally.open.get(channel) > 0 {
            return Some(ExpectedWait::default());
        }
        // Where waits count for priorities, those who rank higher but come later are no longer ahead: then it matters when.
        let since = if self.index.ageing == Span(0) { Time(u64::MAX) } else { self.state.clock };
        let last = Spot::at(plan.priority, since, InteractionId(u128::MAX), self.index.ageing);
        self.estimate(&Waiter { queue, channel, spot: last, interaction: None, slots: *tally.slots.get(channel) })
    }

    fn estimate(&self, waiter: &Waiter<'_>) -> Option<ExpectedWait> {
        let own = self.handling(waiter.queue, waiter.channel)?;
        let queue = self.index.queues.get(&waiter.queue)?;
        let all = *self.index.tally(queue).slots.get(waiter.channel);
        if waiter.slots == 0 || all == 0 {
            return None;
        }
        let (slots, units) = (f64::from(waiter.slots), f64::from(self.price(waiter.channel).0));
        let theirs = waiter.interaction.and_then(|interaction| self.index.slot_of(interaction));
        let mut stages = Stages::default();
        stages.add(1.0, own / slots);
        for (id, shared) in &queue.shared {
            let Some(other) = self.index.queues.get(id) else { continue };
            let part = f64::from(*shared) / other.members.len() as f64 * (slots / f64::from(all));
            for slot in &other.groups {
                let Some(group) = self.index.group(*slot) else { continue };
                let ahead = group.line.ahead(&waiter.spot) as f64;
                let part = if theirs == Some(*slot) { 1.0 } else { part };
                let weight = f64::from(self.price(group.key.channel).0) / units;
                let each = self.handling(*id, group.key.channel).unwrap_or(own);
                stages.add(ahead, part * each * weight / slots);
            }
        }
        Some(ExpectedWait { p50: stages.quantile(0.0), p90: stages.quantile(Z90) })
    }

    /// The mean handling time of a queue on a channel, in milliseconds.
    fn handling(&self, queue: QueueId, channel: Channel) -> Option<f64> {
        self.state.handling.get(&queue)?.get(channel).mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whoever has more before them is never told less.
        #[test]
        fn more_ahead_is_never_shorter(ahead in prop::collection::vec((0u32..20, 0.0f64..1e7), 1..20)) {
            let mut stages = Stages::default();
            let mut told = (Span(0), Span(0));
            stages.add(1.0, 1_000.0);
            for (count, each) in ahead {
                let next = (stages.quantile(0.0), stages.quantile(Z90));
                prop_assert!(told.0 <= next.0 && told.1 <= next.1, "{:?} after {:?}", next, told);
                prop_assert!(next.0 <= next.1 && next.1 <= limits::WAIT_TOLD);
                told = next;
                stages.add(f64::from(count), each);
            }
        }
    }

    #[test]
    fn one_stage_is_nearly_exponential_and_many_are_nearly_normal() {
        let mut stages = Stages::default();
        stages.add(1.0, 10_000.0);
        let (p50, p90) = (stages.quantile(0.0).0 as f64, stages.quantile(Z90).0 as f64);
        assert!((p50 / 6_931.0 - 1.0).abs() < 0.02 && (p90 / 23_026.0 - 1.0).abs() < 0.02, "{p50} {p90}");
        stages.add(399.0, 10_000.0);
        let (p50, p90) = (stages.quantile(0.0).0 as f64, stages.quantile(Z90).0 as f64);
        assert!((p50 / 3_996_667.0 - 1.0).abs() < 0.001 && (p90 / 4_258_000.0 - 1.0).abs() < 0.001, "{p50} {p90}");
    }

    #[test]
    fn no_absurd_figure() {
        let mut stages = Stages::default();
        assert_eq!(stages.quantile(Z90), Span(0), "handled at once");
        stages.add(f64::from(u32::MAX), limits::HANDLING.0 as f64 * f64::from(u32::MAX));
        assert_eq!(stages.quantile(0.0), limits::WAIT_TOLD);
    }
}
