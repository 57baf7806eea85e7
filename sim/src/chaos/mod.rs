//! Fault simulation: the real router, the real session core and the real translator, in a modelled house of two nodes, one
//! store, customers and desks, in virtual time and under faults, all from one seed.
//!
//! First the faults befall (the safety phase): after every stored write an independent checker holds what was decided
//! against the rules. Then they end (the liveness phase): everything must settle, every command be answered, every counter
//! agree, and the whole journal replay. [`Mutant`]s are faults planted in the program itself, to prove that the checker sees.
//!
//! # What is not here
//!
//! The daemon's own engine and stores: they are modelled after its design, and proven by crash tests of the real process.

mod desks;
mod fault;
mod front;
mod memory;
mod model;
mod mutant;
mod node;
mod people;
mod rules;
mod store;
mod trouble;
mod verdict;
mod world;
mod writes;

pub use fault::{Fault, all};
pub use mutant::Mutant;

use segue_router::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use world::{BEGIN, World};

/// How long everything may take to settle once the faults are over.
const SETTLES: Span = Span(30 * 60_000);
/// How long nothing more may happen for it to be settled.
const STRETCH: Span = Span(10_000);

/// Which run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where chance begins.
    pub seed: u64,
    /// What may go wrong.
    pub faults: BTreeSet<Fault>,
    /// For how long it may, in virtual time.
    pub lasts: Span,
    /// How many customers there are at once.
    pub customers: usize,
    /// A fault planted in the program itself.
    pub mutant: Option<Mutant>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 1, faults: all(), lasts: Span::seconds(240), customers: 9, mutant: None }
    }
}

impl Settings {
    /// The command that runs exactly this again.
    #[must_use]
    pub fn command(&self) -> String {
        let faults: Vec<_> = self.faults.iter().map(|fault| fault.name()).collect();
        let faults = if self.faults == all() { "all".to_owned() } else { faults.join(",") };
        let mutant = self.mutant.map(|mutant| format!(" --mutant {mutant}")).unwrap_or_default();
        let Self { seed, lasts, customers, .. } = self;
        format!("segue sim chaos --seed {seed} --faults {faults} --lasts {}s --customers {customers}{mutant}", lasts.0 / 1000)
    }
}

/// What happened in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Things that happened.
    pub steps: u64,
    /// Mutations in the store's log.
    pub commits: u64,
    /// Events that the router was told.
    pub events: u64,
    /// Interactions that arrived.
    pub arrived: usize,
    /// Times that a memory was made from the store.
    pub rebuilds: u64,
    /// Times that the store was found corrupt.
    pub corruptions: u64,
    /// Faults that befell, by name.
    pub faults: BTreeMap<&'static str, u32>,
    resumed_twice: bool,
    told_unstored: u32,
}

impl Report {
    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.commits += other.commits;
        self.events += other.events;
        self.arrived += other.arrived;
        self.rebuilds += other.rebuilds;
        self.corruptions += other.corruptions;
        for (fault, times) in &other.faults {
            *self.faults.entry(fault).or_default() += times;
        }
    }
}

/// A rule was broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (after {} s of virtual time)", at.0 / 1000)]
pub struct Failure {
    /// Which, in words.
    pub what: String,
    /// When, since the beginning.
    pub at: Span,
    /// The command that runs it again.
    pub again: String,
}

/// Runs the house under faults, then without, until it rests.
///
/// # Errors
///
/// The first rule that was broken.
pub fn run(settings: &Settings) -> Result<Report, Failure> {
    let failed = |at: Time, what: String| Failure { what, at: at.since(BEGIN), again: settings.command() };
    let mut world = World::new(settings).map_err(|what| failed(BEGIN, what))?;
    let outcome = phases(&mut world);
    let at = world.now;
    outcome.map_err(|what| failed(at, what))?;
    let mut report = world.report;
    (report.events, report.arrived) = (world.model.steps, world.model.counts().0);
    Ok(report)
}

fn phases(world: &mut World<'_>) -> Result<(), String> {
    while world.now < world.faults_end {
        world.pass(world.now.after(STRETCH))?;
        world.soundness()?;
    }
    world.heal();
    let end = world.faults_end.after(SETTLES);
    while world.now < end && !world.rests() {
        world.pass(world.now.after(STRETCH))?;
    }
    world.pass(world.now.after(STRETCH))?;
    world.soundness()?;
    world.settled()
}
