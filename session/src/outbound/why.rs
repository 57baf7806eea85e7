//! A decision by names, for the agent's screen pop.

use super::ask::asked;
use crate::SkillName;
use crate::outbound::Names;
use crate::pop::{Why, WhySkill};
use segue_router::{Decision, Excluded, Level, Requirement, SkillId};
use std::collections::BTreeMap;

/// Why this agent; `needs` is what the interaction asked for, as written.
#[must_use]
pub fn why(names: &Names<'_>, decision: &Decision, needs: &str) -> Why {
    let directory = names.directory;
    let name = directory.agent_name(decision.agent);
    let title = name.and_then(|name| Some(names.chart.agents.get(name)?.title.clone()));
    let queue = directory.queue_name(decision.queue);
    let requirement = queue.and_then(|queue| asked(directory, names.chart, queue, needs).ok()).unwrap_or_default();
    let mut least = BTreeMap::new();
    least_of(&requirement, &mut least);
    let skill = |(id, level): (&SkillId, &Level)| {
        Some(WhySkill { skill: directory.skill_name(*id)?.clone(), has: level.0, asked: least.get(id).map_or(0, |least| least.0) })
    };
    let mut skills: Vec<WhySkill> = decision.levels.iter().filter_map(skill).collect();
    skills.sort_by(|a, b| SkillName::cmp(&a.skill, &b.skill));
    Why {
        offer: decision.offer,
        agent: title.or_else(|| name.map(ToString::to_string)).unwrap_or_default(),
        skills,
        idle_ms: decision.at.since(decision.idle_since).0,
        eligible: decision.eligible,
        excluded: decision.excluded.iter().map(|(reason, count)| (excluded_name(*reason).to_owned(), *count)).collect(),
        preferred: decision.preferred,
        runner_up: decision.runner_up.and_then(|agent| directory.agent_name(agent)).cloned(),
    }
}

/// The least level asked of each skill, over all places where the requirement names it.
fn least_of(requirement: &Requirement, least: &mut BTreeMap<SkillId, Level>) {
    match requirement {
        Requirement::AtLeast(skill, level) => {
            let known = least.entry(*skill).or_insert(*level);
            *known = (*known).min(*level);
        }
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().for_each(|part| least_of(part, least)),
        Requirement::Not(_) => {}
    }
}

/// A reason's wire name.
#[must_use]
pub const fn excluded_name(reason: Excluded) -> &'static str {
    match reason {
        Excluded::Queue => "queue",
        Excluded::Skill => "skill",
        Excluded::SignedOut => "signed_out",
        Excluded::Presence => "presence",
        Excluded::Unresponsive => "unresponsive",
        Excluded::Lost => "lost",
        Excluded::Capacity => "capacity",
        Excluded::Cap => "cap",
        Excluded::Named => "named",
        Excluded::CoolOff => "cool_off",
        Excluded::Kept => "kept",
    }
}
