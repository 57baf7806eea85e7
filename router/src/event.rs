//! What happens, what is to be done about it, and the record of why.

use crate::{AgentId, Channel, InteractionId, Level, OfferId, Plan, PlanVersion, Priority, QueueId, Refusal, Requirement, Time, Units};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A new config is in force. Live work is never cut by it.
    Configure(Box<Plan>),
    /// An interaction wants an agent.
    Arrive(Box<Arrival>),
    /// An agent signed in (or came back after being lost) with this presence.
    SignIn(AgentId, Presence),
    /// An agent chose a presence.
    Present(AgentId, Presence),
    /// When the agent's present work ends, take this presence. `None` takes the wish back.
    PresentNext(AgentId, Option<Presence>),
    /// The agent's desk vanished; a grace runs. When it ends, the agent is signed out: offers and assignments return
    /// to their place in line, with this agent as last resort. Wrap-ups end by themselves, without a code.
    Lose(AgentId),
    /// The agent left on purpose. Offers return to their place, wrap-ups end by themselves. Refused while anything is
    /// assigned to them: they finish, transfer or requeue it first.
    SignOut(AgentId),
    /// The agent takes the offer.
    Accept(AgentId, OfferId),
    /// The agent does not take the offer. The reason is the tenant's own number for it.
    Decline(AgentId, OfferId, u16),
    /// The talk ended; wrap-up begins.
    Finish(AgentId, InteractionId),
    /// The wrap-up ended with this code, if any. Codes are the tenant's own numbers.
    WrapUp(AgentId, InteractionId, Option<u32>),
    /// The agent wants more time to wrap up.
    Extend(AgentId, InteractionId),
    /// The agent gives the interaction away, blind, to a queue with these requirements. They wrap up their own part.
    TransferToQueue(AgentId, InteractionId, QueueId, Requirement),
    /// The agent gives the interaction away, blind, to another agent; nobody takes it in time → place in line.
    TransferToAgent(AgentId, InteractionId, AgentId),
    /// Back to its place in line, as it was before the offer or assignment (a supervisor, or an agent who cannot go on).
    Requeue(InteractionId),
    /// The priority of something waiting changes.
    Prioritise(InteractionId, Priority),
    /// The customer's session was suspended. It leaves the line; its place is told by `Ended`.
    Suspend(InteractionId),
    /// The customer left without suspending.
    Abandon(InteractionId),
    /// The queue takes no newcomers from now on, for this reason. Who waits stays.
    Close(QueueId, Closing),
    /// This reason is gone; the queue takes newcomers again where there is no other.
    Open(QueueId, Closing),
    /// A deadline passed.
    Tick,
}

/// An interaction that wants an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Its id, new.
    pub interaction: InteractionId,
    /// Where it waits.
    pub queue: QueueId,
    /// The medium it runs on.
    pub channel: Channel,
    /// Who may take it.
    pub needs: Requirement,
    /// Its rank; the queue's is added.
    pub priority: Priority,
    /// When the customer began to wait. Earlier than now when they return to a kept place.
    pub since: Time,
    /// Who should have it when they are eligible and have room.
    pub preferred: Option<AgentId>,
    /// Who must not have it.
    pub excluded: BTreeSet<AgentId>,
    /// What it goes on from: whom that has ruled out for a while, it rules out for as long. Where that is still held it ends,
    /// suspended, in the same step; a refusal leaves it where it is.
    /// Where the preferred agent has no room but for wrapping that up, they go on with this instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<InteractionId>,
    /// Whether it returns to a kept place: then the queue's depth is not asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

/// What an agent chose: the channels on which they take new work (none: not routable), and the tenant's number for why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Channels on which offers may come.
    pub channels: Channels,
    /// The tenant's own number of the presence ("ready", "break" …).
    pub reason: u16,
}

/// A set of channels.
pub type Channels = BTreeSet<Channel>;

/// What the router says of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Not signed in.
    SignedOut,
    /// Holds nothing.
    Idle,
    /// At least one offer stands.
    Offered,
    /// At least one assignment, none offered.
    Busy,
    /// Only wrap-ups are left.
    WrappingUp,
    /// Let offers expire; gets none until they choose a presence again.
    Unresponsive,
    /// The desk vanished; a grace runs.
    Lost,
}

