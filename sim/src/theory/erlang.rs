//! One queue of agents who are alike: Erlang C (nobody leaves) and Erlang A (patience is exponential).
//!
//! Both are one birth and death process, solved state by state, so that one can be checked by the other.

use super::NoAnswer;
use crate::quantity::{Length, Rate};

/// Poisson arrivals, exponential handling, agents who are alike, first come first served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// How many arrive.
    pub arrivals: Rate,
    /// The mean handling time, wrap-up included.
    pub handling: Length,
    /// How many agents.
    pub agents: u32,
    /// The mean of exponential patience; without it, nobody leaves.
    pub patience: Option<Length>,
}

/// How such a queue is at rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Steady {
    queue: Queue,
    /// The probability that all agents are busy and exactly so many wait; below these, somebody is free.
    waiting: Vec<f64>,
}

/// States less probable than this, relative to the most probable one, are left out.
const NEGLIGIBLE: f64 = 1e-18;
/// No line is looked at past this length.
const LONGEST: usize = 10_000_000;

impl Queue {
    /// The queue at rest.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] when the line would grow for ever, or there is no agent, no arrival or no work.
    pub fn steady(self) -> Result<Steady, NoAnswer> {
        let Self { arrivals, handling, agents, patience } = self;
        if agents == 0 || arrivals.0 <= 0.0 || handling.0 <= 0.0 || patience.is_some_and(|patience| patience.0 <= 0.0) {
            return Err(NoAnswer::Senseless("there must be an agent, an arrival, and some time for each"));
        }
        let load = arrivals.0 * handling.0;
        if patience.is_none() && load >= f64::from(agents) {
            return Err(NoAnswer::Overload);
        }
        // From the state in which all are busy and nobody waits, down and up. Its own weight is 1.
        let mut below = 0.0;
        let mut weight = 1.0;
        for busy in (1..=agents).rev() {
            weight *= f64::from(busy) / load;
            below += weight;
        }
        let mut waiting = vec![1.0];
        let (mut weight, mut greatest) = (1.0, 1.0);
        while weight > greatest * NEGLIGIBLE && waiting.len() < LONGEST {
            weight *= arrivals.0 / self.departures(waiting.len());
            greatest = f64::max(greatest, weight);
            waiting.push(weight);
        }
        let sum = below + waiting.iter().sum::<f64>();
        waiting.iter_mut().for_each(|weight| *weight /= sum);
        Ok(Steady { queue: self, waiting })
    }

    /// How many leave the line or their agent per millisecond, while all agents are busy and so many wait.
    fn departures(&self, waiting: usize) -> f64 {
        f64::from(self.agents) / self.handling.0 + self.patience.map_or(0.0, |patience| waiting as f64 / patience.0)
    }
}

impl Steady {
    /// The probability of having to wait.
    #[must_use]
    pub fn wait_share(&self) -> f64 {
        self.waiting.iter().sum()
    }

