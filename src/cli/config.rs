//! `segue config`: check, show, schema, init.

use super::{ConfigFile, Error, out};
use crate::config::{self, Wanted};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say everything that is wrong with a configuration, each with its place and the mend.
    Check {
        #[command(flatten)]
        file: ConfigFile,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the configuration as it will be used: files, environment and defaults put together, secrets masked.
    Show {
        #[command(flatten)]
        file: ConfigFile,
        /// One line for each key, with where it was written.
        #[arg(long, conflicts_with = "json")]
        origin: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON schema of the file.
    Schema,
    /// Write a commented configuration to begin with, with secrets drawn for it.
    Init {
        /// Where to, readable for its owner alone; standard output where it is absent. A file that is there is left alone.
        file: Option<PathBuf>,
    },
}

pub(super) fn run(args: Args) -> Result<(), Error> {
    match args.what {
        What::Check { file, json } => check(&file, json),
        What::Show { file, origin, json } => show(&file, origin, json),
        What::Schema => {
            out::line(&config::schema());
            Ok(())
        }
        What::Init { file } => init(file),
    }
}

fn check(file: &ConfigFile, json: bool) -> Result<(), Error> {
    let loaded = config::load(&Wanted::file(&file.config));
    if json {
        let faults = loaded.as_ref().map_or_else(|faults| &faults.0, |loaded| &loaded.warnings.0);
        out::json(faults);
        return loaded.map(|_| ()).map_err(|faults| Error::FaultsTold(faults.to_string()));
    }
    let loaded = loaded?;
    if loaded.warnings.0.is_empty() {
        out::line(&format!("{}: nothing is wrong", file.config.display()));
    } else {
        out::text(&loaded.warnings.lines());
        out::line(&format!("{}: it can be used, but look at the warnings", file.config.display()));
    }
    Ok(())
}

fn show(file: &ConfigFile, origin: bool, json: bool) -> Result<(), Error> {
    let loaded = config::load(&Wanted::file(&file.config))?;
    match (origin, json) {
        (true, _) => out::text(&loaded.shown.origins()),
        (_, true) => out::line(&loaded.shown.json()),
        _ => out::text(&loaded.shown.toml()),
    }
    Ok(())
}

fn init(file: Option<PathBuf>) -> Result<(), Error> {
    let io = |doing: String| move |source| Error::Io { doing, source };
    let text = config::init().map_err(|error| Error::Found(format!("no random numbers are to be had: {error}")))?;
    let Some(file) = file else {
        out::text(&text);
        return Ok(());
    };
    let doing = format!("writing {}", file.display());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&file).map_err(io(doing.clone()))?;
    std::io::Write::write_all(&mut new, text.as_bytes()).map_err(io(doing))?;
    out::line(&format!("{} is written; `segue serve --config {}` runs with it", file.display(), file.display()));
    Ok(())
}
