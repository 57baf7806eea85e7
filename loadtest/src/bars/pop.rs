//! `pop`: a customer asks for a person (gRPC) → the offer with its screen pop is on the agent's socket; durable, 500 a second
//! over 200 desks. The floor does the same without us: gRPC echo, one durable write, WebSocket echo.

use super::asked::{self, Asked};
use crate::daemon::{Daemon, Setup};
use crate::floor::{disk::Disk, echo};
use crate::report::{Latencies, Report};
use crate::{Options, say};
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// Requests a second.
const RATE: u64 = 500;
/// Agents, each at a desk of their own.
const DESKS: usize = 200;
/// Connections that the customers share.
const CONNECTIONS: usize = 32;
/// Bytes of the floor's frame and write: about what a screen pop is.
const BYTES: usize = 2_500;

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let floor = floor(options.span() / 3).await?;
    say(&format!("floor: p50 {:.2} ms, p99 {:.2} ms", floor.ms(0.5), floor.ms(0.99)));
    let setup = Setup { agents: DESKS, store: options.store.clone(), ..Setup::default() };
    let daemon = Daemon::start(&options.binary()?, &setup).await?;
    let asked = Asked::default();
    let desks = asked::desks(&daemon, &asked, 0..DESKS).await?;
    let count = usize::try_from(RATE * options.seconds)?;
    let sessions = asked::sessions(&daemon, CONNECTIONS, count).await?;
    say(&format!("{DESKS} desks, {count} sessions have begun; asking, {RATE} a second"));
    asked::ask(&asked, sessions, RATE).await?;
    asked.settle().await;
    asked::leave(desks).await?;
    report(&asked, &floor)
}

fn report(asked: &Asked, floor: &Latencies) -> anyhow::Result<Report> {
    let (all, left, twice) = (asked.take()?, asked.left(), asked.twice());
    let (p50, p99) = (all.ms(0.5), all.ms(0.99));
    let ratio = p99 / floor.ms(0.99);
    let mut detail = serde_json::Map::new();
    detail.insert("latency".into(), all.summary());
    detail.insert("floor".into(), floor.summary());
    detail.insert("p50_ratio".into(), (p50 / floor.ms(0.5)).into());
    detail.insert("left_waiting".into(), left.into());
    detail.insert("offered_twice".into(), twice.into());
    Ok(Report {
        bar: "pop",
        value: p99,
        unit: "ms p99",
        floor: Some(floor.ms(0.99)),
        ratio: Some(ratio),
        goal: "p50 <= 3 ms, p99 <= 10 ms, ratio <= 3, none left or twice",
        holds: p50 <= 3.0 && p99 <= 10.0 && ratio <= 3.0 && left == 0 && twice == 0,
        detail,
    })
}

/// gRPC echo, durable write, WebSocket echo, one after the other, at the same rate.
async fn floor(span: Duration) -> anyhow::Result<Latencies> {
    let folder = tempfile::tempdir()?;
    let disk = Disk::open(folder.path())?;
    let server = echo::Echo::start().await?;
    let (calls, text) = (server.grpc().await?, "x".repeat(BYTES));
    let (give, mut take) = tokio::sync::mpsc::channel(DESKS);
    for _ in 0..DESKS {
        give.send(server.socket().await?).await?;
    }
    let mut beat = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let until = Instant::now() + span;
    let mut under_way = Vec::new();
    while Instant::now() < until {
        beat.tick().await;
        let Some(mut socket) = take.recv().await else { break };
        let (mut calls, disk, text, give) = (calls.clone(), disk.clone(), text.clone(), give.clone());
        let key = under_way.len() as u128;
        under_way.push(tokio::spawn(async move {
            let begin = Instant::now();
            echo::call(&mut calls).await?;
            disk.write(key, vec![7; BYTES]).await?;
            echo::round_trip(&mut socket, &text).await?;
            let took = begin.elapsed();
            give.send(socket).await?;
            anyhow::Ok(took)
        }));
    }
    let mut all = Latencies::new()?;
    for one in under_way {
        all.add(one.await??);
    }
    Ok(all)
}
