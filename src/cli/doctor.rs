//! `segue doctor`: what keeps the daemon from running well, each with the mend.

use super::{ConfigFile, Error, out};
use crate::config::{self, Wanted};
use crate::doctor::{Finding, Health, examine};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    file: ConfigFile,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let findings = match config::load(&Wanted::file(&args.file.config)) {
        Ok(loaded) => {
            let mut findings: Vec<_> = loaded.warnings.0.iter().map(|warning| Finding::of_config(warning, Health::Warn)).collect();
            if findings.is_empty() {
                findings.push(Finding::ok("configuration", "nothing is wrong"));
            }
            findings.extend(examine(&loaded.plan).await);
            findings
        }
        Err(faults) => faults.0.iter().map(|fault| Finding::of_config(fault, Health::Fail)).collect(),
    };
    if args.json {
        out::json(&findings);
    } else {
        for finding in &findings {
            out::line(&finding.to_string());
        }
    }
    let failed = findings.iter().filter(|finding| finding.health == Health::Fail).count();
    if failed == 0 { Ok(()) } else { Err(Error::Found(format!("{failed} of {} checks failed", findings.len()))) }
}
