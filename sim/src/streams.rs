//! Who comes, and with what: every draw of a stream, each purpose from a generator of its own.

use crate::random::{Purpose, Run, Source};
use crate::scenario::{Arrivals, Scenario, Stream};
use crate::world::later;
use segue_router::Time;
use std::collections::BTreeSet;

/// All streams of a run.
#[derive(Debug)]
pub(crate) struct Streams<'a> {
    scenario: &'a Scenario,
    each: Vec<Draws>,
    /// Queues in which some stream's agents wrap up.
    wrap_up: BTreeSet<&'a str>,
}

#[derive(Debug)]
struct Draws {
    arrivals: Source,
    handling: Source,
    wrap_up: Source,
    patience: Source,
    retry: Source,
    /// The highest rate of the day, per millisecond.
    peak: f64,
    /// How many moments of a trace have come.
    traced: usize,
}

impl<'a> Streams<'a> {
    pub(crate) fn new(scenario: &'a Scenario, run: Run) -> Self {
        let draws = |(of, stream): (usize, &Stream)| Draws {
            arrivals: Source::child(run, Purpose::Arrivals, of),
            handling: Source::child(run, Purpose::Handling, of),
            wrap_up: Source::child(run, Purpose::WrapUp, of),
            patience: Source::child(run, Purpose::Patience, of),
            retry: Source::child(run, Purpose::Retry, of),
            peak: match &stream.arrivals {
                Arrivals::Steady(rate) => rate.0,
                Arrivals::ByInterval(rates) => rates.iter().map(|rate| rate.0).fold(0.0, f64::max),
                Arrivals::Trace { .. } => 0.0,
            },
            traced: 0,
        };
        let each = scenario.streams.iter().enumerate().map(draws).collect();
        let wrap_up = scenario.streams.iter().filter(|stream| stream.wrap_up.is_some()).map(|stream| stream.queue.as_str()).collect();
        Self { scenario, each, wrap_up }
    }

    /// When the next one may come: at the day's highest rate, or as the trace says. Nobody comes after the end.
    pub(crate) fn next(&mut self, of: usize, now: Time) -> Option<Time> {
        let draws = &mut self.each[of];
        let at = match &self.scenario.streams[of].arrivals {
            Arrivals::Steady(_) | Arrivals::ByInterval(_) if draws.peak <= 0.0 => return None,
            Arrivals::Steady(_) | Arrivals::ByInterval(_) => later(now, draws.arrivals.exponential(1.0 / draws.peak)),
            Arrivals::Trace { trace } => {
                let at = trace.get(draws.traced)?;
                draws.traced += 1;
                later(Time(0), at.0)
            }
        };
        (at < later(Time(0), self.scenario.lasts.0)).then_some(at)
    }

    /// Whether they do come: Lewis and Shedler's thinning keeps as many of those who may as the interval's rate says.
    pub(crate) fn comes(&mut self, of: usize, interval: usize) -> bool {
        let draws = &mut self.each[of];
        match &self.scenario.streams[of].arrivals {
            Arrivals::Steady(_) | Arrivals::Trace { .. } => true,
            Arrivals::ByInterval(rates) => {
                let rate = rates.get(interval).or(rates.last()).map_or(0.0, |rate| rate.0);
                draws.arrivals.unit() * draws.peak <= rate
            }
        }
    }

    /// How long they will talk, the agent will wrap up, and they will wait.
    pub(crate) fn draw(&mut self, of: usize) -> (f64, f64, Option<f64>) {
        let (draws, stream) = (&mut self.each[of], &self.scenario.streams[of]);
        let handling = stream.handling.draw(&mut draws.handling);
        let wrap_up = stream.wrap_up.as_ref().map_or(0.0, |law| law.draw(&mut draws.wrap_up));
        (handling, wrap_up, stream.patience.as_ref().map(|law| law.draw(&mut draws.patience)))
    }

    /// Whether somebody who left comes back: after how long, and with how much patience.
    pub(crate) fn comes_back(&mut self, of: usize, returns: u32) -> Option<(f64, Option<f64>)> {
        let (draws, stream) = (&mut self.each[of], &self.scenario.streams[of]);
        let retry = stream.retry.as_ref().filter(|retry| returns < retry.times)?;
        if draws.retry.unit() > retry.share {
            return None;
        }
        let after = retry.after.draw(&mut draws.retry);
        Some((after, stream.patience.as_ref().map(|law| law.draw(&mut draws.retry))))
    }

    /// Whether agents wrap up in the stream's queue.
    pub(crate) fn wraps_up(&self, of: usize) -> bool {
        self.wrap_up.contains(self.scenario.streams[of].queue.as_str())
    }
}
