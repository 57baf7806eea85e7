//! Every invariant as a sentence, for property tests, the simulator and restore.
//!
//! Looks at every interaction and every agent, and at every group's counts: not for the path of a decision.

use crate::index::Index;
use crate::router::Router;
use crate::state::{Agent, ByChannel, Limits, Stage};
use crate::{AgentId, Channel, InteractionId, Units};
use std::collections::BTreeSet;

macro_rules! ensure {
    ($holds:expr, $($sentence:tt)*) => {
        if !$holds {
            return Err(format!($($sentence)*));
        }
    };
}

impl Router {
    /// Checks every invariant.
    ///
    /// # Errors
    ///
    /// The first broken one, as a sentence.
    pub fn check(&self) -> Result<(), String> {
        self.check_counts()?;
        self.check_stages()?;
        self.check_agents()?;
        self.check_pairs()?;
        self.check_index()
    }

    /// Every interaction that arrived is ended or still held.
    fn check_counts(&self) -> Result<(), String> {
        let held = u64::try_from(self.state.interactions.len()).unwrap_or(u64::MAX);
        let (arrived, ended) = (self.state.arrived, self.state.ended);
        ensure!(ended.checked_add(held) == Some(arrived), "{arrived} arrived, but {ended} ended and {held} are held");
        Ok(())
    }

    /// An interaction is in exactly one stage, and whoever that stage names has it, once.
    fn check_stages(&self) -> Result<(), String> {
        for (id, interaction) in &self.state.interactions {
            let queue = interaction.queue;
            ensure!(self.state.plan.queues.contains_key(&queue), "{id} is in {queue}, which is not in the plan");
            match interaction.stage {
                Stage::Waiting => {}
                Stage::Reserved(kept) => {
                    let target = kept.agent;
                    ensure!(self.signed_in(target).is_ok(), "{id} is kept for {target}, who is not signed in");
                }
                Stage::Offered(number) => {
                    let offer = self.state.offers.get(&number);
                    ensure!(offer.is_some_and(|offer| offer.interaction == *id), "{id} is on {number}, which is not its offer");
                }
                Stage::Assigned(assignment) => {
                    let agent = self.state.agents.get(&assignment.agent);
                    let has = agent.is_some_and(|agent| agent.assignments.contains(id));
                    ensure!(has, "{id} is assigned to {}, who does not have it", assignment.agent);
                }
            }
        }
        for (number, offer) in &self.state.offers {
            let (id, agent) = (offer.interaction, offer.agent);
            let stage = self.state.interactions.get(&id).map(|interaction| &interaction.stage);
            ensure!(stage == Some(&Stage::Offered(*number)), "{number} stands, but {id} is not on it");
            let made = self.state.agents.get(&agent).is_some_and(|agent| agent.offers.contains(number));
            ensure!(made, "{number} was made to {agent}, who does not have it");
            ensure!(*number <= self.state.last_offer, "{number} stands, but the last made was {}", self.state.last_offer);
        }
        Ok(())
    }

    /// Load is the sum of what is held, and never above what may be.
    fn check_agents(&self) -> Result<(), String> {
        for (id, agent) in self.state.agents.iter() {
            for interaction in &agent.assignments {
                let stage = self.state.interactions.get(interaction).map(|interaction| &interaction.stage);
                let theirs = matches!(stage, Some(Stage::Assigned(assignment)) if assignment.agent == *id);
                ensure!(theirs, "{id} holds {interaction}, which is not assigned to them");
            }
            let (load, held) = self.sum(*id, agent)?;
            ensure!(load == agent.load, "{id} holds {load} units, but is counted with {}", agent.load);
            ensure!(held == agent.held, "{id} holds {held:?}, but is counted with {:?}", agent.held);
            let limits = self.state.plan.agents.get(id).map(Limits::of).unwrap_or_default();
            ensure!(limits == agent.limits, "{id} has the limits {:?}, but the plan says {limits:?}", agent.limits);
            ensure!(agent.load <= agent.ceiling, "{id} holds {load} units of at most {}", agent.ceiling);
            let known = self.state.plan.agents.contains_key(id) || !agent.holds_nothing();
            ensure!(known, "{id} is neither in the plan nor holds anything");
            let wish = agent.next.is_some() && agent.holds_nothing();
            ensure!(!wish, "{id} holds nothing, but still wishes for another presence");
            let gone = self.signed_in(*id).is_err();
            ensure!(!gone || agent.offers.is_empty(), "{id} is signed out, but is still offered something");
        }
        for id in self.state.plan.agents.keys() {
            ensure!(self.state.agents.contains_key(id), "{id} is in the plan, but not known");
        }
        Ok(())
    }

