//! The main job as a story, over real sockets, against a real daemon process: on the embedded store, and on a real Redis.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use segue::demo::story::{Stage, StoreChoice, Teller, play_on};
use segue_session::store::testing::RedisServer;
use std::path::PathBuf;

async fn play(store: StoreChoice) {
    let teller = Teller::new(std::io::stdout());
    let stage = Box::pin(Stage::set_with(PathBuf::from(env!("CARGO_BIN_EXE_segue")), store, teller)).await.unwrap();
    Box::pin(play_on(stage)).await.unwrap_or_else(|e| panic!("{e}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_embedded_store() {
    play(StoreChoice::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_redis() {
    let redis = RedisServer::start(&[]).await;
    play(StoreChoice::Redis(redis.url())).await;
}
