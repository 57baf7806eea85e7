//! Small random worlds: few agents, queues and skills, so that everything meets everything, and many ids that fail.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use segue_router::{
    AgentId, AgentPlan, Arrival, Channel, ChannelPlan, Choice, Closing, Event, Figure, InteractionId, Level, OfferId, Overflow, Plan,
    Presence, Priority, QueueId, QueuePlan, Requirement, Router, RoutingStep, SkillId, Span, Time, Timings, Units,
};
use std::collections::BTreeMap;

/// What may happen, before it is known which offers and assignments there will be.
#[derive(Clone, Debug)]
pub(crate) enum Chance {
    /// As it stands.
    Event(Event),
    /// About the n-th open offer; now and then by somebody else.
    Accept(usize, Option<AgentId>),
    Decline(usize, Option<AgentId>),
    /// About the n-th assignment; now and then by somebody else.
    Finish(usize, Option<AgentId>),
    ToQueue(usize, QueueId, Requirement),
    ToAgent(usize, AgentId),
    /// About the n-th wrap-up.
    WrapUp(usize, Option<u32>),
    Extend(usize),
    /// A tick when the next deadline is due, so that time passes where something happens.
    Next,
}

impl Chance {
    /// The event, in the world as it is now.
    pub(crate) fn event(&self, router: &Router) -> Event {
        let agents: Vec<_> = router.agents().filter_map(|id| Some((id, router.workload(id)?))).collect();
        let offers = || agents.iter().flat_map(|(id, work)| work.offers.iter().map(|open| (*id, open.offer))).collect::<Vec<_>>();
        let talks = || agents.iter().flat_map(|(id, work)| work.assignments.iter().map(|open| (*id, open.interaction))).collect::<Vec<_>>();
        let wraps = || agents.iter().flat_map(|(id, work)| work.wrap_ups.iter().map(|open| (*id, open.interaction))).collect::<Vec<_>>();
        match self {
            Self::Event(event) => event.clone(),
            Self::Accept(n, other) => {
                let (id, offer) = nth(&offers(), *n).unwrap_or((AgentId(1), OfferId(1)));
                Event::Accept(other.unwrap_or(id), offer)
            }
            Self::Decline(n, other) => {
                let (id, offer) = nth(&offers(), *n).unwrap_or((AgentId(1), OfferId(1)));
                Event::Decline(other.unwrap_or(id), offer, 0)
            }
            Self::Finish(n, other) => {
                let (id, interaction) = nth(&talks(), *n).unwrap_or((AgentId(1), InteractionId(1)));
                Event::Finish(other.unwrap_or(id), interaction)
            }
            Self::ToQueue(n, queue, needs) => {
                let (id, interaction) = nth(&talks(), *n).unwrap_or((AgentId(1), InteractionId(1)));
                Event::TransferToQueue(id, interaction, *queue, needs.clone())
            }
            Self::ToAgent(n, to) => {
                let (id, interaction) = nth(&talks(), *n).unwrap_or((AgentId(1), InteractionId(1)));
                Event::TransferToAgent(id, interaction, *to)
            }
            Self::WrapUp(n, code) => {
                let (id, interaction) = nth(&wraps(), *n).unwrap_or((AgentId(1), InteractionId(1)));
                Event::WrapUp(id, interaction, *code)
            }
            Self::Extend(n) => {
                let (id, interaction) = nth(&wraps(), *n).unwrap_or((AgentId(1), InteractionId(1)));
                Event::Extend(id, interaction)
            }
            Self::Next => Event::Tick,
        }
    }

    /// When it happens: a tick at the next deadline, everything else after the given pause.
    pub(crate) fn at(&self, router: &Router, now: Time, pause: Span) -> Time {
        match (self, router.deadline()) {
            (Self::Next, Some(deadline)) => deadline.max(now),
            _ => now.after(pause),
        }
    }
}

fn nth<T: Copy>(all: &[T], n: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[n % all.len()])
}

/// A first plan, then chances with the pauses before them.
pub(crate) fn histories() -> impl Strategy<Value = (Plan, Vec<(Span, Chance)>)> {
    (plans(), vec((pauses(), chances()), 1..120))
}

fn pauses() -> impl Strategy<Value = Span> {
    prop_oneof![4 => Just(Span(0)), 4 => (1u64..5).prop_map(Span::seconds), 1 => (5u64..90).prop_map(Span::seconds)]
}

