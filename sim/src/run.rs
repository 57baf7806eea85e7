//! Runs a scenario as often as it takes: replications of a day, or batches of one long stretch.

use crate::random::Run;
use crate::scenario::Scenario;
use crate::stats::Interval;
use crate::tally::{Counts, Tally, Told};
use crate::world::{Refused, World, later};
use segue_router::Time;

/// The confidence of every interval that is shown.
pub const LEVEL: f64 = 0.99;

/// What came of a scenario: one tally for each run.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// By replication, or by batch.
    pub runs: Vec<Tally>,
}

/// Runs the day as often as the scenario says. `progress` is told how many are done.
///
/// # Errors
///
/// [`Refused`] when the router refuses what the scenario brings: it asks for what no agent could ever do.
pub fn replicate(scenario: &Scenario, mut progress: impl FnMut(u32)) -> Result<Results, Refused> {
    let mut runs = Vec::new();
    for replication in 0..scenario.replications {
        let mut world = World::new(scenario, Run { seed: scenario.seed, replication: replication.into() }, true)?;
        if scenario.warm_up.0 > 0.0 {
            world.pass(later(Time(0), scenario.warm_up.0))?;
            world.take();
        }
        world.close()?;
        runs.push(world.take());
        progress(replication + 1);
    }
    Ok(Results { runs })
}

/// Runs one long stretch and cuts what follows the warm-up into batches: so long ones that each is nearly independent
/// of the one before.
///
/// # Errors
///
/// [`Refused`], as for [`replicate`].
pub fn batches(scenario: &Scenario, count: u32) -> Result<Results, Refused> {
    let mut world = World::new(scenario, Run { seed: scenario.seed, replication: 0 }, false)?;
    let (begin, length) = (scenario.warm_up.0, (scenario.lasts.0 - scenario.warm_up.0) / f64::from(count));
    world.pass(later(Time(0), begin))?;
    world.take();
    let mut runs = Vec::new();
    for batch in 1..=count {
        world.pass(later(Time(0), begin + length * f64::from(batch)))?;
        runs.push(world.take());
    }
    Ok(Results { runs })
}

impl Results {
    /// The mean of a figure over the runs that have it, with its interval; `None` when none has.
    #[must_use]
    pub fn figure(&self, of: impl Fn(&Tally) -> Option<f64>) -> Option<Interval> {
        let values: Vec<f64> = self.runs.iter().filter_map(of).collect();
        (!values.is_empty()).then(|| Interval::of(&values, LEVEL))
    }

    /// The mean difference of a figure from these results to others, run by run, with its interval: where both ran
    /// with the same chances, luck falls out of it.
    #[must_use]
    pub fn difference(&self, other: &Self, of: impl Fn(&Tally) -> Option<f64>) -> Option<Interval> {
        let pairs = self.runs.iter().zip(&other.runs);
        let values: Vec<f64> = pairs.filter_map(|(one, other)| Some(of(other)? - of(one)?)).collect();
        (!values.is_empty()).then(|| Interval::of(&values, LEVEL))
    }

    /// How good the expected waits were, over all runs.
    #[must_use]
    pub fn told(&self) -> Told {
        let mut all = Told::default();
        self.runs.iter().for_each(|run| all.add(&run.told));
        all
    }

    /// All runs of one stream, one interval or one day put together.
    #[must_use]
    pub fn pooled<'a>(&'a self, of: impl Fn(&'a Tally) -> Option<&'a Counts>) -> Counts {
        let mut all = Counts::default();
        self.runs.iter().filter_map(of).for_each(|counts| all.add(counts));
        all
    }
}
