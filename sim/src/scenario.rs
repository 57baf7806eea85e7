//! A business to be simulated: who comes, who serves them, and what is to be reached. Read from TOML.

use crate::law::Law;
use crate::quantity::{Clock, Length, Rate};
use segue_router::{Channel, Choice};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// More intervals than this are no day, but a slip of the pen.
const MOST_INTERVALS: f64 = 10_000.0;
/// More agents than this would not fit anybody's memory.
const MOST_AGENTS: u64 = 100_000;

/// One business, one day (or one long stretch of time), as often as it takes to be sure.
///
/// [`Scenario::read`] refuses what contradicts itself; whoever changes the fields afterwards keeps to the same rules, or
/// a run may panic.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// For the report's title.
    pub name: String,
    /// Where chance begins. The same seed gives the same run, to the last customer.
    #[serde(default)]
    pub seed: u64,
    /// When the day begins.
    #[serde(default)]
    pub opens: Clock,
    /// For how long customers arrive. Whoever is there by then is still served.
    pub lasts: Length,
    /// What is not counted at the beginning, so that an empty room does not flatter.
    #[serde(default)]
    pub warm_up: Length,
    /// How often the day is run, each time with other chances.
    #[serde(default = "replications")]
    pub replications: u32,
    /// By which stretches of time results are shown and staff is planned.
    #[serde(default = "half_an_hour")]
    pub interval: Length,
    /// What is to be reached.
    #[serde(default)]
    pub target: Target,
    /// Units of an agent's capacity that an interaction takes; a channel that is not named cannot be used.
    #[serde(default = "prices")]
    pub channels: BTreeMap<Channel, u32>,
    /// Who comes.
    pub streams: Vec<Stream>,
    /// Who serves them.
    pub teams: Vec<Team>,
    /// How a queue chooses among its agents, where it is not whoever has been idle longest.
    #[serde(default)]
    pub choices: BTreeMap<String, Choice>,
}

/// The share of customers to be answered within a time; who leaves before is one who was not.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The share, from 0 to 1.
    pub share: f64,
    /// Within this time.
    pub within: Length,
}

impl Default for Target {
    fn default() -> Self {
        Self { share: 0.8, within: Length::seconds(20.0) }
    }
}

/// Customers of one kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// For the report.
    pub name: String,
    /// Where they wait.
    pub queue: String,
    /// On which channel they come.
    #[serde(default = "voice")]
    pub channel: Channel,
    /// How many come.
    pub arrivals: Arrivals,
    /// The levels of skills they need.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// Their rank; higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// How long an agent works with them.
    pub handling: Law,
    /// How long the agent works after that; without it, not at all.
    pub wrap_up: Option<Law>,
    /// After how long a wait they leave; without it, never.
    pub patience: Option<Law>,
    /// Who left may come back.
    pub retry: Option<Retry>,
}

/// By chance and without memory, or as it was recorded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Arrivals {
    /// Poisson, always at the same rate.
    Steady(Rate),
    /// Poisson, at a rate for each interval; the last one holds on.
    ByInterval(Vec<Rate>),
    /// At these moments after the day began, each day.
    Trace {
        /// The moments, in order.
        trace: Vec<Length>,
    },
}

/// How those who left come back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The share of them who do.
    pub share: f64,
    /// After how long.
    pub after: Law,
    /// How often one customer does at most.
    pub times: u32,
}

/// Agents who are alike.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// For the report.
    pub name: String,
    /// How many they are.
    pub agents: u32,
    /// The queues they serve.
    pub queues: BTreeSet<String>,
    /// Their skills, with levels.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// Units each may hold over all channels.
    #[serde(default = "whole")]
    pub capacity: u32,
    /// At most so many at once on a channel.
    #[serde(default)]
    pub caps: BTreeMap<Channel, u32>,
    /// When they work; without any, always. Who still has work when a shift ends finishes it first.
    #[serde(default)]
    pub shifts: Vec<Shift>,
    /// How long they take to answer an offer; without it, no time.
    pub answer: Option<Law>,
}

/// A stretch of the day.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// From then on.
    pub from: Clock,
    /// Until then.
    pub to: Clock,
}

const fn replications() -> u32 {
    20
}

const fn half_an_hour() -> Length {
    Length::seconds(1800.0)
}

fn prices() -> BTreeMap<Channel, u32> {
    [(Channel::Voice, 100), (Channel::Chat, 30), (Channel::App, 30), (Channel::Email, 20)].into()
}

const fn voice() -> Channel {
    Channel::Voice
}

const fn whole() -> u32 {
    100
}

/// Why a scenario cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScenario {
    /// It is no TOML, or not of this shape.
    #[error("the scenario cannot be read: {0}")]
    Unreadable(String),
    /// It contradicts itself; every fault is named.
    #[error("the scenario contradicts itself: {}", .0.join("; "))]
    Contradicts(Vec<String>),
}

