//! Brings together what a step made possible, at once: nothing polls.
//!
//! The rule: the first interaction in line that an available agent may take goes to the best of those agents, until
//! no such pair is left. First without anybody's last resort; then with. Because no pair was left before the step,
//! every new pair has an agent or a lane that the step touched, and only those are looked at.

use crate::index::group::{Group, Rank};
use crate::index::line::{Bars, Spot, earlier};
use crate::index::station::Station;
use crate::index::{Lane, Slot};
use crate::router::Router;
use crate::standing::{Standing, standing};
use crate::state::Stage;
use crate::turn::{Face, Turn};
use crate::{AgentId, Change, Channel, ChannelPlan, Effect, InteractionId, Priority, QueueId};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Whether those who cool off may take what nobody else on duty could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Round {
    /// Nobody who cools off.
    Fresh,
    /// Only those who cool off.
    LastResort,
}

/// What goes first, over all queues. Best first: higher priority, then the queue that holds most for its share, then the
/// place in line. Total, so replays agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pick {
    priority: Reverse<Priority>,
    excess: Reverse<u64>,
    spot: Spot,
}

/// Where the next pair may come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Agent(AgentId),
    Lane(Lane),
}

impl Router {
    /// Ends a step: wishes come true, timelines move on, pairs are brought together, changes are told.
    pub(crate) fn settle(&mut self, turn: &mut Turn<'_>) {
        self.grant_wishes(turn);
        self.release(turn);
        loop {
            self.take_due_steps(turn);
            self.bring_together(turn);
            // What is left in line is what figures are about.
            if self.index.expecting.is_empty() || !self.take_expected_steps(turn) {
                break;
            }
        }
        self.tell_lines(turn);
        self.tell_agents(turn);
    }

    fn bring_together(&mut self, turn: &mut Turn<'_>) {
        if let Some(agent) = self.freed_alone(turn) {
            // Most steps: one agent changed, and had no room before. They take what they can before the groups
            // learn of it, so that an agent who is busy again at once costs their groups nothing.
            for round in [Round::Fresh, Round::LastResort] {
                while let Some(pick) = self.best_pick(agent, round) {
                    self.offer(turn, pick.spot.interaction, agent);
                }
            }
            self.index.commit(&self.state, agent, &mut turn.lanes);
        } else {
            for agent in turn.touched.keys() {
                self.index.commit(&self.state, *agent, &mut turn.lanes);
            }
            self.match_round(turn, Round::Fresh);
            self.match_round(turn, Round::LastResort);
        }
    }

    /// Who holds nothing any more takes the presence that they wished for.
    fn grant_wishes(&mut self, turn: &mut Turn<'_>) {
        let mut granted = Vec::new();
        for id in turn.touched.keys() {
            let Some(agent) = self.state.agents.get_mut(id) else { continue };
            if !agent.holds_nothing() {
                continue;
            }
            if let Some(next) = agent.next.take() {
                agent.choose(next, turn.now);
                granted.push(*id);
            }
        }
        for id in granted {
            turn.touched.insert(id, None);
        }
    }

    /// The only agent touched, when nothing else was, they were known to have no room, and they are on duty
    /// where they were.
    fn freed_alone(&self, turn: &Turn<'_>) -> Option<AgentId> {
        let mut touched = turn.touched.keys();
        let (Some(&id), None, true) = (touched.next(), touched.next(), turn.lanes.is_empty()) else { return None };
        let (station, agent) = (self.index.stations.get(&id)?, self.state.agents.get(&id)?);
        let quiet = self.state.plan.channels.iter().all(|(&channel, price)| {
            let known = *station.standing.get(channel);
            known != Standing::Open && known.on_duty() == standing(agent, channel, price.units).on_duty()
        });
        quiet.then_some(id)
    }

