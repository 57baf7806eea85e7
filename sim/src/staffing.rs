//! The least staff for each interval of a day that reaches the target: by Erlang, and as the router needs it.
//!
//! Erlang looks at each interval as if it were at rest, and alone. The router has the whole day: what the busy hour left
//! behind, shifts that end amid a talk, handling times that are not exponential. So Erlang's staff is where the search
//! begins, and simulation says where it ends: whoever is short gets one more, whoever can spare one gives one up.

use crate::law::Law;
use crate::quantity::{Clock, Length};
use crate::run::{Results, replicate};
use crate::scenario::{Scenario, Shift, Stream, Team};
use crate::stats::Interval;
use crate::tally::Counts;
use crate::theory::Queue;
use crate::world::Refused;

/// One interval's staff.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// When it begins, in milliseconds after midnight.
    pub from: Clock,
    /// How many arrive in it, on average.
    pub arrivals: f64,
    /// The least staff by Erlang, and the service level it would give.
    pub erlang: (u32, f64),
    /// The least staff by simulation, and the service level it gave; `None` when nobody arrives.
    pub simulated: (u32, Option<Interval>),
}

/// Why no staff was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaffError {
    /// The question needs one queue and agents who are alike.
    #[error("staff is found for one stream of customers; this scenario has {0}")]
    Streams(usize),
    /// No number of agents reaches the target.
    #[error("no number of agents up to {MOST} reaches the target in the interval from {0}")]
    OutOfReach(String),
    /// The router refused.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// No more agents than this are looked at.
const MOST: u32 = 5_000;
/// The search is over after so many rounds at the latest: each is a whole set of replications.
const ROUNDS: u32 = 24;

/// The least staff for a scenario with one stream. Its teams are not asked for: the first one's capacity, answers and
/// skills are everybody's, their number is what is looked for.
///
/// # Errors
///
/// [`StaffError`].
pub fn staff(scenario: &Scenario, mut progress: impl FnMut(u32)) -> Result<Vec<Need>, StaffError> {
    let [stream] = scenario.streams.as_slice() else { return Err(StaffError::Streams(scenario.streams.len())) };
    let erlang: Vec<(u32, f64)> =
        (0..scenario.intervals()).map(|interval| by_erlang(scenario, stream, interval)).collect::<Result<_, _>>()?;
    let mut search = Search { least: vec![0; erlang.len()], staff: erlang.iter().map(|(agents, _)| *agents).collect() };
    let mut results = replicate(&rostered(scenario, &search.staff), |_| {})?;
    for round in 1..=ROUNDS {
        progress(round);
        if !search.move_on(scenario, &results) {
            break;
        }
        results = replicate(&rostered(scenario, &search.staff), |_| {})?;
    }
    // The last round may have given one up too many: who fell short gets it back.
    while search.mend(scenario, &results) {
        results = replicate(&rostered(scenario, &search.staff), |_| {})?;
    }
    let needs = erlang.into_iter().zip(&search.staff).enumerate().map(|(interval, (erlang, agents))| Need {
        from: Clock(scenario.opens.0 + interval as f64 * scenario.interval.0),
        arrivals: stream.rate(interval, scenario.interval).0 * scenario.interval.0,
        erlang,
        simulated: (*agents, level(&results, interval)),
    });
    Ok(needs.collect())
}

/// Erlang A where customers have patience, Erlang C where they have not: the interval as if it were always so.
fn by_erlang(scenario: &Scenario, stream: &Stream, interval: usize) -> Result<(u32, f64), StaffError> {
    let arrivals = stream.rate(interval, scenario.interval);
    if arrivals.0 <= 0.0 {
        return Ok((0, 1.0));
    }
    let handling = Length(stream.handling.mean().0 + stream.wrap_up.as_ref().map_or(0.0, |law| law.mean().0));
    let patience = stream.patience.as_ref().map(Law::mean);
    let reached = (1..=MOST).find_map(|agents| {
        let level = Queue { arrivals, handling, agents, patience }.steady().ok()?.service_level(scenario.target.within);
        (level >= scenario.target.share).then_some((agents, level))
    });
    reached.ok_or_else(|| {
        let from = Clock(scenario.opens.0 + interval as f64 * scenario.interval.0);
        StaffError::OutOfReach(from.to_string())
    })
}

/// The scenario with so many agents in each interval: one team for each number, on duty wherever that many are needed.
fn rostered(scenario: &Scenario, staff: &[u32]) -> Scenario {
    let all = staff.iter().copied().max().unwrap_or_default();
    let template = &scenario.teams[0];
    let at = |interval: usize| Clock(scenario.opens.0 + interval as f64 * scenario.interval.0);
    let teams = (1..=all).map(|number| {
        let works = |interval: usize| staff.get(interval).is_some_and(|agents| *agents >= number);
        let begins = (0..staff.len()).filter(|interval| works(*interval) && (*interval == 0 || !works(interval - 1)));
        let shifts = begins.map(|begin| {
            let end = (begin..staff.len()).find(|interval| !works(*interval)).unwrap_or(staff.len());
            // The last shift has no end: whoever is still there is served.
            Shift { from: at(begin), to: if end == staff.len() { Clock(f64::INFINITY) } else { at(end) } }
        });
        Team { name: format!("agent {number}"), agents: 1, shifts: shifts.collect(), ..template.clone() }
    });
    Scenario { teams: teams.collect(), ..scenario.clone() }
}

fn level(results: &Results, interval: usize) -> Option<Interval> {
    results.figure(|tally| tally.intervals.get(interval).and_then(Counts::service_level))
}

/// What is known of each interval: fewer than `least` do not do.
struct Search {
    least: Vec<u32>,
    staff: Vec<u32>,
}

impl Search {
    /// One more where it is short, one less where that has not been tried; whether anything changed.
    fn move_on(&mut self, scenario: &Scenario, results: &Results) -> bool {
        let mut changed = false;
        for interval in 0..self.staff.len() {
            let Some(level) = level(results, interval) else { continue };
            let (agents, least) = (&mut self.staff[interval], &mut self.least[interval]);
            if level.mean < scenario.target.share && *agents < MOST {
                *agents += 1;
                *least = *agents;
                changed = true;
            } else if *agents > *least && *agents > 1 {
                *agents -= 1;
                changed = true;
            }
        }
        changed
    }

    /// One more where it is short.
    fn mend(&mut self, scenario: &Scenario, results: &Results) -> bool {
        let mut changed = false;
        for (interval, agents) in self.staff.iter_mut().enumerate() {
            if level(results, interval).is_some_and(|level| level.mean < scenario.target.share) && *agents < MOST {
                *agents += 1;
                changed = true;
            }
        }
        changed
    }
}
