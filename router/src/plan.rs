//! The config as the router sees it: numbers only, every reference resolved by the caller.

use crate::{AgentId, Channel, Level, Overflow, Priority, QueueId, Requirement, RoutingStep, SkillId, Span, Units};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the router is told about queues, agents and channels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Queues by id.
    pub queues: BTreeMap<QueueId, QueuePlan>,
    /// Agents by id.
    pub agents: BTreeMap<AgentId, AgentPlan>,
    /// What an interaction costs on each channel; a channel that is absent cannot be routed.
    pub channels: BTreeMap<Channel, ChannelPlan>,
    /// Limits in time that hold for all queues.
    pub timings: Timings,
}

/// One queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlan {
    /// Which of the eligible agents is taken.
    pub choice: Choice,
    /// How long an offer stands before it expires.
    pub offer_for: Span,
    /// How long wrap-up may last before it ends by itself.
    pub wrap_up_for: Span,
    /// By how much one extension moves the end of the wrap-up. `Timings::extensions` says how often.
    pub wrap_up_extension: Span,
    /// Whether wrap-up ends only with a code (a wrap-up that runs out of time ends uncoded).
    pub code_required: bool,
    /// Added to each arrival's own priority.
    pub priority: Priority,
    /// The most that may wait; one more is refused.
    pub depth: u32,
    /// For how long an interaction is kept for the agent it prefers, while they are busy; none: anybody may take it at once.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub prefer_for: Span,
    /// Its target share of all that wait, against the other queues' shares. Among equals in priority, an agent takes from
    /// the queue that holds most for its share. All queues of a plan have one, or none has.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub share: u32,
    /// What changes for whoever waits, in the order of their waits; [`limits::STEPS`](crate::limits::STEPS) at most.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub steps: Vec<RoutingStep>,
    /// Asked of whoever is sent here from another queue. (Arrivals bring all that they ask for.)
    #[serde(default, skip_serializing_if = "is_unset")]
    pub needs: Requirement,
    /// Where to go while as many wait as may; without it, the newcomer is refused.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub full: Option<Overflow>,
    /// Where to go while the queue is closed; without it, the newcomer is refused. Who waits already is still served.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub closed: Option<Overflow>,
    /// Within which wait customers are to be answered; none: no service level is kept.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub answer_within: Span,
}

/// What is not set is not written: plans of earlier builds keep the bytes that the journal's hashes cover.
pub(crate) fn is_unset<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for QueuePlan {
    fn default() -> Self {
        Self {
            choice: Choice::LongestIdle,
            offer_for: Span::seconds(20),
            wrap_up_for: Span::seconds(60),
            wrap_up_extension: Span::seconds(60),
            code_required: false,
            priority: Priority(0),
            depth: 1_000,
            prefer_for: Span(0),
            share: 0,
            steps: Vec::new(),
            needs: Requirement::default(),
            full: None,
            closed: None,
            answer_within: Span(0),
        }
    }
}

/// The order among eligible agents. All are total and end in the agent's id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Who has been idle longest.
    #[default]
    LongestIdle,
    /// Whose levels in the required skills are highest; then longest idle.
    MostFit,
    /// Who can do the least else (fewest skills); then longest idle.
    LeastFlexible,
    /// Who holds the least load; then longest idle.
    LeastLoaded,
    /// Whose last offer, of any queue, is the longest ago: each in turn, whatever they do.
    RoundRobin,
}

/// One agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentPlan {
    /// Skills with levels 1 to 10.
    pub skills: BTreeMap<SkillId, Level>,
    /// Queues the agent serves.
    pub queues: BTreeSet<QueueId>,
    /// Units the agent may hold over all channels.
    pub capacity: Units,
    /// At most this many interactions at once on a channel; absent means only `capacity` bounds it.
    pub caps: BTreeMap<Channel, u32>,
}

/// What an interaction on a channel costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelPlan {
    /// Units held from offer to the end of wrap-up.
    pub units: Units,
}

/// Limits in time that hold for all queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings {
    /// After this many offers in a row expired, the agent becomes unresponsive until they say otherwise.
    pub misses: u32,
    /// How long an agent who declined an interaction, or let it expire, is last resort for it.
    pub cool_off: Span,
    /// How long a lost desk may stay away before its offers return and its agent is signed out.
    pub lost_for: Span,
    /// How long a transfer to a named agent may wait for them before it falls back.
    pub transfer_for: Span,
    /// How often an agent may extend one wrap-up.
    pub extensions: u32,
    /// A wait this long weighs as much as one priority, so that nobody waits forever behind those who rank higher; none:
    /// whoever ranks higher goes first, however long the others have waited.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub ageing: Span,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            misses: 2,
            cool_off: Span::seconds(60),
            lost_for: Span::seconds(15),
            transfer_for: Span::seconds(60),
            extensions: 2,
            ageing: Span(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_of_an_earlier_build_is_read_and_written_as_it_was() {
        let earlier = r#"{"queues":{"1":{"choice":"longest_idle","offer_for":20000,"wrap_up_for":0,"wrap_up_extension":0,"code_required":false,"priority":0,"depth":9}},"agents":{},"channels":{},"timings":{"misses":2,"cool_off":1,"lost_for":1,"transfer_for":1,"extensions":2}}"#;
        let plan: Plan = serde_json::from_str(earlier).unwrap();
        assert_eq!(serde_json::to_string(&plan).unwrap(), earlier);
    }
}
