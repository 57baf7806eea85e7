//! Agents with different skills: the product form of Adan and Weiss ("A skill based parallel service system under
//! FCFS-ALIS", 2014), for exactly the router's base policy: a freed agent takes the oldest interaction they may take,
//! an arrival goes to the agent who may take it and has been idle longest.
//!
//! The state is an order of all agents: the first `i` are busy, with those who wait in the gaps behind them whom only
//! agents before the gap may serve; the others are idle, the one who has been idle longest last. Every order is looked
//! at, so this is for small networks.

use super::NoAnswer;
use crate::quantity::{Length, Rate};

/// The most agents whose orders are all looked at.
const AGENTS: usize = 8;
/// The most types of customers: one bit each.
const TYPES: usize = 32;

/// Poisson arrivals of some types, agents who each serve some of them, exponential handling times.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// By type, how many arrive.
    pub arrivals: Vec<Rate>,
    /// By agent, the types they serve.
    pub agents: Vec<Vec<usize>>,
    /// The mean handling time, of every agent.
    pub handling: Length,
}

/// How long customers of one type wait at rest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Waits {
    /// The probability of having to wait.
    pub share: f64,
    /// The mean wait of everybody, in seconds.
    pub mean: f64,
}

impl Network {
    /// The waits of each type at rest.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] when some line would grow for ever, the network is too large, or a type is served by nobody.
    pub fn steady(&self) -> Result<Vec<Waits>, NoAnswer> {
        let types = self.arrivals.len();
        if self.agents.len() > AGENTS || types > TYPES {
            return Err(NoAnswer::Senseless("at most 8 agents and 32 types: every order of agents is looked at"));
        }
        if (0..types).any(|of| !self.agents.iter().any(|serves| serves.contains(&of))) || self.agents.is_empty() {
            return Err(NoAnswer::Senseless("a type that nobody serves waits for ever"));
        }
        let mut sums = Sums { total: 0.0, waits: vec![0.0; types], lengths: vec![0.0; types] };
        let mut order: Vec<usize> = (0..self.agents.len()).collect();
        self.orders(&mut order, 0, &mut sums)?;
        let waits = (0..types)
            .map(|of| Waits { share: sums.waits[of] / sums.total, mean: sums.lengths[of] / sums.total / self.arrivals[of].0 / 1000.0 });
        Ok(waits.collect())
    }

    /// Every order that begins like this one.
    fn orders(&self, order: &mut Vec<usize>, fixed: usize, sums: &mut Sums) -> Result<(), NoAnswer> {
        if fixed == order.len() {
            return (0..=order.len()).try_for_each(|busy| self.weigh(order, busy, sums));
        }
        for next in fixed..order.len() {
            order.swap(fixed, next);
            self.orders(order, fixed + 1, sums)?;
            order.swap(fixed, next);
        }
        Ok(())
    }

    /// The weight of all states with this order of agents, the first `busy` of whom are busy.
    fn weigh(&self, order: &[usize], busy: usize, sums: &mut Sums) -> Result<(), NoAnswer> {
        let mut weight = 1.0;
        let mut lengths = vec![0.0; self.arrivals.len()];
        for end in 1..=busy {
            // Whoever waits in this gap is served by nobody but the agents before it.
            let stuck = self.all() & !self.served_by(&order[end..]);
            let (arrivals, departures) = (self.rate(stuck), end as f64 / self.handling.0);
            if arrivals >= departures {
                return Err(NoAnswer::Overload);
            }
            weight /= departures - arrivals;
            let length = arrivals / (departures - arrivals);
            for (of, rate) in self.arrivals.iter().enumerate().filter(|(of, _)| stuck & 1 << of != 0) {
                lengths[of] += length * rate.0 / arrivals;
            }
        }
        for first in busy..order.len() {
            let arrivals = self.rate(self.served_by(&order[first..]));
            if arrivals <= 0.0 {
                return Err(NoAnswer::Senseless("an agent must serve somebody who arrives"));
            }
            weight /= arrivals;
        }
        let idle = self.served_by(&order[busy..]);
        sums.total += weight;
        for (of, length) in lengths.iter().enumerate() {
            sums.lengths[of] += weight * length;
            sums.waits[of] += if idle & 1 << of == 0 { weight } else { 0.0 };
        }
        Ok(())
    }

    fn all(&self) -> u32 {
        (0..self.arrivals.len()).fold(0, |all, of| all | 1 << of)
    }

    fn served_by(&self, agents: &[usize]) -> u32 {
        agents.iter().flat_map(|agent| &self.agents[*agent]).fold(0, |types, of| types | 1 << of)
    }

    fn rate(&self, types: u32) -> f64 {
        self.arrivals.iter().enumerate().filter(|(of, _)| types & 1 << of != 0).map(|(_, rate)| rate.0).sum()
    }
}

/// Weights added over all states.
struct Sums {
    total: f64,
    waits: Vec<f64>,
    lengths: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(agents: &[&[usize]], arrivals: &[f64]) -> Network {
        Network {
            arrivals: arrivals.iter().map(|rate| Rate::of(*rate, Length::seconds(1.0))).collect(),
            agents: agents.iter().map(|types| types.to_vec()).collect(),
            handling: Length::seconds(1.0),
        }
    }

    #[test]
    fn the_fractions_of_the_reference() {
        let third = (24.0 / 35.0, 236.0 / 189.0);
        for (agents, arrivals, known) in [
            (&[&[0][..], &[0, 1]][..], &[0.9, 0.5][..], &[(441.0 / 815.0, 147.0 / 163.0), (637.0 / 815.0, 343.0 / 163.0)][..]),
            (&[&[0, 1], &[1, 2]], &[0.5, 0.5, 0.5], &[(0.75, 2.1), (0.6, 1.2), (0.75, 2.1)]),
            (&[&[0, 1], &[1, 2], &[2, 0]], &[0.8, 0.8, 0.8], &[third, third, third]),
        ] {
            let waits = network(agents, arrivals).steady().unwrap();
            for (waits, (share, mean)) in waits.iter().zip(known) {
                assert!((waits.share - share).abs() < 1e-12 && (waits.mean - mean).abs() < 1e-12, "{waits:?}: {share} {mean}");
            }
        }
    }

    #[test]
    fn one_type_is_erlang_c() {
        let waits = network(&[&[0], &[0], &[0], &[0]], &[3.0]).steady().unwrap();
        let arrivals = Rate::of(3.0, Length::seconds(1.0));
        let steady = super::super::Queue { arrivals, handling: Length::seconds(1.0), agents: 4, patience: None }.steady().unwrap();
        assert!((waits[0].share - steady.wait_share()).abs() < 1e-12 && (waits[0].mean - steady.mean_wait()).abs() < 1e-12);
    }

    #[test]
    fn no_answer_where_there_is_none() {
        assert_eq!(network(&[&[0], &[0, 1]], &[0.9, 1.5]).steady(), Err(NoAnswer::Overload));
        assert!(matches!(network(&[&[0][..]], &[0.5, 0.5]).steady(), Err(NoAnswer::Senseless(_))));
        assert!(matches!(network(&[&[0][..]; 9], &[0.5]).steady(), Err(NoAnswer::Senseless(_))));
    }
}
