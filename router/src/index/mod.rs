//! Derived from the state, so that a step finds what it needs without a scan; rebuilt after a restore.
//!
//! Every entry follows from the state and the plan; `check` compares an index with one built afresh.
//! No decision depends on slot numbers or on which empty groups are kept.

pub(crate) mod group;
pub(crate) mod line;
pub(crate) mod station;
pub(crate) mod timers;

use crate::roster::Roster;
use crate::standing::standing;
use crate::state::{Agent, ByChannel, Desk, Interaction, Limits, Stage, State};
use crate::{AgentId, Channel, Figure, InteractionId, Plan, QueueId, Requirement, Span, Time, Units, limits};
use group::{Group, GroupKey, Weight};
use line::{Bars, Spot};
use station::{Basis, Duty, Seat, Station};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use timers::{Timer, Timers};

/// Where a group is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(usize);

/// One lane of one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lane {
    pub(crate) group: Slot,
    pub(crate) bars: Option<Arc<Bars>>,
}

/// One queue's members, and its waiting by age.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct QueueIndex {
    pub(crate) members: BTreeSet<AgentId>,
    pub(crate) ages: BTreeSet<(Time, InteractionId)>,
    pub(crate) groups: BTreeSet<Slot>,
    /// How many of its members serve each queue, itself included; queues without any are left out.
    pub(crate) shared: BTreeMap<QueueId, u32>,
    /// Where its agents are counted.
    tally: usize,
}

/// How many agents of a queue are what at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) signed_in: u32,
    pub(crate) on_duty: u32,
    pub(crate) idle: u32,
    /// How many interactions those on duty can hold at once, by channel.
    pub(crate) slots: ByChannel<u32>,
    /// How many of them have room now, by channel.
    pub(crate) open: ByChannel<u32>,
}

/// What an agent sees of a group at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The first of those who rule out nobody.
    pub(crate) plain: Option<Spot>,
    /// Whether others wait, who rule out somebody.
    pub(crate) barred: bool,
}

/// The groups of one queue on one channel, by what is asked for and by the other queues whose agents may take it.
type Alike = BTreeMap<Requirement, BTreeMap<BTreeSet<QueueId>, Slot>>;

/// Everything derived.
#[derive(Debug, Default)]
pub(crate) struct Index {
    groups: Vec<Option<Group>>,
    /// The first of each group, close together: an agent who is free looks at all of theirs.
    heads: Vec<Head>,
    free: Vec<Slot>,
    slots: BTreeMap<(QueueId, Channel), Alike>,
    pub(crate) stations: Roster<Station>,
    pub(crate) queues: BTreeMap<QueueId, QueueIndex>,
    /// Apart from the queues and by number: an agent of all queues changes all of these at once.
    tallies: Vec<Tally>,
    pub(crate) timers: Timers,
    /// When whoever waits takes the next step of their queue's timeline.
    pub(crate) steps: BTreeSet<(Time, InteractionId)>,
    /// Whose next step is due, and waits for a figure.
    pub(crate) expecting: BTreeMap<(QueueId, Channel, Figure), BTreeSet<InteractionId>>,
    /// Whether any queue has a timeline.
    timelines: bool,
    /// The largest capacity of any agent.
    pub(crate) largest: Units,
    /// How long a wait counts for one priority, if at all.
    pub(crate) ageing: Span,
    /// Whether queues have target shares.
    pub(crate) shares: bool,
    /// How many groups there may be before the empty ones are dropped.
    sweep_at: usize,
}

