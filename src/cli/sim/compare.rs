//! `segue sim compare`: what another config or staff would change, with the same customers.

use super::{Often, read, replicate};
use crate::cli::{Error, out};
use segue_sim::{Interval, Results, Tally, report};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario as it is.
    one: PathBuf,
    /// The scenario as it might be.
    other: PathBuf,
    #[command(flatten)]
    often: Often,
}

type Figure = fn(&Tally) -> Option<f64>;
type Show = fn(Option<Interval>) -> String;

/// What is compared, and how it is shown.
const FIGURES: [(&str, Figure, Show); 5] = [
    ("in time", |tally| tally.all().service_level(), report::share),
    ("leave", |tally| tally.all().abandonment(), report::share),
    ("have to wait", |tally| tally.all().wait_share(), report::share),
    ("mean wait", |tally| tally.all().mean_wait(), report::seconds),
    ("occupancy", |tally| tally.effort().occupancy(), report::share),
];

pub(super) fn run(args: &Args) -> Result<(), Error> {
    let one = read(&args.one, &args.often)?;
    let mut other = read(&args.other, &args.often)?;
    // The same chances and as many runs: otherwise luck would be compared.
    (other.seed, other.replications) = (one.seed, one.replications);
    let (before, after) = (replicate(&one)?, replicate(&other)?);
    out::line(&format!("{} runs from seed {}, the same customers in both; ± is half of a 99 % interval", one.replications, one.seed));
    let rows = FIGURES.iter().map(|(name, figure, show)| row(name, &before, &after, *figure, *show));
    out::table(["", &one.name, &other.name, "difference", ""], rows);
    Ok(())
}

fn row(name: &str, before: &Results, after: &Results, figure: Figure, show: Show) -> [String; 5] {
    let difference = before.difference(after, figure);
    let verdict = match difference {
        Some(difference) if difference.holds(0.0) => "may be chance",
        Some(_) => "is real",
        None => "",
    };
    [name.to_owned(), show(before.figure(figure)), show(after.figure(figure)), show(difference), verdict.to_owned()]
}
