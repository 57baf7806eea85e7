//! The disk's floor: raw redb, durable, with group commit, writing as many bytes as the daemon does.

use anyhow::Context as _;
use redb::{Database, Durability, TableDefinition};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

const TABLE: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("floor");

/// The most writes that share one commit.
const BATCH: usize = 256;

struct Write {
    key: u128,
    value: Vec<u8>,
    done: oneshot::Sender<()>,
}

/// A redb file whose writes are durable when answered.
#[derive(Clone)]
pub(crate) struct Disk(mpsc::Sender<Write>);

impl Disk {
    /// Opens a fresh file in `dir`.
    pub(crate) fn open(dir: &Path) -> anyhow::Result<Self> {
        let database = Database::create(dir.join("floor.redb")).context("while creating the floor's file")?;
        let (tx, mut rx) = mpsc::channel::<Write>(4096);
        std::thread::spawn(move || -> anyhow::Result<()> {
            while let Some(first) = rx.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH
                    && let Ok(more) = rx.try_recv()
                {
                    batch.push(more);
                }
                let mut tx = database.begin_write()?;
                tx.set_durability(Durability::Immediate)?;
                {
                    let mut table = tx.open_table(TABLE)?;
                    for write in &batch {
                        table.insert(write.key, write.value.as_slice())?;
                    }
                }
                tx.commit()?;
                for write in batch {
                    let _ = write.done.send(());
                }
            }
            Ok(())
        });
        Ok(Self(tx))
    }

    /// Writes one value; returns when it is on the disk.
    pub(crate) async fn write(&self, key: u128, value: Vec<u8>) -> anyhow::Result<()> {
        let (done, wait) = oneshot::channel();
        self.0.send(Write { key, value, done }).await.context("the floor's writer has stopped")?;
        wait.await.context("the floor's writer has stopped")
    }
}

/// Writes per second of `bytes` each, `at_once` under way, for about `span`.
pub(crate) async fn rate(dir: &Path, bytes: usize, at_once: u64, span: Duration) -> anyhow::Result<f64> {
    let disk = Arc::new(Disk::open(dir)?);
    let until = Instant::now() + span;
    let start = Instant::now();
    let writers = (0..at_once).map(|n| {
        let disk = Arc::clone(&disk);
        tokio::spawn(async move {
            let mut count = 0_u64;
            while Instant::now() < until {
                let key = (u128::from(n) << 64) | u128::from(count);
                disk.write(key, vec![7; bytes]).await?;
                count += 1;
            }
            anyhow::Ok(count)
        })
    });
    let mut total = 0;
    for writer in writers.collect::<Vec<_>>() {
        total += writer.await??;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of writes within a minute")]
    Ok(total as f64 / start.elapsed().as_secs_f64())
}
