//! What queues and agents there are: told to the product as a routing, and to the checker as it is.

use super::mutant::Mutant;
use segue_router::{AgentId, AgentPlan, Channel, ChannelPlan, Level, Plan, Priority, QueueId, QueuePlan, Span, Timings, Units};
use segue_session::outbound::{AWAY, Chart, ChartAgent, ChartQueue, Directory, READY};
use segue_session::{AgentName, Language, QueueName};
use std::collections::{BTreeMap, BTreeSet};

/// The one skill that is asked for.
pub(super) const SKILL: &str = "internet";
/// The level that the queue of faults asks for.
pub(super) const ASKED: u8 = 5;
/// What a chat costs, of an agent's units.
pub(super) const CHAT: u32 = 30;

/// The queues: name, priority, whether the skill is asked for.
pub(super) const QUEUES: [(&str, i32, bool); 3] = [("billing", 1, false), ("faults", 0, true), ("orders", 0, false)];

/// One agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AgentRule {
    pub(super) level: u8,
    pub(super) queues: BTreeSet<&'static str>,
    pub(super) capacity: u32,
    /// Chats at once at most.
    pub(super) cap: u32,
}

/// A routing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) agents: BTreeMap<AgentName, AgentRule>,
    pub(super) offer_for: Span,
    pub(super) misses: u32,
}

impl Rules {
    /// The routing of the beginning, or the one that reloads bring in its turn.
    pub(super) fn of(turn: usize) -> Self {
        let agent =
            |level, queues: &[&'static str], capacity, cap| AgentRule { level, queues: queues.iter().copied().collect(), capacity, cap };
        let learned = if turn.is_multiple_of(2) { ASKED - 1 } else { ASKED };
        let agents = [
            ("ada", agent(8, &["billing", "faults", "orders"], 60, 2)),
            ("bo", agent(learned, &["faults", "orders"], 90, 2)),
            ("cy", agent(ASKED, &["faults", "billing"], 30, 3)),
            ("dee", agent(1, &["orders"], if turn.is_multiple_of(2) { 60 } else { 30 }, 4)),
        ];
        let agents = agents.into_iter().map(|(name, rule)| (AgentName::from(name), rule)).collect();
        Self { agents, offer_for: Span::seconds(12), misses: 2 }
    }

    pub(super) fn chart(&self) -> Chart {
        let presences = [(READY, Channel::ALL.into_iter().collect()), (AWAY, BTreeSet::new())];
        let agent = |name: &AgentName| (name.clone(), ChartAgent { title: name.to_string(), language: Language::from("en") });
        Chart {
            presences: presences.into_iter().map(|(name, channels)| (name.to_owned(), channels)).collect(),
            queues: QUEUES.iter().map(|(name, ..)| (QueueName::from(*name), ChartQueue::default())).collect(),
            agents: self.agents.keys().map(agent).collect(),
        }
    }

    /// The router's plan; names get numbers as they come.
    pub(super) fn plan(&self, directory: &mut Directory, mutant: Option<Mutant>) -> Plan {
        let is = |planted| mutant == Some(planted);
        for presence in [READY, AWAY] {
            directory.enter_presence(presence);
        }
        let skill = directory.enter_skill(&SKILL.into());
        let mut plan = Plan { timings: self.timings(is(Mutant::MissesForgotten)), ..Plan::default() };
        for (name, priority, _) in QUEUES {
            let queue = QueuePlan {
                offer_for: if is(Mutant::OfferStandsLonger) { Span(self.offer_for.0 * 2) } else { self.offer_for },
                wrap_up_for: Span::seconds(10),
                priority: Priority(if is(Mutant::PriorityForgotten) { 0 } else { priority }),
                ..QueuePlan::default()
            };
            plan.queues.insert(directory.enter_queue(&name.into()), queue);
        }
        for (name, rule) in &self.agents {
            let served = QUEUES.iter().filter(|(queue, ..)| is(Mutant::EveryQueue) || rule.queues.contains(queue));
            let queues: BTreeSet<QueueId> = served.map(|(queue, ..)| directory.enter_queue(&(*queue).into())).collect();
            let agent = AgentPlan {
                skills: BTreeMap::from([(skill, Level(rule.level + u8::from(is(Mutant::LevelOffByOne))))]),
                queues,
                capacity: Units(rule.capacity + if is(Mutant::CapacityOffByOne) { CHAT } else { 0 }),
                caps: if is(Mutant::CapForgotten) { BTreeMap::new() } else { BTreeMap::from([(Channel::Chat, rule.cap)]) },
            };
            plan.agents.insert(directory.enter_agent(name), agent);
        }
        plan.channels = BTreeMap::from([(Channel::Chat, ChannelPlan { units: Units(CHAT) })]);
        plan
    }

    fn timings(&self, misses_forgotten: bool) -> Timings {
        let misses = if misses_forgotten { 1000 } else { self.misses };
        Timings { misses, cool_off: Span::seconds(20), lost_for: Span::seconds(8), ..Timings::default() }
    }
}

/// By numbers what a rule says of an agent.
pub(super) fn numbered<'r>(rules: &'r Rules, directory: &Directory) -> BTreeMap<AgentId, &'r AgentRule> {
    rules.agents.iter().filter_map(|(name, rule)| Some((directory.agent(name)?, rule))).collect()
}
