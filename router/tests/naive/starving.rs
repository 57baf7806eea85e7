//! Invariant 10: with ageing on, the wait of the lowest priority is bounded under a stable load.

use proptest::collection::vec;
use proptest::prelude::*;
use segue_router::{
    AgentId, AgentPlan, Arrival, Channel, ChannelPlan, Effect, Event, InteractionId, Plan, Presence, Priority, QueueId, QueuePlan,
    Requirement, Router, Span, Time, Timings, Units,
};
use std::collections::BTreeMap;

/// How long the one agent works with each.
const WORK: u64 = 10;
/// The highest priority; the lowest is 0.
const HIGHEST: i32 = 5;

/// One agent and one queue, in seconds.
struct Floor {
    router: Router,
    since: BTreeMap<InteractionId, u64>,
    waits: Vec<(Priority, u64)>,
    talk: Option<(InteractionId, u64)>,
}

impl Floor {
    fn new(ageing: u64) -> Self {
        let queue = QueuePlan { wrap_up_for: Span(0), ..QueuePlan::default() };
        let agent = AgentPlan { queues: [QueueId(1)].into(), capacity: Units(1), ..AgentPlan::default() };
        let plan = Plan {
            queues: [(QueueId(1), queue)].into(),
            agents: [(AgentId(1), agent)].into(),
            channels: [(Channel::Voice, ChannelPlan { units: Units(1) })].into(),
            timings: Timings { ageing: Span::seconds(ageing), ..Timings::default() },
        };
        let mut floor = Self { router: Router::new(), since: BTreeMap::new(), waits: Vec::new(), talk: None };
        floor.step(0, Event::Configure(Box::new(plan)));
        floor.step(0, Event::SignIn(AgentId(1), Presence { channels: Channel::ALL.into(), reason: 0 }));
        floor
    }

    fn step(&mut self, now: u64, event: Event) {
        let mut out = Vec::new();
        self.router.step(Time(now * 1000), event, &mut out).unwrap();
        for effect in out {
            if let Effect::Offer(decision) = effect {
                self.waits.push((decision.priority, now - self.since[&decision.interaction]));
                self.talk = Some((decision.interaction, now + WORK));
                self.step(now, Event::Accept(decision.agent, decision.offer));
            }
        }
    }

    /// Lets the talks end that are over by then.
    fn pass(&mut self, until: u64) {
        while let Some((id, end)) = self.talk.filter(|(_, end)| *end <= until) {
            self.talk = None;
            self.step(end, Event::Finish(AgentId(1), id));
        }
    }

    fn arrive(&mut self, now: u64, priority: i32) {
        self.pass(now);
        let interaction = InteractionId(self.since.len() as u128 + 1);
        self.since.insert(interaction, now);
        self.step(
            now,
            Event::Arrive(Box::new(Arrival {
                interaction,
                queue: QueueId(1),
                channel: Channel::Voice,
                needs: Requirement::default(),
                priority: Priority(priority),
                since: Time(now * 1000),
                preferred: None,
                excluded: [].into(),
                continues: None,
                kept: false,
            })),
        );
    }
}

proptest! {
    /// Whoever comes later than the priorities between them are worth goes behind: what is served before somebody of the
    /// lowest priority is what was there, and what comes until then.
    #[test]
    fn nobody_starves(ageing in 1u64..60, burst in vec(0..=HIGHEST, 0..10), later in vec((0u64..5, 0..=HIGHEST), 1..200)) {
        let mut floor = Floor::new(ageing);
        burst.iter().for_each(|priority| floor.arrive(0, *priority));
        let mut now = 0;
        for (pause, priority) in later {
            now += WORK + pause;
            floor.arrive(now, priority);
        }
        floor.pass(u64::MAX);
        prop_assert_eq!(floor.waits.len(), floor.since.len(), "everybody is served");
        for (priority, wait) in floor.waits {
            let ahead = ageing * u64::from((HIGHEST - priority.0).unsigned_abs());
            let most = ahead + WORK * (burst.len() as u64 + 2);
            prop_assert!(wait <= most, "{} waited for {} s, not for {} at most", priority, wait, most);
        }
    }
}

/// What the bound rests on: without ageing, the lowest waits for as long as higher ones come.
#[test]
fn without_ageing_the_lowest_waits_for_as_long_as_others_come() {
    let mut floor = Floor::new(0);
    floor.arrive(0, HIGHEST);
    floor.arrive(0, 0);
    (0..500).for_each(|nth| floor.arrive(nth * WORK, HIGHEST));
    floor.pass(u64::MAX);
    let longest = floor.waits.iter().filter(|(priority, _)| *priority == Priority(0)).map(|(_, wait)| *wait).max();
    assert!(longest >= Some(500 * WORK), "{longest:?}");
}
