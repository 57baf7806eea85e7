//! The real router in virtual time: staffing answers, comparisons, and a check against queueing theory.
//!
//! A [`Scenario`] says who comes and who serves them. [`replicate`] runs its day as often as it takes to be sure, and
//! [`Results`] hold what was counted, with confidence intervals. The same seed gives the same run, to the last
//! customer; each purpose of chance (arrivals, handling, patience …) has a generator of its own, so that two scenarios
//! which differ in their agents alone meet the very same customers.
//!
//! [`check`] holds the router against what queueing theory proves. A router that cannot reproduce Erlang C has a bug.
//!
//! # What is not here
//!
//! Any rule of routing: every decision is [`segue_router::Router`]'s. Printing: the command line does it.

mod agenda;
pub mod chaos;
pub mod check;
mod customers;
mod law;
mod plan;
mod pooling;
mod quantity;
mod random;
pub mod replay;
pub mod report;
mod run;
mod scenario;
mod staff;
pub mod staffing;
mod stats;
mod streams;
mod tally;
pub mod theory;
mod world;

pub use law::Law;
pub use pooling::{Size, pooling};
pub use quantity::{Clock, Length, Rate, Unreadable};
pub use run::{LEVEL, Results, batches, replicate};
pub use scenario::{Arrivals, BadScenario, Retry, Scenario, Shift, Stream, Target, Team};
pub use stats::Interval;
pub use tally::{Counts, Effort, Tally, Told};
pub use world::Refused;