fn chances() -> impl Strategy<Value = Chance> {
    let other = || option::weighted(0.05, agents());
    let n = 0usize..4;
    prop_oneof![
        6 => arrivals().prop_map(|arrival| Chance::Event(Event::Arrive(Box::new(arrival)))),
        5 => (agents(), presences()).prop_map(|(id, presence)| Chance::Event(Event::SignIn(id, presence))),
        6 => (n.clone(), other()).prop_map(|(n, id)| Chance::Accept(n, id)),
        3 => (n.clone(), other()).prop_map(|(n, id)| Chance::Decline(n, id)),
        4 => (n.clone(), other()).prop_map(|(n, id)| Chance::Finish(n, id)),
        4 => (n.clone(), option::of(Just(7))).prop_map(|(n, code)| Chance::WrapUp(n, code)),
        1 => n.clone().prop_map(Chance::Extend),
        2 => (n.clone(), queues(), needs()).prop_map(|(n, queue, needs)| Chance::ToQueue(n, queue, needs)),
        3 => (n, agents()).prop_map(|(n, to)| Chance::ToAgent(n, to)),
        5 => Just(Chance::Next),
        6 => quiet_events().prop_map(Chance::Event),
    ]
}

fn quiet_events() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (agents(), presences()).prop_map(|(id, presence)| Event::Present(id, presence)),
        2 => (agents(), option::of(presences())).prop_map(|(id, next)| Event::PresentNext(id, next)),
        2 => agents().prop_map(Event::Lose),
        1 => agents().prop_map(Event::SignOut),
        2 => interactions().prop_map(Event::Requeue),
        2 => (interactions(), priorities()).prop_map(|(id, priority)| Event::Prioritise(id, priority)),
        1 => interactions().prop_map(Event::Suspend),
        1 => interactions().prop_map(Event::Abandon),
        1 => plans().prop_map(|plan| Event::Configure(Box::new(plan))),
        1 => (queues(), closings()).prop_map(|(queue, why)| Event::Close(queue, why)),
        3 => (queues(), closings()).prop_map(|(queue, why)| Event::Open(queue, why)),
        1 => Just(Event::Tick),
    ]
}

fn agents() -> impl Strategy<Value = AgentId> {
    (1u32..6).prop_map(AgentId)
}

fn queues() -> impl Strategy<Value = QueueId> {
    (1u32..4).prop_map(QueueId)
}

fn closings() -> impl Strategy<Value = Closing> {
    prop_oneof![Just(Closing::Hours), Just(Closing::Hand)]
}

fn interactions() -> impl Strategy<Value = InteractionId> {
    (1u128..12).prop_map(InteractionId)
}

fn priorities() -> impl Strategy<Value = Priority> {
    (-1i32..3).prop_map(Priority)
}

fn channels() -> impl Strategy<Value = Channel> {
    prop_oneof![Just(Channel::Voice), Just(Channel::Chat), Just(Channel::Chat), Just(Channel::Email)]
}

fn presences() -> impl Strategy<Value = Presence> {
    let chosen = prop_oneof![1 => btree_set(channels(), 0..3), 4 => Just(Channel::ALL.into())];
    chosen.prop_map(|channels| Presence { channels, reason: 1 })
}

fn needs() -> impl Strategy<Value = Requirement> {
    let one = || ((1u32..4), (1u8..6)).prop_map(|(skill, level)| Requirement::AtLeast(SkillId(skill), Level(level)));
    prop_oneof![
        4 => Just(Requirement::default()),
        2 => one(),
        1 => vec(one(), 0..3).prop_map(Requirement::All),
        1 => vec(one(), 1..3).prop_map(Requirement::Any),
        1 => one().prop_map(|one| Requirement::Not(Box::new(one))),
    ]
}

fn arrivals() -> impl Strategy<Value = Arrival> {
    let who = (interactions(), queues(), channels(), needs());
    let place = (option::weighted(0.3, interactions()), proptest::bool::weighted(0.3));
    (who, priorities(), 0u64..2000, option::weighted(0.4, agents()), btree_set(agents(), 0..2), place).prop_map(
        |((interaction, queue, channel, needs), priority, since, preferred, excluded, (continues, kept))| Arrival {
            interaction,
            queue,
            channel,
            needs,
            priority,
            since: Time(since),
            preferred,
            excluded,
            continues,
            kept,
        },
    )
}

