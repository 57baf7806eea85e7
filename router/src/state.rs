//! The truth: what is held, by whom, until when. Everything else in this crate is derived from it.
//!
//! Serialises whole; two routers with equal states take equal decisions. No index lives here.

use crate::handling::Handling;
use crate::roster::Roster;
use crate::service::Service;
use crate::{
    AgentId, AgentPlan, Channel, Closing, Excluded, InteractionId, OfferId, Plan, PlanVersion, Presence, Priority, QueueId, Requirement,
    Time, Units,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The router's whole truth.
///
/// Interactions are boxed: a map of pointers stays in the processor's caches, and every step looks some up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) plan: Plan,
    pub(crate) version: PlanVersion,
    /// The number of the newest offer; numbers rise by one and are never used again.
    pub(crate) last_offer: OfferId,
    /// Interactions that ever arrived, and that ever ended: their difference is what is held.
    pub(crate) arrived: u64,
    pub(crate) ended: u64,
    /// Everybody in the plan, and whoever left the plan while still holding work.
    pub(crate) agents: Roster<Agent>,
    pub(crate) interactions: BTreeMap<InteractionId, Box<Interaction>>,
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    /// Queues that are closed to newcomers.
    #[serde(default)]
    pub(crate) closed: BTreeSet<(QueueId, Closing)>,
    /// How many were answered in time.
    #[serde(default)]
    pub(crate) service: BTreeMap<QueueId, Service>,
    /// Whom those had ruled out for a while who left with their place kept: it holds for what goes on from there, too.
    #[serde(default)]
    pub(crate) parted: BTreeMap<InteractionId, BTreeMap<AgentId, Time>>,
    /// When the newest event happened.
    #[serde(default)]
    pub(crate) clock: Time,
    /// How long the work of each queue of the plan takes.
    pub(crate) handling: BTreeMap<QueueId, ByChannel<Handling>>,
}

/// An interaction from arrival to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interaction {
    pub(crate) queue: QueueId,
    pub(crate) channel: Channel,
    pub(crate) needs: Requirement,
    /// As it arrived, or as it was last changed.
    pub(crate) own_priority: Priority,
    /// With the queue's added, and what steps raised it by: the rank in line.
    pub(crate) priority: Priority,
    #[serde(default)]
    pub(crate) raised: Priority,
    /// When it arrived; `since` may be earlier, where it came back to a kept place.
    #[serde(default)]
    pub(crate) came: Option<Time>,
    /// When it was sent to this queue from another.
    #[serde(default)]
    pub(crate) moved: Option<Time>,
    /// How many steps of its queue's timeline it has taken.
    #[serde(default)]
    pub(crate) steps_taken: usize,
    /// Whether the next one is due and waits for its figure.
    #[serde(default)]
    pub(crate) expects: bool,
    /// What it asked for before steps changed it.
    #[serde(default)]
    pub(crate) asked: Option<Requirement>,
    /// Queues whose agents may take it, too.
    #[serde(default)]
    pub(crate) also: BTreeSet<QueueId>,
    pub(crate) since: Time,
    pub(crate) preferred: Option<AgentId>,
    pub(crate) excluded: BTreeSet<AgentId>,
    /// Who is last resort for it, and until when.
    pub(crate) cooling: BTreeMap<AgentId, Time>,
    pub(crate) stage: Stage,
}

/// Where an interaction is; exactly one at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// In line in its queue.
    Waiting,
    /// Kept for one agent; falls back to its place in line.
    Reserved(Reservation),
    /// Put to an agent.
    Offered(OfferId),
    /// With an agent.
    Assigned(Assignment),
}

/// What is kept for an agent who has not been offered it yet: transferred to them, or preferring them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    pub(crate) agent: AgentId,
    pub(crate) until: Time,
    /// Somebody chose the agent, whatever their queues and skills; otherwise the customer prefers them, and they fit.
    #[serde(default = "by_name")]
    pub(crate) by_name: bool,
}

/// Earlier builds kept nothing but transfers.
const fn by_name() -> bool {
    true
}

impl Reservation {
    /// Why nobody else can have it.
    pub(crate) const fn excludes(&self) -> Excluded {
        if self.by_name { Excluded::Named } else { Excluded::Kept }
    }
}

/// An accepted offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) offer: OfferId,
    pub(crate) agent: AgentId,
    pub(crate) units: Units,
    /// When it was accepted.
    pub(crate) since: Time,
}

