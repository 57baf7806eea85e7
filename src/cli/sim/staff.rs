//! `segue sim staff`: how many agents each interval needs.

use super::{Often, progress, read};
use crate::cli::{Error, out};
use segue_sim::{report, staffing};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario, in TOML, with one stream of customers. How many agents it has does not matter.
    scenario: PathBuf,
    #[command(flatten)]
    often: Often,
}

pub(super) fn run(args: &Args) -> Result<(), Error> {
    let scenario = read(&args.scenario, &args.often)?;
    let needs = staffing::staff(&scenario, |round| progress(&format!("round {round}")));
    progress("");
    let needs = needs.map_err(|error| Error::Found(error.to_string()))?;
    let (share, within) = (scenario.target.share * 100.0, scenario.target.within);
    out::line(&format!("the least staff for {share:.0} % within {within}; ± is half of a 99 % interval"));
    let rows = needs.iter().map(|need| {
        let ((erlang, level), (agents, reached)) = (need.erlang, need.simulated);
        let cells = [format!("{:.0}", need.arrivals), erlang.to_string(), format!("{:.1} %", level * 100.0)];
        let [come, erlang, level] = cells;
        [need.from.to_string(), come, erlang, level, agents.to_string(), report::share(reached)]
    });
    out::table(["from", "come", "Erlang's staff", "in time", "the router's staff", "in time"], rows);
    Ok(())
}
