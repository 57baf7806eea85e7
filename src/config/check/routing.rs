//! How a tenant's routing goes: queues, agents, presences, units.

use super::{Checker, Path, timeline};
use crate::config::plan::{Agent, Hours, PresencePlan, Queue, Routing};
use crate::config::raw;
use segue_router::{Channel, Choice, Span, Timings};
use segue_session::needs::Needs;
use segue_session::{AgentName, Language, QueueName, SkillName};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const CHANNELS: [&str; 4] = ["voice", "chat", "app", "email"];

/// The channel of that name.
fn channel(path: Path<'_>, name: &str, checker: &mut Checker<'_>) -> Option<Channel> {
    let found = CHANNELS.iter().position(|known| *known == name).and_then(|at| Channel::ALL.get(at).copied());
    if found.is_none() {
        checker.dangling(path, "channel", name, &CHANNELS);
    }
    found
}

pub(super) fn resolve(tenant: &str, raw: &raw::Tenant, language: &Language, checker: &mut Checker<'_>) -> Routing {
    let names: Vec<_> = raw.queues.keys().map(String::as_str).collect();
    let hours = timeline::hours(tenant, raw, checker);
    let queues = raw.queues.iter().map(|(name, queue)| (QueueName::new(name), resolve_queue(tenant, name, queue, &names, &hours, checker)));
    let queues: BTreeMap<_, _> = queues.collect();
    timeline::circles(tenant, &queues, checker);
    let agents =
        raw.agents.iter().map(|(name, agent)| (AgentName::new(name), resolve_agent(tenant, name, agent, &names, language, checker)));
    let agents: BTreeMap<_, _> = agents.collect();
    shares(tenant, raw, checker);
    let routing = Routing {
        presences: presences(tenant, &raw.presences, checker),
        decline_reasons: raw.routing.decline_reasons.clone(),
        units: units(tenant, &raw.routing.units, checker),
        timings: timings(tenant, &raw.routing, checker),
        queues,
        agents,
    };
    reachable(tenant, &routing, checker);
    routing
}

/// Every queue has a share, or none has; and a long wait cannot count for a priority and not count for it.
fn shares(tenant: &str, raw: &raw::Tenant, checker: &mut Checker<'_>) {
    if raw.queues.values().all(|queue| queue.share == 0) {
        return;
    }
    for name in raw.queues.iter().filter(|(_, queue)| queue.share == 0).map(|(name, _)| name) {
        let what = "has no share, though other queues have";
        checker.wrong(&["tenants", tenant, "queues", name, "share"], what, "1 or more, or take all shares out");
    }
    if !raw.routing.ageing.0.is_zero() {
        let what = "agents choose by shares among equals in priority, but with ageing nobody is";
        checker.wrong(&["tenants", tenant, "routing", "ageing"], what, "take this out, or all shares");
    }
}

/// Where customers go who ask for a person and whom no journey has told where: a queue that is there.
pub(super) fn person_queue(tenant: &str, typed: Option<&str>, routing: &Routing, checker: &mut Checker<'_>) -> Option<QueueName> {
    let first = || routing.queues.keys().next().cloned();
    let Some(name) = typed else { return first() };
    let named = routing.queues.keys().find(|queue| queue.as_str() == name).cloned();
    if named.is_none() {
        let path = ["tenants", tenant, "person_queue"];
        checker.wrong(&path, format!("there is no queue \"{name}\""), "name one of `queues`");
    }
    named
}

