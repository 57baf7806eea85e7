//! The one door: `step` is a table of contents, one call per event, each verb in its own file under `verbs`.

use crate::index::Index;
use crate::state::{Assignment, Interaction, Offer, Stage, State};
use crate::turn::Turn;
use crate::{AgentId, Effect, Event, InteractionId, OfferId, Refusal, Stepped, Time, verbs};

/// Decides which agent gets which interaction.
///
/// Holds everything in memory, asks nobody, and is driven by [`step`](Self::step) alone.
#[derive(Debug, Default)]
pub struct Router {
    pub(crate) state: State,
    pub(crate) index: Index,
}

impl Router {
    /// A router without a plan: until [`Event::Configure`], it knows no agent, no queue and no channel.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies one event at the moment `now` and adds what is to be done to `out`, in order.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] says why the event cannot be applied; then nothing has changed and `out` is as it was.
    pub fn step(&mut self, now: Time, event: Event, out: &mut Vec<Effect>) -> Stepped {
        let turn = &mut Turn::new(now, out);
        match event {
            Event::Configure(plan) => verbs::configure(self, turn, *plan),
            Event::Arrive(arrival) => verbs::arrive(self, turn, *arrival),
            Event::SignIn(agent, presence) => verbs::sign_in(self, turn, agent, presence),
            Event::Present(agent, presence) => verbs::present(self, turn, agent, presence),
            Event::PresentNext(agent, next) => verbs::present_next(self, turn, agent, next),
            Event::Lose(agent) => verbs::lose(self, turn, agent),
            Event::SignOut(agent) => verbs::sign_out(self, turn, agent),
            Event::Accept(agent, offer) => verbs::accept(self, turn, agent, offer),
            Event::Decline(agent, offer, _) => verbs::decline(self, turn, agent, offer),
            Event::Finish(agent, interaction) => verbs::finish(self, turn, agent, interaction),
            Event::WrapUp(agent, interaction, code) => verbs::wrap_up(self, turn, agent, interaction, code),
            Event::Extend(agent, interaction) => verbs::extend(self, turn, agent, interaction),
            Event::TransferToQueue(agent, interaction, queue, needs) => {
                verbs::transfer_to_queue(self, turn, agent, interaction, queue, needs)
            }
            Event::TransferToAgent(agent, interaction, to) => verbs::transfer_to_agent(self, turn, agent, interaction, to),
            Event::Requeue(interaction) => verbs::requeue(self, turn, interaction),
            Event::Prioritise(interaction, priority) => verbs::prioritise(self, turn, interaction, priority),
            Event::Suspend(interaction) => verbs::suspend(self, turn, interaction),
            Event::Abandon(interaction) => verbs::abandon(self, turn, interaction),
            Event::Close(queue, closing) => verbs::close(self, queue, closing),
            Event::Open(queue, closing) => verbs::open(self, queue, closing),
            Event::Tick => verbs::tick(self, turn),
        }?;
        self.state.clock = now;
        self.settle(turn);
        Ok(())
    }

    /// When [`Event::Tick`] is due next, if ever. After a tick it lies ahead, unless more than [`crate::limits::TIMERS`]
    /// deadlines had passed.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        let timer = self.index.timers.first().map(|(at, _)| *at);
        let step = self.index.steps.first().map(|(at, _)| *at);
        timer.into_iter().chain(step).min()
    }

    /// Refuses an agent nobody knows.
    pub(crate) fn known(&self, agent: AgentId) -> Result<(), Refusal> {
        self.state.agents.contains_key(&agent).then_some(()).ok_or(Refusal::UnknownAgent(agent))
    }

    /// The interaction, when it is held.
    pub(crate) fn interaction(&self, id: InteractionId) -> Result<&Interaction, Refusal> {
        self.state.interactions.get(&id).map(Box::as_ref).ok_or(Refusal::UnknownInteraction(id))
    }

    /// The open offer, when it was made to this agent and its deadline lies ahead.
    pub(crate) fn open_offer(&self, agent: AgentId, id: OfferId, now: Time) -> Result<Offer, Refusal> {
        self.known(agent)?;
        let offer = *self.state.offers.get(&id).ok_or(Refusal::OfferEnded(id))?;
        if offer.agent != agent {
            return Err(Refusal::NotYours(offer.agent));
        }
        // The tick that will end it has not come yet, but a late accept is late on every machine.
        if offer.deadline <= now {
            return Err(Refusal::OfferEnded(id));
        }
        Ok(offer)
    }

    /// The assignment of this interaction to this agent.
    pub(crate) fn own_assignment(&self, agent: AgentId, id: InteractionId) -> Result<Assignment, Refusal> {
        self.known(agent)?;
        match self.interaction(id)?.stage {
            Stage::Assigned(assignment) if assignment.agent == agent => Ok(assignment),
            Stage::Assigned(assignment) => Err(Refusal::NotYours(assignment.agent)),
            Stage::Waiting | Stage::Reserved(_) | Stage::Offered(_) => Err(Refusal::WrongMoment(id)),
        }
    }
}