    /// The mean wait of everybody, those who leave included, in seconds: by Little's law.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        let length: f64 = self.waiting.iter().enumerate().map(|(count, weight)| count as f64 * weight).sum();
        length / self.queue.arrivals.0 / 1000.0
    }

    /// The share who leave.
    #[must_use]
    pub fn abandonment(&self) -> f64 {
        self.queue.patience.map_or(0.0, |patience| self.mean_wait() * 1000.0 / patience.0)
    }

    /// The share who are answered within this time.
    #[must_use]
    pub fn service_level(&self, within: Length) -> f64 {
        1.0 - self.wait_share() + self.served_in_line(within)
    }

    /// The wait that only this share of customers exceeds, in seconds. Only where nobody leaves.
    #[must_use]
    pub fn exceeded_by(&self, share: f64) -> Option<f64> {
        let spare = f64::from(self.queue.agents) / self.queue.handling.0 - self.queue.arrivals.0;
        let wait = (self.wait_share() / share).ln() / spare / 1000.0;
        self.queue.patience.is_none().then_some(wait.max(0.0))
    }

    /// The share who find all agents busy and are answered in time: the walk of a customer through the line, from
    /// behind whoever is there to the head, unless they leave. By uniformisation: the walk's steps are those of a
    /// Poisson process fast enough for every state, of which some change nothing.
    fn served_in_line(&self, within: Length) -> f64 {
        let leave = self.queue.patience.map_or(0.0, |patience| 1.0 / patience.0);
        let pace = self.queue.departures(self.waiting.len()) + leave;
        let steps = pace * within.0;
        let mut ahead = self.waiting.clone();
        let (mut served, mut total, mut passed) = (0.0, 0.0, 0.0);
        let mut step = 0.0;
        // The logarithm of the probability of so many steps: the probability itself may be too small for a float.
        let mut log = -steps;
        while passed < 1.0 - 1e-13 && step < steps + 60.0 + 20.0 * steps.sqrt() {
            let weight = log.exp();
            passed += weight;
            total += weight * served;
            served += ahead.first().map_or(0.0, |first| first * self.queue.departures(0) / pace);
            for place in 0..ahead.len() {
                let comes = ahead.get(place + 1).map_or(0.0, |next| next * self.queue.departures(place + 1) / pace);
                ahead[place] *= 1.0 - (self.queue.departures(place) + leave) / pace;
                ahead[place] += comes;
            }
            step += 1.0;
            log += (steps / step).ln();
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(arrivals: &str, handling: f64, agents: u32, patience: Option<f64>) -> Steady {
        let (arrivals, handling) = (arrivals.parse().unwrap(), Length::seconds(handling));
        Queue { arrivals, handling, agents, patience: patience.map(Length::seconds) }.steady().unwrap()
    }

    fn near(value: f64, known: f64, digits: f64) {
        assert!((value - known).abs() <= digits, "{value} is not {known}");
    }

    #[test]
    fn erlang_c_to_the_last_digit() {
        for (arrivals, handling, agents, within, known) in [
            ("100/30min", 180.0, 14, 20.0, [0.174_131_93, 7.835_937_01, 0.888_350_02, 24.959]),
            ("360/30min", 240.0, 55, 15.0, [0.238_700_94, 8.184_032_10, 0.845_883_09, 29.830]),
            ("48/min", 60.0, 50, 20.0, [0.694_455_61, 20.833_668_34, 0.643_454_60, 58.139]),
        ] {
            let steady = queue(arrivals, handling, agents, None);
            near(steady.wait_share(), known[0], 5e-9);
            near(steady.mean_wait(), known[1], 5e-9);
            near(steady.service_level(Length::seconds(within)), known[2], 5e-9);
            near(steady.exceeded_by(0.1).unwrap(), known[3], 5e-4);
        }
    }

    #[test]
    fn erlang_a_to_the_last_digit() {
        for (arrivals, patience, known) in
            [("48/min", 120.0, [0.467_774, 0.030_912, 3.7095, 0.943_019]), ("50/min", 60.0, [0.518_808, 0.056_325, 3.3795, 0.933_873])]
        {
            let steady = queue(arrivals, 60.0, 50, Some(patience));
            near(steady.wait_share(), known[0], 5e-7);
            near(steady.abandonment(), known[1], 5e-7);
            near(steady.mean_wait(), known[2], 5e-5);
            near(steady.service_level(Length::seconds(20.0)), known[3], 5e-7);
        }
    }

    #[test]
    fn no_answer_where_there_is_none() {
        let overload = Queue { arrivals: "50/min".parse().unwrap(), handling: Length::seconds(60.0), agents: 50, patience: None };
        assert_eq!(overload.steady(), Err(NoAnswer::Overload));
        assert!(matches!(Queue { agents: 0, ..overload }.steady(), Err(NoAnswer::Senseless(_))));
    }
}
