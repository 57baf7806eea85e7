//! The exam, taken by each store.

use super::bench::{document, handle, key, later, message, mutation, request, routing, session};
use super::forgetting::{about, erase};
use super::{Bench, examine};
use crate::store::testing::RedisServer;
use crate::store::{DocumentWrite, Durability, Embedded, Error, KeyKind, LookupKey, Mutation, Request, Store};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_memory() {
    let store = Embedded::memory().unwrap();
    assert_eq!(store.durability(), Durability::Memory);
    examine(Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() {
    let directory = tempfile::tempdir().unwrap();
    let store = Embedded::open(directory.path()).unwrap();
    assert_eq!(store.durability(), Durability::Disk);
    examine(Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis() {
    let server = RedisServer::start(&[]).await;
    let store = server.store().await;
    assert_eq!(store.durability(), Durability::Memory, "written every second");
    examine(Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_that_writes_always() {
    let server = RedisServer::start(&[("appendfsync", "always")]).await;
    let store = server.store().await;
    assert_eq!(store.durability(), Durability::Disk);
    examine(Arc::new(store)).await;
}

/// A marked word that no store puts anywhere by itself.
const MARK: &str = "zebulonia-4711";

/// Puts the marked word wherever a session reaches, and erases it; what the store holds is asked in between.
async fn marked<T>(bench: &Bench, everything: impl AsyncFn() -> T) -> (T, T) {
    let fence = Some(bench.own(1).await);
    let full = DocumentWrite {
        keys: vec![key(1), LookupKey { kind: KeyKind::Email, hash: [9; 16] }],
        handles: vec![handle(1, later(900_000))],
        due: Some(later(5)),
        ..document(session(1), 0, MARK.as_bytes())
    };
    bench
        .ok(Mutation {
            fence,
            request: Some(Request { of: Some(session(1)), ..request(1, 7, MARK) }),
            documents: vec![full, document(session(2), 0, b"stays")],
            routing: vec![routing(session(1), 0, MARK.as_bytes(), &["ada"]), routing(session(2), 0, b"", &["bob"])],
            outbox: vec![about("ada", MARK, &[1]), about("bob", MARK, &[2, 1])],
            messages: vec![message(session(1), MARK), message(session(2), "stays")],
            ..mutation()
        })
        .await;
    let late = Mutation { messages: vec![message(session(1), "late")], ..mutation() };
    bench.ok(late.clone()).await;
    let before = everything().await;
    erase(bench, session(1), 1).await;
    assert!(matches!(bench.commit(late).await, Err(Error::Absent(_))));
    (before, everything().await)
}

fn count(bytes: &[u8]) -> usize {
    bytes.windows(MARK.len()).filter(|window| *window == MARK.as_bytes()).count()
}

#[tokio::test]
async fn embedded_keeps_no_byte_of_what_is_erased() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(Embedded::open(directory.path()).unwrap());
    let bench = Bench::new(Arc::<Embedded>::clone(&store), "acme");
    let (before, after) = marked(&bench, async || store.everything().unwrap()).await;
    assert!(count(&before) >= 5, "document, routing fields, message, result, outboxes: {}", count(&before));
    assert_eq!(count(&after), 0);
}

#[tokio::test]
async fn redis_keeps_no_byte_of_what_is_erased() {
    let server = RedisServer::start(&[]).await;
    let bench = Bench::new(Arc::new(server.store().await), "acme");
    let (before, after) = marked(&bench, async || server.everything().await).await;
    assert!(count(&before) >= 5, "document, routing fields, message, result, outboxes: {}", count(&before));
    assert_eq!(count(&after), 0);
    let erased = session(1).0.simple().to_string();
    let names = String::from_utf8_lossy(&after).into_owned();
    assert!(!names.contains(&erased), "no key and no value names it: nothing of it is in the journal here");
}
