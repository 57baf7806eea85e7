//! What verbs are made of.

use super::{At, Desk, Item, Naive, WrapUp};
use segue_router::{AgentId, Effect, InteractionId, Outcome, Presence, Time, WithdrawReason};
use std::collections::BTreeMap;

impl Naive {
    pub(super) fn line_up(&mut self, now: Time, id: InteractionId) {
        let item = self.items.get_mut(&id).unwrap();
        item.at = At::Waiting;
        item.cooling.retain(|_, until| *until > now);
        self.lined_up.push(id);
    }

    /// What is kept for agents who will not take it returns to the line.
    pub(super) fn release(&mut self, now: Time) {
        let mut vain: Vec<_> = Vec::new();
        for (id, item) in &self.items {
            if let At::Reserved { agent, by_name: false, .. } = item.at
                && !(self.plan.agents.contains_key(&agent) && self.may_in_time(item, agent))
            {
                vain.push((agent, item.wants.channel, self.spot(*id), *id));
            }
        }
        vain.sort();
        for (.., id) in vain {
            self.line_up(now, id);
        }
    }

    pub(super) fn cool(&mut self, now: Time, id: InteractionId, agent: AgentId) {
        let until = now.after(self.plan.timings.cool_off);
        if until > now {
            self.items.get_mut(&id).unwrap().cooling.insert(agent, until);
        }
    }

    pub(super) fn withdraw(&mut self, now: Time, id: InteractionId, why: WithdrawReason) {
        self.take_back(id, why);
        self.line_up(now, id);
    }

    pub(super) fn take_back(&mut self, id: InteractionId, why: WithdrawReason) {
        let At::Offered { offer, agent, .. } = self.items[&id].at else { panic!("not on offer") };
        self.out.push(Effect::Withdraw { offer, interaction: id, agent, why });
    }

    /// Whom it rules out, it will rule out when it comes back, too.
    pub(super) fn part(&mut self, now: Time, id: InteractionId) {
        let cooling: BTreeMap<_, _> =
            self.items[&id].cooling.iter().filter(|(_, until)| **until > now).map(|(id, at)| (*id, *at)).collect();
        if !cooling.is_empty() {
            self.parted.insert(id, cooling);
        }
    }

    pub(super) fn end(&mut self, id: InteractionId, outcome: Outcome) {
        let item = self.items.remove(&id).unwrap();
        self.out.push(Effect::Ended { interaction: id, outcome, since: item.wants.since, priority: item.wants.priority });
    }

    pub(super) fn depart(&mut self, now: Time, id: InteractionId) {
        match self.items[&id].at {
            At::Offered { .. } => self.take_back(id, WithdrawReason::CustomerLeft),
            At::Assigned { .. } => self.wrap_up_begins(now, id),
            At::Waiting | At::Reserved { .. } => {}
        }
    }

    pub(super) fn wrap_up_begins(&mut self, now: Time, id: InteractionId) {
        let item = &self.items[&id];
        let At::Assigned { agent, units, since, .. } = item.at else { panic!("not assigned") };
        let (queue, channel) = (item.wants.queue, item.wants.channel);
        let until = now.after(self.plan.queues[&queue].wrap_up_for);
        self.wrap_ups.push(WrapUp { agent, interaction: id, queue, channel, units, since, until, extensions: 0 });
        self.out.push(Effect::BeginWrapUp { interaction: id, agent, until });
        if until <= now {
            self.wrap_up_ends(now, agent, id, None);
        }
    }

    pub(super) fn wrap_up_ends(&mut self, now: Time, agent: AgentId, interaction: InteractionId, code: Option<u32>) {
        let ended = self.wrap_ups.iter().find(|w| (w.agent, w.interaction) == (agent, interaction)).unwrap();
        self.handled.push((ended.queue, ended.channel, now.since(ended.since)));
        self.wrap_ups.retain(|w| (w.agent, w.interaction) != (agent, interaction));
        self.agents.get_mut(&agent).unwrap().idle_since = now;
        self.out.push(Effect::EndWrapUp { interaction, agent, code });
    }

    pub(super) fn offers_of(&self, id: AgentId) -> Vec<InteractionId> {
        let theirs = self.items.iter().filter_map(|(interaction, item)| match item.at {
            At::Offered { offer, agent, .. } if agent == id => Some((offer, *interaction)),
            _ => None,
        });
        theirs.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    pub(super) fn talks_of(&self, id: AgentId) -> Vec<InteractionId> {
        let theirs = |item: &Item| matches!(item.at, At::Assigned { agent, .. } if agent == id);
        self.items.iter().filter(|(_, item)| theirs(item)).map(|(interaction, _)| *interaction).collect()
    }

    pub(super) fn abandon_talks(&mut self, now: Time, id: AgentId) {
        for interaction in self.talks_of(id) {
            self.unassign(now, interaction, WithdrawReason::AgentLeft);
        }
    }

    pub(super) fn unassign(&mut self, now: Time, id: InteractionId, why: WithdrawReason) {
        let At::Assigned { agent, offer, .. } = self.items[&id].at else { panic!("not assigned") };
        self.cool(now, id, agent);
        self.agents.get_mut(&agent).unwrap().idle_since = now;
        self.out.push(Effect::Withdraw { offer, interaction: id, agent, why });
        self.line_up(now, id);
    }

    pub(super) fn wear(&mut self, now: Time, id: AgentId, presence: Presence) {
        self.dressed.insert(id);
        let agent = self.agents.get_mut(&id).unwrap();
        if agent.presence.channels.is_empty() && !presence.channels.is_empty() {
            agent.idle_since = now;
        }
        agent.presence = presence;
        agent.next = None;
    }

    pub(super) fn choose(&mut self, now: Time, id: AgentId, presence: Presence) {
        let agent = self.agents.get_mut(&id).unwrap();
        if agent.unresponsive {
            agent.idle_since = now;
        }
        agent.unresponsive = false;
        agent.misses = 0;
        self.wear(now, id, presence.clone());
        for interaction in self.offers_of(id) {
            if !presence.channels.contains(&self.items[&interaction].wants.channel) {
                self.withdraw(now, interaction, WithdrawReason::AgentLeft);
            }
        }
    }

    pub(super) fn dismiss(&mut self, now: Time, id: AgentId, why: WithdrawReason) {
        self.dressed.insert(id);
        let agent = self.agents.get_mut(&id).unwrap();
        let lost = matches!(agent.desk, Desk::Lost(_));
        agent.desk = Desk::Out;
        agent.next = None;
        for interaction in self.offers_of(id) {
            self.withdraw(now, interaction, why);
        }
        if lost {
            self.abandon_talks(now, id);
        }
        let kept = |item: &Item| matches!(item.at, At::Reserved { agent, .. } if agent == id);
        let mut kept: Vec<_> = self.items.iter().filter(|(_, item)| kept(item)).map(|(id, _)| *id).collect();
        kept.sort_by_key(|id| (self.items[id].wants.channel, self.spot(*id)));
        for interaction in kept {
            self.line_up(now, interaction);
        }
    }
}