    fn match_round(&mut self, turn: &mut Turn<'_>, round: Round) {
        let agents = turn.touched.keys().map(|&agent| Source::Agent(agent));
        // A lane that rules out nobody has nobody as its last resort.
        let lanes = turn.lanes.iter().filter(|lane| round == Round::Fresh || lane.bars.is_some());
        let lanes = lanes.cloned().map(Source::Lane);
        let sources = agents.chain(lanes).filter_map(|source| Some((self.next_pick(&source, round)?, source)));
        let mut frontier: BTreeSet<(Pick, Source)> = sources.collect();
        while let Some((pick, source)) = frontier.pop_first() {
            let next = self.next_pick(&source, round);
            // What the source had first may have gone to somebody else since, or its queue may hold less by now; then it
            // looks again. It never finds better than before: lines only shrink while they are matched.
            if next == Some(pick) {
                // A lane whose first nobody can take has nothing to give: the others in it rule out the same agents.
                let Some(agent) = self.best_agent(pick.spot.interaction, round) else { continue };
                self.offer(turn, pick.spot.interaction, agent);
                self.index.commit(&self.state, agent, &mut turn.lanes);
            }
            if let Some(next) = self.next_pick(&source, round) {
                frontier.insert((next, source));
            }
        }
    }

    fn next_pick(&self, source: &Source, round: Round) -> Option<Pick> {
        match source {
            Source::Agent(agent) => self.best_pick(*agent, round),
            Source::Lane(lane) => {
                let group = self.index.group(lane.group)?;
                group.line.head(lane.bars.as_ref()).map(|spot| self.pick(spot, group.key.queue))
            }
        }
    }

    fn pick(&self, spot: Spot, queue: QueueId) -> Pick {
        Pick { priority: spot.priority, excess: Reverse(self.excess(queue)), spot }
    }

    /// How much waits in a queue for its share, in millionths; nothing where queues have no shares.
    fn excess(&self, queue: QueueId) -> u64 {
        if !self.index.shares {
            return 0;
        }
        let share = self.state.plan.queues.get(&queue).map_or(0, |plan| plan.share);
        let waiting = self.index.queues.get(&queue).map_or(0, |queue| queue.ages.len());
        u64::try_from(waiting).unwrap_or(u64::MAX).saturating_mul(1_000_000).checked_div(u64::from(share)).unwrap_or_default()
    }

    /// How an agent stands on a channel at this very moment.
    pub(crate) fn standing(&self, id: AgentId, channel: Channel) -> Standing {
        self.state.agents.get(&id).map(|agent| standing(agent, channel, self.price(channel))).unwrap_or_default()
    }

    /// The first in line, over all that an agent may take now.
    fn best_pick(&self, id: AgentId, round: Round) -> Option<Pick> {
        let agent = self.state.agents.get(&id)?;
        let open =
            |(&channel, price): (&Channel, &ChannelPlan)| (standing(agent, channel, price.units) == Standing::Open).then_some(channel);
        let mut open = self.state.plan.channels.iter().filter_map(open).peekable();
        open.peek()?;
        let station = self.index.stations.get(&id)?;
        let mut best = None;
        for channel in open {
            if self.index.shares {
                best = best.into_iter().chain(self.shared_out(station, channel, id, round)).min();
                continue;
            }
            let kept = station.reserved.get(channel).first().copied().filter(|_| round == Round::Fresh);
            let seats = station.seats.get(channel).iter();
            let first = seats.fold(kept, |first, seat| earlier(first, self.first_in(seat.group, id, round)));
            let pick = first.map(|spot| Pick { priority: spot.priority, excess: Reverse(0), spot });
            best = best.into_iter().chain(pick).min();
        }
        best
    }

    /// The first over an agent's groups where queues have shares.
    fn shared_out(&self, station: &Station, channel: Channel, id: AgentId, round: Round) -> Option<Pick> {
        let kept = station.reserved.get(channel).iter().filter(|_| round == Round::Fresh);
        let kept = kept.filter_map(|spot| Some(self.pick(*spot, self.state.interactions.get(&spot.interaction)?.queue)));
        let seats = station.seats.get(channel).iter();
        let heads = seats.filter_map(|seat| {
            let queue = self.index.group(seat.group)?.key.queue;
            self.first_in(seat.group, id, round).map(|spot| self.pick(spot, queue))
        });
        kept.chain(heads).min()
    }

