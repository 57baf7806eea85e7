//! `segue sim chaos`: the router and the session core in a modelled house, under faults.

use super::progress;
use crate::cli::{Error, out};
use segue_router::Span;
use segue_sim::Length;
use segue_sim::chaos::{self, Fault, Mutant, Report, Settings};
use std::collections::BTreeSet;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where chance begins.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many seeds, one after the other.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    runs: u64,
    /// What may go wrong: `all`, `none`, or names with commas between.
    #[arg(long, default_value = "all", value_parser = faults)]
    faults: BTreeSet<Fault>,
    /// For how long it may, in virtual time.
    #[arg(long, default_value = "240s")]
    lasts: Length,
    /// How many customers there are at once.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..=200))]
    customers: u16,
    /// Plant a fault in the program itself: the run must find it.
    #[arg(long)]
    mutant: Option<Mutant>,
}

fn faults(text: &str) -> Result<BTreeSet<Fault>, String> {
    match text {
        "all" => Ok(chaos::all()),
        "none" => Ok(BTreeSet::new()),
        names => names.split(',').map(|name| name.trim().parse()).collect(),
    }
}

pub(super) fn run(args: &Args) -> Result<(), Error> {
    let Args { seed, runs, faults, lasts, customers, mutant } = args;
    let mut sum = Report::default();
    for seed in *seed..seed.saturating_add(*runs) {
        let settings = Settings { seed, faults: faults.clone(), lasts: span(lasts), customers: usize::from(*customers), mutant: *mutant };
        let report = chaos::run(&settings).map_err(|failure| {
            progress("");
            Error::Found(format!("{failure}\nagain: {}", failure.again))
        })?;
        sum.add(&report);
        progress(&format!("seed {seed} holds"));
    }
    progress("");
    let Report { steps, commits, events, arrived, rebuilds, corruptions, faults, .. } = sum;
    out::line(&format!(
        "{runs} runs hold every rule, and settle: {steps} things happened, {commits} writes, {events} events of the router"
    ));
    out::line(&format!(
        "{arrived} interactions arrived; memory was rebuilt {rebuilds} times; a corrupt disk was found {corruptions} times"
    ));
    out::table(["FAULT", "TIMES"], faults.into_iter().map(|(name, times)| [name.to_owned(), times.to_string()]));
    Ok(())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are positive, and a float saturates")]
fn span(length: &Length) -> Span {
    Span(length.0.round() as u64)
}
