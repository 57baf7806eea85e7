//! A run as one page of HTML that needs nothing else: no script, no font, no file beside it.

mod svg;

use crate::pooling::Size;
use crate::quantity::Clock;
use crate::run::Results;
use crate::scenario::Scenario;
use crate::stats::Interval;
use crate::tally::{Counts, Effort, Tally};
use std::fmt::Write;
use svg::{Chart, Point, Unit};

const STYLE: &str = include_str!("style.css");

/// How many labels fit below a chart.
const LABELS: usize = 9;

/// The report of a scenario's results, with its pooling curve.
#[must_use]
pub fn html(scenario: &Scenario, results: &Results, pooling: &[Size]) -> String {
    let mut page = String::new();
    let name = escape(&scenario.name);
    let (runs, seed) = (results.runs.len(), scenario.seed);
    let _ = write!(page, r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>"#);
    let _ = write!(page, r#"<meta name="viewport" content="width=device-width"><style>{STYLE}</style><main><h1>{name}</h1>"#);
    let _ = write!(page, "<p>The router itself, in virtual time: {runs} runs from seed {seed}. ± is half of a 99 % interval.</p>");
    page.push_str(&streams(scenario, results));
    page.push_str(&teams(scenario, results));
    page.push_str(&told(results));
    page.push_str(&figure("How long customers waited: the share of the answered who waited longer", &survival(results)));
    let target = format!("Answered within {}, by interval", scenario.target.within);
    let reached = by_interval(scenario, results, |tally, at| tally.intervals.get(at).and_then(Counts::service_level));
    page.push_str(&figure(&target, &Chart { target: Some(scenario.target.share), ..percent(scenario, reached) }));
    let busy = by_interval(scenario, results, |tally, at| tally.efforts.get(at).and_then(Effort::occupancy));
    page.push_str(&figure("Occupancy, by interval", &percent(scenario, busy)));
    let left = by_interval(scenario, results, |tally, at| tally.intervals.get(at).and_then(Counts::abandonment));
    page.push_str(&figure("Customers who left, by interval", &percent(scenario, left)));
    page.push_str(&figure("Pooling: the mean wait with as much work for each agent, by the number of agents", &curve(pooling)));
    page.push_str("</main></html>\n");
    page
}

/// Text as HTML shows it.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn figure(title: &str, chart: &Chart) -> String {
    format!("<figure><figcaption>{}</figcaption>{}</figure>", escape(title), chart.svg(title))
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: String| format!("<tr>{cells}</tr>");
    let head = line(head.iter().map(|cell| format!("<th>{cell}</th>")).collect());
    let rows: String = rows.map(|row| line(row.iter().map(|cell| format!("<td>{cell}</td>")).collect())).collect();
    format!("<table>{head}{rows}</table>")
}

/// A share with its interval, as a percentage.
#[must_use]
pub fn share(interval: Option<Interval>) -> String {
    interval.map_or_else(|| "–".to_owned(), |it| format!("{:.1} ± {:.1} %", it.mean * 100.0, it.half * 100.0))
}

/// Seconds with their interval.
#[must_use]
pub fn seconds(interval: Option<Interval>) -> String {
    interval.map_or_else(|| "–".to_owned(), |it| format!("{:.1} ± {:.1} s", it.mean, it.half))
}

/// What the table of streams shows, and how each cell is found: for the page and for the terminal.
#[must_use]
pub fn stream_cells(results: &Results, stream: usize) -> [String; 7] {
    let of = |value: fn(&Counts) -> Option<f64>| results.figure(|tally: &Tally| tally.streams.get(stream).and_then(value));
    let offered = of(|counts| Some(counts.offered as f64)).map_or(0.0, |offered| offered.mean);
    [
        format!("{offered:.0}"),
        share(of(Counts::service_level)),
        share(of(Counts::abandonment)),
        share(of(Counts::wait_share)),
        seconds(of(Counts::mean_wait)),
        seconds(of(|counts| counts.wait_at(0.5))),
        seconds(of(|counts| counts.wait_at(0.9))),
    ]
}

/// The heads of these cells.
pub const STREAM_HEADS: [&str; 7] = ["come", "in time", "leave", "have to wait", "mean wait", "p50 answered", "p90 answered"];

fn streams(scenario: &Scenario, results: &Results) -> String {
    let head: Vec<&str> = [""].into_iter().chain(STREAM_HEADS).collect();
    let rows = scenario
        .streams
        .iter()
        .enumerate()
        .map(|(number, stream)| [escape(&stream.name)].into_iter().chain(stream_cells(results, number)).collect());
    table(&head, rows)
}

fn teams(scenario: &Scenario, results: &Results) -> String {
    let rows = scenario.teams.iter().enumerate().map(|(number, team)| {
        let occupancy = results.figure(|tally| tally.teams.get(number).and_then(Effort::occupancy));
        vec![escape(&team.name), team.agents.to_string(), share(occupancy)]
    });
    table(&["", "agents", "occupancy"], rows)
}

/// How good the expected waits were, as a sentence; `None` when nobody was told any.
#[must_use]
pub fn told_sentence(results: &Results) -> Option<String> {
    let told = results.told();
    let (below_p50, below_p90) = told.shares()?;
    Some(format!(
        "{} customers were told how long they would wait: {:.1} % waited at most the p50, {:.1} % at most the p90. \
         Root mean square error {:.1} s; a mean of the latest waits would have had {:.1} s.",
        told.count,
        below_p50 * 100.0,
        below_p90 * 100.0,
        told.error()?,
        told.error_of_past()?
    ))
}

fn told(results: &Results) -> String {
    told_sentence(results).map(|sentence| format!("<p>{sentence}</p>")).unwrap_or_default()
}

/// The share of the answered who waited longer than each time, up to what one in a hundred waited.
fn survival(results: &Results) -> Chart {
    let mut waits: Vec<u32> = results.runs.iter().flat_map(|run| run.streams.iter().flat_map(|stream| &stream.waits)).copied().collect();
    waits.sort_unstable();
    let longest = waits.get(waits.len() * 99 / 100).map_or(1.0, |wait| (f64::from(*wait) / 1000.0).max(1.0));
    let longer = |seconds: f64| {
        let upto = waits.partition_point(|wait| f64::from(*wait) <= seconds * 1000.0);
        (waits.len() - upto) as f64 / waits.len().max(1) as f64
    };
    let places = (0..=100).map(|step| longest * f64::from(step) / 100.0);
    let labels = (0..=5).map(|step| longest * f64::from(step) / 5.0).map(|at| (at, format!("{at:.0} s")));
    let points = places.map(|at| Point { x: at, y: longer(at), half: 0.0 }).collect();
    Chart { points, labels: labels.collect(), unit: Unit::Percent, target: None }
}

fn by_interval(scenario: &Scenario, results: &Results, of: impl Fn(&Tally, usize) -> Option<f64>) -> Vec<Point> {
    let point = |at: usize| {
        let figure = results.figure(|tally| of(tally, at))?;
        Some(Point { x: at as f64, y: figure.mean, half: figure.half })
    };
    (0..scenario.intervals()).filter_map(point).collect()
}

fn percent(scenario: &Scenario, points: Vec<Point>) -> Chart {
    let every = scenario.intervals().div_ceil(LABELS);
    let labels = points.iter().step_by(every).map(|point| (point.x, Clock(scenario.opens.0 + point.x * scenario.interval.0).to_string()));
    Chart { labels: labels.collect(), points, unit: Unit::Percent, target: None }
}

fn curve(pooling: &[Size]) -> Chart {
    // Each step doubles: by the number of doublings the curve is readable.
    let places = pooling.iter().map(|size| (f64::from(size.agents).log2(), size));
    let point = |(x, size): (f64, &Size)| Point { x, y: size.mean_wait.mean, half: size.mean_wait.half };
    let labels = places.clone().map(|(x, size)| (x, size.agents.to_string())).collect();
    Chart { points: places.map(point).collect(), labels, unit: Unit::Seconds, target: None }
}
