//! Decides which agent gets which interaction. Pure: no IO, no clock, no randomness.
//!
//! The whole contract is [`Router::step`] and [`Router::deadline`]: events are what happened, effects are
//! imperatives, refusals are reasons. The same events give the same effects, byte for byte, on any machine.
//!
//! What is *not* here: names, telephone numbers, texts, sockets, stores, and the time of day.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

mod check;
mod event;
mod explain;
mod id;
mod index;
pub mod limits;
mod matching;
mod moves;
mod offer;
mod plan;
mod refusal;
mod requirement;
mod restore;
mod router;
mod standing;
mod state;
mod turn;
mod verbs;
mod view;
#[cfg(feature = "workload")]
pub mod workload;

pub use event::{Arrival, Change, Channels, Decision, Effect, Event, Excluded, Outcome, Presence, Readiness, Stepped, WithdrawReason};
pub use explain::Explanation;
pub use id::{AgentId, Channel, InteractionId, Level, OfferId, PlanVersion, Priority, QueueId, SkillId, Span, Time, Units};
pub use plan::{AgentPlan, ChannelPlan, Choice, Plan, QueuePlan, Timings};
pub use refusal::Refusal;
pub use requirement::Requirement;
pub use restore::{RestoreError, Snapshot};
pub use router::Router;
pub use view::{Held, OpenAssignment, OpenOffer, OpenWrapUp, Place, QueueView, Workload};
