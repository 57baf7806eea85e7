//! `memory`: what a suspended session of 2 KB costs in resident memory.

use super::asked;
use crate::daemon::{Daemon, Setup};
use crate::report::Report;
use crate::{Options, say};

/// Customers who fill it at once.
const AT_ONCE: usize = 32;

/// Starts, fills and suspends `count` sessions, spread over many customers.
pub(crate) async fn fill(daemon: &Daemon, count: usize) -> anyhow::Result<()> {
    let each = count.div_ceil(AT_ONCE);
    let mut fillers = Vec::new();
    for n in 0..AT_ONCE {
        let mut customer = asked::customer(daemon, &format!("filler{n}")).await?;
        fillers.push(tokio::spawn(async move {
            for _ in 0..each {
                let mut place = asked::begin(&mut customer).await?;
                customer.suspend(&mut place).await?;
            }
            anyhow::Ok(())
        }));
    }
    for filler in fillers {
        filler.await??;
    }
    Ok(())
}

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let count = if options.long { 100_000 } else { 20_000 };
    let daemon = Daemon::start(&options.binary()?, &Setup { store: options.store.clone(), ..Setup::default() }).await?;
    // The first sessions fill caches and pools that do not grow with the number of sessions.
    fill(&daemon, count / 2).await?;
    let before = daemon.resident()?;
    say(&format!("{} sessions: {} MB resident", count / 2, before / 1_000_000));
    fill(&daemon, count).await?;
    let after = daemon.resident()?;
    say(&format!("{} sessions: {} MB resident", count / 2 + count, after / 1_000_000));
    #[expect(clippy::cast_precision_loss, reason = "bytes of one process")]
    let each = after.saturating_sub(before) as f64 / count as f64;
    let mut detail = serde_json::Map::new();
    detail.insert("sessions".into(), (count + count / 2).into());
    detail.insert("resident_before".into(), before.into());
    detail.insert("resident_after".into(), after.into());
    Ok(Report {
        bar: "memory",
        value: each,
        unit: "bytes resident per suspended session",
        floor: None,
        ratio: None,
        goal: "<= 200 bytes",
        holds: each <= 200.0,
        detail,
    })
}
