//! Makes an offer, with the record of why: read from counts that the groups keep, not from a scan.

use crate::index::group::{Group, less_one};
use crate::index::line::Bars;
use crate::index::timers::Timer;
use crate::router::Router;
use crate::standing::Standing;
use crate::state::{Interaction, Offer, Stage};
use crate::turn::Turn;
use crate::{AgentId, Decision, Effect, Excluded, InteractionId, Time};
use std::collections::BTreeMap;

impl Router {
    /// Puts a waiting interaction to an agent with room. Units are held from now on.
    pub(crate) fn offer(&mut self, turn: &mut Turn<'_>, id: InteractionId, to: AgentId) {
        let Some(interaction) = self.state.interactions.get(&id) else { return };
        let channel = interaction.channel;
        let decision = Box::new(self.decide(turn.now, id, interaction, to));
        let by_name = matches!(interaction.stage, Stage::Reserved(kept) if kept.by_name);
        let (number, deadline, units) = (decision.offer, decision.deadline, self.price(channel));
        self.leave_line(id);
        if let Some(interaction) = self.state.interactions.get_mut(&id) {
            interaction.stage = Stage::Offered(number);
        }
        self.state.last_offer = number;
        self.state.offers.insert(number, Offer { interaction: id, agent: to, units, deadline, by_name });
        self.index.timers.insert((deadline, Timer::Offer(number)));
        let agent = self.touch(turn, to);
        agent.offers.insert(number);
        agent.last_offer = number;
        agent.take_units(channel, units);
        turn.out.push(Effect::Offer(decision));
    }

    fn decide(&self, now: Time, id: InteractionId, interaction: &Interaction, to: AgentId) -> Decision {
        let queue = self.state.plan.queues.get(&interaction.queue);
        let (choice, offer_for) = queue.map(|plan| (plan.choice, plan.offer_for)).unwrap_or_default();
        let group = self.group_of(interaction);
        let (eligible, excluded) = self.counts(interaction, group, Some(to));
        let skills = self.state.plan.agents.get(&to).map(|plan| &plan.skills);
        let level = |skill| skills.and_then(|skills| skills.get(skill)).map(|level| (*skill, *level));
        let levels = match group {
            Some(group) => group.asked.iter().filter_map(level).collect(),
            None => interaction.needs.skills().iter().filter_map(level).collect(),
        };
        let reserved = matches!(interaction.stage, Stage::Reserved(_));
        Decision {
            offer: self.state.last_offer.next(),
            interaction: id,
            queue: interaction.queue,
            channel: interaction.channel,
            agent: to,
            at: now,
            deadline: now.after(offer_for),
            since: interaction.since,
            priority: interaction.priority,
            plan: self.state.version,
            choice,
            eligible,
            excluded,
            levels,
            idle_since: self.state.agents.get(&to).map(|agent| agent.idle_since).unwrap_or_default(),
            preferred: reserved || interaction.preferred == Some(to),
            runner_up: if reserved { None } else { group.and_then(|group| self.runner_up(group, interaction, to)) },
        }
    }

    fn runner_up(&self, group: &Group, interaction: &Interaction, winner: AgentId) -> Option<AgentId> {
        let mut others = group.available.iter().map(|rank| rank.agent).filter(|&agent| agent != winner);
        match Bars::of(interaction) {
            None => others.next(),
            Some(bars) => {
                let open = self.only_barred_left(group, &bars);
                others.find(|agent| !bars.named.contains(agent) && (open || !bars.cooling.contains(agent)))
            }
        }
    }

    /// How many agents of the plan could have a waiting interaction now, and how many could not, by reason.
    ///
    /// `freed` is an agent who has room now, whether or not their groups know it yet.
    pub(crate) fn counts(
        &self,
        interaction: &Interaction,
        group: Option<&Group>,
        freed: Option<AgentId>,
    ) -> (u32, BTreeMap<Excluded, u32>) {
        let all = self.state.plan.agents.len();
        if let Stage::Reserved(reservation) = interaction.stage {
            let mut excluded = BTreeMap::new();
            add(&mut excluded, reservation.excludes(), all.saturating_sub(1));
            let reason = self.standing(reservation.agent, interaction.channel).reason();
            reason.into_iter().for_each(|reason| add(&mut excluded, reason, 1));
            return (u32::from(reason.is_none()), excluded);
        }
        let Some(group) = group else { return (0, BTreeMap::new()) };
        let mut eligible = u32::try_from(group.available.len()).unwrap_or(u32::MAX);
        let mut excluded = group.excluded.clone();
        add(&mut excluded, Excluded::Queue, all.saturating_sub(group.members));
        add(&mut excluded, Excluded::Skill, group.members.saturating_sub(group.qualified.len()));
        let known = |agent| self.index.stations.get(&agent).map(|station| *station.standing.get(interaction.channel));
        if let Some(reason) = freed.and_then(known).and_then(Standing::reason) {
            less_one(&mut excluded, reason);
            eligible = eligible.saturating_add(1);
        }
        let Some(bars) = Bars::of(interaction) else { return (eligible, excluded) };
        for agent in bars.agents() {
            let Some(plan) = self.state.plan.agents.get(&agent) else { continue };
            let without = self.unfit(plan, interaction).or_else(|| self.standing(agent, interaction.channel).reason());
            let with = self.why(interaction, agent);
            if with == without {
                continue;
            }
            match without {
                Some(reason) => less_one(&mut excluded, reason),
                None => eligible = eligible.saturating_sub(1),
            }
            with.into_iter().for_each(|reason| add(&mut excluded, reason, 1));
        }
        (eligible, excluded)
    }
}

fn add(counts: &mut BTreeMap<Excluded, u32>, reason: Excluded, more: usize) {
    if more > 0 {
        let count = counts.entry(reason).or_default();
        *count = count.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    }
}
