//! Who waits in one group, in order, so that an agent finds the first that they may take.
//!
//! Interactions that rule out the same agents share a lane. An agent looks at the heads of lanes, in order, until
//! one admits them: an interaction that they may not take never blocks those behind it, and is never passed twice.

use crate::state::Interaction;
use crate::{AgentId, InteractionId, Priority, Span, Time};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A place in line. Best first: higher priority, then longer wait, then lower id. Total, so replays agree.
///
/// With ageing, all have the same priority, and each priority counts as if they had waited that much longer: a rank
/// that grows at one slope for everybody never changes who stands before whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) priority: Reverse<Priority>,
    /// Since when they have waited, in milliseconds since the Unix epoch; less what their priority counts for.
    from: i64,
    pub(crate) interaction: InteractionId,
}

impl Spot {
    pub(crate) fn of(id: InteractionId, interaction: &Interaction, ageing: Span) -> Self {
        Self::at(interaction.priority, interaction.since, id, ageing)
    }

    pub(crate) fn at(priority: Priority, since: Time, interaction: InteractionId, ageing: Span) -> Self {
        let from = i64::try_from(since.0).unwrap_or(i64::MAX);
        if ageing == Span(0) {
            return Self { priority: Reverse(priority), from, interaction };
        }
        let worth = i64::try_from(ageing.0).unwrap_or(i64::MAX).saturating_mul(i64::from(priority.0));
        Self { priority: Reverse(Priority(0)), from: from.saturating_sub(worth), interaction }
    }
}

/// Whom the interactions of a lane rule out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bars {
    /// By name, for good.
    pub(crate) named: BTreeSet<AgentId>,
    /// For a while, and only while somebody else could take it.
    pub(crate) cooling: BTreeSet<AgentId>,
}

impl Bars {
    /// The bars of an interaction; `None` when it rules out nobody, as nearly all do.
    pub(crate) fn of(interaction: &Interaction) -> Option<Arc<Self>> {
        if interaction.excluded.is_empty() && interaction.cooling.is_empty() {
            return None;
        }
        let cooling = interaction.cooling.keys().copied().collect();
        Some(Arc::new(Self { named: interaction.excluded.clone(), cooling }))
    }

    pub(crate) fn bar(&self, agent: AgentId) -> bool {
        self.named.contains(&agent) || self.cooling.contains(&agent)
    }

    /// Everybody ruled out, each once.
    pub(crate) fn agents(&self) -> impl Iterator<Item = AgentId> + '_ {
        self.named.union(&self.cooling).copied()
    }
}

/// The lanes of one group.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    plain: BTreeSet<Spot>,
    lanes: BTreeMap<Arc<Bars>, BTreeSet<Spot>>,
    heads: BTreeMap<Spot, Arc<Bars>>,
}

impl Line {
    pub(crate) fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.lanes.is_empty()
    }

    pub(crate) fn insert(&mut self, spot: Spot, bars: Option<&Arc<Bars>>) {
        let Some(bars) = bars else {
            self.plain.insert(spot);
            return;
        };
        let lane = self.lanes.entry(Arc::clone(bars)).or_default();
        if let Some(head) = lane.first() {
            self.heads.remove(head);
        }
        lane.insert(spot);
        if let Some(head) = lane.first() {
            self.heads.insert(*head, Arc::clone(bars));
        }
    }

    pub(crate) fn remove(&mut self, spot: &Spot, bars: Option<&Arc<Bars>>) {
        let Some(bars) = bars else {
            self.plain.remove(spot);
            return;
        };
        let Some(lane) = self.lanes.get_mut(bars) else { return };
        lane.remove(spot);
        self.heads.remove(spot);
        match lane.first() {
            Some(head) => {
                self.heads.insert(*head, Arc::clone(bars));
            }
            None => {
                self.lanes.remove(bars);
            }
        }
    }

    /// The first of one lane.
    pub(crate) fn head(&self, bars: Option<&Arc<Bars>>) -> Option<Spot> {
        bars.map_or(Some(&self.plain), |bars| self.lanes.get(bars)).and_then(BTreeSet::first).copied()
    }

    /// The first that does not rule out the agent.
    pub(crate) fn first_for(&self, agent: AgentId) -> Option<Spot> {
        let plain = self.plain.first().copied();
        if self.heads.is_empty() {
            return plain;
        }
        let barred = self.heads.iter().find(|(_, bars)| !bars.bar(agent)).map(|(spot, _)| *spot);
        earlier(plain, barred)
    }

    /// The lanes that rule somebody out, by their heads.
    pub(crate) const fn barred(&self) -> &BTreeMap<Spot, Arc<Bars>> {
        &self.heads
    }

    /// How many stand before the spot.
    pub(crate) fn ahead(&self, spot: &Spot) -> usize {
        let lanes = self.lanes.values().map(|lane| lane.range(..spot).count());
        lanes.fold(self.plain.range(..spot).count(), usize::saturating_add)
    }
}

/// The earlier of two places, where there are any.
pub(crate) fn earlier(one: Option<Spot>, other: Option<Spot>) -> Option<Spot> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
