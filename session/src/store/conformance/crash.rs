//! What a kill -9 leaves of an embedded store: everything acknowledged, and nothing by halves.

use super::bench::{ALL, Bench, document, journal, message, mutation, outbox, session};
use crate::AgentName;
use crate::store::{Embedded, Mutation, Seq};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::task::JoinSet;

/// Set for the victim: the store's directory, and the first session's number.
const DIRECTORY: &str = "SEGUE_TEST_VICTIM_DIRECTORY";
const FROM: &str = "SEGUE_TEST_VICTIM_FROM";

fn bench(directory: &Path) -> Bench {
    Bench::new(Arc::new(Embedded::open(directory).unwrap()), "crash")
}

/// Not a test of its own: what the test below starts and kills. It says each session's number once it is acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "how the test below speaks to its victim")]
async fn victim() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let next = Arc::new(AtomicU32::new(std::env::var(FROM).unwrap().parse().unwrap()));
    let bench = bench(Path::new(&directory));
    let mut writers = JoinSet::new();
    for _ in 0..64 {
        let (bench, next) = (bench.clone(), Arc::clone(&next));
        writers.spawn(async move {
            // More than it will live to write.
            while next.load(Ordering::Relaxed) < u32::MAX {
                let n = next.fetch_add(1, Ordering::Relaxed);
                bench.ok(whole(n)).await;
                // One write call per line: a kill leaves no half line.
                std::io::stdout().write_all(format!("acknowledged {n}\n").as_bytes()).unwrap();
            }
        });
    }
    writers.join_all().await;
}

fn whole(n: u32) -> Mutation {
    Mutation {
        documents: vec![document(session(n), 0, &n.to_be_bytes())],
        messages: vec![message(session(n), "hello")],
        journal: vec![journal(Some(session(n)), "arrived")],
        outbox: vec![outbox("ada", &n.to_string())],
        ..mutation()
    }
}

/// Starts a victim, kills it after `enough` acknowledgements, and gives all that it said.
fn kill_after(directory: &Path, from: u32, enough: usize) -> BTreeSet<u32> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::conformance::crash::victim", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(FROM, from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BTreeSet::new();
    for line in BufReader::new(victim.stdout.take().unwrap()).lines() {
        if let Some((_, n)) = line.unwrap().split_once("acknowledged ") {
            said.insert(n.parse().unwrap());
        }
        if said.len() == enough {
            // SIGKILL. What it had said until then is still read from the pipe.
            victim.kill().unwrap();
        }
    }
    victim.wait().unwrap();
    said
}

#[tokio::test]
async fn a_kill_loses_nothing_acknowledged_and_leaves_no_halves() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..5_u32 {
        let said = kill_after(directory.path(), round * 1_000_000, 100 + 77 * usize::try_from(round).unwrap());
        assert!(!said.is_empty(), "the victim worked");
        acknowledged.extend(said);
        let bench = bench(directory.path());
        let there = bench.store.live(&bench.domain, None, ALL).await.unwrap();
        let there: BTreeSet<_> = there.into_iter().collect();
        for n in &acknowledged {
            assert!(there.contains(&session(*n)), "session {n} was acknowledged before kill {round}");
        }
        for id in &there {
            let (store, domain) = (&bench.store, &bench.domain);
            assert_eq!(store.messages(domain, *id, Seq(0), 9).await.unwrap().len(), 1, "{id} has its message");
            assert_eq!(store.journal_of(domain, *id, Seq(0), 9).await.unwrap().len(), 1, "{id} has its journal");
        }
        let outbox = bench.store.outbox(&bench.domain, &AgentName::new("ada"), Seq(0), ALL).await.unwrap();
        assert_eq!(usize::try_from(outbox.end.0).unwrap(), there.len(), "one entry each");
        let places: Vec<_> = outbox.entries.iter().map(|e| e.seq.0).collect();
        assert_eq!(places, (places[0]..=outbox.end.0).collect::<Vec<_>>(), "counted without a gap");
    }
}

#[tokio::test]
async fn everything_is_there_after_an_orderly_end() {
    let directory = tempfile::tempdir().unwrap();
    let before = {
        let bench = bench(directory.path());
        let fence = bench.own(7).await;
        let mut all = whole(1);
        (all.fence, all.inbox_read, all.snapshot) = (Some(fence), Some(Seq(1)), Some(b"picture".to_vec()));
        all.inbox = vec![b"work".to_vec()];
        bench.ok(all).await;
        bench.picture().await
    };
    let bench = bench(directory.path());
    assert_eq!(bench.picture().await, before);
    assert_eq!(bench.store.durability(), crate::store::Durability::Disk);
    let again = bench.store.acquire(&bench.domain, "node", 8, super::bench::NOW, 5000).await.unwrap().unwrap();
    assert_eq!(again.epoch, 2, "epochs go on rising");
}
