//! The moves that verbs are made of. Each keeps state and index together; none can fail.
//!
//! A verb asks first; what it calls here is below the line where nothing is refused any more.

use crate::index::timers::Timer;
use crate::router::Router;
use crate::state::{Agent, Assignment, Desk, Interaction, Offer, Reservation, Stage, WrapUp};
use crate::turn::{Face, Turn};
use crate::{AgentId, Channel, Effect, InteractionId, OfferId, Outcome, Plan, Time, Units, WithdrawReason, limits};
use std::collections::BTreeMap;

impl Router {
    /// Notes how an agent was before they change, and hands them out to be changed.
    pub(crate) fn touch(&mut self, turn: &mut Turn<'_>, id: AgentId) -> &mut Agent {
        let agent = self.state.agents.or_default(id);
        turn.touched.entry(id).or_insert_with(|| Some(Face::of(agent)));
        agent
    }

    /// Like `touch`, and the agent is told of in any case: what they chose has changed.
    pub(crate) fn dress(&mut self, turn: &mut Turn<'_>, id: AgentId) -> &mut Agent {
        turn.touched.insert(id, None);
        self.state.agents.or_default(id)
    }

    /// The units that one more piece of work on the channel costs.
    pub(crate) fn price(&self, channel: Channel) -> Units {
        self.state.plan.channels.get(&channel).map(|plan| plan.units).unwrap_or_default()
    }

    fn free_units(&mut self, turn: &mut Turn<'_>, id: AgentId, channel: Channel, units: Units) {
        self.touch(turn, id).give_units(channel, units);
    }

    /// Puts an interaction that is in no line into the line of its queue, at its place.
    pub(crate) fn line_up(&mut self, turn: &mut Turn<'_>, id: InteractionId) {
        let now = turn.now;
        self.enter_as(turn, id, |interaction, _| {
            interaction.stage = Stage::Waiting;
            interaction.cooling.retain(|_, until| *until > now);
        });
        turn.lined_up.push(id);
    }

    /// Keeps it for one agent until then.
    pub(crate) fn reserve(&mut self, turn: &mut Turn<'_>, id: InteractionId, reservation: Reservation) {
        self.touch(turn, reservation.agent);
        self.enter_as(turn, id, |interaction, _| interaction.stage = Stage::Reserved(reservation));
        turn.lined_up.push(id);
    }

    /// Takes it, changed, into the line or reservation that its stage then names.
    pub(crate) fn enter_as(&mut self, turn: &mut Turn<'_>, id: InteractionId, change: impl FnOnce(&mut Interaction, &Plan)) {
        let Some(mut interaction) = self.state.interactions.remove(&id) else { return };
        change(&mut interaction, &self.state.plan);
        turn.lanes.extend(self.index.enter(&self.state, id, &interaction));
        self.state.interactions.insert(id, interaction);
    }

    /// Takes it out of whatever line it is in; a verb puts it elsewhere at once.
    pub(crate) fn leave_line(&mut self, id: InteractionId) {
        if let Some(interaction) = self.state.interactions.get(&id) {
            self.index.leave(&self.state, id, interaction);
        }
    }

    /// From its agent's reservation back to its place in line.
    pub(crate) fn fall_back(&mut self, turn: &mut Turn<'_>, id: InteractionId) {
        self.leave_line(id);
        self.line_up(turn, id);
    }

    /// From now on the agent is last resort for it, for as long as the plan says.
    pub(crate) fn cool(&mut self, id: InteractionId, agent: AgentId, now: Time) {
        let until = now.after(self.state.plan.timings.cool_off);
        if until <= now {
            return;
        }
        if let Some(interaction) = self.state.interactions.get_mut(&id) {
            interaction.cooling.insert(agent, until);
        }
    }

    /// Ends an offer, whose interaction a verb then moves on, and frees what it held.
    pub(crate) fn close_offer(&mut self, turn: &mut Turn<'_>, id: OfferId, offer: &Offer) {
        self.state.offers.remove(&id);
        self.index.timers.remove(&(offer.deadline, Timer::Offer(id)));
        self.touch(turn, offer.agent).offers.remove(&id);
    }

    /// Takes an offer back and returns its interaction to its place in line.
    pub(crate) fn withdraw(&mut self, turn: &mut Turn<'_>, id: OfferId, why: WithdrawReason) {
        if let Some(interaction) = self.take_back(turn, id, why) {
            self.line_up(turn, interaction);
        }
    }

    /// Takes an offer back; a verb then moves its interaction on.
    pub(crate) fn take_back(&mut self, turn: &mut Turn<'_>, id: OfferId, why: WithdrawReason) -> Option<InteractionId> {
        let offer = *self.state.offers.get(&id)?;
        self.close_offer(turn, id, &offer);
        let channel = self.state.interactions.get(&offer.interaction)?.channel;
        self.free_units(turn, offer.agent, channel, offer.units);
        turn.out.push(Effect::Withdraw { offer: id, interaction: offer.interaction, agent: offer.agent, why });
        Some(offer.interaction)
    }

    /// The interaction is over for the router.
    pub(crate) fn end(&mut self, turn: &mut Turn<'_>, id: InteractionId, outcome: Outcome) {
        let Some(interaction) = self.state.interactions.remove(&id) else { return };
        if outcome == Outcome::Suspended {
            self.part(turn.now, id, &interaction);
        }
        self.state.ended = self.state.ended.saturating_add(1);
        turn.out.push(Effect::Ended { interaction: id, outcome, since: interaction.since, priority: interaction.own_priority });
    }

