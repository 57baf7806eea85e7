//! `freed`: an agent frees capacity → the next offer is on their socket, with 1,000 waiting.

use super::asked::{self, Asked};
use crate::Options;
use crate::daemon::{Daemon, Setup};
use crate::desk::{Desk, News};
use crate::report::{Latencies, Report};
use std::time::{Duration, Instant};

/// How many wait, at the least, all the time.
const WAITING: usize = 1_000;
/// Agents, with room for one chat each.
const DESKS: usize = 20;
/// How often each agent frees themselves.
const TIMES: usize = 100;
/// How long each talk lasts: no desk may send more frames a second than a person could cause.
const TALK: Duration = Duration::from_millis(100);

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let setup = Setup { agents: DESKS, capacity: 30, store: options.store.clone() };
    let daemon = Daemon::start(&options.binary()?, &setup).await?;
    let sessions = asked::sessions(&daemon, 32, WAITING + DESKS * TIMES).await?;
    asked::ask(&Asked::default(), sessions, 2_000).await?;
    let mut agents = Vec::new();
    for agent in 0..DESKS {
        let desk = Desk::ready(&daemon, agent).await?;
        agents.push(tokio::spawn(work(desk)));
    }
    let mut all = Latencies::new()?;
    for agent in agents {
        all.merge(&agent.await??)?;
    }
    let (p50, p99) = (all.ms(0.5), all.ms(0.99));
    let mut detail = serde_json::Map::new();
    detail.insert("latency".into(), all.summary());
    Ok(Report {
        bar: "freed",
        value: p99,
        unit: "ms p99",
        floor: None,
        ratio: None,
        goal: "p50 <= 2 ms, p99 <= 10 ms",
        holds: p50 <= 2.0 && p99 <= 10.0,
        detail,
    })
}

/// Takes, ends, and waits for the next; the time runs from the wrap-up's end being sent to the next offer.
async fn work(mut desk: Desk) -> anyhow::Result<Latencies> {
    let mut all = Latencies::new()?;
    let mut freed: Option<Instant> = None;
    while all.count() < TIMES as u64 {
        match desk.next().await? {
            News::Offered { offer, .. } => {
                if let Some(at) = freed.take() {
                    all.add(at.elapsed());
                }
                desk.accept(offer).await?;
            }
            News::Assigned(interaction) => {
                tokio::time::sleep(TALK).await;
                desk.finish(&interaction).await?;
                freed = Some(Instant::now());
            }
            News::Message(..) => {}
        }
    }
    Ok(all)
}
