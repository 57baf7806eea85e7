//! A scenario as the router sees it: names become numbers.

use crate::scenario::{Scenario, Stream};
use segue_router::{AgentId, AgentPlan, ChannelPlan, Level, Plan, QueueId, QueuePlan, Requirement, SkillId, Span, Timings, Units};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers by name, in the order of names.
fn numbers<'a>(names: impl IntoIterator<Item = &'a String>) -> BTreeMap<&'a str, u32> {
    let names: BTreeSet<&str> = names.into_iter().map(String::as_str).collect();
    names.into_iter().zip(0..).collect()
}

/// The numbers of a scenario's names, and the plan they appear in.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) plan: Plan,
    /// By stream.
    pub(crate) queues: Vec<QueueId>,
    /// By stream.
    pub(crate) needs: Vec<Requirement>,
    /// By team, the first agent's; the others follow.
    pub(crate) first: Vec<u32>,
}

impl Numbered {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let queues = numbers(scenario.teams.iter().flat_map(|team| &team.queues));
        let named = scenario.teams.iter().flat_map(|team| team.skills.keys());
        let skills = numbers(named.chain(scenario.streams.iter().flat_map(|stream| stream.skills.keys())));
        let levels = |named: &BTreeMap<String, u8>| -> BTreeMap<SkillId, Level> {
            named.iter().map(|(name, level)| (SkillId(skills[name.as_str()]), Level(*level))).collect()
        };
        let mut agents = BTreeMap::new();
        let mut first = Vec::new();
        let mut next = 0;
        for team in &scenario.teams {
            first.push(next);
            let agent = AgentPlan {
                skills: levels(&team.skills),
                queues: team.queues.iter().map(|name| QueueId(queues[name.as_str()])).collect(),
                capacity: Units(team.capacity),
                caps: team.caps.clone(),
            };
            agents.extend((next..next + team.agents).map(|id| (AgentId(id), agent.clone())));
            next += team.agents;
        }
        let plan = Plan {
            queues: queues.iter().map(|(name, id)| (QueueId(*id), queue(scenario, name))).collect(),
            agents,
            channels: scenario.channels.iter().map(|(channel, units)| (*channel, ChannelPlan { units: Units(*units) })).collect(),
            timings: Timings::default(),
        };
        let needs = scenario.streams.iter().map(|stream| requirement(&levels(&stream.skills)));
        let needs = needs.collect();
        let queues = scenario.streams.iter().map(|stream| QueueId(queues[stream.queue.as_str()])).collect();
        Self { plan, queues, needs, first }
    }
}

/// Offers never expire here: how long agents take to answer is the scenario's. Nor do wrap-ups, where there are any.
fn queue(scenario: &Scenario, name: &str) -> QueuePlan {
    let never = Span::seconds(10 * 365 * 86_400);
    let wraps_up = |stream: &Stream| stream.queue == name && stream.wrap_up.is_some();
    QueuePlan {
        choice: scenario.choices.get(name).copied().unwrap_or_default(),
        offer_for: never,
        wrap_up_for: if scenario.streams.iter().any(wraps_up) { never } else { Span(0) },
        depth: u32::MAX,
        ..QueuePlan::default()
    }
}

fn requirement(levels: &BTreeMap<SkillId, Level>) -> Requirement {
    let mut parts: Vec<Requirement> = levels.iter().map(|(skill, level)| Requirement::AtLeast(*skill, *level)).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => Requirement::All(parts.into_iter().chain(last).collect()),
    }
}
