//! The command line: one verb, one file.
//!
//! Answers go to standard output, everything else to standard error. Errors are told by miette, with the mend.
//!
//! What is *not* here: what the verbs do. They call the library and print.

mod audit;
mod completions;
mod config;
mod demo;
mod doctor;
mod error;
mod interactions;
mod out;
mod remote;
mod replay;
mod serve;
mod sessions;
mod sheet;
mod sim;
mod token;

pub use error::Error;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Examples:
  segue demo                                    Everything in one process, nothing to set up
  segue config init segue.toml                  Write a configuration to begin with
  segue config check                            Say everything that is wrong with it
  segue serve                                   Run the daemon

Exit codes:
  0  done
  1  failed, or `doctor` and `replay` found a fault
  2  the command line or the configuration is wrong
  3  the daemon refused, or cannot be reached

Environment:
  SEGUE_CONFIG      the configuration's file      SEGUE_URL    where a running daemon is
  SEGUE__KEY__KEY   overrides of single keys      SEGUE_TOKEN  a token for it
  SEGUE_LOG         which log lines are written   SEGUE_CA     who vouches for it, a PEM file
  NO_COLOR          no colours";

/// Routes people to people over every channel, and never makes a customer start over.
#[derive(Debug, Parser)]
#[command(name = "segue", version, after_help = HELP, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

/// Where the configuration is.
#[derive(Clone, Debug, clap::Args)]
struct ConfigFile {
    /// The configuration's file.
    #[arg(long, short, env = "SEGUE_CONFIG", default_value = "segue.toml", value_name = "FILE")]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the daemon in the foreground.
    Serve(serve::Args),
    /// Run everything in one process with a made-up business, and say what to try.
    Demo(demo::Args),
    /// Look for what keeps the daemon from running well, and say the mend.
    Doctor(doctor::Args),
    /// Check, show, compare, reload, describe or begin a configuration.
    Config(config::Args),
    /// Make tokens of a development issuer.
    Token(token::Args),
    /// Look at sessions of a running daemon.
    Sessions(sessions::Args),
    /// Look at interactions of a running daemon, and why they go where they go.
    Interactions(interactions::Args),
    /// Prove on a stopped store that the journal gives the same decisions again.
    Replay(replay::Args),
    /// Look at the audit log.
    Audit(audit::Args),
    /// Run the real router in virtual time: against theory, for staffing, and under faults.
    Sim(sim::Args),
    /// Print completions for a shell.
    Completions(completions::Args),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    human_panic::setup_panic!();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            error.tell();
            ExitCode::from(code)
        }
    }
}

fn run(cli: Cli) -> Result<(), Error> {
    // Libraries that open TLS connections take the process's provider; ours is ring. A second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli.verb {
        Verb::Serve(args) => block_on(serve::run(args)),
        Verb::Demo(args) => block_on(demo::run(args)),
        Verb::Doctor(args) => block_on(doctor::run(args)),
        Verb::Config(args) => config::run(args),
        Verb::Token(args) => token::run(args),
        Verb::Sessions(args) => block_on(sessions::run(args)),
        Verb::Interactions(args) => block_on(interactions::run(args)),
        Verb::Replay(args) => block_on(replay::run(args)),
        Verb::Audit(args) => audit::run(args),
        Verb::Sim(args) => sim::run(args),
        Verb::Completions(args) => completions::run(&args),
    }
}

fn block_on(verb: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Io { doing: "starting the runtime".into(), source })?;
    runtime.block_on(verb)
}
