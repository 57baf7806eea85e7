//! `segue replay`: every decision of a stopped store's journal again, and whether it comes out the same.

use super::{ConfigFile, Error, out, token};
use crate::config::{self, Wanted};
use crate::{engine, serve};
use serde_json::json;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    file: ConfigFile,
    /// Whose journal; may be left out where there is one tenant.
    #[arg(long)]
    tenant: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let plan = config::load(&Wanted::file(&args.file.config))?.plan;
    let tenant = token::tenant(&plan, args.tenant.as_deref())?.id.clone();
    let store = serve::open_store(&plan.store).await.map_err(serve::Error::Store)?;
    let report = engine::replay(&store, &tenant).await.map_err(|error| Error::Found(error.to_string()))?;
    if args.json {
        out::json(&json!({ "tenant": tenant, "report": report }));
    } else {
        out::line(&format!("{tenant}: {} entries, {} steps, {} decisions", report.entries, report.steps, report.decisions));
        let since = i64::try_from(report.since.0).unwrap_or(i64::MAX);
        let since = if since == 0 { "its beginning".to_owned() } else { out::moment(since) };
        out::line(&format!("journal {} to {}, since {since}, chain {}", report.from, report.to, report.hash));
    }
    match report.differs {
        None => {
            if !args.json {
                out::line("every decision comes out the same");
            }
            Ok(())
        }
        Some(differs) => Err(Error::Found(format!("at place {} it comes out otherwise: {}", differs.place, differs.what))),
    }
}
