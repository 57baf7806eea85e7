//! How long one has yet to wait, by looking at everybody who waits and everybody who serves.

use super::questions::Spot;
use super::{At, Item, Naive};
use segue_router::{AgentId, Channel, ExpectedWait, InteractionId, QueueId, Span, Time, limits};

impl Naive {
    pub(crate) fn expected_wait(&self, id: InteractionId) -> Option<ExpectedWait> {
        let item = self.items.get(&id).filter(|item| item.at == At::Waiting)?;
        let fits = |agent: &AgentId| self.unfit(item, *agent).is_none() && !item.wants.excluded.contains(agent);
        let wants = &item.wants;
        self.estimate(wants.queue, wants.channel, Some(item), self.spot(id), self.slots(wants.channel, fits))
    }

    pub(crate) fn newcomer_wait(&self, queue: QueueId, channel: Channel) -> Option<ExpectedWait> {
        let priority = self.plan.queues.get(&queue)?.priority;
        self.plan.channels.get(&channel)?;
        let member = |agent: &AgentId| self.serves(*agent, queue);
        if self.plan.agents.keys().any(|id| member(id) && self.off_duty(*id, channel).or(self.full(*id, channel)).is_none()) {
            return Some(ExpectedWait::default());
        }
        let since = if self.plan.timings.ageing == Span(0) { Time(u64::MAX) } else { self.clock };
        let last = self.spot_at(priority, since, InteractionId(u128::MAX));
        self.estimate(queue, channel, None, last, self.slots(channel, member))
    }

    #[expect(clippy::cast_possible_truncation, reason = "rounded before")]
    fn estimate(&self, queue: QueueId, channel: Channel, own_item: Option<&Item>, spot: Spot, slots: u32) -> Option<ExpectedWait> {
        let own = self.handling(queue, channel)?;
        if slots == 0 {
            return None;
        }
        let units = |channel: Channel| f64::from(self.plan.channels[&channel].units.0);
        let those_who = |serve: &dyn Fn(AgentId) -> bool| self.plan.agents.keys().filter(|id| serve(**id)).count() as f64;
        let (mut mean, mut variance) = (0.0, 0.0);
        let mut stage = |takes: f64| {
            let takes = takes / f64::from(slots);
            mean += takes;
            variance += takes * takes;
        };
        stage(own);
        for (id, item) in self.items.iter().filter(|(_, item)| item.at == At::Waiting) {
            let wants = &item.wants;
            if self.spot(*id) >= spot {
                continue;
            }
            let asks = |item: &Item| (self.needs(item), self.served_by(item));
            let alike = (wants.queue, wants.channel) == (queue, channel) && own_item.is_some_and(|own| asks(own) == asks(item));
            let part =
                those_who(&|id| self.serves(id, queue) && self.serves(id, wants.queue)) / those_who(&|id| self.serves(id, wants.queue));
            let thin = f64::from(slots) / f64::from(self.slots(channel, |id| self.serves(*id, queue)));
            // Nobody at all may serve them: they take nobody's time.
            let part = if part.is_nan() { 0.0 } else { part * thin };
            let takes = self.handling(wants.queue, wants.channel).unwrap_or(own) * units(wants.channel) / units(channel);
            stage(if alike { takes } else { part * takes });
        }
        let quantile = |z: f64| {
            let ninth = if mean > 0.0 { variance / (9.0 * mean * mean) } else { 0.0 };
            let wait = mean * (1.0 - ninth + z * ninth.sqrt()).powi(3);
            Span((wait.round() as u64).min(limits::WAIT_TOLD.0))
        };
        Some(ExpectedWait { p50: quantile(0.0), p90: quantile(1.281_551_565_544_6) })
    }

    fn serves(&self, id: AgentId, queue: QueueId) -> bool {
        self.plan.agents[&id].queues.contains(&queue)
    }

    /// How many on the channel those agents on duty can hold at once.
    fn slots(&self, channel: Channel, who: impl Fn(&AgentId) -> bool) -> u32 {
        let on_duty = self.plan.agents.iter().filter(|(id, _)| who(id) && self.off_duty(**id, channel).is_none());
        let slots = on_duty.map(|(_, plan)| {
            let room = plan.capacity.0 / self.plan.channels[&channel].units.0;
            plan.caps.get(&channel).map_or(room, |cap| room.min(*cap))
        });
        slots.sum()
    }

    /// A plain mean over the first observations, then one that forgets; in milliseconds.
    fn handling(&self, queue: QueueId, channel: Channel) -> Option<f64> {
        let took = self.handled.iter().filter(|(of, on, _)| (*of, *on) == (queue, channel)).map(|(_, _, took)| took.0 * 1000);
        let mut seen = 0;
        let mean = took.fold(0, |mean, took| {
            seen = (seen + 1).min(u64::from(limits::HANDLINGS));
            (mean * (seen - 1) + took) / seen
        });
        (seen > 0).then_some(mean as f64 / 1000.0)
    }
}
