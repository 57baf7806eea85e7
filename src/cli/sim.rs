//! `segue sim`: the real router in virtual time, beside theory, beside another scenario, for staffing, and under faults.

mod chaos;
mod check;
mod compare;
mod replay;
mod run;
mod staff;

use super::Error;
use segue_sim::{Results, Scenario};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Put theory and the router side by side; every figure must lie within the 99 % interval.
    #[command(subcommand)]
    Check(check::Law),
    /// Run a scenario: waits, service level, abandonment, occupancy.
    Run(run::Args),
    /// Run two scenarios with the same customers and show the difference.
    Compare(compare::Args),
    /// Find the least staff for each interval, beside Erlang's.
    Staff(staff::Args),
    /// Play what a stopped store's journal holds again, with another routing.
    Replay(replay::Args),
    /// Let faults befall a modelled house, and hold every decision against the rules.
    Chaos(chaos::Args),
}

/// One scenario, and how often to run it.
#[derive(Debug, clap::Args)]
struct Often {
    /// Where chance begins, instead of the scenario's own seed.
    #[arg(long)]
    seed: Option<u64>,
    /// How often the day is run, instead of as often as the scenario says.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    replications: Option<u32>,
}

pub(super) fn run(args: Args) -> Result<(), Error> {
    match args.verb {
        Verb::Check(law) => check::run(&law),
        Verb::Run(args) => run::run(&args),
        Verb::Compare(args) => compare::run(&args),
        Verb::Staff(args) => staff::run(&args),
        Verb::Replay(args) => super::block_on(replay::run(args)),
        Verb::Chaos(args) => chaos::run(&args),
    }
}

fn read(path: &Path, often: &Often) -> Result<Scenario, Error> {
    let doing = || format!("reading {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io { doing: doing(), source })?;
    let mut scenario = Scenario::read(&text).map_err(|error| Error::Usage {
        what: format!("{}: {error}", path.display()),
        mend: "docs/how-to/plan-staff.md says what a scenario may hold".to_owned(),
    })?;
    scenario.seed = often.seed.unwrap_or(scenario.seed);
    scenario.replications = often.replications.unwrap_or(scenario.replications);
    Ok(scenario)
}

fn replicate(scenario: &Scenario) -> Result<Results, Error> {
    let all = scenario.replications;
    let results = segue_sim::replicate(scenario, |done| progress(&format!("{done} of {all} runs")));
    progress("");
    results.map_err(|error| Error::Found(error.to_string()))
}

/// Says on standard error how far it is, where somebody looks.
fn progress(text: &str) {
    let mut err = io::stderr().lock();
    if err.is_terminal() {
        let _ = write!(err, "\r\x1b[K{text}").and_then(|()| err.flush());
    }
}

/// Writes a page beside the answer.
fn write(path: &PathBuf, page: &str) -> Result<(), Error> {
    std::fs::write(path, page).map_err(|source| Error::Io { doing: format!("writing {}", path.display()), source })
}