impl Scenario {
    /// Reads a scenario and says everything that is wrong with it.
    ///
    /// # Errors
    ///
    /// [`BadScenario`], in words for whoever wrote it.
    pub fn read(text: &str) -> Result<Self, BadScenario> {
        let scenario: Self = toml::from_str(text).map_err(|error| BadScenario::Unreadable(error.to_string()))?;
        let faults = scenario.faults();
        if faults.is_empty() { Ok(scenario) } else { Err(BadScenario::Contradicts(faults)) }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut claim = |holds: bool, fault: String| {
            if !holds {
                faults.push(fault);
            }
        };
        claim(self.lasts.0 >= 1.0, "it lasts no time".to_owned());
        claim(self.warm_up < self.lasts, "it is over before it has warmed up".to_owned());
        claim(self.interval.0 >= 1000.0, "an interval lasts a second at least".to_owned());
        claim(self.lasts.0 <= self.interval.0 * MOST_INTERVALS, format!("it has at most {MOST_INTERVALS} intervals"));
        let agents: u64 = self.teams.iter().map(|team| u64::from(team.agents)).sum();
        claim(agents <= MOST_AGENTS, format!("it has at most {MOST_AGENTS} agents"));
        claim((1..=10_000).contains(&self.replications), "it runs once at least and 10000 times at most".to_owned());
        claim((0.0..=1.0).contains(&self.target.share), "the target's share is between 0 and 1".to_owned());
        claim(!self.streams.is_empty(), "nobody comes".to_owned());
        let queues: BTreeSet<&String> = self.teams.iter().flat_map(|team| &team.queues).collect();
        for stream in &self.streams {
            let name = &stream.name;
            claim(queues.contains(&stream.queue), format!("{name} wait in {}, which no team serves", stream.queue));
            claim(self.channels.contains_key(&stream.channel), format!("{name} come on a channel that has no price"));
            let retry = stream.retry.as_ref();
            let laws = [Some(&stream.handling), stream.wrap_up.as_ref(), stream.patience.as_ref(), retry.map(|retry| &retry.after)];
            for fault in laws.into_iter().flatten().filter_map(Law::fault) {
                claim(false, format!("a law of {name}: {fault}"));
            }
            claim(retry.is_none_or(|retry| (0.0..=1.0).contains(&retry.share)), format!("{name} come back with a share between 0 and 1"));
            let some = match &stream.arrivals {
                Arrivals::Steady(_) => true,
                Arrivals::ByInterval(rates) => !rates.is_empty(),
                Arrivals::Trace { trace } => trace.is_sorted(),
            };
            claim(some, format!("the arrivals of {name} are empty or out of order"));
        }
        for team in &self.teams {
            let fault = team.answer.as_ref().and_then(Law::fault);
            claim(fault.is_none(), format!("the answers of {}: {}", team.name, fault.unwrap_or_default()));
            let bad = team.shifts.iter().find(|shift| shift.from >= shift.to);
            claim(bad.is_none(), format!("a shift of {} ends before it begins", team.name));
        }
        for queue in self.choices.keys() {
            claim(queues.contains(queue), format!("a choice is given for {queue}, which no team serves"));
        }
        faults
    }

    /// The same business, so many times as large: arrivals and staff, each team of one agent at least.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rounded number of agents")]
    pub fn scaled(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for stream in &mut scaled.streams {
            match &mut stream.arrivals {
                Arrivals::Steady(rate) => rate.0 *= factor,
                Arrivals::ByInterval(rates) => rates.iter_mut().for_each(|rate| rate.0 *= factor),
                Arrivals::Trace { .. } => {}
            }
        }
        for team in &mut scaled.teams {
            team.agents = ((f64::from(team.agents) * factor).round() as u32).max(1);
        }
        scaled
    }

    /// How many intervals the day has.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded up, and never negative")]
    pub(crate) fn intervals(&self) -> usize {
        (self.lasts.0 / self.interval.0).ceil().max(1.0) as usize
    }
}

impl Stream {
    /// The rate of arrivals in an interval; of a trace, as many as it has there.
    #[must_use]
    pub fn rate(&self, interval: usize, length: Length) -> Rate {
        match &self.arrivals {
            Arrivals::Steady(rate) => *rate,
            Arrivals::ByInterval(rates) => rates.get(interval).or(rates.last()).copied().unwrap_or_default(),
            Arrivals::Trace { trace } => {
                let (from, to) = (interval as f64 * length.0, (interval + 1) as f64 * length.0);
                Rate::of(trace.iter().filter(|at| (from..to).contains(&at.0)).count() as f64, length)
            }
        }
    }
}
