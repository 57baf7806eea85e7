//! `segue completions`: for shells.

use super::{Cli, Error, out};
use clap::CommandFactory as _;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// For which shell.
    shell: Shell,
}

#[expect(clippy::unnecessary_wraps, reason = "as every verb")]
pub(super) fn run(args: &Args) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "segue", &mut script);
    out::text(&String::from_utf8_lossy(&script));
    Ok(())
}
