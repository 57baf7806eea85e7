//! `segue-loadtest`: measures the daemon from outside, against bars with their floors in the same run.
//!
//! A black box client: it knows the wire and nothing else, except in `rooms`, where a bar measures one room alone.

mod bars;
mod daemon;
mod desk;
mod floor;
mod report;
mod rooms;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// Measures the daemon from outside.
#[derive(Debug, Parser)]
#[command(name = "segue-loadtest", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Measures one bar; the last line is JSON. Exit code 0 where it holds, 1 where not, 2 where it could not be measured.
    Bar {
        /// Which.
        #[arg(value_enum)]
        name: bars::Name,
        #[command(flatten)]
        options: Options,
    },
    /// Measures all of them, one after the other.
    Bars {
        #[command(flatten)]
        options: Options,
    },
    /// The floor's echo process (started by the bars themselves).
    #[command(hide = true)]
    Echo,
}

/// How to measure.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// The daemon's binary; the one beside this program if absent.
    #[arg(long)]
    segue: Option<PathBuf>,
    /// Where sessions are kept: `embedded`, or the URL of a Redis.
    #[arg(long, default_value = "embedded")]
    store: String,
    /// How long the measured part lasts, in seconds.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// As much work as the bar names where the short form does less, whatever it takes.
    #[arg(long)]
    long: bool,
}

impl Options {
    /// The daemon's binary.
    pub(crate) fn binary(&self) -> anyhow::Result<PathBuf> {
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join("segue"));
        let binary = self.segue.clone().or_else(beside).context("no path of a daemon")?;
        anyhow::ensure!(binary.exists(), "{} is not there: build it with `cargo build --release`, or say --segue", binary.display());
        Ok(binary)
    }
    /// How long the measured part lasts.
    pub(crate) const fn span(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Prints a line.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Bar { name, options } => bars::run(&[name], &options).await,
        Verb::Bars { options } => bars::run(bars::ALL, &options).await,
        Verb::Echo => floor::echo::serve().await.map(|()| true),
    };
    match outcome {
        Ok(true) => 0.into(),
        Ok(false) => 1.into(),
        Err(error) => {
            say(&format!("segue-loadtest: {error:#}"));
            2.into()
        }
    }
}
