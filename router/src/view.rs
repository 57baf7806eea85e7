//! What can be asked between two steps. Views read; they never change what is decided.

use crate::index::Index;
use crate::index::line::Spot;
use crate::router::Router;
use crate::state::Stage;
use crate::{
    AgentId, Channel, Closing, Effect, Event, ExpectedWait, InteractionId, OfferId, PlanVersion, Priority, QueueId, Refusal, Time,
};
use serde::{Deserialize, Serialize};

/// A place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In which queue.
    pub queue: QueueId,
    /// How many stand before it there, over all channels and requirements.
    pub ahead: u32,
    /// Since when the customer has waited.
    pub since: Time,
    /// With which rank, the queue's included.
    pub priority: Priority,
}

/// Where an interaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// In line.
    Waiting,
    /// Kept for an agent, who has not been offered it yet: transferred to them, or preferring them.
    Reserved {
        /// For whom.
        agent: AgentId,
        /// When it falls back to its place in line.
        until: Time,
    },
    /// Put to an agent.
    Offered {
        /// To whom.
        agent: AgentId,
        /// By which offer.
        offer: OfferId,
        /// Until when.
        deadline: Time,
    },
    /// With an agent.
    Assigned {
        /// With whom.
        agent: AgentId,
        /// By which offer.
        offer: OfferId,
    },
}

/// A queue at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// How many wait, those kept for a named agent included.
    pub waiting: u32,
    /// Since when the one who has waited longest has.
    pub oldest: Option<Time>,
    /// Agents of the plan who serve it.
    pub members: u32,
    /// Of these, who are signed in (a lost desk in its grace included).
    pub signed_in: u32,
    /// Of these, who take work on at least one channel, now or once other work ends.
    pub on_duty: u32,
    /// Of these, who hold nothing.
    pub idle: u32,
    /// How long a newcomer would wait, on the channel where that is longest; `None` where nobody can tell.
    pub expected_wait: Option<ExpectedWait>,
}

/// Everything an agent holds, in the order of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Open offers.
    pub offers: Vec<OpenOffer>,
    /// Assignments under way.
    pub assignments: Vec<OpenAssignment>,
    /// Wrap-ups under way.
    pub wrap_ups: Vec<OpenWrapUp>,
}

/// An offer that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOffer {
    /// Which.
    pub offer: OfferId,
    /// Of what.
    pub interaction: InteractionId,
    /// From which queue.
    pub queue: QueueId,
    /// On which channel.
    pub channel: Channel,
    /// Until when.
    pub deadline: Time,
}

/// An assignment whose talk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAssignment {
    /// Of what.
    pub interaction: InteractionId,
    /// By which offer.
    pub offer: OfferId,
    /// From which queue.
    pub queue: QueueId,
    /// On which channel.
    pub channel: Channel,
}

/// A wrap-up that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenWrapUp {
    /// Of what.
    pub interaction: InteractionId,
    /// Whose codes apply.
    pub queue: QueueId,
    /// On which channel the talk was.
    pub channel: Channel,
    /// When it ends by itself.
    pub until: Time,
    /// How often it has been extended.
    pub extensions: u32,
    /// Whether it ends only with a code.
    pub code_required: bool,
}

impl Router {
    /// The place in line of a waiting interaction. Costs a walk over those before it: ask per customer, not per step.
    #[must_use]
    pub fn place(&self, id: InteractionId) -> Option<Place> {
        let interaction = self.state.interactions.get(&id)?;
        match interaction.stage {
            Stage::Waiting | Stage::Reserved(_) => {}
            Stage::Offered(_) | Stage::Assigned(_) => return None,
        }
        let spot = Spot::of(id, interaction, self.index.ageing);
        let slots = self.index.queues.get(&interaction.queue).map(|queue| &queue.groups);
        let groups = slots.into_iter().flatten().filter_map(|slot| self.index.group(*slot));
        let ahead = groups.map(|group| group.line.ahead(&spot)).fold(0, usize::saturating_add);
        Some(Place { queue: interaction.queue, ahead: count(ahead), since: interaction.since, priority: interaction.priority })
    }