    fn sum(&self, id: AgentId, agent: &Agent) -> Result<(Units, ByChannel<u32>), String> {
        let mut load = Units(0);
        let mut held = ByChannel::<u32>::default();
        let mut add = |channel: Channel, units: Units| {
            load = load.plus(units);
            let held = held.get_mut(channel);
            *held = held.saturating_add(1);
        };
        for number in &agent.offers {
            let offer = self.state.offers.get(number).filter(|offer| offer.agent == id);
            let offer = offer.ok_or_else(|| format!("{id} has {number}, which does not stand for them"))?;
            add(self.channel_of(offer.interaction)?, offer.units);
        }
        for interaction in &agent.assignments {
            if let Some(Stage::Assigned(assignment)) = self.state.interactions.get(interaction).map(|held| &held.stage) {
                add(self.channel_of(*interaction)?, assignment.units);
            }
        }
        for wrap_up in agent.wrap_ups.values() {
            add(wrap_up.channel, wrap_up.units);
        }
        Ok((load, held))
    }

    fn channel_of(&self, id: InteractionId) -> Result<Channel, String> {
        self.state.interactions.get(&id).map(|interaction| interaction.channel).ok_or_else(|| format!("{id} is not held"))
    }

    /// No agent with room and waiting interaction that they may take are left.
    fn check_pairs(&self) -> Result<(), String> {
        for (id, interaction) in &self.state.interactions {
            match interaction.stage {
                Stage::Waiting | Stage::Reserved(_) => {}
                Stage::Offered(_) | Stage::Assigned(_) => continue,
            }
            for agent in self.state.plan.agents.keys() {
                let fits = self.why(interaction, *agent).is_none();
                ensure!(!fits, "{id} waits, though {agent} has room and may take it");
            }
        }
        Ok(())
    }

    /// The index says what an index made afresh says. Only which empty groups are kept may differ.
    fn check_index(&self) -> Result<(), String> {
        let fresh = Index::build(&self.state);
        ensure!(self.index.timers == fresh.timers, "timers are {:?}, but should be {:?}", self.index.timers, fresh.timers);
        let steps = |index: &Index| (index.steps.clone(), index.expecting.clone());
        ensure!(steps(&self.index) == steps(&fresh), "steps ahead are {:?}, but should be {:?}", steps(&self.index), steps(&fresh));
        for (id, queue) in &fresh.queues {
            let kept = self.index.queues.get(id).map(|queue| (&queue.ages, self.index.tally(queue)));
            let made = (&queue.ages, fresh.tally(queue));
            ensure!(kept == Some(made), "{id} counts {kept:?}, but should count {made:?}");
        }
        let busy = |index: &Index| -> BTreeSet<String> {
            index.groups().filter(|group| !group.line.is_empty()).map(|group| format!("{:?}", group.key)).collect()
        };
        ensure!(busy(&self.index) == busy(&fresh), "groups with waits are {:?}, but should be {:?}", busy(&self.index), busy(&fresh));
        for group in self.index.groups() {
            let made = fresh.groups().find(|made| made.key == group.key);
            ensure!(made.is_none_or(|made| made == group), "a group is {group:?}, but should be {made:?}");
        }
        for (id, station) in self.index.stations.iter() {
            let made = fresh.stations.get(id);
            let same = made
                .is_some_and(|made| made.standing == station.standing && made.duty == station.duty && made.reserved == station.reserved);
            ensure!(same, "{id} is known as {station:?}, but should be as {made:?}");
        }
        Ok(())
    }
}
