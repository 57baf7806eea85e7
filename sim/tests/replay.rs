//! A recorded day again: with its own routing it comes out as it was, with another one otherwise.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_router::*;
use segue_sim::replay::{Recorded, play};
use std::collections::BTreeMap;

const QUEUE: QueueId = QueueId(1);

/// One queue, so many agents who take one chat at a time.
fn plan(agents: u32) -> Plan {
    let agent = AgentPlan { queues: [QUEUE].into(), capacity: Units(1), ..AgentPlan::default() };
    Plan {
        queues: BTreeMap::from([(QUEUE, QueuePlan { wrap_up_for: Span::seconds(600), ..QueuePlan::default() })]),
        agents: (1..=agents).map(|id| (AgentId(id), agent.clone())).collect(),
        channels: BTreeMap::from([(Channel::Chat, ChannelPlan { units: Units(1) })]),
        timings: Timings::default(),
    }
}

/// A router at work whose steps are recorded.
struct Day {
    router: Router,
    recorded: Recorded,
}

impl Day {
    fn step(&mut self, seconds: u64, event: Event) -> Vec<Effect> {
        let (at, mut effects) = (Time(1_000_000 + seconds * 1000), Vec::new());
        self.router.step(at, event.clone(), &mut effects).unwrap();
        self.recorded.take(at, &event, &effects);
        effects
    }

    fn arrive(&mut self, seconds: u64, id: u128) {
        let arrival = Arrival {
            interaction: InteractionId(id),
            queue: QUEUE,
            channel: Channel::Chat,
            needs: Requirement::default(),
            priority: Priority(0),
            since: Time(1_000_000 + seconds * 1000),
            preferred: None,
            excluded: [].into(),
            continues: None,
            kept: false,
        };
        self.step(seconds, Event::Arrive(Box::new(arrival)));
    }
}

/// Ada alone, three customers a minute apart whose talks take four, and one who gives up.
fn a_day() -> Recorded {
    let mut day = Day { router: Router::new(), recorded: Recorded::default() };
    day.step(0, Event::Configure(Box::new(plan(2))));
    let ready = Presence { channels: [Channel::Chat].into(), reason: 1 };
    day.step(0, Event::SignIn(AgentId(1), ready.clone()));
    for (id, at) in [(1, 10), (2, 70), (3, 130)] {
        day.arrive(at, id);
    }
    let mut offer = 0;
    let mut serve = |day: &mut Day, id: u128, at: u64| {
        offer += 1;
        day.step(at, Event::Accept(AgentId(1), OfferId(offer)));
        day.step(at + 180, Event::Finish(AgentId(1), InteractionId(id)));
        day.step(at + 240, Event::WrapUp(AgentId(1), InteractionId(id), None));
    };
    serve(&mut day, 1, 15);
    day.step(256, Event::SignIn(AgentId(2), Presence::default()));
    serve(&mut day, 2, 260);
    serve(&mut day, 3, 505);
    day.arrive(750, 4);
    day.recorded
}

#[test]
fn with_its_own_routing_a_day_comes_out_as_it_was() {
    let day = a_day();
    let facts = day.facts(&plan(2));
    assert_eq!(day.arrivals(), 4);
    let served = &facts.queues[&QUEUE];
    assert_eq!((served.arrived, served.answered, served.within, served.left), (4, 3, 1, 0));
    assert_eq!(served.waits, [5_000, 190_000, 375_000]);
    let again = play(&day, plan(2)).unwrap();
    let first: Vec<u64> = again.queues[&QUEUE].waits.iter().copied().filter(|wait| *wait > 9_000).collect();
    assert_eq!(first, [190_000, 375_000], "those who came while it was recorded wait as they did");
    // Whoever was not answered before the journal ended is, in a day that goes on, after the ring of the others.
    assert_eq!((again.queues[&QUEUE].arrived, again.queues[&QUEUE].answered), (4, 4));
    assert_eq!(play(&day, plan(2)).unwrap(), again, "the same each time");
}

#[test]
fn with_another_routing_others_are_served() {
    let day = a_day();
    let roomy =
        Plan { agents: plan(2).agents.into_iter().map(|(id, agent)| (id, AgentPlan { capacity: Units(3), ..agent })).collect(), ..plan(2) };
    let other = play(&day, roomy).unwrap();
    let served = &other.queues[&QUEUE];
    assert_eq!((served.answered, served.within), (4, 4), "with room for three nobody waits: {served:?}");
    assert_eq!(served.percentile(100), Some(Span::seconds(5)));
    let shallow = Plan { queues: BTreeMap::from([(QUEUE, QueuePlan { depth: 1, ..QueuePlan::default() })]), ..plan(2) };
    let turned = play(&day, shallow).unwrap().queues[&QUEUE].turned_away;
    assert_eq!(turned, 1, "one more than may wait");
}