impl Index {
    /// The index of a state.
    pub(crate) fn build(state: &State) -> Self {
        let mut index = Self { sweep_at: limits::GROUPS_KEPT, ageing: state.plan.timings.ageing, ..Self::default() };
        index.timelines = state.plan.queues.values().any(|queue| !queue.steps.is_empty());
        index.shares = state.plan.queues.values().any(|queue| queue.share > 0);
        for (tally, queue) in state.plan.queues.keys().enumerate() {
            index.queues.insert(*queue, QueueIndex { tally, ..QueueIndex::default() });
            index.tallies.push(Tally::default());
        }
        for (id, plan) in &state.plan.agents {
            index.largest = index.largest.max(plan.capacity);
            let limits = Limits::of(plan);
            let mut station = Station::default();
            for (&channel, price) in &state.plan.channels {
                *station.slots.get_mut(channel) = limits.slots(channel, price.units);
            }
            for queue in &plan.queues {
                let Some(queue) = index.queues.get_mut(queue) else { continue };
                queue.members.insert(*id);
                station.tallies.push(queue.tally);
            }
            *index.stations.or_default(*id) = station;
            index.commit(state, *id, &mut Vec::new());
        }
        index.count_shared(&state.plan);
        for (id, interaction) in &state.interactions {
            index.enter(state, *id, interaction);
        }
        for (id, offer) in &state.offers {
            index.timers.insert((offer.deadline, Timer::Offer(*id)));
        }
        for (id, agent) in state.agents.iter() {
            index.time_agent(*id, agent);
        }
        index
    }

    /// Agents of the same queues are counted once for all of them: there are far fewer teams than agents.
    fn count_shared(&mut self, plan: &Plan) {
        let mut teams: BTreeMap<&BTreeSet<QueueId>, u32> = BTreeMap::new();
        for agent in plan.agents.values() {
            let size = teams.entry(&agent.queues).or_default();
            *size = size.saturating_add(1);
        }
        for (team, size) in teams {
            for queue in team {
                let Some(queue) = self.queues.get_mut(queue) else { continue };
                for other in team {
                    let shared = queue.shared.entry(*other).or_default();
                    *shared = shared.saturating_add(size);
                }
            }
        }
    }

    fn time_agent(&mut self, id: AgentId, agent: &Agent) {
        if let Desk::Lost { until } = agent.desk {
            self.timers.insert((until, Timer::Lost(id)));
        }
        for (interaction, wrap_up) in &agent.wrap_ups {
            self.timers.insert((wrap_up.until, Timer::WrapUp(id, *interaction)));
        }
    }

    /// How many agents of the queue are what.
    pub(crate) fn tally(&self, queue: &QueueIndex) -> Tally {
        self.tallies.get(queue.tally).copied().unwrap_or_default()
    }

    /// The group kept there.
    pub(crate) fn group(&self, slot: Slot) -> Option<&Group> {
        self.groups.get(slot.0).and_then(Option::as_ref)
    }