    /// It may come back to its place before those whom it had ruled out have cooled off.
    fn part(&mut self, now: Time, id: InteractionId, interaction: &Interaction) {
        let parted = &mut self.state.parted;
        parted.retain(|_, cooling| cooling.values().any(|until| *until > now));
        let cooling: BTreeMap<_, _> = interaction.cooling.iter().filter(|(_, until)| **until > now).map(|(id, at)| (*id, *at)).collect();
        if !cooling.is_empty() {
            parted.insert(id, cooling);
        }
        if parted.len() > limits::PARTED {
            parted.pop_first();
        }
    }

    /// The agent's talk is over; their units stay held while they wrap up.
    pub(crate) fn begin_wrap_up(&mut self, turn: &mut Turn<'_>, id: InteractionId, assignment: &Assignment) {
        let Some(interaction) = self.state.interactions.get(&id) else { return };
        let (queue, channel) = (interaction.queue, interaction.channel);
        let span = self.state.plan.queues.get(&queue).map(|plan| plan.wrap_up_for).unwrap_or_default();
        let until = turn.now.after(span);
        let wrap_up = WrapUp { queue, channel, units: assignment.units, since: assignment.since, until, extensions: 0 };
        let agent = self.touch(turn, assignment.agent);
        agent.assignments.remove(&id);
        agent.wrap_ups.insert(id, wrap_up);
        self.index.timers.insert((until, Timer::WrapUp(assignment.agent, id)));
        turn.out.push(Effect::BeginWrapUp { interaction: id, agent: assignment.agent, until });
        if until <= turn.now {
            self.end_wrap_up(turn, assignment.agent, id, None);
        }
    }

    /// The agent is through with it.
    pub(crate) fn end_wrap_up(&mut self, turn: &mut Turn<'_>, id: AgentId, interaction: InteractionId, code: Option<u32>) {
        let now = turn.now;
        let agent = self.touch(turn, id);
        let Some(wrap_up) = agent.wrap_ups.remove(&interaction) else { return };
        agent.idle_since = now;
        self.free_units(turn, id, wrap_up.channel, wrap_up.units);
        let handling = self.state.handling.entry(wrap_up.queue).or_default();
        handling.get_mut(wrap_up.channel).observe(now.since(wrap_up.since));
        self.index.timers.remove(&(wrap_up.until, Timer::WrapUp(id, interaction)));
        turn.out.push(Effect::EndWrapUp { interaction, agent: id, code });
    }

    /// The assignment is taken away whole: nothing is left for the agent to wrap up.
    pub(crate) fn unassign(&mut self, turn: &mut Turn<'_>, id: InteractionId, assignment: &Assignment, why: WithdrawReason) {
        let Some(channel) = self.state.interactions.get(&id).map(|interaction| interaction.channel) else { return };
        let now = turn.now;
        let agent = self.touch(turn, assignment.agent);
        agent.assignments.remove(&id);
        agent.idle_since = now;
        self.free_units(turn, assignment.agent, channel, assignment.units);
        turn.out.push(Effect::Withdraw { offer: assignment.offer, interaction: id, agent: assignment.agent, why });
    }

    /// The assignment returns to its place in line, with its agent as last resort for it.
    pub(crate) fn give_back(&mut self, turn: &mut Turn<'_>, id: InteractionId, assignment: &Assignment, why: WithdrawReason) {
        self.cool(id, assignment.agent, turn.now);
        self.unassign(turn, id, assignment, why);
        self.line_up(turn, id);
    }

    /// Nobody is at the agent's desk to go on with what is assigned to them: it returns to its place.
    pub(crate) fn give_all_back(&mut self, turn: &mut Turn<'_>, id: AgentId) {
        let held: Vec<_> = self.state.agents.get(&id).into_iter().flat_map(|agent| agent.assignments.iter().copied()).collect();
        for interaction in held {
            if let Some(Stage::Assigned(assignment)) = self.state.interactions.get(&interaction).map(|it| it.stage.clone()) {
                self.give_back(turn, interaction, &assignment, WithdrawReason::AgentLeft);
            }
        }
    }

    /// The agent leaves: their offers return to their place, and what was kept for them falls back. What was assigned
    /// to a lost desk returns, too: whom a customer talks to must be there. Wrap-ups stay theirs.
    pub(crate) fn dismiss(&mut self, turn: &mut Turn<'_>, id: AgentId, why: WithdrawReason) {
        self.undo_lost(id);
        let agent = self.dress(turn, id);
        let lost = matches!(std::mem::replace(&mut agent.desk, Desk::Out), Desk::Lost { .. });
        agent.next = None;
        let offers: Vec<_> = agent.offers.iter().copied().collect();
        for offer in offers {
            self.withdraw(turn, offer, why);
        }
        if lost {
            self.give_all_back(turn, id);
        }
        for interaction in self.reserved_for(id) {
            self.fall_back(turn, interaction);
        }
    }

    /// The desk is no longer lost: the grace's timer goes.
    pub(crate) fn undo_lost(&mut self, id: AgentId) {
        if let Some(Desk::Lost { until }) = self.state.agents.get(&id).map(|agent| agent.desk) {
            self.index.timers.remove(&(until, Timer::Lost(id)));
        }
    }

    fn reserved_for(&self, id: AgentId) -> Vec<InteractionId> {
        let Some(station) = self.index.stations.get(&id) else { return Vec::new() };
        let spots = Channel::ALL.iter().flat_map(|&channel| station.reserved.get(channel));
        spots.map(|spot| spot.interaction).collect()
    }
}
