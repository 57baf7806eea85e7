//! The matrix on the real daemon: leave on a channel at a place for a cause, come back on another by a way, nothing lost. Its
//! outcome is a page of the docs, which this test writes with `UPDATE=1` and holds otherwise.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests")]

mod agent;
mod exam;
mod ground;
#[path = "../product/mod.rs"]
mod product;

use ground::Real;
use product::Kept;
use segue_adapter_kit::conformance::{Ground as _, Matrix, matrix, promises};
use segue_session::SuspendCause::{Asked, Dropped, Idle, NodeLost, Parked, Step};
use segue_session::store::testing::RedisServer;
use std::path::{Path, PathBuf};

const HEAD: &str = "# The matrix

A customer leaves a session on one channel, at a place of a journey, for a cause, and comes back on another channel, by a way
in. They stand at the same step, with every answer, the same wait in line, the same transcript and no less assurance; nothing
is asked twice; the cause on record is the true one. Each cell names the ways in by which that held, on a real daemon process,
over the real wires: gRPC and WebSocket, the agent at a desk, “node lost” by kill -9 of the daemon. It holds on both stores:
the embedded one, and a real Redis.

";

const FOOT: &str = "
Made by the tests, and held by them: `UPDATE=1 cargo nextest run -p segue --test matrix`
";

/// Three daemons, for what happens to one must not happen to the others' customers; each with a store of its own.
async fn whole([steady, drowsy, doomed]: &[Kept; 3]) -> Matrix {
    let (steady, drowsy, doomed) =
        tokio::join!(Real::with_idle(steady, "1h"), Real::with_idle(drowsy, "10s"), Real::with_idle(doomed, "1h"));
    let (steady, idle, lost) =
        tokio::join!(matrix(&steady, &[Asked, Dropped, Parked, Step]), matrix(&drowsy, &[Idle]), matrix(&doomed, &[NodeLost]));
    steady.and(idle).and(lost)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_for_every_pair_of_channels_and_is_in_the_docs() {
    let matrix = whole(&[Kept::Embedded, Kept::Embedded, Kept::Embedded]).await;
    holds(&matrix);
    let page = format!("{HEAD}{}{FOOT}", matrix.markdown());
    let file = page_file();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/reference/matrix.md is out of date; UPDATE=1 writes it");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_on_redis_too() {
    let servers = [RedisServer::start(&[]).await, RedisServer::start(&[]).await, RedisServer::start(&[]).await];
    let matrix = whole(&servers.each_ref().map(|server| Kept::Redis(server.url()))).await;
    holds(&matrix);
    let written = std::fs::read_to_string(page_file()).unwrap_or_default();
    assert!(written.contains(&matrix.markdown()), "other ways hold on Redis than the page says");
}

fn holds(matrix: &Matrix) {
    let faults = matrix.faults();
    assert!(faults.is_empty(), "{} of {} do not hold:\n{}", faults.len(), faults.len() + matrix.held(), faults.join("\n"));
}

fn page_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/matrix.md")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_channel_keeps_its_promises() {
    let ground = Real::with_idle(&Kept::Embedded, "1h").await;
    for channel in ground.channels() {
        for promise in promises(&ground, channel.as_ref()).await {
            assert_eq!(promise.fault, None, "{:?}, {}: {}", channel.channel(), promise.number, promise.what);
        }
    }
}
