//! What size alone is worth: the same business, smaller and larger, with as much work for each agent.

use crate::run::{Results, replicate};
use crate::scenario::Scenario;
use crate::stats::Interval;
use crate::world::Refused;

/// The sizes that are looked at, against the scenario's own.
const FACTORS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Enough replications to see the curve.
const REPLICATIONS: u32 = 8;

/// One size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// How many agents there are in all teams.
    pub agents: u32,
    /// The mean wait, in seconds.
    pub mean_wait: Interval,
    /// The share answered in time.
    pub service_level: Interval,
}

/// The pooling curve of a scenario: from a quarter of its size to four times that. Traces have one size only.
///
/// # Errors
///
/// [`Refused`] when the router refuses what the scenario brings.
pub fn pooling(scenario: &Scenario) -> Result<Vec<Size>, Refused> {
    let mut sizes = Vec::new();
    for factor in FACTORS {
        let scaled = Scenario { replications: scenario.replications.min(REPLICATIONS), ..scenario.scaled(factor) };
        let results = replicate(&scaled, |_| {})?;
        let agents = scaled.teams.iter().map(|team| team.agents).sum();
        sizes.extend(size(&results, agents));
    }
    Ok(sizes)
}

fn size(results: &Results, agents: u32) -> Option<Size> {
    let mean_wait = results.figure(|tally| tally.all().mean_wait())?;
    Some(Size { agents, mean_wait, service_level: results.figure(|tally| tally.all().service_level())? })
}
