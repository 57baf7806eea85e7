//! `segue config`: check, show, compare, reload, schema, init.

use super::remote::Where;
use super::{ConfigFile, Error, block_on, out};
use crate::config::{self, Keys, Wanted};
use clap::Subcommand;
use segue_proto::admin::v1 as wire;
use std::path::{Path, PathBuf};

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
    /// Say what differs between two configurations, key by key, and what of it wants a restart.
    Diff {
        /// The configuration that runs, or ran.
        before: PathBuf,
        #[command(flatten)]
        after: ConfigFile,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have a running daemon read its configuration again and put the routing of the token's tenant in force.
    Reload {
        #[command(flatten)]
        at: Where,
        /// Only say what it would change, and for whom.
        #[arg(long)]
        dry_run: bool,
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
        What::Diff { before, after, json } => diff(&before, &after.config, json),
        What::Reload { at, dry_run, json } => block_on(reload(at, dry_run, json)),
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

fn diff(before: &Path, after: &Path, json: bool) -> Result<(), Error> {
    let keys = |file: &Path| config::load(&Wanted::file(file)).map(|loaded| Keys::of(&loaded.shown));
    let changes = keys(before)?.difference(&keys(after)?);
    if json {
        out::json(&changes);
        return Ok(());
    }
    changes.iter().for_each(|change| out::line(&change.to_string()));
    if changes.is_empty() {
        out::line("nothing differs");
    }
    Ok(())
}

async fn reload(at: Where, dry_run: bool, json: bool) -> Result<(), Error> {
    let mut admin = at.connect().await?;
    let request = wire::ReloadRoutingRequest { dry_run };
    let told = admin.reload_routing(request).await.map_err(|status| at.refused(status))?.into_inner();
    if json {
        out::json(&told);
        return Ok(());
    }
    told.changes.iter().for_each(|change| out::line(&change.line));
    let Some(impact) = told.impact else {
        out::line("another node decides for this tenant; this one keeps the routing for its turn");
        return Ok(());
    };
    if !impact.changes {
        out::line(&format!("the routing is in force already, as version {}", impact.version));
        return Ok(());
    }
    let touched = |what: &str, kind: &str, names: &[String]| {
        if !names.is_empty() {
            out::line(&format!("{what} {kind}: {}", names.join(", ")));
        }
    };
    touched("new", "queues", &impact.queues_added);
    touched("changed", "queues", &impact.queues_changed);
    touched("gone", "queues", &impact.queues_removed);
    touched("new", "agents", &impact.agents_added);
    touched("changed", "agents", &impact.agents_changed);
    touched("gone", "agents", &impact.agents_removed);
    out::line(&format!(
        "{} wait in queues that change and keep their places; {} offers go back, {} are made at once",
        impact.waiting, impact.withdrawn, impact.offered
    ));
    let outcome = if dry_run { "it would be in force" } else { "it is in force" };
    out::line(&format!("{outcome} as version {}", impact.version));
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
