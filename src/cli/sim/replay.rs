//! `segue sim replay`: yesterday with another routing.

use crate::cli::{ConfigFile, Error, out, token};
use crate::config::{self, Wanted};
use crate::{engine, serve};
use segue_router::Span;
use segue_sim::replay::{Day, Served, play};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration of the stopped daemon whose store holds the journal.
    journal: PathBuf,
    /// The configuration with the other routing.
    #[command(flatten)]
    other: ConfigFile,
    /// Whose journal; may be left out where there is one tenant.
    #[arg(long)]
    tenant: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let was = config::load(&Wanted::file(&args.journal))?.plan;
    let tenant = token::tenant(&was, args.tenant.as_deref())?.id.clone();
    let other = config::load(&Wanted::file(&args.other.config))?.plan;
    let other = token::tenant(&other, Some(tenant.as_str()))?;
    let store = serve::open_store(&was.store).await.map_err(serve::Error::Store)?;
    let day = engine::record(&store, &tenant).await.map_err(|error| Error::Found(error.to_string()))?;
    let found = |why: segue_router::Refusal| Error::Found(format!("the router refuses this routing: {why:?}"));
    let days = [
        ("as it was", day.recorded.facts(&day.plan)),
        ("again", play(&day.recorded, day.plan.clone()).map_err(found)?),
        ("with the other", play(&day.recorded, day.numbered(&other.routing)).map_err(found)?),
    ];
    let queues: BTreeSet<_> = days.iter().flat_map(|(_, day)| day.queues.keys().copied()).collect();
    let name = |queue| day.queue(&other.routing, queue).unwrap_or_default();
    if args.json {
        let of = |day: &Day| queues.iter().map(|queue| (name(*queue), figures(day.queues.get(queue)))).collect::<serde_json::Map<_, _>>();
        out::json(&json!({ "tenant": tenant, "as_it_was": of(&days[0].1), "again": of(&days[1].1), "with_the_other": of(&days[2].1) }));
        return Ok(());
    }
    out::line(&format!(
        "{tenant}: {} came; the same customers with the same talks, and the same agents at their desks",
        day.recorded.arrivals()
    ));
    let row = |queue, which: &str, day: &Day| {
        let served = day.queues.get(&queue).cloned().unwrap_or_default();
        let Served { arrived, answered, within, left, turned_away, .. } = served;
        let seconds = |span: Option<Span>| span.map_or_else(|| "-".to_owned(), |span| format!("{:.1} s", f64_of(span.0) / 1000.0));
        let share = if arrived == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * f64_of(within) / f64_of(arrived)) };
        [
            name(queue),
            which.to_owned(),
            arrived.to_string(),
            answered.to_string(),
            share,
            left.to_string(),
            turned_away.to_string(),
            seconds(served.mean_wait()),
            seconds(served.percentile(90)),
        ]
    };
    let rows = queues.iter().flat_map(|queue| days.iter().map(|(which, day)| row(*queue, which, day)));
    out::table(["QUEUE", "", "CAME", "ANSWERED", "IN TIME", "LEFT", "TURNED AWAY", "MEAN WAIT", "90 %"], rows);
    Ok(())
}

/// For a share or a mean to show; exact far beyond any day's counts.
#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds of a day")]
fn f64_of(count: u64) -> f64 {
    count as f64
}

fn figures(served: Option<&Served>) -> serde_json::Value {
    let served = served.cloned().unwrap_or_default();
    json!({
        "arrived": served.arrived,
        "answered": served.answered,
        "within": served.within,
        "left": served.left,
        "turned_away": served.turned_away,
        "mean_wait_ms": served.mean_wait().map(|span| span.0),
        "p90_wait_ms": served.percentile(90).map(|span| span.0),
    })
}
