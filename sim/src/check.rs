//! Theory beside simulation: the router must land on what queueing theory proves, within the confidence interval.

use crate::law::Law;
use crate::quantity::{Clock, Length, Rate};
use crate::run::{Results, batches};
use crate::scenario::{Arrivals, Scenario, Stream, Target, Team};
use crate::stats::Interval;
use crate::tally::{Counts, Tally};
use crate::theory::{Network, NoAnswer, Queue};
use crate::world::Refused;
use segue_router::Channel;

/// How long to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Where chance begins.
    pub seed: u64,
    /// Into how many batches the run is cut; one more, before them, warms up.
    pub batches: u32,
    /// How many customers arrive in each, on average.
    pub customers: u32,
}

/// One figure, as it should be and as it came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which figure.
    pub figure: String,
    /// In which unit.
    pub unit: Unit,
    /// What theory says.
    pub theory: f64,
    /// What the router did.
    pub simulated: Interval,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, from 0 to 1.
    Share,
    /// Seconds.
    Seconds,
}

impl Row {
    /// Whether theory lies within the interval.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.simulated.holds(self.theory)
    }
}

/// Why nothing could be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Theory has no answer.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The router refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Too few customers to have met every case.
    #[error("too few customers: some figure was never seen")]
    TooShort,
}

/// One queue of agents who are alike: Erlang C, or Erlang A where the customers have patience.
///
/// # Errors
///
/// [`CheckError`].
pub fn erlang(queue: Queue, within: Length, effort: Effort) -> Result<Vec<Row>, CheckError> {
    let steady = queue.steady()?;
    let team = Team { queues: ["all".to_owned()].into(), ..team("agents", queue.agents) };
    let patience = queue.patience.map(|mean| Law::Exponential { mean });
    let stream = Stream { patience, ..stream("all", queue.arrivals, queue.handling) };
    let results = batches(&scenario(vec![stream], vec![team], within, effort), effort.batches)?;
    let share = |figure: &str, theory, of: fn(&Counts) -> Option<f64>| row(&results, figure, Unit::Share, theory, of);
    let mut rows = vec![
        share("P(wait)", steady.wait_share(), Counts::wait_share)?,
        row(&results, "mean wait", Unit::Seconds, steady.mean_wait(), Counts::mean_wait)?,
        share(&format!("answered within {within}"), steady.service_level(within), Counts::service_level)?,
    ];
    match steady.exceeded_by(0.1) {
        Some(p90) => rows.push(row(&results, "P90 wait", Unit::Seconds, p90, |counts| counts.wait_at(0.9))?),
        None => rows.push(share("P(abandon)", steady.abandonment(), Counts::abandonment)?),
    }
    Ok(rows)
}

/// Agents with different skills, first come first served, longest idle first. `names` are those of the types.
///
/// # Errors
///
/// [`CheckError`].
pub fn skills(network: &Network, names: &[String], effort: Effort) -> Result<Vec<Row>, CheckError> {
    let steady = network.steady()?;
    let name = |of: &usize| names.get(*of).cloned().unwrap_or_default();
    let teams = network
        .agents
        .iter()
        .enumerate()
        .map(|(number, serves)| Team { queues: serves.iter().map(name).collect(), ..team(&format!("agent {number}"), 1) });
    let streams = network.arrivals.iter().enumerate().map(|(of, rate)| stream(&name(&of), *rate, network.handling));
    let results = batches(&scenario(streams.collect(), teams.collect(), Length(0.0), effort), effort.batches)?;
    let mut rows = Vec::new();
    for (of, theory) in steady.iter().enumerate() {
        let figure = |tally: &Tally, value: fn(&Counts) -> Option<f64>| tally.streams.get(of).and_then(value);
        let share = results.figure(|tally| figure(tally, Counts::wait_share)).ok_or(CheckError::TooShort)?;
        let mean = results.figure(|tally| figure(tally, Counts::mean_wait)).ok_or(CheckError::TooShort)?;
        rows.push(Row { figure: format!("{}: P(wait)", name(&of)), unit: Unit::Share, theory: theory.share, simulated: share });
        rows.push(Row { figure: format!("{}: mean wait", name(&of)), unit: Unit::Seconds, theory: theory.mean, simulated: mean });
    }
    Ok(rows)
}

fn row(results: &Results, figure: &str, unit: Unit, theory: f64, of: fn(&Counts) -> Option<f64>) -> Result<Row, CheckError> {
    let simulated = results.figure(|tally| tally.streams.first().and_then(of)).ok_or(CheckError::TooShort)?;
    Ok(Row { figure: figure.to_owned(), unit, theory, simulated })
}

/// As long as it takes for the customers who are asked for.
fn scenario(streams: Vec<Stream>, teams: Vec<Team>, within: Length, effort: Effort) -> Scenario {
    let rate: f64 = streams.iter().map(|stream| stream.rate(0, Length(1.0)).0).sum();
    let batch = Length(f64::from(effort.customers) / rate);
    let lasts = Length(batch.0 * f64::from(effort.batches + 1));
    Scenario {
        name: "a check".to_owned(),
        seed: effort.seed,
        opens: Clock::default(),
        lasts,
        warm_up: batch,
        replications: 1,
        interval: lasts,
        target: Target { share: 0.8, within },
        channels: [(Channel::Voice, 100)].into(),
        streams,
        teams,
        choices: [].into(),
    }
}

fn team(name: &str, agents: u32) -> Team {
    Team {
        name: name.to_owned(),
        agents,
        queues: [].into(),
        skills: [].into(),
        capacity: 100,
        caps: [].into(),
        shifts: Vec::new(),
        answer: None,
    }
}

fn stream(queue: &str, arrivals: Rate, handling: Length) -> Stream {
    Stream {
        name: queue.to_owned(),
        queue: queue.to_owned(),
        channel: Channel::Voice,
        arrivals: Arrivals::Steady(arrivals),
        skills: [].into(),
        priority: 0,
        handling: Law::Exponential { mean: handling },
        wrap_up: None,
        patience: None,
        retry: None,
    }
}
