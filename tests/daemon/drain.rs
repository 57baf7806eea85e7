//! The orderly end: who is told what, and how long it takes.

use super::{card, http1, http2, plan, soon, start};
use segue::config::plan::StorePlan;
use segue::serve;
use segue_proto::client::{Chat, Entry, Error};
use segue_session::Private;
use segue_session::store::testing::RedisServer;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

#[tokio::test]
async fn an_idle_daemon_stops_at_once_and_lets_go_of_its_port() {
    let running = start(plan()).await;
    let address = running.public;
    let begun = Instant::now();
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn health_says_not_serving_before_the_end() {
    let running = start(plan()).await;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", running.public)).unwrap().connect().await.unwrap();
    let request = HealthCheckRequest { service: "segue.app.v1.AppService".to_owned() };
    let mut watch = HealthClient::new(channel).watch(request).await.unwrap().into_inner();
    let first = soon("the first word", watch.message()).await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);
    let stopping = tokio::spawn(running.stop());
    let next = soon("the next word", watch.message()).await.unwrap().unwrap();
    assert_eq!(next.status(), ServingStatus::NotServing);
    drop(watch);
    soon("it stops", stopping).await.unwrap();
}

#[tokio::test]
async fn sockets_are_told_to_move_and_the_end_comes_in_time() {
    let mut plan = plan();
    plan.drain_for = Duration::from_secs(10);
    let tokens = card(&plan, ([127, 0, 0, 1], 0).into());
    let running = start(plan).await;
    let url = format!("ws://{}/v1/chat", running.public);
    let mut chat = Chat::open(&url, Entry::Token(tokens.customer.clone()), None).await.unwrap();
    let begun = Instant::now();
    let stopping = tokio::spawn(running.stop());
    match chat.until(super::PATIENCE, |_| false).await.unwrap_err() {
        Error::Closed { code, .. } => assert_eq!(code, 4000, "moving"),
        other => panic!("{other}"),
    }
    drop(chat);
    soon("it stops", stopping).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(11));
}

#[tokio::test]
async fn a_peer_that_will_not_go_is_cut_off_in_time() {
    let mut plan = plan();
    plan.drain_for = Duration::from_secs(2);
    let running = start(plan).await;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", running.public)).unwrap().connect().await.unwrap();
    let mut watch = HealthClient::new(channel).watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    soon("the first word", watch.message()).await.unwrap();
    let begun = Instant::now();
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_standby_is_alive_and_not_ready() {
    let store = serve::open_store(&StorePlan::Memory).await.unwrap();
    let first = serve::start_on(plan(), Arc::clone(&store)).await.unwrap();
    let mut second = plan();
    second.node = "second".into();
    second.listen.public = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let at = format!("http://{}", second.listen.public);
    let standing_by = tokio::spawn(serve::start_on(second, store));
    let get = |path: &str| http1().get(format!("{at}{path}")).send();
    soon("it answers", async { while !get("/startupz").await.is_ok_and(|answer| answer.status() == 200) {} }).await;
    assert_eq!(get("/livez").await.unwrap().status(), 200, "a restart would help nobody");
    assert_eq!(get("/readyz").await.unwrap().status(), 503);
    assert_eq!(http1().post(format!("{at}/v1/tickets")).send().await.unwrap().status(), 503);
    let call = http2().post(format!("{at}/segue.app.v1.AppService/GetSession")).header("content-type", "application/grpc");
    assert_eq!(call.send().await.unwrap().headers()["grpc-status"], "14", "unavailable: try elsewhere");
    assert!(!standing_by.is_finished());
    first.stop().await;
    let second = soon("it takes over", standing_by).await.unwrap().unwrap();
    assert_eq!(get("/readyz").await.unwrap().status(), 200);
    second.stop().await;
}

#[tokio::test]
async fn probes_see_the_drain_before_connections_end() {
    let mut plan = plan();
    plan.drain_pause = Duration::from_secs(1);
    plan.listen.private = Some(([127, 0, 0, 1], 0).into());
    let running = start(plan).await;
    let (public, private) = (running.public, running.private.unwrap());
    let stopping = tokio::spawn(running.stop());
    let probe = || async { http1().get(format!("http://{private}/readyz")).send().await };
    soon("it says that it ends", async { while probe().await.unwrap().status() != 503 {} }).await;
    let served = http1().post(format!("http://{public}/v1/tickets")).send().await.unwrap();
    assert_eq!(served.status(), 401, "who is sent here meanwhile is served");
    soon("it stops", stopping).await.unwrap();
    assert!(probe().await.is_err());
}

#[tokio::test]
async fn a_node_without_its_store_is_not_ready() {
    let redis = RedisServer::start(&[]).await;
    let mut plan = plan();
    plan.store = StorePlan::Redis { url: Private::new(redis.url()), ca: None, allow_unsafe: true };
    let running = start(plan).await;
    let probe = || async { http1().get(format!("http://{}/readyz", running.public)).send().await.unwrap().status() };
    assert_eq!(probe().await, 200);
    drop(redis);
    soon("it is out", async { while probe().await != 503 {} }).await;
    assert_eq!(http1().get(format!("http://{}/livez", running.public)).send().await.unwrap().status(), 200);
}
