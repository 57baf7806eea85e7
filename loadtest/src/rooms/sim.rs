//! The router in virtual time: how fast it simulates, and whether it lands on what theory proves.

use crate::report::Report;
use crate::say;
use segue_sim::check::{self, Effort, Row};
use segue_sim::theory::{Network, Queue};
use segue_sim::{Length, Rate};
use serde_json::json;
use std::time::Instant;

const MINUTE: Length = Length::seconds(60.0);

/// Interactions a second of M/M/50 at 90 %, on this one core.
pub(crate) fn speed() -> anyhow::Result<Report> {
    let queue = Queue { arrivals: Rate::of(45.0, MINUTE), handling: MINUTE, agents: 50, patience: None };
    let effort = Effort { seed: 1, batches: 19, customers: 100_000 };
    let began = Instant::now();
    let rows = check::erlang(queue, Length::seconds(20.0), effort)?;
    let took = began.elapsed().as_secs_f64();
    let interactions = f64::from(effort.batches + 1) * f64::from(effort.customers);
    let value = interactions / took;
    say(&format!("{interactions:.0} interactions in {took:.2} s"));
    Ok(Report {
        bar: "sim-speed",
        value,
        unit: "interactions/s",
        floor: None,
        ratio: None,
        goal: "M/M/50 >= 500,000/s on one core",
        holds: value >= 500_000.0,
        detail: [("inside".to_owned(), json!(rows.iter().all(Row::holds)))].into_iter().collect(),
    })
}

/// How many figures of theory lie outside the router's 99 % interval.
pub(crate) fn truth() -> anyhow::Result<Report> {
    let mut outside = Vec::new();
    let mut all = 0;
    for (name, rows) in cases()? {
        for row in rows {
            let (mean, half) = (row.simulated.mean, row.simulated.half);
            say(&format!("{name}: {} is {:.4}, the router's {mean:.4} ± {half:.4}", row.figure, row.theory));
            all += 1;
            if !row.holds() {
                outside.push(json!({ "case": name, "figure": row.figure, "theory": row.theory, "router": mean, "half": half }));
            }
        }
    }
    Ok(Report {
        bar: "sim-truth",
        value: f64::from(u32::try_from(outside.len())?),
        unit: "figures outside",
        floor: None,
        ratio: None,
        goal: "all inside the 99 % interval",
        holds: outside.is_empty(),
        detail: [("figures".to_owned(), json!(all)), ("outside".to_owned(), json!(outside))].into_iter().collect(),
    })
}

/// A network of skills: its name, the types that each agent serves, and how many of each type arrive in a minute.
type Skilled = (&'static str, &'static [&'static [usize]], &'static [f64]);

fn cases() -> anyhow::Result<Vec<(&'static str, Vec<Row>)>> {
    let effort = Effort { seed: 1, batches: 30, customers: 20_000 };
    let mut cases = Vec::new();
    for (name, arrivals, handling, agents, patience, within) in [
        ("C1", "100/30min", 180.0, 14, None, 20.0),
        ("C2", "360/30min", 240.0, 55, None, 15.0),
        ("C4", "48/min", 60.0, 50, None, 20.0),
        ("A1", "48/min", 60.0, 50, Some(120.0), 20.0),
        ("A2", "50/min", 60.0, 50, Some(60.0), 20.0),
    ] {
        let (arrivals, handling) = (arrivals.parse()?, Length::seconds(handling));
        let queue = Queue { arrivals, handling, agents, patience: patience.map(Length::seconds) };
        cases.push((name, check::erlang(queue, Length::seconds(within), effort)?));
    }
    let names = ["a", "b", "c"].map(str::to_owned);
    let networks: [Skilled; 3] = [
        ("S1", &[&[0], &[0, 1]], &[0.9, 0.5]),
        ("S2", &[&[0, 1], &[1, 2]], &[0.5, 0.5, 0.5]),
        ("S3", &[&[0, 1], &[1, 2], &[2, 0]], &[0.8, 0.8, 0.8]),
    ];
    for (name, agents, rates) in networks {
        let arrivals = rates.iter().map(|rate| Rate::of(*rate, MINUTE)).collect();
        let network = Network { arrivals, agents: agents.iter().map(|types| types.to_vec()).collect(), handling: MINUTE };
        cases.push((name, check::skills(&network, &names, effort)?));
    }
    Ok(cases)
}
