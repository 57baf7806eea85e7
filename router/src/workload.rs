//! The work that the `decide` bench and bar measure: a floor where everybody is busy and the lines are long.
//!
//! Every queue asks for one skill, every agent serves every queue and has a few of the skills. Each agent goes round:
//! offered, accepted, finished, wrapped up; each time a customer takes the place in line that came free. What
//! happens next is drawn from a seed, so that a run is repeatable and no cache is warm by order.

use crate::{
    AgentId, AgentPlan, Arrival, Channel, ChannelPlan, Choice, Effect, Event, InteractionId, Level, OfferId, Plan, Presence, Priority,
    QueueId, QueuePlan, Requirement, Router, SkillId, Span, Time, Timings, Units,
};

/// How much of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Agents.
    pub agents: u32,
    /// Skills there are.
    pub skills: u32,
    /// Skills each agent has.
    pub skills_each: u32,
    /// Queues, and so groups of equal requirements.
    pub queues: u32,
    /// Interactions in line.
    pub waiting: u32,
}

impl Size {
    /// The floor of the `decide` bar.
    pub const LARGE: Self = Self { agents: 10_000, skills: 200, skills_each: 5, queues: 500, waiting: 50_000 };

    /// A hundredth of its agents and lines, with as many groups: what `decide-scale` compares it with.
    pub const SMALL: Self = Self { agents: 100, waiting: 500, ..Self::LARGE };
}

/// What an agent does next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Accept(AgentId, OfferId, InteractionId),
    Finish(AgentId, InteractionId),
    WrapUp(AgentId, InteractionId),
    Arrive,
}

/// A router under steady work.
#[derive(Debug)]
pub struct Floor {
    /// The router that is measured.
    pub router: Router,
    size: Size,
    now: Time,
    seed: u64,
    arrived: u64,
    next: Vec<Next>,
}

impl Floor {
    /// A floor with everybody signed in and busy, and the lines full.
    ///
    /// # Panics
    ///
    /// Never: every event fits the plan.
    #[must_use]
    pub fn new(size: Size, seed: u64) -> Self {
        let mut floor = Self { router: Router::new(), size, now: Time(0), seed, arrived: 0, next: Vec::new() };
        let mut out = Vec::new();
        let plan = floor.plan();
        floor.step(Event::Configure(Box::new(plan)), &mut out);
        for agent in 0..size.agents {
            floor.step(Event::SignIn(AgentId(agent), Presence { channels: [Channel::Voice].into(), reason: 0 }), &mut out);
        }
        while floor.waiting() < size.waiting {
            let arrival = floor.arrival();
            floor.step(arrival, &mut out);
        }
        floor
    }

    /// The event that happens next.
    pub fn draw(&mut self) -> Event {
        let pick = self.below(u64::try_from(self.next.len()).unwrap_or(u64::MAX));
        let next = usize::try_from(pick).ok().filter(|pick| *pick < self.next.len()).map(|pick| self.next.swap_remove(pick));
        match next {
            Some(Next::Accept(agent, offer, interaction)) => {
                self.next.push(Next::Finish(agent, interaction));
                Event::Accept(agent, offer)
            }
            Some(Next::Finish(agent, interaction)) => {
                self.next.push(Next::WrapUp(agent, interaction));
                Event::Finish(agent, interaction)
            }
            Some(Next::WrapUp(agent, interaction)) => {
                self.next.push(Next::Arrive);
                Event::WrapUp(agent, interaction, Some(1))
            }
            Some(Next::Arrive) | None => self.arrival(),
        }
    }

    /// Lets it happen. Offers that come of it are accepted later.
    ///
    /// # Panics
    ///
    /// Never: what `draw` gave is always possible.
    #[expect(clippy::expect_used, reason = "a refusal would mean that the work is not what is measured")]
    pub fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        out.clear();
        self.now = self.now.after(Span(1));
        self.router.step(self.now, event, out).expect("every event of the workload is possible");
        for effect in out.iter() {
            if let Effect::Offer(decision) = effect {
                self.next.push(Next::Accept(decision.agent, decision.offer, decision.interaction));
            }
        }
    }

    fn waiting(&self) -> u32 {
        (0..self.size.queues).filter_map(|queue| self.router.queue(QueueId(queue))).map(|view| view.waiting).sum()
    }

    /// Day-long deadlines: expiry is not what this measures.
    fn plan(&mut self) -> Plan {
        let day = Span::seconds(86_400);
        let queue = QueuePlan {
            choice: Choice::LongestIdle,
            offer_for: day,
            wrap_up_for: day,
            wrap_up_extension: day,
            code_required: true,
            depth: u32::MAX,
            ..QueuePlan::default()
        };
        let queues = (0..self.size.queues).map(|id| (QueueId(id), queue.clone()));
        let agents = (0..self.size.agents).map(|id| {
            let queues = (0..self.size.queues).map(QueueId).collect();
            let skills = (0..self.size.skills_each).map(|nth| (SkillId(self.skill(id, nth)), Level(9)));
            let plan = AgentPlan { skills: skills.collect(), queues, capacity: Units(100), caps: [].into() };
            (AgentId(id), plan)
        });
        let agents = agents.collect();
        let channels = [(Channel::Voice, ChannelPlan { units: Units(100) })].into();
        Plan { queues: queues.collect(), agents, channels, timings: Timings::default() }
    }

    /// The first two in turn, so that somebody has each; the others by chance, so that hardly two agents are alike.
    fn skill(&mut self, agent: u32, nth: u32) -> u32 {
        let turn = agent.wrapping_mul(2).wrapping_add(nth).checked_rem(self.size.skills).unwrap_or_default();
        let chance = u32::try_from(self.below(u64::from(self.size.skills))).unwrap_or_default();
        if nth < 2 { turn } else { chance }
    }

    fn arrival(&mut self) -> Event {
        let queue = u32::try_from(self.below(u64::from(self.size.queues))).unwrap_or_default();
        let skill = queue.checked_rem(self.size.skills).unwrap_or_default();
        self.arrived = self.arrived.wrapping_add(1);
        // Like the ids of the product: time first, chance after.
        let id = u128::from(self.arrived) << 64 | u128::from(self.random());
        Event::Arrive(Box::new(Arrival {
            interaction: InteractionId(id),
            queue: QueueId(queue),
            channel: Channel::Voice,
            needs: Requirement::AtLeast(SkillId(skill), Level(5)),
            priority: Priority(0),
            since: self.now,
            preferred: None,
            excluded: [].into(),
            continues: None,
            kept: false,
        }))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random().checked_rem(limit).unwrap_or_default()
    }

    /// `SplitMix64`: small, seeded, and no part of what is decided.
    fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
