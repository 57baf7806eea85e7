//! `segue audit`: whether the audit log is as it was written.

use super::{Error, out};
use crate::audit::{self, Verdict};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say whether a file is whole, or name the first line that does not hold.
    Verify {
        /// The file.
        file: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: Args) -> Result<(), Error> {
    let What::Verify { file, json } = args.what;
    let verdict = audit::verify(&file).map_err(|error| Error::Found(error.to_string()))?;
    if json {
        out::json(&verdict);
    }
    match verdict {
        Verdict::Broken { line, why } => Err(Error::Found(format!("{}: line {line} does not hold: {why}", file.display()))),
        Verdict::Whole { .. } if json => Ok(()),
        Verdict::Whole { lines, from, to, head } => {
            out::line(&format!("{}: whole, {lines} lines", file.display()));
            if let Some((from, to)) = from.zip(to) {
                out::line(&format!("from {from} to {to}, head {head}"));
            }
            Ok(())
        }
    }
}
