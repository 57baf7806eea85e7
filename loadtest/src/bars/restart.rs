//! `restart`: many suspended sessions and many waiting: kill -9, start. How soon it serves, how soon it offers, nothing lost.

use super::asked::{self, Asked};
use super::memory;
use crate::daemon::{Daemon, Setup};
use crate::desk::{Desk, News, PATIENCE};
use crate::report::Report;
use crate::{Options, say};
use std::time::Instant;

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let (suspended, waiting) = if options.long { (100_000, 10_000) } else { (20_000, 5_000) };
    let mut daemon = Daemon::start(&options.binary()?, &Setup { store: options.store.clone(), ..Setup::default() }).await?;
    memory::fill(&daemon, suspended).await?;
    let sessions = asked::sessions(&daemon, 32, waiting).await?;
    asked::ask(&Asked::default(), sessions, 2_000).await?;
    say(&format!("{suspended} suspended, {waiting} waiting; kill -9"));
    daemon.kill().await?;
    let begin = Instant::now();
    let serving = daemon.start_again().await?.as_secs_f64();
    let mut desk = Desk::ready(&daemon, 0).await?;
    let kept = desk.waiting() as usize;
    let offer = tokio::time::timeout(PATIENCE, async {
        loop {
            if let News::Offered { .. } = desk.next().await? {
                return anyhow::Ok(begin.elapsed().as_secs_f64());
            }
        }
    });
    let first = offer.await??;
    let mut detail = serde_json::Map::new();
    detail.insert("suspended".into(), suspended.into());
    detail.insert("waiting_before".into(), waiting.into());
    detail.insert("waiting_after".into(), kept.into());
    detail.insert("first_offer_seconds".into(), first.into());
    Ok(Report {
        bar: "restart",
        value: serving,
        unit: "s to serving",
        floor: None,
        ratio: None,
        goal: "serving <= 1 s, first offer <= 2 s, nothing lost",
        holds: serving <= 1.0 && first <= 2.0 && kept == waiting,
        detail,
    })
}
