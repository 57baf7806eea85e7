//! Why an event was refused. A refusal changes nothing.

use crate::{AgentId, Channel, InteractionId, OfferId, QueueId, Units};
use serde::{Deserialize, Serialize};

/// The reason an event could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such agent in the plan.
    UnknownAgent(AgentId),
    /// No such queue in the plan.
    UnknownQueue(QueueId),
    /// No such interaction is held.
    UnknownInteraction(InteractionId),
    /// The interaction has arrived before.
    AlreadyHeld(InteractionId),
    /// The channel cannot be routed under this plan.
    ChannelNotRouted(Channel),
    /// The queue holds as many as it may.
    QueueFull(QueueId),
    /// The queue takes nobody at this hour.
    QueueClosed(QueueId),
    /// No agent could ever hold so many units.
    TooLarge(Units),
    /// The offer has ended (accepted, declined, expired or withdrawn), or was never made.
    OfferEnded(OfferId),
    /// The offer or the interaction belongs to this other agent.
    NotYours(AgentId),
    /// The interaction is not at a place where this can be done (say: wrap up before it is assigned).
    WrongMoment(InteractionId),
    /// The agent cannot sign out while this interaction is theirs: they finish, transfer or requeue it first.
    StillAssigned(InteractionId),
    /// The agent is not signed in.
    SignedOut(AgentId),
    /// The queue wants a wrap-up code before the wrap-up may end.
    CodeRequired(InteractionId),
    /// The wrap-up was extended as often as it may be.
    NoMoreExtensions(InteractionId),
    /// The requirement has more parts, or is nested deeper, than the limits allow.
    TooComplex(InteractionId),
    /// More agents are excluded by name than the limits allow.
    TooManyExcluded(InteractionId),
    /// The agent is excluded from this interaction by name.
    ExcludedByName(AgentId),
    /// The plan contradicts itself, in words for whoever wrote it.
    BadPlan(String),
}
