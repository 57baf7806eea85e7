//! Takes the steps of queues' timelines, and sends on what a queue's limits do not let in.
//!
//! Invariants: a step is taken once, in the step of the router in which it became due or its figure went past its
//! threshold; nothing polls. Overflows never lead in a circle, so every walk along them ends.

use crate::router::Router;
use crate::state::{Interaction, State};
use crate::turn::Turn;
use crate::{
    Channel, Effect, Figure, InteractionId, Outcome, Overflow, Plan, Priority, QueueId, QueuePlan, Refusal, Requirement, RoutingStep,
    Stepped, Time, limits,
};
use std::collections::BTreeSet;

impl State {
    /// The step that an interaction has ahead, with when it is due.
    pub(crate) fn step_ahead(&self, interaction: &Interaction) -> Option<(Time, &RoutingStep)> {
        let step = self.plan.queues.get(&interaction.queue)?.steps.get(interaction.steps_taken)?;
        // A wait that was kept for a customer who comes back counts for them, and not to turn them away again.
        let kept = if step.overflow == Some(Overflow::Out) { interaction.came } else { None };
        Some((interaction.moved.or(kept).unwrap_or(interaction.since).after(step.after), step))
    }
}

impl Interaction {
    /// Comes to a queue, whose timeline begins for it.
    pub(crate) fn move_to(&mut self, plan: &Plan, queue: QueueId, needs: Requirement, now: Time) {
        (self.queue, self.needs, self.moved) = (queue, needs, Some(now));
        self.asked = None;
        self.begin_timeline();
        self.rank(plan);
    }

    /// Forgets the steps that were taken.
    pub(crate) fn begin_timeline(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.needs = asked;
        }
        (self.steps_taken, self.raised, self.expects) = (0, Priority(0), false);
        self.also.clear();
    }

    /// Its rank in line: its own, what its queue adds, and what steps have.
    pub(crate) fn rank(&mut self, plan: &Plan) {
        let added = plan.queues.get(&self.queue).map(|queue| queue.priority).unwrap_or_default();
        self.priority = self.own_priority.plus(added).plus(self.raised);
    }

    /// Takes a step, but for where it sends it.
    pub(crate) fn take(&mut self, step: &RoutingStep) {
        self.steps_taken = self.steps_taken.saturating_add(1);
        self.expects = false;
        if step.changes_needs() {
            let asks = step.asks(&self.needs);
            let before = std::mem::replace(&mut self.needs, asks);
            self.asked.get_or_insert(before);
        }
        self.also.extend(step.queues.iter().copied());
        self.raised = self.raised.plus(step.raise);
    }
}

impl Router {
    /// Takes every step that is due. Those that name a figure wait for it from now on.
    pub(crate) fn take_due_steps(&mut self, turn: &mut Turn<'_>) {
        while let Some((at, id)) = self.index.steps.first().copied() {
            if at > turn.now {
                return;
            }
            let waits = self.state.interactions.get(&id).and_then(|interaction| self.state.step_ahead(interaction));
            if waits.is_some_and(|(_, step)| step.when.is_some()) {
                self.leave_line(id);
                self.enter_as(turn, id, |interaction, _| interaction.expects = true);
            } else {
                self.take_step(turn, id);
            }
        }
    }

    /// Takes every step whose figure is past its threshold now; whether there was any.
    pub(crate) fn take_expected_steps(&mut self, turn: &mut Turn<'_>) -> bool {
        let past = self.index.expecting.iter().filter(|((queue, channel, figure), _)| self.is_past(*queue, *channel, *figure));
        let taken: BTreeSet<InteractionId> = past.flat_map(|(_, expecting)| expecting).copied().collect();
        for id in &taken {
            self.take_step(turn, *id);
        }
        !taken.is_empty()
    }

    fn is_past(&self, queue: QueueId, channel: Channel, figure: Figure) -> bool {
        match figure {
            Figure::ExpectedWait(limit) => self.newcomer_wait(queue, channel).is_some_and(|wait| wait.p50 > limit),
            Figure::ServiceLevel(least) => self.service_level(queue).is_some_and(|level| level < least),
        }
    }

