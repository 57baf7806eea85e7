//! `suspend`, `resume`: gRPC to acknowledgement, 2 KB of context, 16 at once; the floor is raw redb with as many bytes.

use super::asked;
use crate::daemon::{Daemon, Setup};
use crate::report::{Latencies, Report};
use crate::{Options, floor, say};
use segue_proto::client::{Customer, Place};
use std::time::Instant;

/// Customers at once.
const AT_ONCE: usize = 16;
/// Bytes of a suspended session with its index entries, for the floor.
const BYTES: usize = 2_500;

/// Which half of the pair is measured; the other is done as well, untimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// Suspensions.
    Suspend,
    /// Resumes.
    Resume,
}

/// Measures one half.
pub(crate) async fn measure(options: &Options, half: Half) -> anyhow::Result<Report> {
    let folder = tempfile::tempdir()?;
    let floor = floor::disk::rate(folder.path(), BYTES, AT_ONCE as u64, options.span() / 3).await?;
    say(&format!("floor: {floor:.0} durable writes of {BYTES} bytes a second, {AT_ONCE} at once"));
    let daemon = Daemon::start(&options.binary()?, &Setup { store: options.store.clone(), ..Setup::default() }).await?;
    let mut pairs = Vec::new();
    for n in 0..AT_ONCE {
        let mut customer = asked::customer(&daemon, &format!("customer{n}")).await?;
        let place = asked::begin(&mut customer).await?;
        pairs.push((customer, place));
    }
    // Half the customers' time goes to the other half of the pair: both figures are of the time that the measured half took.
    let until = Instant::now() + options.span();
    let tasks: Vec<_> = pairs.into_iter().map(|(customer, place)| tokio::spawn(customer_loop(customer, place, half, until))).collect();
    let mut all = Latencies::new()?;
    let mut busy = 0.0;
    for task in tasks {
        let latencies = task.await??;
        busy += latencies.1;
        all.merge(&latencies.0)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of operations within a minute")]
    let rate = all.count() as f64 * AT_ONCE as f64 / busy;
    let (p99, ratio) = (all.ms(0.99), rate / floor);
    let mut detail = serde_json::Map::new();
    detail.insert("latency".into(), all.summary());
    detail.insert("store".into(), options.store.as_str().into());
    Ok(Report {
        bar: if half == Half::Suspend { "suspend" } else { "resume" },
        value: rate,
        unit: "per second",
        floor: Some(floor),
        ratio: Some(ratio),
        goal: ">= 4000/s and p99 <= 10 ms",
        holds: rate >= 4000.0 && p99 <= 10.0,
        detail,
    })
}

async fn customer_loop(mut customer: Customer, mut place: Place, half: Half, until: Instant) -> anyhow::Result<(Latencies, f64)> {
    let mut latencies = Latencies::new()?;
    let mut busy = 0.0;
    while Instant::now() < until {
        let begin = Instant::now();
        customer.suspend(&mut place).await?;
        let between = Instant::now();
        place = customer.resume(&place.session).await?;
        let end = Instant::now();
        let took = if half == Half::Suspend { between - begin } else { end - between };
        latencies.add(took);
        busy += took.as_secs_f64();
    }
    Ok((latencies, busy))
}
