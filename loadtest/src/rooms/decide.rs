//! The router alone: steps a second on one core, and what a hundred times as many agents and lines cost.

use crate::report::Report;
use crate::{Options, say};
use hdrhistogram::Histogram;
use segue_router::workload::{Floor, Size};
use serde_json::json;
use std::time::{Duration, Instant};

/// Steps before anything counts: everybody has gone round a few times.
const WARM_UP: u32 = 200_000;

/// One floor's steps for so long, each timed.
struct Ran {
    each_second: f64,
    /// Nanoseconds by step.
    steps: Histogram<u64>,
}

fn run(size: Size, span: Duration) -> anyhow::Result<Ran> {
    let (mut floor, mut out) = (Floor::new(size, 7), Vec::new());
    for _ in 0..WARM_UP {
        let event = floor.draw();
        floor.step(event, &mut out);
    }
    let mut steps = Histogram::new_with_bounds(1, 1_000_000_000, 3)?;
    let (mut took, mut count) = (Duration::ZERO, 0_u32);
    while took < span {
        let event = floor.draw();
        let began = Instant::now();
        floor.step(event, &mut out);
        let step = began.elapsed();
        steps.saturating_record(u64::try_from(step.as_nanos()).unwrap_or(u64::MAX).max(1));
        took += step;
        count += 1;
    }
    Ok(Ran { each_second: f64::from(count) / took.as_secs_f64(), steps })
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds below a second fit a double exactly")]
fn micros(steps: &Histogram<u64>, quantile: f64) -> f64 {
    steps.value_at_quantile(quantile) as f64 / 1000.0
}

/// 10,000 agents with 5 of 200 skills, 500 queues, 50,000 waiting.
pub(crate) fn measure(options: &Options) -> anyhow::Result<Report> {
    let Ran { each_second, steps } = run(Size::LARGE, options.span())?;
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|quantile| micros(&steps, quantile));
    say(&format!("{each_second:.0} steps/s; p50 {p50:.2} µs, p99 {p99:.2} µs, p99.9 {p999:.2} µs"));
    let detail = [("p50_us", p50), ("p99_us", p99), ("p999_us", p999)];
    Ok(Report {
        bar: "decide",
        value: each_second,
        unit: "steps/s",
        floor: None,
        ratio: None,
        goal: ">= 500,000 steps/s on one core, p50 <= 1 us, p99 <= 10 us, p99.9 <= 50 us",
        holds: each_second >= 500_000.0 && p50 <= 1.0 && p99 <= 10.0 && p999 <= 50.0,
        detail: detail.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect(),
    })
}

/// A step at 100 agents and 500 waiting, and at a hundred times that, with as many groups.
pub(crate) fn scale(options: &Options) -> anyhow::Result<Report> {
    let (small, large) = (run(Size::SMALL, options.span() / 2)?, run(Size::LARGE, options.span() / 2)?);
    let ratio = small.each_second / large.each_second;
    say(&format!("{:.0} steps/s on the small floor, {:.0} on the large one", small.each_second, large.each_second));
    Ok(Report {
        bar: "decide-scale",
        value: large.each_second,
        unit: "steps/s",
        floor: Some(small.each_second),
        ratio: Some(ratio),
        goal: "a step on a floor 100 times as large costs <= 2 times as much",
        holds: ratio <= 2.0,
        detail: serde_json::Map::new(),
    })
}
