//! The router against queueing theory: every row of what is proven, inside the 99 % interval.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_sim::check::{self, Effort, Row};
use segue_sim::theory::{Network, Queue};
use segue_sim::{Length, Rate};

/// Short enough for every build. A longer look, with other seeds, is `segue sim check` away.
const EFFORT: Effort = Effort { seed: 1, batches: 25, customers: 6_000 };

fn holds(rows: &[Row]) {
    for row in rows {
        let interval = row.simulated;
        assert!(row.holds(), "{}: {} in theory, {} ± {} by the router", row.figure, row.theory, interval.mean, interval.half);
        assert!(interval.half < 0.5 * interval.mean, "{}: {} ± {} says little", row.figure, interval.mean, interval.half);
    }
}

fn erlang(arrivals: &str, handling: f64, agents: u32, patience: Option<f64>, within: f64, effort: Effort) {
    let (arrivals, handling) = (arrivals.parse().unwrap(), Length::seconds(handling));
    let queue = Queue { arrivals, handling, agents, patience: patience.map(Length::seconds) };
    holds(&check::erlang(queue, Length::seconds(within), effort).unwrap());
}

fn skills(agents: &[&str], arrivals: &[f64]) {
    let unit = Length::seconds(100.0);
    let types = ["a", "b", "c"].map(str::to_owned);
    let serves = |types: &&str| types.bytes().map(|name| usize::from(name - b'a')).collect();
    let arrivals = arrivals.iter().map(|rate| Rate::of(*rate, unit)).collect();
    let network = Network { arrivals, agents: agents.iter().map(serves).collect(), handling: unit };
    holds(&check::skills(&network, &types, EFFORT).unwrap());
}

#[test]
fn c1_fourteen_agents() {
    erlang("100/30min", 180.0, 14, None, 20.0, EFFORT);
}

#[test]
fn c2_fifty_five_agents() {
    erlang("360/30min", 240.0, 55, None, 15.0, EFFORT);
}

#[test]
fn c4_fifty_agents_at_96_percent() {
    // The busier, the longer it takes until a batch forgets the one before.
    erlang("48/min", 60.0, 50, None, 20.0, Effort { customers: 12_000, ..EFFORT });
}

#[test]
fn a1_fifty_agents_and_patience() {
    erlang("48/min", 60.0, 50, Some(120.0), 20.0, EFFORT);
}

#[test]
fn a2_as_much_work_as_agents_and_patience() {
    erlang("50/min", 60.0, 50, Some(60.0), 20.0, EFFORT);
}

#[test]
fn s1_one_agent_for_all_and_one_for_some() {
    skills(&["a", "ab"], &[0.9, 0.5]);
}

#[test]
fn s2_a_shared_type_between_two() {
    skills(&["ab", "bc"], &[0.5, 0.5, 0.5]);
}

#[test]
fn s3_a_ring_of_three() {
    skills(&["ab", "bc", "ca"], &[0.8, 0.8, 0.8]);
}
