//! Decides which agent gets which interaction. Pure: no IO, no clock, no randomness.
//!
//! The whole contract is [`Router::step`] and [`Router::deadline`]: events are what happened, effects are
//! imperatives, refusals are reasons. The same events give the same effects, byte for byte, on any machine.
//!
//! What is *not* here: names, telephone numbers, texts, sockets, stores, and the time of day.

mod event;
mod id;
mod plan;
mod refusal;
mod requirement;

pub use event::{Arrival, Change, Channels, Decision, Effect, Event, Excluded, Outcome, Presence, Readiness, Stepped, WithdrawReason};
pub use id::{AgentId, Channel, InteractionId, Level, OfferId, PlanVersion, Priority, QueueId, SkillId, Span, Time, Units};
pub use plan::{AgentPlan, ChannelPlan, Choice, Plan, QueuePlan, Timings};
pub use refusal::Refusal;
pub use requirement::Requirement;