    fn first_in(&self, slot: Slot, id: AgentId, round: Round) -> Option<Spot> {
        let head = self.index.head(slot);
        if !head.barred {
            return if round == Round::Fresh { head.plain } else { None };
        }
        let group = self.index.group(slot)?;
        match round {
            Round::Fresh => group.line.first_for(id),
            Round::LastResort => {
                let mut lanes = group.line.barred().iter();
                lanes.find(|(_, bars)| self.may_resort(group, bars, id)).map(|(spot, _)| *spot)
            }
        }
    }

    /// Whether the agent only cools off for the lane, and nobody else on duty could take from it.
    pub(crate) fn may_resort(&self, group: &Group, bars: &Bars, id: AgentId) -> bool {
        bars.cooling.contains(&id) && !bars.named.contains(&id) && self.only_barred_left(group, bars)
    }

    /// Whether everybody on duty for the group is ruled out by the lane.
    pub(crate) fn only_barred_left(&self, group: &Group, bars: &Bars) -> bool {
        group.last_resort(bars, |agent| {
            self.index.stations.get(&agent).is_some_and(|station| station.standing.get(group.key.channel).on_duty())
        })
    }

    /// The best agent for an interaction now: the preferred one, or the first by the queue's choice.
    fn best_agent(&self, id: InteractionId, round: Round) -> Option<AgentId> {
        let interaction = self.state.interactions.get(&id)?;
        if let Stage::Reserved(reservation) = interaction.stage {
            return (self.standing(reservation.agent, interaction.channel) == Standing::Open).then_some(reservation.agent);
        }
        let group = self.group_of(interaction)?;
        let bars = Bars::of(interaction);
        let admits = |agent: AgentId| match (&bars, round) {
            (None, Round::Fresh) => true,
            (None, Round::LastResort) => false,
            (Some(bars), Round::Fresh) => !bars.bar(agent),
            (Some(bars), Round::LastResort) => self.may_resort(group, bars, agent),
        };
        let preferred = interaction.preferred.filter(|&agent| {
            group.qualified.contains_key(&agent) && self.standing(agent, interaction.channel) == Standing::Open && admits(agent)
        });
        preferred.or_else(|| group.available.iter().map(|rank: &Rank| rank.agent).find(|&agent| admits(agent)))
    }

    /// Tells what came into line and is still there.
    fn tell_lines(&self, turn: &mut Turn<'_>) {
        for id in std::mem::take(&mut turn.lined_up) {
            let Some(interaction) = self.state.interactions.get(&id) else { continue };
            match interaction.stage {
                Stage::Waiting | Stage::Reserved(_) => turn.out.push(Effect::Wait {
                    interaction: id,
                    queue: interaction.queue,
                    since: interaction.since,
                    priority: interaction.priority,
                }),
                Stage::Offered(_) | Stage::Assigned(_) => {}
            }
        }
    }

    /// Tells of every agent who is not as before, and forgets those who left the plan and hold nothing any more.
    fn tell_agents(&mut self, turn: &mut Turn<'_>) {
        for (id, before) in std::mem::take(&mut turn.touched) {
            let Some(agent) = self.state.agents.get(&id) else { continue };
            let gone = agent.holds_nothing() && !self.state.plan.agents.contains_key(&id);
            if before != Some(Face::of(agent)) {
                turn.out.extend(self.agent(id).map(Effect::Agent));
            }
            if gone {
                self.state.agents.remove(&id);
            }
        }
    }
}

impl Router {
    /// An agent as they are told of: readiness, choice and load. `None` for whom the router does not know.
    #[must_use]
    pub fn agent(&self, id: AgentId) -> Option<Change> {
        let agent = self.state.agents.get(&id)?;
        Some(Change {
            agent: id,
            readiness: crate::standing::readiness(agent),
            presence: agent.presence.clone(),
            next: agent.next.clone(),
            load: agent.load,
            capacity: agent.limits.capacity,
        })
    }
}
