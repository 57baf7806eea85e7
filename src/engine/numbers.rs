//! The config's routing by numbers: every name entered in the directory, every number put where the router wants it.

use crate::config::plan::{Agent, Queue, Routing, Step, Way};
use segue_router as router;
use segue_router::{AgentPlan, ChannelPlan, Level, Overflow, Priority, QueuePlan, Requirement, RoutingStep, Span, Units};
use segue_session::needs::Needs;
use segue_session::outbound::{AWAY, Chart, ChartAgent, ChartQueue, Directory, READY};
use segue_session::{Channel, SkillName};
use std::collections::BTreeSet;
use std::time::Duration;

/// What the names of this config mean.
pub(crate) fn chart(routing: &Routing) -> Chart {
    let mut presences: std::collections::BTreeMap<_, _> =
        routing.presences.iter().map(|(name, presence)| (name.clone(), presence.channels.clone())).collect();
    presences.entry(READY.to_owned()).or_insert_with(|| Channel::ALL.into_iter().collect());
    presences.entry(AWAY.to_owned()).or_insert_with(BTreeSet::new);
    let queue = |queue: &Queue| ChartQueue {
        needs: queue.needs.clone(),
        codes: queue.codes.iter().cloned().collect(),
        code_required: queue.code_required,
    };
    let agent = |agent: &Agent| ChartAgent { title: agent.title.clone(), language: agent.language.clone() };
    Chart {
        presences,
        queues: routing.queues.iter().map(|(name, q)| (name.clone(), queue(q))).collect(),
        agents: routing.agents.iter().map(|(name, a)| (name.clone(), agent(a))).collect(),
    }
}

/// The router's plan; the directory grows by the names that are new.
pub(super) fn plan(routing: &Routing, chart: &Chart, directory: &mut Directory) -> router::Plan {
    for presence in [READY, AWAY].into_iter().chain(chart.presences.keys().map(String::as_str)) {
        directory.enter_presence(presence);
    }
    for reason in &routing.decline_reasons {
        directory.enter_reason(reason);
    }
    let mut plan = router::Plan { timings: routing.timings, ..router::Plan::default() };
    for (name, queue) in &routing.queues {
        for code in &queue.codes {
            directory.enter_code(code);
        }
        plan.queues.insert(directory.enter_queue(name), queue_plan(queue, directory));
    }
    for (name, agent) in &routing.agents {
        let skills = agent.skills.iter().map(|(skill, level)| (directory.enter_skill(skill), Level(*level))).collect();
        let queues = agent.queues.iter().map(|queue| directory.enter_queue(queue)).collect();
        let numbered = AgentPlan { skills, queues, capacity: Units(agent.capacity), caps: agent.caps.clone() };
        plan.agents.insert(directory.enter_agent(name), numbered);
    }
    plan.channels = routing.units.iter().map(|(channel, units)| (*channel, ChannelPlan { units: Units(*units) })).collect();
    plan
}

fn queue_plan(queue: &Queue, directory: &mut Directory) -> QueuePlan {
    QueuePlan {
        choice: queue.choice,
        offer_for: span(queue.offer_for),
        wrap_up_for: span(queue.wrap_up_for),
        wrap_up_extension: span(queue.wrap_up_extension),
        code_required: queue.code_required,
        priority: Priority(queue.priority),
        depth: queue.depth,
        prefer_for: span(queue.prefer_for),
        share: queue.share,
        steps: queue.steps.iter().map(|step| routing_step(step, directory)).collect(),
        needs: requirement(&queue.needs, directory).unwrap_or_default(),
        full: queue.full.as_ref().map(|name| Overflow::Queue(directory.enter_queue(name))),
        closed: queue.closed.as_ref().map(|name| Overflow::Queue(directory.enter_queue(name))),
        answer_within: span(queue.answer_within),
    }
}

fn routing_step(step: &Step, directory: &mut Directory) -> RoutingStep {
    RoutingStep {
        after: span(step.after),
        when: step.when,
        drop: step.drop.iter().map(|skill| directory.enter_skill(skill)).collect(),
        lower: step.lower.iter().map(|(skill, by)| (directory.enter_skill(skill), *by)).collect(),
        add: requirement(&step.add, directory),
        widen: requirement(&step.widen, directory),
        queues: step.queues.iter().map(|queue| directory.enter_queue(queue)).collect(),
        raise: Priority(step.raise),
        invite: step.invites,
        overflow: step.overflow.as_ref().map(|way| match way {
            Way::Queue(queue) => Overflow::Queue(directory.enter_queue(queue)),
            Way::Out => Overflow::Out,
        }),
    }
}

/// A requirement that was held against the rules when the config was read; `None` for an empty one.
fn requirement(text: &str, directory: &mut Directory) -> Option<Requirement> {
    let needs = Needs::parse(text).ok().filter(|_| !text.trim().is_empty())?;
    Some(needs.to_requirement(&mut |skill| directory.enter_skill(&SkillName::new(skill))))
}

fn span(duration: Duration) -> Span {
    Span(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