fn plans() -> impl Strategy<Value = Plan> {
    let channels = (1u32..12, 1u32..5).prop_map(|(voice, chat)| {
        let price = |units| ChannelPlan { units: Units(units) };
        BTreeMap::from([(Channel::Voice, price(voice)), (Channel::Chat, price(chat))])
    });
    let ageing = prop_oneof![2 => Just(0u64), 1 => 1u64..20];
    let timings = (1u32..3, 0u64..30, 0u64..10, 0u64..10, 0u32..3, ageing);
    let timings = timings.prop_map(|(misses, cool, lost, transfer, extensions, ageing)| Timings {
        misses,
        cool_off: Span::seconds(cool),
        lost_for: Span::seconds(lost),
        transfer_for: Span::seconds(transfer),
        extensions,
        ageing: Span::seconds(ageing),
    });
    let queues = btree_map((1u32..3).prop_map(QueueId), queue_plans(), 1..3);
    let shares = option::weighted(0.3, vec(0u32..5, 3));
    let plans = (queues, btree_map(agents(), agent_plans(), 1..5), channels, timings, shares);
    plans.prop_map(|(mut queues, mut agents, channels, mut timings, shares)| {
        let both = queues.len() == 2;
        for (id, queue) in &mut queues {
            let onward = |way: Option<Overflow>| way.filter(|way| *way == Overflow::Out || both && *id == QueueId(1));
            (queue.full, queue.closed) = (onward(queue.full), onward(queue.closed));
            for step in &mut queue.steps {
                step.overflow = onward(step.overflow);
                step.queues.retain(|_| both);
            }
        }
        // A queue without a share among others, and shares beside ageing, make a bad plan, now and then.
        for (queue, share) in queues.values_mut().zip(shares.iter().flatten()) {
            (queue.share, timings.ageing) = (*share, Span(timings.ageing.0 / 15_000));
        }
        for agent in agents.values_mut() {
            agent.queues.retain(|queue| queues.contains_key(queue));
        }
        Plan { queues, agents, channels, timings }
    })
}

fn queue_plans() -> impl Strategy<Value = QueuePlan> {
    let choice = prop_oneof![
        Just(Choice::LongestIdle),
        Just(Choice::MostFit),
        Just(Choice::LeastFlexible),
        Just(Choice::LeastLoaded),
        Just(Choice::RoundRobin)
    ];
    // An offer that stands for no time makes the plan a bad one, now and then.
    let offer_for = prop_oneof![1 => Just(0u64), 40 => 1u64..20];
    let limits = (0u32..8, option::weighted(0.3, overflows(2)), option::weighted(0.3, overflows(2)));
    let timeline = prop_oneof![2 => Just(Vec::new()), 1 => vec(steps(), 1..4)];
    let spans = (offer_for, 0u64..10, prop_oneof![Just(0u64), 1u64..20], prop_oneof![Just(0u64), 1u64..20]);
    (choice, spans, any::<bool>(), priorities(), limits, timeline, needs()).prop_map(
        |(
            choice,
            (offer_for, wrap_up_for, prefer_for, answer_within),
            code_required,
            priority,
            (depth, full, closed),
            mut steps,
            needs,
        )| {
            steps.sort_by_key(|step| step.after);
            QueuePlan {
                choice,
                offer_for: Span::seconds(offer_for),
                wrap_up_for: Span::seconds(wrap_up_for),
                wrap_up_extension: Span::seconds(5),
                code_required,
                priority,
                depth,
                prefer_for: Span::seconds(prefer_for),
                share: 0,
                steps,
                needs,
                full,
                closed,
                answer_within: Span::seconds(answer_within),
            }
        },
    )
}

/// To a queue of a higher number, or out: never in a circle. The plan leaves out what it does not have.
fn overflows(to: u32) -> impl Strategy<Value = Overflow> {
    prop_oneof![Just(Overflow::Out), Just(Overflow::Queue(QueueId(to)))]
}

fn steps() -> impl Strategy<Value = RoutingStep> {
    // Thresholds that no estimate meets to the millisecond, for sums in another order may round otherwise.
    let figure = prop_oneof![(1u64..6).prop_map(|n| Figure::ExpectedWait(Span(n * 3_333))), (1u32..101).prop_map(Figure::ServiceLevel),];
    let asked = (btree_set((1u32..4).prop_map(SkillId), 0..2), btree_map((1u32..4).prop_map(SkillId), 1u8..4, 0..2));
    let wider = (option::weighted(0.3, needs()), option::weighted(0.3, needs()), btree_set(Just(QueueId(2)), 0..2));
    let rest = (priorities(), any::<bool>(), option::weighted(0.3, overflows(2)));
    (0u64..30, option::weighted(0.4, figure), asked, wider, rest).prop_map(
        |(after, when, (drop, lower), (add, widen, queues), (raise, invite, overflow))| RoutingStep {
            after: Span::seconds(after),
            when,
            drop,
            lower,
            add,
            widen,
            queues,
            raise,
            invite,
            overflow,
        },
    )
}

fn agent_plans() -> impl Strategy<Value = AgentPlan> {
    let skills = btree_map((1u32..4).prop_map(SkillId), (1u8..8).prop_map(Level), 0..4);
    let caps = btree_map(channels(), 0u32..3, 0..2);
    let queues = prop_oneof![1 => btree_set((1u32..3).prop_map(QueueId), 0..3), 3 => Just([QueueId(1), QueueId(2)].into())];
    (skills, queues, 0u32..14, caps).prop_map(|(skills, queues, capacity, caps)| AgentPlan {
        skills,
        queues,
        capacity: Units(capacity),
        caps,
    })
}
