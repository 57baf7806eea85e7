//! What waits have changed: every step taken so far is applied again whenever somebody asks.

use super::{At, Item, Naive, waits};
use segue_router::{Channel, Effect, Figure, InteractionId, Outcome, Overflow, QueueId, Refusal, Requirement, RoutingStep, Time, limits};
use std::collections::BTreeSet;

impl Naive {
    fn taken(&self, item: &Item) -> &[RoutingStep] {
        &self.plan.queues[&item.wants.queue].steps[..item.taken]
    }

    pub(super) fn needs(&self, item: &Item) -> Requirement {
        self.taken(item).iter().fold(item.wants.needs.clone(), |needs, step| step.asks(&needs))
    }

    pub(super) fn served_by(&self, item: &Item) -> BTreeSet<QueueId> {
        self.taken(item).iter().flat_map(|step| step.queues.clone()).chain([item.wants.queue]).collect()
    }

    pub(super) fn raised(&self, item: &Item) -> i32 {
        self.taken(item).iter().map(|step| step.raise.0).sum()
    }

    /// Everybody in line with a step ahead that waits for time alone, and when.
    pub(super) fn steps(&self) -> BTreeSet<(Time, InteractionId)> {
        let in_time = self.items.iter().filter(|(_, item)| item.at == At::Waiting && !item.expects);
        let due = in_time.filter_map(|(id, item)| {
            let step = self.plan.queues[&item.wants.queue].steps.get(item.taken)?;
            let began = if step.overflow == Some(Overflow::Out) { item.came } else { item.wants.since };
            Some((item.moved.unwrap_or(began).after(step.after), *id))
        });
        due.collect()
    }

    pub(super) fn take_due(&mut self, now: Time) {
        while let Some((_, id)) = self.steps().first().copied().filter(|(at, _)| *at <= now) {
            let item = &self.items[&id];
            if self.plan.queues[&item.wants.queue].steps[item.taken].when.is_some() {
                self.items.get_mut(&id).unwrap().expects = true;
            } else {
                self.take_step(now, id);
            }
        }
    }

    pub(super) fn take_expected(&mut self, now: Time) -> bool {
        let past = |item: &Item| {
            let step = &self.plan.queues[&item.wants.queue].steps[item.taken];
            self.past(item.wants.queue, item.wants.channel, step.when.unwrap())
        };
        let expecting = self.items.iter().filter(|(_, item)| item.at == At::Waiting && item.expects);
        let taken: Vec<_> = expecting.filter(|(_, item)| past(item)).map(|(id, _)| *id).collect();
        for id in &taken {
            self.take_step(now, *id);
        }
        !taken.is_empty()
    }

    fn past(&self, queue: QueueId, channel: Channel, figure: Figure) -> bool {
        match figure {
            Figure::ExpectedWait(limit) => self.newcomer_wait(queue, channel).is_some_and(|wait| wait.p50 > limit),
            Figure::ServiceLevel(least) => self.service_level(queue).is_some_and(|level| level < least),
        }
    }

    fn take_step(&mut self, now: Time, id: InteractionId) {
        let item = &self.items[&id];
        let step = self.plan.queues[&item.wants.queue].steps[item.taken].clone();
        if step.invite {
            self.out.push(Effect::Invite { interaction: id });
        }
        let to = match step.overflow {
            Some(Overflow::Out) => return self.end(id, Outcome::Overflowed),
            Some(Overflow::Queue(queue)) => {
                // It stands in no line while it looks for another.
                let item = self.items.remove(&id).unwrap();
                let to = self.takes_in(queue);
                self.items.insert(id, item);
                to
            }
            None => None,
        };
        let item = self.items.get_mut(&id).unwrap();
        (item.taken, item.expects) = (item.taken + 1, false);
        if let Some(queue) = to {
            self.send_to(now, id, queue, self.plan.queues[&queue].needs.clone());
        }
        if to.is_some() || step.raise.0 != 0 {
            self.lined_up.push(id);
        }
    }

    pub(super) fn send_to(&mut self, now: Time, id: InteractionId, queue: QueueId, needs: Requirement) {
        let item = self.items.get_mut(&id).unwrap();
        (item.wants.queue, item.wants.needs) = (queue, needs);
        (item.moved, item.taken, item.expects) = (Some(now), 0, false);
    }

    pub(super) fn takes_in(&self, queue: QueueId) -> Option<QueueId> {
        let plan = &self.plan.queues[&queue];
        let way = match self.room(queue) {
            Ok(()) => return Some(queue),
            Err(Refusal::QueueClosed(_)) => plan.closed,
            Err(_) => plan.full,
        };
        match way {
            Some(Overflow::Queue(next)) => self.takes_in(next),
            Some(Overflow::Out) | None => None,
        }
    }

    pub(super) fn room(&self, queue: QueueId) -> Result<(), Refusal> {
        let plan = self.plan.queues.get(&queue).ok_or(Refusal::UnknownQueue(queue))?;
        let waiting = self.items.values().filter(|item| waits(item) && item.wants.queue == queue).count();
        if self.closed.iter().any(|(closed, _)| *closed == queue) {
            Err(Refusal::QueueClosed(queue))
        } else if waiting >= plan.depth as usize {
            Err(Refusal::QueueFull(queue))
        } else {
            Ok(())
        }
    }

    pub(super) fn count_service(&mut self, now: Time, id: InteractionId, answered: bool) {
        let wants = &self.items[&id].wants;
        let (within, wait) = (self.plan.queues[&wants.queue].answer_within, now.since(wants.since));
        if within.0 > 0 && (answered || wait > limits::SHORT_ABANDON) {
            self.served.push((wants.queue, answered && wait <= within));
        }
    }

    /// In percent: a plain mean over the first, then one that forgets.
    fn service_level(&self, queue: QueueId) -> Option<u32> {
        let mut seen = 0;
        let share = self.served.iter().filter(|(of, _)| *of == queue).fold(0, |share, (_, in_time)| {
            seen = (seen + 1).min(limits::SERVED);
            (share * (seen - 1) + if *in_time { 1_000_000 } else { 0 }) / seen
        });
        (seen > 0).then_some(share / 10_000)
    }
}