/// What is to be done, in this order, after an event was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The interaction waits in this queue (again).
    Wait {
        /// Which.
        interaction: InteractionId,
        /// Where.
        queue: QueueId,
        /// Since when the customer has waited.
        since: Time,
        /// With which rank.
        priority: Priority,
    },
    /// Put the interaction to the agent.
    Offer(Box<Decision>),
    /// The offer no longer stands, or the assignment that came of it; clear it from the desk.
    Withdraw {
        /// Which offer.
        offer: OfferId,
        /// Of what.
        interaction: InteractionId,
        /// From whom.
        agent: AgentId,
        /// Why.
        why: WithdrawReason,
    },
    /// The agent has the interaction.
    Assign {
        /// By which offer.
        offer: OfferId,
        /// What.
        interaction: InteractionId,
        /// To whom.
        agent: AgentId,
        /// When the customer began to wait.
        since: Time,
    },
    /// The agent wraps up until the deadline.
    BeginWrapUp {
        /// What.
        interaction: InteractionId,
        /// Who.
        agent: AgentId,
        /// When it ends by itself.
        until: Time,
    },
    /// The agent's wrap-up of the interaction is over.
    EndWrapUp {
        /// What.
        interaction: InteractionId,
        /// Who.
        agent: AgentId,
        /// With which code.
        code: Option<u32>,
    },
    /// The customer is to be offered a call back; they wait on.
    Invite {
        /// Whose interaction.
        interaction: InteractionId,
    },
    /// The interaction is over for the router (an agent may still be wrapping it up).
    Ended {
        /// Which.
        interaction: InteractionId,
        /// How.
        outcome: Outcome,
        /// Since when the customer has waited: with `priority`, the place in line an `Arrival` may bring back.
        since: Time,
        /// Its own rank, without the queue's.
        priority: Priority,
    },
    /// The agent's readiness or load changed.
    Agent(Change),
}

/// An agent after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Who.
    pub agent: AgentId,
    /// What the router says of them.
    pub readiness: Readiness,
    /// What they chose.
    pub presence: Presence,
    /// What they will take when their work ends.
    pub next: Option<Presence>,
    /// Units held.
    pub load: Units,
    /// Units they may hold.
    pub capacity: Units,
}

/// Why an offer no longer stands, or the assignment that came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawReason {
    /// The agent declined.
    Declined,
    /// The deadline passed.
    Expired,
    /// The customer left or suspended.
    CustomerLeft,
    /// The agent signed out, was lost, or chose a presence without the channel.
    AgentLeft,
    /// It was requeued, moved, or changed so that it no longer fits.
    Moved,
}

/// How an interaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An agent finished it.
    Handled,
    /// The customer left the line.
    Abandoned,
    /// The session was suspended.
    Suspended,
    /// It waited for as long as its queue allows.
    Overflowed,
}

/// Why an agent was offered an interaction, and why the others were not. Kept with the offer for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The offer it led to.
    pub offer: OfferId,
    /// Of what.
    pub interaction: InteractionId,
    /// From which queue.
    pub queue: QueueId,
    /// On which channel.
    pub channel: Channel,
    /// To whom.
    pub agent: AgentId,
    /// When.
    pub at: Time,
    /// Until when the offer stands.
    pub deadline: Time,
    /// When the customer began to wait.
    pub since: Time,
    /// With which rank.
    pub priority: Priority,
    /// Under which config.
    pub plan: PlanVersion,
    /// By which order the agent was chosen.
    pub choice: crate::Choice,
    /// How many agents could have had it.
    pub eligible: u32,
    /// How many could not, by reason.
    pub excluded: BTreeMap<Excluded, u32>,
    /// The winner's levels in the skills that the requirement names.
    pub levels: BTreeMap<crate::SkillId, Level>,
    /// Since when the winner had been idle.
    pub idle_since: Time,
    /// Whether the agent was the preferred one.
    pub preferred: bool,
    /// Who would have been next.
    pub runner_up: Option<AgentId>,
}

/// Why an agent could not be offered an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excluded {
    /// Does not serve the queue.
    Queue,
    /// Lacks a skill or a level.
    Skill,
    /// Not signed in.
    SignedOut,
    /// Signed in, but not taking work on this channel.
    Presence,
    /// Let offers expire.
    Unresponsive,
    /// Desk lost.
    Lost,
    /// No room left, over all channels.
    Capacity,
    /// As many on this channel as they may have.
    Cap,
    /// Ruled out by name.
    Named,
    /// Declined it, or let it expire, a short while ago, while others had not.
    CoolOff,
    /// Not the agent whom the customer prefers, for whom it is still kept.
    Kept,
}

/// Why a queue takes nobody. The reasons hold apart from each other: what somebody closed by hand no hour opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Its hours are over, or it is a holiday.
    Hours,
    /// Somebody closed it by hand.
    Hand,
}

/// What `step` answers.
pub type Stepped = Result<(), Refusal>;
