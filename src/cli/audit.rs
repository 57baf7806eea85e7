//! `segue audit`: whether the audit log is as it was written.

use super::{Error, out};
use crate::audit::{self, Earlier, Verdict};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say whether the log is whole, or name the first line that does not hold.
    Verify {
        /// Its files, the oldest first.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: Args) -> Result<(), Error> {
    let What::Verify { files, json } = args.what;
    let verdict = audit::verify(&files).map_err(|error| Error::Found(error.to_string()))?;
    if json {
        out::json(&verdict);
    }
    match verdict {
        Verdict::Broken { file, line, why } => Err(Error::Found(format!("{}: line {line} does not hold: {why}", file.display()))),
        Verdict::Whole { .. } if json => Ok(()),
        Verdict::Whole { lines, after, from, to, head } => {
            let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
            out::line(&format!("{}: whole, {lines} lines", files.join(", ")));
            if let Some(Earlier { lines, head }) = after {
                out::line(&format!("begins after line {lines} of the log, in a file of before: that one must end with the head {head}"));
            }
            if let Some((from, to)) = from.zip(to) {
                out::line(&format!("from {from} to {to}, head {head}"));
            }
            Ok(())
        }
    }
}
