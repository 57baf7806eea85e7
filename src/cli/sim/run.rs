//! `segue sim run`: one scenario, as a table and as a page.

use super::{Often, progress, read, replicate, write};
use crate::cli::{Error, out};
use segue_sim::{Effort, pooling, report};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario, in TOML.
    scenario: PathBuf,
    /// Write a page with plots there, too: waits, service level, occupancy, who leaves, and what size is worth.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    often: Often,
}

pub(super) fn run(args: &Args) -> Result<(), Error> {
    let scenario = read(&args.scenario, &args.often)?;
    let results = replicate(&scenario)?;
    out::line(&format!("{}: {} runs from seed {}, ± is half of a 99 % interval", scenario.name, results.runs.len(), scenario.seed));
    let [come, in_time, leave, wait, mean, p50, p90] = report::STREAM_HEADS;
    let rows = scenario.streams.iter().enumerate().map(|(number, stream)| {
        let [come, in_time, leave, wait, mean, p50, p90] = report::stream_cells(&results, number);
        [stream.name.clone(), come, in_time, leave, wait, mean, p50, p90]
    });
    out::table(["", come, in_time, leave, wait, mean, p50, p90], rows);
    let teams = scenario.teams.iter().enumerate().map(|(number, team)| {
        let occupancy = results.figure(|tally| tally.teams.get(number).and_then(Effort::occupancy));
        [team.name.clone(), team.agents.to_string(), report::share(occupancy)]
    });
    out::table(["", "agents", "occupancy"], teams);
    if let Some(sentence) = report::told_sentence(&results) {
        out::line(&sentence);
    }
    if let Some(path) = &args.html {
        progress("smaller and larger");
        let sizes = pooling(&scenario).map_err(|error| Error::Found(error.to_string()));
        progress("");
        write(path, &report::html(&scenario, &results, &sizes?))?;
        out::line(&format!("{} shows it", path.display()));
    }
    Ok(())
}