fn resolve_queue(
    tenant: &str,
    name: &str,
    raw: &raw::Queue,
    queues: &[&str],
    hours_of: &BTreeMap<String, Hours>,
    checker: &mut Checker<'_>,
) -> Queue {
    let at = |key| ["tenants", tenant, "queues", name, key];
    checker.name(&["tenants", tenant, "queues", name], "a queue", name);
    let seconds = Duration::from_secs;
    checker.between(&at("offer_for"), raw.offer_for.0, seconds(1), seconds(600));
    checker.between(&at("wrap_up_for"), raw.wrap_up_for.0, seconds(0), seconds(86_400));
    checker.between(&at("wrap_up_extension"), raw.wrap_up_extension.0, seconds(0), seconds(86_400));
    checker.between(&at("prefer_for"), raw.prefer_for.0, seconds(0), seconds(3_600));
    if raw.depth == 0 {
        let mend = "right for a queue that is to go once it is empty; take the key out for the default";
        checker.doubtful(&at("depth"), "with 0 it takes nobody", mend);
    }
    if raw.code_required && raw.codes.is_empty() {
        checker.wrong(&at("code_required"), "a code is required, and there is none to choose", "add `codes`");
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = raw.codes.iter().find(|code| !seen.insert(*code)) {
        checker.wrong(&at("codes"), format!("\"{twice}\" is there twice"), "");
    }
    timeline::requirement(&at("needs"), &raw.needs, checker);
    Queue {
        title: raw.title.clone().unwrap_or_else(|| name.to_owned()),
        choice: match raw.choice {
            raw::Choice::LongestIdle => Choice::LongestIdle,
            raw::Choice::MostFit => Choice::MostFit,
            raw::Choice::LeastFlexible => Choice::LeastFlexible,
            raw::Choice::LeastLoaded => Choice::LeastLoaded,
            raw::Choice::RoundRobin => Choice::RoundRobin,
        },
        offer_for: raw.offer_for.0,
        wrap_up_for: raw.wrap_up_for.0,
        wrap_up_extension: raw.wrap_up_extension.0,
        codes: raw.codes.clone(),
        code_required: raw.code_required,
        priority: raw.priority,
        depth: raw.depth,
        prefer_for: raw.prefer_for.0,
        share: raw.share,
        needs: raw.needs.clone(),
        answer_within: raw.answer_within.0,
        steps: timeline::steps(tenant, name, raw, queues, checker),
        hours: raw.hours.as_ref().and_then(|hours| timeline::kept(tenant, name, hours, hours_of, checker)),
        full: raw.full.queue.as_deref().map(QueueName::new),
        closed: raw.closed.queue.as_deref().map(QueueName::new),
        farewells: timeline::farewells(raw),
    }
}

fn resolve_agent(tenant: &str, name: &str, raw: &raw::Agent, queues: &[&str], language: &Language, checker: &mut Checker<'_>) -> Agent {
    checker.name(&["tenants", tenant, "agents", name], "an agent", name);
    for (skill, level) in &raw.skills {
        let path = ["tenants", tenant, "agents", name, "skills", skill];
        checker.name(&path, "a skill", skill);
        if !(1..=10).contains(level) {
            checker.wrong(&path, format!("level {level} is not between 1 and 10"), "take the skill out where it is not there at all");
        }
    }
    for (number, queue) in raw.queues.iter().enumerate() {
        if !queues.contains(&queue.as_str()) {
            let number = number.to_string();
            checker.dangling(&["tenants", tenant, "agents", name, "queues", &number], "queue", queue, queues);
        }
    }
    if raw.queues.is_empty() {
        checker.doubtful(&["tenants", tenant, "agents", name], "serves no queue, and is never offered anything", "add `queues`");
    }
    let caps = raw.caps.iter().filter_map(|(typed, cap)| {
        channel(&["tenants", tenant, "agents", name, "caps", typed], typed, checker).map(|channel| (channel, *cap))
    });
    let caps = caps.collect();
    let own = raw.language.as_ref().map(|typed| checker.language(&["tenants", tenant, "agents", name, "language"], typed));
    Agent {
        title: raw.title.clone().unwrap_or_else(|| name.to_owned()),
        skills: raw.skills.iter().map(|(skill, level)| (SkillName::new(skill), *level)).collect(),
        queues: raw.queues.iter().map(|queue| QueueName::new(queue)).collect(),
        capacity: raw.capacity,
        caps,
        language: own.unwrap_or_else(|| language.clone()),
    }
}

fn presences(tenant: &str, raw: &BTreeMap<String, raw::Presence>, checker: &mut Checker<'_>) -> BTreeMap<String, PresencePlan> {
    let mut resolved = BTreeMap::from([
        ("ready".to_owned(), PresencePlan { channels: Channel::ALL.into() }),
        ("away".to_owned(), PresencePlan { channels: BTreeSet::new() }),
    ]);
    for (name, presence) in raw {
        checker.name(&["tenants", tenant, "presences", name], "a presence", name);
        let mut channels = BTreeSet::new();
        for (number, typed) in presence.channels.iter().enumerate() {
            let number = number.to_string();
            channels.extend(channel(&["tenants", tenant, "presences", name, "channels", &number], typed, checker));
        }
        resolved.insert(name.clone(), PresencePlan { channels });
    }
    resolved
}

/// What an interaction costs: a channel that is not named costs what it costs by default.
fn units(tenant: &str, raw: &BTreeMap<String, u32>, checker: &mut Checker<'_>) -> BTreeMap<Channel, u32> {
    let mut resolved = BTreeMap::new();
    for (name, units) in raw::Routing::default().units.iter().chain(raw) {
        let path = ["tenants", tenant, "routing", "units", name.as_str()];
        if *units == 0 {
            checker.wrong(&path, "an interaction that costs nothing fills no agent", "1 or more");
        }
        resolved.extend(channel(&path, name, checker).map(|channel| (channel, *units)));
    }
    resolved
}

fn timings(tenant: &str, raw: &raw::Routing, checker: &mut Checker<'_>) -> Timings {
    let at = |key| ["tenants", tenant, "routing", key];
    let seconds = Duration::from_secs;
    checker.between(&at("cool_off"), raw.cool_off.0, seconds(0), seconds(86_400));
    checker.between(&at("lost_for"), raw.lost_for.0, seconds(1), seconds(3_600));
    checker.between(&at("transfer_for"), raw.transfer_for.0, seconds(1), seconds(3_600));
    checker.between(&at("ageing"), raw.ageing.0, seconds(0), seconds(86_400));
    if raw.misses == 0 {
        checker.wrong(&at("misses"), "with 0 every agent is unresponsive from the start", "1 or more");
    }
    let span = |lasting: crate::config::units::Lasting| Span(u64::try_from(lasting.0.as_millis()).unwrap_or(u64::MAX));
    Timings {
        misses: raw.misses,
        cool_off: span(raw.cool_off),
        lost_for: span(raw.lost_for),
        transfer_for: span(raw.transfer_for),
        extensions: raw.extensions,
        ageing: span(raw.ageing),
    }
}

/// Warns of queues that nobody serves, or that nobody who serves them can do, and of agents too small for any work.
fn reachable(tenant: &str, routing: &Routing, checker: &mut Checker<'_>) {
    for (name, queue) in &routing.queues {
        let path = ["tenants", tenant, "queues", name.as_str()];
        let serving: Vec<_> = routing.agents.values().filter(|agent| agent.queues.contains(name)).collect();
        if serving.is_empty() {
            checker.doubtful(&path, "no agent serves it", "add it to an agent's `queues`");
        }
        let skills = Needs::parse(&queue.needs).map(|needs| needs.skills()).unwrap_or_default();
        for skill in skills {
            if !serving.iter().any(|agent| agent.skills.contains_key(skill.as_str())) {
                checker.doubtful(&[&path[..], &["needs"]].concat(), format!("nobody who serves it has the skill \"{skill}\""), "");
            }
        }
    }
    let least = routing.units.values().min().copied().unwrap_or_default();
    for (name, agent) in &routing.agents {
        if agent.capacity < least {
            let what = format!("{} units hold no interaction: the smallest takes {least}", agent.capacity);
            checker.wrong(&["tenants", tenant, "agents", name.as_str(), "capacity"], what, "100 is usual");
        }
    }
}
