//! What callers see when Redis is unfit, gone, silent or full.

use super::bench::{ALL, Bench, document, journal, mutation, request, session};
use crate::store::testing::RedisServer;
use crate::store::{Committed, Durability, Error, Mutation, Redis, RedisOptions, Seq};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a store may take to be back after its Redis is.
const BACK_LIMIT: Duration = Duration::from_secs(10);

async fn bench(options: RedisOptions) -> Bench {
    Bench::new(Arc::new(Redis::open(options).await.unwrap()), "outage")
}

/// Impatient, so that tests need not be patient.
fn impatient(server: &RedisServer) -> RedisOptions {
    RedisOptions { response_timeout: Duration::from_millis(150), ..server.options() }
}

fn command(n: u32) -> Mutation {
    Mutation { request: Some(request(n, 1, "done")), journal: vec![journal(None, &n.to_string())], ..mutation() }
}

/// Sends the command until it is answered, as every caller does with what is unknown.
async fn insist(bench: &Bench, n: u32) -> Committed {
    let deadline = Instant::now() + BACK_LIMIT;
    loop {
        match bench.commit(command(n)).await {
            Ok(done) => return done,
            Err(Error::Unknown { .. } | Error::Failed { .. } | Error::Unfit(_)) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// The commands in the journal, each as often as it is there.
async fn done(bench: &Bench) -> Vec<String> {
    let entries = bench.store.journal(&bench.domain, Seq(0), ALL).await.unwrap();
    entries.iter().map(|e| String::from_utf8_lossy(&e.body).into_owned()).collect()
}

#[tokio::test]
async fn one_that_would_lose_sessions_is_refused_unless_forced() {
    let server = RedisServer::start(&[("appendonly", "no"), ("maxmemory-policy", "allkeys-lru")]).await;
    let Err(Error::Unfit(why)) = Redis::open(server.options()).await else { panic!("taken") };
    assert!(why.contains("set noeviction") && why.contains("set appendonly yes"), "{why}");
    let forced = bench(RedisOptions { forced: true, ..server.options() }).await;
    assert_eq!(forced.store.durability(), Durability::Memory);
    forced.ok(command(1)).await;
}

#[tokio::test]
async fn one_that_is_not_there_fails_at_once() {
    let mut server = RedisServer::start(&[]).await;
    server.kill();
    let refused = Redis::open(server.options()).await.err();
    assert!(matches!(refused, Some(Error::Failed { doing: "connecting to Redis", .. })), "{refused:?}");
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill_and_the_link_comes_back() {
    let mut server = RedisServer::start(&[("appendfsync", "always")]).await;
    let bench = bench(impatient(&server)).await;
    for n in 0..50 {
        bench.ok(command(n)).await;
    }
    server.kill();
    for n in 50..60 {
        let refused = bench.commit(command(n)).await;
        assert!(matches!(refused, Err(Error::Unknown { .. } | Error::Failed { .. })), "{refused:?}");
    }
    server.restart().await;
    for n in 50..60 {
        assert!(!insist(&bench, n).await.repeat, "the dead one did none of them");
    }
    assert_eq!(done(&bench).await, (0..60).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn silence_is_unknown_and_a_repeat_finds_out() {
    let server = RedisServer::start(&[]).await;
    let bench = bench(impatient(&server)).await;
    for n in 0..4 {
        let () = server.command(&["CLIENT", "PAUSE", "10000", "WRITE"]).await;
        let unknown = bench.commit(command(n)).await;
        assert!(matches!(unknown, Err(Error::Unknown { .. })), "{unknown:?}");
        let () = server.command(&["CLIENT", "UNPAUSE"]).await;
        insist(&bench, n).await;
    }
    assert_eq!(done(&bench).await, ["0", "1", "2", "3"], "each once");
}

#[tokio::test]
async fn a_server_that_forgot_the_scripts_is_taught_again() {
    let server = RedisServer::start(&[]).await;
    let bench = bench(server.options()).await;
    bench.ok(command(1)).await;
    let () = server.command(&["SCRIPT", "FLUSH"]).await;
    bench.ok(command(2)).await;
    assert_eq!(done(&bench).await, ["1", "2"]);
}

#[tokio::test]
async fn one_that_comes_back_weaker_is_refused() {
    let server = RedisServer::start(&[("appendfsync", "always")]).await;
    let bench = bench(server.options()).await;
    let () = server.command(&["CONFIG", "SET", "appendfsync", "everysec"]).await;
    let _: i64 = server.command(&["CLIENT", "KILL", "TYPE", "normal"]).await;
    let deadline = Instant::now() + BACK_LIMIT;
    let said = loop {
        assert!(Instant::now() < deadline, "it was taken");
        if let Err(Error::Failed { source, .. }) = bench.commit(command(1)).await
            && source.to_string().contains("weaker")
        {
            break source.to_string();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(said.contains("worth Disk, is worth Memory now"), "{said}");
    let () = server.command(&["CONFIG", "SET", "appendfsync", "always"]).await;
    insist(&bench, 1).await;
}

#[tokio::test]
async fn a_full_one_refuses_and_writes_nothing() {
    let server = RedisServer::start(&[]).await;
    let bench = bench(server.options()).await;
    bench.ok(Mutation { documents: vec![document(session(0), 0, b"before")], ..mutation() }).await;
    let before = bench.picture().await;
    let () = server.command(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let full = bench.commit(Mutation { documents: vec![document(session(0), 1, &[7; 4096])], ..command(1) }).await;
    assert!(matches!(full, Err(Error::Failed { .. })), "{full:?}");
    assert_eq!(bench.picture().await, before);
    let () = server.command(&["CONFIG", "SET", "maxmemory", "0"]).await;
    assert!(!bench.ok(command(1)).await.repeat);
}

#[tokio::test]
async fn one_that_became_a_replica_is_left_until_it_takes_writes_again() {
    let server = RedisServer::start(&[]).await;
    let bench = bench(server.options()).await;
    let () = server.command(&["REPLICAOF", "127.0.0.1", "1"]).await;
    assert!(matches!(bench.commit(command(1)).await, Err(Error::Failed { .. })));
    let next = bench.commit(command(1)).await;
    assert!(matches!(&next, Err(Error::Unfit(why)) if why.contains("takes writes")), "{next:?}");
    let () = server.command(&["REPLICAOF", "NO", "ONE"]).await;
    insist(&bench, 1).await;
    assert_eq!(done(&bench).await, ["1"]);
}

#[tokio::test]
async fn a_foreign_key_in_the_way_is_called_by_its_name() {
    let server = RedisServer::start(&[]).await;
    let bench = bench(server.options()).await;
    let () = server.command(&["SET", "segue:{outage}:kept", "not ours"]).await;
    let odd = bench.store.kept(&bench.domain, "").await;
    assert!(matches!(odd, Err(Error::Corrupt { .. })), "{odd:?}");
}
