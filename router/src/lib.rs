//! Decides which agent gets which interaction. Pure: no IO, no clock, no randomness.
//!
//! # The contract
//!
//! The whole contract is [`Router::step`] and [`Router::deadline`]. [`Event`]s are what happened, [`Effect`]s are
//! imperatives, [`Refusal`]s are reasons; a refusal changes nothing. Time is told with every event. The caller sends
//! [`Event::Tick`] when the deadline is due and carries out the effects in their order. The same events give the
//! same effects, byte for byte, on any machine.
//!
//! ```
//! use segue_router::*;
//!
//! // Ada serves one queue, in which an offer stands for 20 seconds.
//! let queue = QueuePlan { offer_for: Span::seconds(20), depth: 100, ..QueuePlan::default() };
//! let ada = AgentPlan { queues: [QueueId(1)].into(), capacity: Units(100), ..AgentPlan::default() };
//! let plan = Plan {
//!     queues: [(QueueId(1), queue)].into(),
//!     agents: [(AgentId(1), ada)].into(),
//!     channels: [(Channel::Chat, ChannelPlan { units: Units(30) })].into(),
//!     timings: Timings::default(),
//! };
//!
//! let mut router = Router::new();
//! let mut out = Vec::new();
//! router.step(Time(0), Event::Configure(Box::new(plan)), &mut out)?;
//! let ready = Presence { channels: [Channel::Chat].into(), reason: 0 };
//! router.step(Time(0), Event::SignIn(AgentId(1), ready), &mut out)?;
//!
//! // A chat arrives, and is put to Ada at once.
//! out.clear();
//! let chat = Arrival {
//!     interaction: InteractionId(7),
//!     queue: QueueId(1),
//!     channel: Channel::Chat,
//!     needs: Requirement::default(),
//!     priority: Priority(0),
//!     since: Time(3_000),
//!     preferred: None,
//!     excluded: [].into(),
//!     continues: None,
//!     kept: false,
//! };
//! router.step(Time(3_000), Event::Arrive(Box::new(chat)), &mut out)?;
//! let Effect::Offer(decision) = &out[0] else { panic!("an offer") };
//! assert_eq!((decision.agent, decision.deadline), (AgentId(1), Time(23_000)));
//! assert_eq!(router.deadline(), Some(Time(23_000)));
//!
//! // A late accept is refused, with the reason.
//! let late = router.step(Time(23_000), Event::Accept(AgentId(1), decision.offer), &mut Vec::new());
//! assert_eq!(late, Err(Refusal::OfferEnded(decision.offer)));
//! # Ok::<(), Refusal>(())
//! ```
//!
//! # Where to read on
//!
//! 1. `event`, `plan`, `refusal`, `requirement`, `id`: the words, all public.
//! 2. `router`: `step` as a table of contents; `verbs/`: one file for each verb. Each asks first, then acts.
//! 3. `state`: the truth, which is what a [`Snapshot`] holds; `moves`: what verbs are made of.
//! 4. `matching`: the rule by which what a step made possible is brought together; `offer`: the record of why.
//! 5. `timeline`, `steps` and `service`: what waits change, where limits send what they do not let in, live figures.
//! 6. `standing` and `explain`: when a pair is eligible, and how that is answered.
//! 7. `index/`: derived from the state, so that a step scans neither agents nor waiting interactions.
//! 8. `check`: every invariant as a sentence. `tests/naive` holds an obvious router that must agree step by step.
//!
//! # The rule
//!
//! After every event, the first interaction in line (priority, then the longest wait, then the id) that an
//! available agent may take goes to the best of those agents (the preferred one, or by the queue's [`Choice`]),
//! until no such pair is left. With [`Timings::ageing`], each wait of that length counts for one priority: the order
//! between two who wait is the same at any time, so nobody is ever moved. With shares ([`QueuePlan::share`]), the queue
//! that holds most for its share goes first among equals in priority. Who declined an interaction, let it expire, gave it away or lost it to a requeue is
//! last resort for it for [`Timings::cool_off`]: they come after everybody else, and only while nobody else on duty,
//! busy or not, could take it.
//!
//! # Nobody is stuck
//!
//! An offer, a wrap-up, a transfer and a lost desk each have a deadline and a way out. An agent cannot sign out amid a
//! talk ([`Refusal::StillAssigned`]); when their desk is lost and does not come back within [`Timings::lost_for`], the
//! talk returns to its place in line, as it stood there before: same wait, same rank, that agent last resort.
//!
//! # Invariants
//!
//! Checked by [`Router::check`], after every step of the tests:
//!
//! - An interaction is waiting, reserved, offered or assigned, in one of them only, and whoever has it knows.
//! - Load is the sum of the units of offers, assignments and wrap-ups; it is never above capacity, but where a new
//!   plan lowered the limit under live work.
//! - No agent with room and interaction that they may take are left after a step.
//! - What arrived has ended or is held.
//! - The index says what an index made afresh from the state says.
//!
//! Checked by the tests beside it: a refusal leaves state and effects byte-equal, a restored router goes on as the
//! one it was taken from, and no deadline is left behind after a tick.
//!
//! # What is not here
//!
//! Names, telephone numbers, texts, sockets, stores, and the time of day.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm)]

mod check;
mod event;
mod explain;
mod handling;
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
mod roster;
mod router;
mod service;
mod standing;
mod state;
mod steps;
mod timeline;
mod turn;
mod verbs;
mod view;
mod wait;
#[cfg(feature = "workload")]
pub mod workload;

pub use event::{
    Arrival, Change, Channels, Closing, Decision, Effect, Event, Excluded, Outcome, Presence, Readiness, Stepped, WithdrawReason,
};
pub use explain::{Explanation, StepAhead};
pub use id::{AgentId, Channel, InteractionId, Level, OfferId, PlanVersion, Priority, QueueId, SkillId, Span, Time, Units};
pub use plan::{AgentPlan, ChannelPlan, Choice, Plan, QueuePlan, Timings};
pub use refusal::Refusal;
pub use requirement::Requirement;
pub use restore::{RestoreError, Snapshot};
pub use router::Router;
pub use timeline::{Figure, Overflow, RoutingStep};
pub use view::{Held, OpenAssignment, OpenOffer, OpenWrapUp, Place, QueueView, Workload};
pub use wait::ExpectedWait;
