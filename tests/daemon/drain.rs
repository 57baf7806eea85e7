//! The orderly end: who is told what, and how long it takes.

use super::{card, plan, soon, start};
use segue_proto::client::{Chat, Entry, Error};
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
