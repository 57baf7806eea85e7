//! `segue replay`: a stopped daemon's journal gives the same decisions again, the same each time; a journal that was touched is
//! found out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod product;

use product::{Business, Daemon, Kept, OURS};
use segue_proto::client::Desk;
use segue_session::store::testing::RedisServer;
use serde_json::Value;
use std::time::Duration;

async fn replay(daemon: &Daemon) -> (bool, Value, String) {
    let output = daemon.run(&["replay", "--tenant", OURS, "--json"]).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), serde_json::from_str(&text).unwrap_or(Value::Null), told)
}

/// Customers who come and go, agents who take, decline, let expire, transfer: every kind of decision.
async fn busy(daemon: &Daemon) {
    let mut desks: Vec<Desk> = Vec::new();
    for n in 0..3 {
        let mut desk = daemon.at.desk(&format!("agent{n}"), None).await.unwrap();
        desk.present("ready").await.unwrap();
        desks.push(desk);
    }
    for n in 0..12 {
        let mut app = daemon.at.app(&format!("customer{n}")).await.unwrap();
        let mut place = app.start("form").await.unwrap();
        app.ask_for_person(&mut place).await.unwrap();
        if n % 3 == 0 {
            app.suspend(&mut place).await.unwrap();
            app.resume(&place.session).await.unwrap();
        }
        for desk in &mut desks {
            let _nothing_else_came = desk.until(Duration::from_millis(60), |screen| !screen.offers.is_empty()).await;
            let Some(offer) = desk.screen.offers.values().next().cloned() else { continue };
            if n % 4 == 1 {
                let _it_may_have_ended = desk.decline(&offer, "busy").await;
            } else if desk.accept(&offer).await.is_ok() {
                desk.finish(&offer.interaction_id).await.unwrap();
                desk.wrap_up(&offer.interaction_id, "done").await.unwrap();
            }
        }
    }
}

async fn same_again(kept: Kept) -> Daemon {
    let mut daemon = Daemon::start(&Business { agents: 3, ..Business::default() }, &kept).await;
    busy(&daemon).await;
    daemon.kill().await;
    daemon.start_again().await;
    busy(&daemon).await;
    daemon.stop().await;
    let (well, first, told) = replay(&daemon).await;
    assert!(well, "the journal comes out otherwise: {told}\n{first}");
    let (_, second, _) = replay(&daemon).await;
    assert_eq!(first, second);
    let report = &first["report"];
    assert!(report["decisions"].as_u64().is_some_and(|n| n >= 12), "hardly anything was decided: {first}");
    assert!(report["differs"].is_null(), "{first}");
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_decisions_again_from_the_embedded_store() {
    let daemon = same_again(Kept::Embedded).await;
    // The same day played again: with the same routing it comes out the same in both plays.
    let config = daemon.config();
    let played = daemon.run(&["sim", "replay", config.to_str().unwrap(), "--tenant", OURS, "--json"]).await;
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    let days: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert_eq!(days["again"], days["with_the_other"]);
    let came = |day: &str| days[day].as_object().unwrap().values().map(|queue| queue["arrived"].as_u64().unwrap()).sum::<u64>();
    assert!(came("as_it_was") >= 24 && came("again") == came("as_it_was"), "{days}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_decisions_again_from_redis_and_a_touched_journal_is_found_out() {
    let redis = RedisServer::start(&[]).await;
    let daemon = same_again(Kept::Redis(redis.url())).await;
    // The stream of the journal; a step taken out of its middle is a decision that was never taken.
    let journal = format!("segue:{{{OURS}}}:ev");
    let entries: Vec<(String, Vec<Vec<u8>>)> = redis.command(&["XRANGE", &journal, "-", "+"]).await;
    let is_step = |fields: &[Vec<u8>]| fields.iter().any(|field| field.windows(5).any(|window| window == b"\xa4step"));
    let steps: Vec<&String> = entries.iter().filter(|(_, fields)| is_step(fields)).map(|(id, _)| id).collect();
    let gone: u64 = redis.command(&["XDEL", &journal, steps[steps.len() / 2]]).await;
    assert_eq!(gone, 1);
    let (well, report, told) = replay(&daemon).await;
    assert!(!well, "a step is missing, and nobody noticed: {report}");
    assert!(told.contains("comes out otherwise"), "{told}");
    assert!(report["report"]["differs"].is_object(), "{report}");
}
