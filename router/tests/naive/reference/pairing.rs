//! Who gets what, by trying everybody with everything.

use super::{At, Item, Naive, waits};
use segue_router::{AgentId, Choice, Decision, Effect, InteractionId, OfferId, PlanVersion, Time};
use std::cmp::Reverse;
use std::collections::BTreeMap;

impl Naive {
    pub(super) fn grant(&mut self, now: Time) {
        for id in self.agents.keys().copied().collect::<Vec<_>>() {
            if let Some(next) = self.agents[&id].next.clone()
                && self.idle(id)
            {
                self.wear(now, id, next);
            }
        }
    }

    /// The first in line whom somebody may take, to the best of those; again, until there is none.
    pub(super) fn pair(&mut self, now: Time, last_resort: bool) {
        'again: loop {
            let mut line: Vec<_> = self.items.iter().filter(|(_, item)| waits(item)).map(|(id, _)| *id).collect();
            line.sort_by_key(|id| self.turn(*id));
            for id in line {
                let item = &self.items[&id];
                let takers: Vec<_> = self.plan.agents.keys().copied().filter(|agent| self.why(item, *agent).is_none()).collect();
                let kept = matches!(item.at, At::Reserved { .. });
                let fresh = |agent: &AgentId| kept || last_resort || !item.cooling.contains_key(agent);
                let preferred = item.wants.preferred.filter(|agent| takers.contains(agent)).filter(fresh);
                let best = takers.iter().copied().filter(fresh).min_by_key(|agent| self.order(item, *agent));
                if let Some(winner) = preferred.or(best) {
                    self.offer(now, id, winner, &takers);
                    continue 'again;
                }
            }
            return;
        }
    }

    pub(super) fn order(&self, item: &Item, id: AgentId) -> (Reverse<u32>, usize, u64, bool, Time, AgentId) {
        let skills = &self.plan.agents[&id].skills;
        let fitness = self.needs(item).skills().iter().filter_map(|skill| skills.get(skill)).map(|level| u32::from(level.0)).sum();
        let (fitness, uses, load) = match self.plan.queues[&item.wants.queue].choice {
            Choice::LongestIdle => (0, 0, 0),
            Choice::MostFit => (fitness, 0, 0),
            Choice::LeastFlexible => (0, skills.len(), 0),
            Choice::LeastLoaded => (0, 0, u64::from(self.load(id).0)),
            Choice::RoundRobin => (0, 0, self.agents[&id].last_offer.0),
        };
        (Reverse(fitness), uses, load, !self.idle(id), self.agents[&id].idle_since, id)
    }

    pub(super) fn offer(&mut self, now: Time, id: InteractionId, winner: AgentId, takers: &[AgentId]) {
        let item = &self.items[&id];
        let queue = &self.plan.queues[&item.wants.queue];
        let kept = matches!(item.at, At::Reserved { .. });
        let by_name = matches!(item.at, At::Reserved { by_name: true, .. });
        let mut excluded = BTreeMap::new();
        for agent in self.plan.agents.keys() {
            if let Some(reason) = self.why(item, *agent) {
                *excluded.entry(reason).or_default() += 1;
            }
        }
        let skills = &self.plan.agents[&winner].skills;
        let others = takers.iter().copied().filter(|agent| *agent != winner);
        self.offers += 1;
        let offer = OfferId(self.offers);
        let deadline = now.after(queue.offer_for);
        let decision = Decision {
            offer,
            interaction: id,
            queue: item.wants.queue,
            channel: item.wants.channel,
            agent: winner,
            at: now,
            deadline,
            since: item.wants.since,
            priority: self.rank(item),
            plan: PlanVersion(self.version),
            choice: queue.choice,
            eligible: u32::try_from(takers.len()).unwrap(),
            excluded,
            levels: self.needs(item).skills().into_iter().filter_map(|skill| Some((skill, *skills.get(&skill)?))).collect(),
            idle_since: self.agents[&winner].idle_since,
            preferred: kept || item.wants.preferred == Some(winner),
            runner_up: others.min_by_key(|agent| self.order(item, *agent)),
        };
        let units = self.plan.channels[&item.wants.channel].units;
        self.agents.get_mut(&winner).unwrap().last_offer = offer;
        self.items.get_mut(&id).unwrap().at = At::Offered { offer, agent: winner, units, deadline, by_name };
        self.out.push(Effect::Offer(Box::new(decision)));
    }
}