    fn take_step(&mut self, turn: &mut Turn<'_>, id: InteractionId) {
        let Some(interaction) = self.state.interactions.get(&id) else { return };
        let Some((_, step)) = self.state.step_ahead(interaction) else { return };
        let step = step.clone();
        self.leave_line(id);
        if step.invite {
            turn.out.push(Effect::Invite { interaction: id });
        }
        let to = match step.overflow {
            Some(Overflow::Out) => return self.end(turn, id, Outcome::Overflowed),
            Some(Overflow::Queue(queue)) => self.takes_in(queue),
            None => None,
        };
        let now = turn.now;
        self.enter_as(turn, id, |interaction, plan| {
            interaction.take(&step);
            match to.and_then(|queue| Some((queue, plan.queues.get(&queue)?))) {
                Some((queue, there)) => interaction.move_to(plan, queue, there.needs.clone(), now),
                None => interaction.rank(plan),
            }
        });
        if to.is_some() || step.raise != Priority(0) {
            turn.lined_up.push(id);
        }
    }

    /// The queue that takes an interaction meant for this one: itself, or where its limits send it; `None` where they send
    /// it nowhere.
    pub(crate) fn takes_in(&self, queue: QueueId) -> Option<QueueId> {
        let mut queue = queue;
        loop {
            let plan = self.state.plan.queues.get(&queue)?;
            let overflow = match self.open_to_more(queue) {
                Ok(()) => return Some(queue),
                Err(Refusal::QueueClosed(_)) => plan.closed,
                Err(_) => plan.full,
            };
            match overflow {
                Some(Overflow::Queue(next)) => queue = next,
                Some(Overflow::Out) | None => return None,
            }
        }
    }

    /// Whether the queue is open, with room for one more.
    pub(crate) fn open_to_more(&self, queue: QueueId) -> Stepped {
        let plan = self.state.plan.queues.get(&queue).ok_or(Refusal::UnknownQueue(queue))?;
        if self.closed(queue).next().is_some() {
            return Err(Refusal::QueueClosed(queue));
        }
        let waiting = self.index.queues.get(&queue).map_or(0, |queue| queue.ages.len());
        if u32::try_from(waiting).map_or(true, |waiting| waiting >= plan.depth) {
            return Err(Refusal::QueueFull(queue));
        }
        Ok(())
    }
}

/// What timelines and overflows of a plan contradict.
pub(crate) fn contradictions(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, queue) in &plan.queues {
        if queue.steps.len() > limits::STEPS {
            faults.push(format!("{id} has more than {} steps", limits::STEPS));
        }
        if !queue.steps.is_sorted_by_key(|step| step.after) {
            faults.push(format!("{id} has steps that are not in the order of their waits"));
        }
        let asked = queue.steps.iter().flat_map(|step| [&step.add, &step.widen]).flatten();
        if asked.chain([&queue.needs]).any(|needs| !needs.within_limits()) {
            faults.push(format!("{id} has a requirement that is too complex"));
        }
        let named = queue.steps.iter().flat_map(|step| &step.queues).copied().chain(onward(queue));
        for other in named.filter(|other| !plan.queues.contains_key(other)) {
            faults.push(format!("{id} names {other}, which the plan does not have"));
        }
    }
    faults.extend(circles(plan).iter().map(|id| format!("{id} overflows in a circle")));
    faults
}

/// Where a queue's limits and steps may send what waits in it.
fn onward(queue: &QueuePlan) -> impl Iterator<Item = QueueId> + '_ {
    let ways = queue.steps.iter().map(|step| step.overflow).chain([queue.full, queue.closed]);
    ways.filter_map(|way| match way {
        Some(Overflow::Queue(next)) => Some(next),
        Some(Overflow::Out) | None => None,
    })
}

fn circles(plan: &Plan) -> BTreeSet<QueueId> {
    let returns = |start: &&QueueId| {
        let mut reached = BTreeSet::new();
        let mut ahead = vec![**start];
        while let Some(next) = ahead.pop() {
            ahead.extend(plan.queues.get(&next).into_iter().flat_map(onward).filter(|next| reached.insert(*next)));
        }
        reached.contains(*start)
    };
    plan.queues.keys().filter(returns).copied().collect()
}
