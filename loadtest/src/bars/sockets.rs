//! `sockets`: idle signed-in desks: what each costs in the daemon, and how soon all are back after a drop.

use super::asked::{self, Asked};
use crate::daemon::{Daemon, Setup};
use crate::desk::Desk;
use crate::report::Report;
use crate::{Options, say};
use std::time::Instant;

/// Desks that idle.
const DESKS: usize = 10_000;
/// Desks that work while the others idle and come back.
const WORKING: usize = 20;
/// Desks that open their socket at once.
const AT_ONCE: usize = 64;

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let setup = Setup { agents: WORKING + DESKS, store: options.store.clone(), ..Setup::default() };
    let daemon = Daemon::start(&options.binary()?, &setup).await?;
    let asked = Asked::default();
    let working = asked::desks(&daemon, &asked, 0..WORKING).await?;
    let calm = offers(&daemon, &asked).await?;
    let before = daemon.resident()?;
    let idle = open(&daemon).await?;
    let after = daemon.resident()?;
    say(&format!("{DESKS} desks are open: {} MB more", (after - before) / 1_000_000));
    drop(idle);
    let begin = Instant::now();
    let (again, stormy) = tokio::join!(open(&daemon), offers(&daemon, &asked));
    let (again, stormy) = (again?, stormy?);
    let back = begin.elapsed().as_secs_f64();
    asked::leave(working).await?;
    #[expect(clippy::cast_precision_loss, reason = "bytes of one process")]
    let each = after.saturating_sub(before) as f64 / again.len() as f64;
    let mut detail = serde_json::Map::new();
    detail.insert("desks".into(), again.len().into());
    detail.insert("back_seconds".into(), back.into());
    detail.insert("offers_p99_calm_ms".into(), calm.into());
    detail.insert("offers_p99_storm_ms".into(), stormy.into());
    Ok(Report {
        bar: "sockets",
        value: each,
        unit: "bytes resident per idle desk",
        floor: None,
        ratio: Some(stormy / calm),
        goal: "<= 20000 bytes each; all back in < 30 s; others' p99 <= 2 x",
        holds: each <= 20_000.0 && back < 30.0 && stormy <= calm * 2.0,
        detail,
    })
}

/// Opens desks that take no work.
async fn open(daemon: &Daemon) -> anyhow::Result<Vec<Desk>> {
    use futures_util::{StreamExt as _, TryStreamExt as _};
    futures_util::stream::iter(WORKING..WORKING + DESKS).map(|n| Desk::open(daemon, n)).buffer_unordered(AT_ONCE).try_collect().await
}

/// A few seconds of requests; the p99 of request to offer, in milliseconds.
async fn offers(daemon: &Daemon, asked: &Asked) -> anyhow::Result<f64> {
    let sessions = asked::sessions(daemon, 8, 500).await?;
    asked::ask(asked, sessions, 100).await?;
    asked.settle().await;
    Ok(asked.take()?.ms(0.99))
}