    /// Every group there is.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().flatten()
    }

    /// The group of a waiting interaction.
    pub(crate) fn slot_of(&self, interaction: &Interaction) -> Option<Slot> {
        self.slots.get(&(interaction.queue, interaction.channel))?.get(&interaction.needs)?.get(&interaction.also).copied()
    }

    /// Takes a waiting or reserved interaction into the index; the lane it stands in, when it stands in line.
    pub(crate) fn enter(&mut self, state: &State, id: InteractionId, interaction: &Interaction) -> Option<Lane> {
        let spot = Spot::of(id, interaction, self.ageing);
        match interaction.stage {
            Stage::Waiting => {
                let bars = Bars::of(interaction);
                let group = self.slot_of(interaction).unwrap_or_else(|| self.form_group(state, interaction));
                self.groups.get_mut(group.0).and_then(Option::as_mut)?.line.insert(spot, bars.as_ref());
                self.note_head(group);
                self.note_step(state, id, interaction, true);
                if let Some(first) = interaction.cooling.values().min() {
                    self.timers.insert((*first, Timer::CoolOff(id)));
                }
                self.queues.entry(interaction.queue).or_default().ages.insert((interaction.since, id));
                Some(Lane { group, bars })
            }
            Stage::Reserved(reservation) => {
                self.stations.or_default(reservation.agent).reserved.get_mut(interaction.channel).insert(spot);
                self.timers.insert((reservation.until, Timer::Transfer(id)));
                self.queues.entry(interaction.queue).or_default().ages.insert((interaction.since, id));
                None
            }
            Stage::Offered(_) | Stage::Assigned(_) => None,
        }
    }

    /// Takes it out again; `interaction` is still as it was when it was entered.
    pub(crate) fn leave(&mut self, state: &State, id: InteractionId, interaction: &Interaction) {
        let spot = Spot::of(id, interaction, self.ageing);
        match interaction.stage {
            Stage::Waiting => {
                let slot = self.slot_of(interaction);
                if let Some(group) = slot.and_then(|slot| self.groups.get_mut(slot.0)).and_then(Option::as_mut) {
                    group.line.remove(&spot, Bars::of(interaction).as_ref());
                }
                slot.into_iter().for_each(|slot| self.note_head(slot));
                self.note_step(state, id, interaction, false);
                if let Some(first) = interaction.cooling.values().min() {
                    self.timers.remove(&(*first, Timer::CoolOff(id)));
                }
            }
            Stage::Reserved(reservation) => {
                if let Some(station) = self.stations.get_mut(&reservation.agent) {
                    station.reserved.get_mut(interaction.channel).remove(&spot);
                }
                self.timers.remove(&(reservation.until, Timer::Transfer(id)));
            }
            Stage::Offered(_) | Stage::Assigned(_) => return,
        }
        if let Some(queue) = self.queues.get_mut(&interaction.queue) {
            queue.ages.remove(&(interaction.since, id));
        }
    }

    /// Notes the next step of a timeline, or takes the note away.
    fn note_step(&mut self, state: &State, id: InteractionId, interaction: &Interaction, enters: bool) {
        if !self.timelines {
            return;
        }
        let Some((due, step)) = state.step_ahead(interaction) else { return };
        match step.when.filter(|_| interaction.expects) {
            None if enters => drop(self.steps.insert((due, id))),
            None => drop(self.steps.remove(&(due, id))),
            Some(figure) => {
                let key = (interaction.queue, interaction.channel, figure);
                let expecting = self.expecting.entry(key).or_default();
                if enters {
                    expecting.insert(id);
                } else if expecting.remove(&id) && expecting.is_empty() {
                    self.expecting.remove(&key);
                }
            }
        }
    }

    /// The first of the group kept there.
    pub(crate) fn head(&self, slot: Slot) -> Head {
        self.heads.get(slot.0).copied().unwrap_or_default()
    }

    fn note_head(&mut self, slot: Slot) {
        let line = self.groups.get(slot.0).and_then(Option::as_ref).map(|group| &group.line);
        let head = line.map(|line| Head { plain: line.head(None), barred: !line.barred().is_empty() });
        if let (Some(place), Some(head)) = (self.heads.get_mut(slot.0), head) {
            *place = head;
        }
    }

    /// Makes an agent's present standing known to their groups and queues. Lanes for which an agent who cools off
    /// may have become the last resort, because somebody went off duty, are added to `opened`.
    pub(crate) fn commit(&mut self, state: &State, id: AgentId, opened: &mut Vec<Lane>) {
        let (Some(agent), Some(station)) = (state.agents.get(&id), self.stations.get_mut(&id)) else { return };
        let basis = Basis::of(agent);
        for (&channel, price) in &state.plan.channels {
            let now = standing(agent, channel, price.units);
            let known = station.standing.get_mut(channel);
            let was = std::mem::replace(known, now);
            if was == now && (basis == station.basis || was.reason().is_some()) {
                continue;
            }
            for seat in station.seats.get(channel) {
                let Some(group) = self.groups.get_mut(seat.group.0).and_then(Option::as_mut) else { continue };
                group.leave(id, seat, was, station.basis);
                group.enter(id, seat, now, basis);
                if was.on_duty() && !now.on_duty() {
                    opened.extend(group.cooling_lanes().map(|bars| Lane { group: seat.group, bars: Some(bars) }));
                }
            }
        }
        station.basis = basis;
        let duty = Duty::of(agent, station);
        let was = std::mem::replace(&mut station.duty, duty);
        if was != duty {
            for &number in &station.tallies {
                if let Some(tally) = self.tallies.get_mut(number) {
                    tally.recount(was, duty);
                }
            }
        }
    }

    /// Who may take what nobody waits for yet: one look at each member of the queue, kept from then on.
    fn form_group(&mut self, state: &State, interaction: &Interaction) -> Slot {
        self.sweep();
        let (queue, channel) = (interaction.queue, interaction.channel);
        let key = GroupKey { queue, channel, needs: interaction.needs.clone(), also: interaction.also.clone() };
        let choice = state.plan.queues.get(&queue).map(|plan| plan.choice).unwrap_or_default();
        let mut group = Group::new(key, choice);
        let slot = self.free.pop().unwrap_or(Slot(self.groups.len()));
        self.queues.entry(queue).or_default().groups.insert(slot);
        let own = self.queues.get(&queue).map(|queue| &queue.members);
        let others = interaction.also.iter().filter_map(|queue| self.queues.get(queue)).map(|queue| &queue.members);
        let members: BTreeSet<AgentId> = own.into_iter().chain(others).flatten().copied().collect();
        group.members = members.len();
        for id in members {
            let (Some(plan), Some(station)) = (state.plan.agents.get(&id), self.stations.get_mut(&id)) else { continue };
            if !interaction.needs.holds(&plan.skills) {
                continue;
            }
            let seat = Seat { group: slot, weight: Weight::of(choice, &group.asked, plan), slots: *station.slots.get(channel) };
            group.qualified.insert(id, seat.weight);
            group.enter(id, &seat, *station.standing.get(channel), station.basis);
            station.seats.get_mut(channel).push(seat);
        }
        let alike = self.slots.entry((queue, channel)).or_default().entry(interaction.needs.clone()).or_default();
        alike.insert(interaction.also.clone(), slot);
        match self.groups.get_mut(slot.0) {
            Some(place) => *place = Some(group),
            None => {
                self.groups.push(Some(group));
                self.heads.push(Head::default());
            }
        }
        slot
    }

    /// Drops the empty groups once there are many. The bar rises with what is left, so that the cost is spread.
    fn sweep(&mut self) {
        if self.groups.len().saturating_sub(self.free.len()) < self.sweep_at {
            return;
        }
        for (number, place) in self.groups.iter_mut().enumerate() {
            let Some(group) = place.take_if(|group| group.line.is_empty()) else { continue };
            let slot = Slot(number);
            for agent in group.qualified.keys() {
                if let Some(station) = self.stations.get_mut(agent) {
                    station.seats.get_mut(group.key.channel).retain(|seat| seat.group != slot);
                }
            }
            if let Some(slots) = self.slots.get_mut(&(group.key.queue, group.key.channel))
                && let Some(alike) = slots.get_mut(&group.key.needs)
            {
                alike.remove(&group.key.also);
                if alike.is_empty() {
                    slots.remove(&group.key.needs);
                }
            }
            if let Some(queue) = self.queues.get_mut(&group.key.queue) {
                queue.groups.remove(&slot);
            }
            self.free.push(slot);
        }
        let left = self.groups.len().saturating_sub(self.free.len());
        self.sweep_at = limits::GROUPS_KEPT.max(left.saturating_mul(2));
    }
}

impl Tally {
    fn recount(&mut self, was: Duty, is: Duty) {
        let count = |count: &mut u32, was: bool, is: bool| match (was, is) {
            (false, true) => *count = count.saturating_add(1),
            (true, false) => *count = count.saturating_sub(1),
            (true, true) | (false, false) => {}
        };
        count(&mut self.signed_in, was.signed_in, is.signed_in);
        count(&mut self.on_duty, was.on_duty, is.on_duty);
        count(&mut self.idle, was.idle, is.idle);
        for channel in Channel::ALL {
            count(self.open.get_mut(channel), *was.open.get(channel), *is.open.get(channel));
            let slots = self.slots.get_mut(channel);
            *slots = slots.saturating_add(*is.slots.get(channel)).saturating_sub(*was.slots.get(channel));
        }
    }
}
