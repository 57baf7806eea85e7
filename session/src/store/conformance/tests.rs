//! The exam, taken by each store.

use super::examine;
use crate::store::testing::RedisServer;
use crate::store::{Durability, Embedded, Store};
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