/// One interaction put to one agent until a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) interaction: InteractionId,
    pub(crate) agent: AgentId,
    pub(crate) units: Units,
    pub(crate) deadline: Time,
    /// After a transfer to the agent by name, whatever their queues and skills.
    pub(crate) by_name: bool,
}

/// An agent's desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Desk {
    #[default]
    Out,
    In,
    Lost {
        until: Time,
    },
}

/// An agent and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Agent {
    pub(crate) desk: Desk,
    pub(crate) presence: Presence,
    pub(crate) next: Option<Presence>,
    /// Offers in a row that expired.
    pub(crate) misses: u32,
    pub(crate) unresponsive: bool,
    /// When they last took or ended work, or began to take it.
    pub(crate) idle_since: Time,
    /// Their newest offer, however it ended.
    #[serde(default)]
    pub(crate) last_offer: OfferId,
    pub(crate) offers: BTreeSet<OfferId>,
    pub(crate) assignments: BTreeSet<InteractionId>,
    pub(crate) wrap_ups: BTreeMap<InteractionId, WrapUp>,
    /// Units of all of the above.
    pub(crate) load: Units,
    /// What the plan allows them; nothing, once they left it.
    pub(crate) limits: Limits,
    /// The load they may have: their capacity, or what they held when it was lowered.
    pub(crate) ceiling: Units,
    /// How many of the above are on each channel.
    pub(crate) held: ByChannel<u32>,
}

/// What one agent may hold, as the plan says: at hand wherever the agent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub(crate) capacity: Units,
    /// At most this many at once on a channel.
    pub(crate) caps: ByChannel<Option<u32>>,
}

impl Limits {
    pub(crate) fn of(plan: &AgentPlan) -> Self {
        let mut caps = ByChannel::default();
        for (channel, cap) in &plan.caps {
            *caps.get_mut(*channel) = Some(*cap);
        }
        Self { capacity: plan.capacity, caps }
    }

    /// How many interactions of `units` they may hold at once on the channel, when they hold nothing else.
    pub(crate) fn slots(&self, channel: Channel, units: Units) -> u32 {
        let room = self.capacity.0.checked_div(units.0).unwrap_or_default();
        self.caps.get(channel).map_or(room, |cap| room.min(cap))
    }
}

/// Work after the talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrapUp {
    pub(crate) queue: QueueId,
    pub(crate) channel: Channel,
    pub(crate) units: Units,
    /// When the work before it was accepted.
    pub(crate) since: Time,
    pub(crate) until: Time,
    pub(crate) extensions: u32,
}

impl Agent {
    /// Neither an offer nor an assignment nor a wrap-up.
    pub(crate) fn holds_nothing(&self) -> bool {
        self.offers.is_empty() && self.assignments.is_empty() && self.wrap_ups.is_empty()
    }

    /// Takes a presence; who begins to take work begins to be idle.
    pub(crate) fn choose(&mut self, presence: Presence, now: Time) {
        if self.presence.channels.is_empty() && !presence.channels.is_empty() {
            self.idle_since = now;
        }
        self.presence = presence;
    }

    pub(crate) fn take_units(&mut self, channel: Channel, units: Units) {
        self.load = self.load.plus(units);
        let held = self.held.get_mut(channel);
        *held = held.saturating_add(1);
    }

    pub(crate) fn give_units(&mut self, channel: Channel, units: Units) {
        self.load = self.load.minus(units);
        // A lowered limit tightens as the work above it ends.
        self.ceiling = self.load.max(self.limits.capacity);
        let held = self.held.get_mut(channel);
        *held = held.saturating_sub(1);
    }
}

/// One value for each channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ByChannel<T> {
    voice: T,
    chat: T,
    app: T,
    email: T,
}

impl<T> ByChannel<T> {
    pub(crate) const fn get(&self, channel: Channel) -> &T {
        match channel {
            Channel::Voice => &self.voice,
            Channel::Chat => &self.chat,
            Channel::App => &self.app,
            Channel::Email => &self.email,
        }
    }

    pub(crate) const fn get_mut(&mut self, channel: Channel) -> &mut T {
        match channel {
            Channel::Voice => &mut self.voice,
            Channel::Chat => &mut self.chat,
            Channel::App => &mut self.app,
            Channel::Email => &mut self.email,
        }
    }
}
