//! Answers "why is it still waiting?" and "why not Bo?" for now. The past is told by each offer's decision.

use crate::index::group::Group;
use crate::index::line::Bars;
use crate::router::Router;
use crate::standing::Standing;
use crate::state::{Interaction, Stage};
use crate::{
    AgentId, AgentPlan, Arrival, Channel, Excluded, Figure, InteractionId, Overflow, PlanVersion, Priority, QueueId, Refusal, Requirement,
    RoutingStep, Span, Time,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an interaction waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which.
    pub interaction: InteractionId,
    /// Where.
    pub queue: QueueId,
    /// On which channel.
    pub channel: Channel,
    /// What it asks for.
    pub needs: Requirement,
    /// How many stand before it in its queue.
    pub ahead: u32,
    /// Since when the customer has waited.
    pub since: Time,
    /// With which rank.
    pub priority: Priority,
    /// Under which config.
    pub plan: PlanVersion,
    /// The agent it is kept for, and until when: after a transfer to them by name, or because the customer prefers them.
    pub reserved: Option<(AgentId, Time)>,
    /// Who is last resort for it, and until when.
    pub cooling: BTreeMap<AgentId, Time>,
    /// How many agents of the plan cannot have it, by the first reason that applies.
    pub excluded: BTreeMap<Excluded, u32>,
    /// What its queue's timeline has ahead of it.
    pub steps: Vec<StepAhead>,
}

/// A step of a queue's timeline that has not been taken, with what would be if the steps up to it were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAhead {
    /// At which wait in the queue it is due.
    pub after: Span,
    /// The live figure that it then waits for.
    pub when: Option<Figure>,
    /// How many agents are eligible from then on: they serve it, meet what it asks for, and are not ruled out by name.
    pub eligible: u32,
    /// Of these, who are on duty on its channel now.
    pub on_duty: u32,
    /// Where it sends the interaction, if anywhere.
    pub overflow: Option<Overflow>,
}

impl Router {
    /// Why a waiting interaction has no agent yet. Counts over all agents of the plan.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownInteraction`] when it is not held, [`Refusal::WrongMoment`] when it does not wait.
    pub fn explain(&self, id: InteractionId) -> Result<Explanation, Refusal> {
        let interaction = self.waiting(id)?;
        let place = self.place(id).ok_or(Refusal::WrongMoment(id))?;
        Ok(Explanation {
            interaction: id,
            queue: interaction.queue,
            channel: interaction.channel,
            needs: interaction.needs.clone(),
            ahead: place.ahead,
            since: interaction.since,
            priority: interaction.priority,
            plan: self.state.version,
            reserved: match interaction.stage {
                Stage::Reserved(reservation) => Some((reservation.agent, reservation.until)),
                Stage::Waiting | Stage::Offered(_) | Stage::Assigned(_) => None,
            },
            cooling: interaction.cooling.clone(),
            excluded: self.counts(interaction, self.group_of(interaction), None).1,
            steps: self.steps_ahead(interaction.clone()),
        })
    }

    /// What the timeline of a queue would bring to an arrival that asks for this: who is eligible at once (the first
    /// entry), and after each step. Counts over all agents of the plan.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownQueue`], [`Refusal::ChannelNotRouted`], or [`Refusal::TooComplex`].
    pub fn preview(&self, arrival: Arrival) -> Result<Vec<StepAhead>, Refusal> {
        self.state.plan.queues.get(&arrival.queue).ok_or(Refusal::UnknownQueue(arrival.queue))?;
        self.state.plan.channels.get(&arrival.channel).ok_or(Refusal::ChannelNotRouted(arrival.channel))?;
        if !arrival.needs.within_limits() {
            return Err(Refusal::TooComplex(arrival.interaction));
        }
        let (queue, since) = (arrival.queue, arrival.since);
        let interaction = self.admitted(since, queue, arrival);
        let at_once = self.step_of(&interaction, &RoutingStep::default());
        Ok([at_once].into_iter().chain(self.steps_ahead(interaction)).collect())
    }