    /// Where an interaction is; `None` when it is not held.
    #[must_use]
    pub fn held(&self, id: InteractionId) -> Option<Held> {
        Some(match self.state.interactions.get(&id)?.stage {
            Stage::Waiting => Held::Waiting,
            Stage::Reserved(reservation) => Held::Reserved { agent: reservation.agent, until: reservation.until },
            Stage::Offered(number) => {
                let offer = self.state.offers.get(&number)?;
                Held::Offered { agent: offer.agent, offer: number, deadline: offer.deadline }
            }
            Stage::Assigned(assignment) => Held::Assigned { agent: assignment.agent, offer: assignment.offer },
        })
    }

    /// A queue of the plan at this moment, without a scan.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Option<QueueView> {
        self.state.plan.queues.get(&id)?;
        let queue = self.index.queues.get(&id)?;
        let tally = self.index.tally(queue);
        Some(QueueView {
            waiting: count(queue.ages.len()),
            oldest: queue.ages.first().map(|(since, _)| *since),
            members: count(queue.members.len()),
            signed_in: tally.signed_in,
            on_duty: tally.on_duty,
            idle: tally.idle,
            expected_wait: self
                .state
                .plan
                .channels
                .keys()
                .filter_map(|&channel| self.newcomer_wait(id, channel))
                .max_by_key(|wait| wait.p90),
        })
    }

    /// What this event would lead to now, or why it would be refused; nothing changes. Costs a copy of everything held: for
    /// people who ask before they do something, not for steps.
    ///
    /// # Errors
    ///
    /// As [`Router::step`] would refuse it.
    pub fn what_if(&self, now: Time, event: Event) -> Result<Vec<Effect>, Refusal> {
        let mut twin = Self { index: Index::build(&self.state), state: self.state.clone() };
        let mut effects = Vec::new();
        twin.step(now, event, &mut effects).map(|()| effects)
    }

    /// How much of a queue's work is held: in line, offered, under way, wrapped up. Costs a walk over all that is held.
    #[must_use]
    pub fn holds(&self, queue: QueueId) -> u32 {
        let interactions = self.state.interactions.values().filter(|interaction| interaction.queue == queue).count();
        let wrap_ups = self.state.agents.values().flat_map(|agent| agent.wrap_ups.values()).filter(|wrap_up| wrap_up.queue == queue);
        count(interactions.saturating_add(wrap_ups.count()))
    }

    /// Everything an agent holds; `None` for whom the router does not know.
    #[must_use]
    pub fn workload(&self, id: AgentId) -> Option<Workload> {
        let agent = self.state.agents.get(&id)?;
        let offers = agent.offers.iter().filter_map(|number| {
            let offer = self.state.offers.get(number)?;
            let interaction = self.state.interactions.get(&offer.interaction)?;
            let (queue, channel) = (interaction.queue, interaction.channel);
            Some(OpenOffer { offer: *number, interaction: offer.interaction, queue, channel, deadline: offer.deadline })
        });
        let assignments = agent.assignments.iter().filter_map(|id| {
            let interaction = self.state.interactions.get(id)?;
            let Stage::Assigned(assignment) = interaction.stage else { return None };
            let (queue, channel) = (interaction.queue, interaction.channel);
            Some(OpenAssignment { interaction: *id, offer: assignment.offer, queue, channel })
        });
        let wrap_ups = agent.wrap_ups.iter().map(|(interaction, wrap_up)| OpenWrapUp {
            interaction: *interaction,
            queue: wrap_up.queue,
            channel: wrap_up.channel,
            until: wrap_up.until,
            extensions: wrap_up.extensions,
            code_required: self.state.plan.queues.get(&wrap_up.queue).is_some_and(|queue| queue.code_required),
        });
        Some(Workload { offers: offers.collect(), assignments: assignments.collect(), wrap_ups: wrap_ups.collect() })
    }

    /// Why a queue takes no newcomers, if at all.
    pub fn closed(&self, queue: QueueId) -> impl Iterator<Item = Closing> + '_ {
        self.state.closed.range((queue, Closing::Hours)..=(queue, Closing::Hand)).map(|(_, closing)| *closing)
    }

    /// The config in force.
    #[must_use]
    pub const fn plan(&self) -> &crate::Plan {
        &self.state.plan
    }

    /// The number of the config in force.
    #[must_use]
    pub const fn version(&self) -> PlanVersion {
        self.state.version
    }

    /// Every interaction that is held, by id.
    pub fn interactions(&self) -> impl Iterator<Item = InteractionId> + '_ {
        self.state.interactions.keys().copied()
    }

    /// Every agent the router knows, by id.
    pub fn agents(&self) -> impl Iterator<Item = AgentId> + '_ {
        self.state.agents.keys().copied()
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