    fn steps_ahead(&self, mut interaction: Interaction) -> Vec<StepAhead> {
        let mut ahead = Vec::new();
        while let Some((_, step)) = self.state.step_ahead(&interaction) {
            interaction.take(step);
            ahead.push(self.step_of(&interaction, step));
        }
        ahead
    }

    /// How it stands for an interaction that has taken this step.
    fn step_of(&self, interaction: &Interaction, step: &RoutingStep) -> StepAhead {
        let (mut eligible, mut on_duty) = (0u32, 0u32);
        for (id, plan) in &self.state.plan.agents {
            if interaction.excluded.contains(id) || self.unfit(plan, interaction).is_some() {
                continue;
            }
            eligible = eligible.saturating_add(1);
            on_duty = on_duty.saturating_add(u32::from(self.standing(*id, interaction.channel).on_duty()));
        }
        StepAhead { after: step.after, when: step.when, eligible, on_duty, overflow: step.overflow }
    }

    /// Why this agent cannot have a waiting interaction now: the first reason that applies, in the order named,
    /// queue, skill, desk, presence, cool-off, limits. `None` is never the answer between two steps: an agent
    /// whom nothing excludes would have been offered it.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownInteraction`], [`Refusal::UnknownAgent`], or [`Refusal::WrongMoment`] when it does not wait.
    pub fn why_not(&self, id: InteractionId, agent: AgentId) -> Result<Option<Excluded>, Refusal> {
        let interaction = self.waiting(id)?;
        self.state.plan.agents.contains_key(&agent).then_some(()).ok_or(Refusal::UnknownAgent(agent))?;
        Ok(self.why(interaction, agent))
    }

    fn waiting(&self, id: InteractionId) -> Result<&Interaction, Refusal> {
        let interaction = self.interaction(id)?;
        match interaction.stage {
            Stage::Waiting | Stage::Reserved(_) => Ok(interaction),
            Stage::Offered(_) | Stage::Assigned(_) => Err(Refusal::WrongMoment(id)),
        }
    }

    /// The pair, looked at directly: the truth that every index has to agree with.
    pub(crate) fn why(&self, interaction: &Interaction, agent: AgentId) -> Option<Excluded> {
        let standing = self.standing(agent, interaction.channel);
        if let Stage::Reserved(reservation) = interaction.stage {
            return if reservation.agent == agent { standing.reason() } else { Some(reservation.excludes()) };
        }
        if interaction.excluded.contains(&agent) {
            return Some(Excluded::Named);
        }
        if let Some(unfit) = self.state.plan.agents.get(&agent).and_then(|plan| self.unfit(plan, interaction)) {
            return Some(unfit);
        }
        match standing {
            Standing::Off(reason) => Some(reason),
            Standing::Open | Standing::Full(_) if self.cools_off(interaction, agent) => Some(Excluded::CoolOff),
            Standing::Open | Standing::Full(_) => standing.reason(),
        }
    }

    /// What the plan alone rules out.
    pub(crate) fn unfit(&self, plan: &AgentPlan, interaction: &Interaction) -> Option<Excluded> {
        if !plan.queues.contains(&interaction.queue) && plan.queues.is_disjoint(&interaction.also) {
            Some(Excluded::Queue)
        } else if !interaction.needs.holds(&plan.skills) {
            Some(Excluded::Skill)
        } else {
            None
        }
    }

    /// The group that a waiting interaction stands in.
    pub(crate) fn group_of(&self, interaction: &Interaction) -> Option<&Group> {
        self.index.slot_of(interaction).and_then(|slot| self.index.group(slot))
    }

    fn cools_off(&self, interaction: &Interaction, agent: AgentId) -> bool {
        if !interaction.cooling.contains_key(&agent) {
            return false;
        }
        let (Some(group), Some(bars)) = (self.group_of(interaction), Bars::of(interaction)) else { return false };
        !self.only_barred_left(group, &bars)
    }
}
