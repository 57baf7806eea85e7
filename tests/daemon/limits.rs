//! What a listener puts up with: silent peers, long heads, many streams, resets, too many connections.

use super::{http1, plan, soon, start, until_closed};
use http::uri::PathAndQuery;
use segue::config::plan::Plan;
use segue_proto::admin::v1::{ListSessionsRequest, ListSessionsResponse};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic::transport::Endpoint;
use tonic_prost::ProstCodec;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn impatient() -> Plan {
    let mut plan = plan();
    plan.limits.header_time = Duration::from_millis(300);
    plan
}

/// One frame of HTTP/2 (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The next frame: its kind and payload.
async fn next(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

#[tokio::test]
async fn a_peer_that_says_too_little_is_let_go() {
    let running = start(impatient()).await;
    for said in ["", "G", "PRI * HT", "GET /livez HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(running.public).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let heard = until_closed(&mut stream).await;
        assert!(begun.elapsed() >= Duration::from_millis(250), "{said:?} was given its time");
        assert!(heard.is_empty() || heard.starts_with(b"HTTP/1.1 408"), "{said:?}: {:?}", String::from_utf8_lossy(&heard));
    }
    running.stop().await;
}

#[tokio::test]
async fn a_peer_that_drips_its_head_is_let_go() {
    let running = start(impatient()).await;
    let mut stream = TcpStream::connect(running.public).await.unwrap();
    stream.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\n").await.unwrap();
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    // A header now and then must not win more time.
    while stream.write_all(b"x-drip: drip\r\n").await.is_ok() {
        ticks.tick().await;
        assert!(begun.elapsed() < super::PATIENCE, "still listening");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_peer_that_drips_its_body_is_let_go() {
    let mut plan = plan();
    plan.limits.body_window = Duration::from_millis(300);
    let running = start(plan).await;
    let mut stream = TcpStream::connect(running.public).await.unwrap();
    let head = "POST /segue.admin.v1.AdminService/ListSessions HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\
                content-type: application/grpc-web+proto\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // A message of 65,535 bytes, which come one by one.
    stream.write_all(&[0, 0, 0, 0xff, 0xff]).await.unwrap();
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    while stream.write_all(b"d").await.is_ok() {
        ticks.tick().await;
        assert!(begun.elapsed() < super::PATIENCE, "still listening");
    }
    assert!(begun.elapsed() >= Duration::from_millis(250), "it was given its time");
    assert!(running.metrics.text().contains("segue_limit_reached_total{limit=\"body_rate\"} 1"));
    running.stop().await;
}

/// tonic answers a unary call only when its body has ended: one that never ends would hold its stream for ever.
#[tokio::test]
async fn a_call_that_says_all_but_does_not_end_is_let_go() {
    let mut plan = plan();
    plan.limits.body_window = Duration::from_millis(300);
    let running = start(plan).await;
    let channel = Endpoint::from_shared(format!("http://{}", running.public)).unwrap().connect().await.unwrap();
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let said = tokio_stream::once(ListSessionsRequest::default()).chain(tokio_stream::pending());
    let path = PathAndQuery::from_static("/segue.admin.v1.AdminService/ListSessions");
    let codec = ProstCodec::<ListSessionsRequest, ListSessionsResponse>::default();
    let answered = soon("it is answered", grpc.streaming(tonic::Request::new(said), path, codec)).await;
    assert_eq!(answered.map(|_| ()).unwrap_err().code(), Code::DeadlineExceeded);
    assert!(running.metrics.text().contains("segue_limit_reached_total{limit=\"body_rate\"} 1"));
    running.stop().await;
}

#[tokio::test]
async fn a_patient_peer_that_speaks_in_time_is_answered() {
    let running = start(impatient()).await;
    assert_eq!(http1().get(format!("http://{}/livez", running.public)).send().await.unwrap().status(), 200);
    running.stop().await;
}

#[tokio::test]
async fn long_heads_are_refused() {
    let running = start(plan()).await;
    let long = "x".repeat(40_000);
    let answer = http1().get(format!("http://{}/livez", running.public)).header("x-long", &long).send().await.unwrap();
    assert_eq!(answer.status(), 431);
    let mut stream = TcpStream::connect(running.public).await.unwrap();
    let many: String = (0..500).map(|n| format!("x-{n}: y\r\n")).collect();
    stream.write_all(format!("GET /livez HTTP/1.1\r\nhost: a\r\n{many}\r\n").as_bytes()).await.unwrap();
    assert!(until_closed(&mut stream).await.starts_with(b"HTTP/1.1 431"));
    running.stop().await;
}

#[tokio::test]
async fn http2_is_told_the_limits() {
    let running = start(plan()).await;
    let mut stream = TcpStream::connect(running.public).await.unwrap();
    stream.write_all(&[PREFACE, &frame(4, 0, 0, &[])].concat()).await.unwrap();
    let (kind, settings) = soon("settings come", next(&mut stream)).await.unwrap();
    assert_eq!(kind, 4);
    let settings: Vec<_> = settings
        .chunks(6)
        .map(|setting| (u16::from_be_bytes([setting[0], setting[1]]), u32::from_be_bytes(setting[2..6].try_into().unwrap())))
        .collect();
    assert!(settings.contains(&(3, 200)), "streams: {settings:?}");
    assert!(settings.contains(&(6, 16 * 1024)), "header list: {settings:?}");
    drop(stream);
    running.stop().await;
}

/// CVE-2023-44487: streams opened and reset at once cost the peer nothing and us much.
#[tokio::test]
async fn rapid_resets_end_the_connection() {
    let running = start(plan()).await;
    let mut stream = TcpStream::connect(running.public).await.unwrap();
    stream.write_all(&[PREFACE, &frame(4, 0, 0, &[])].concat()).await.unwrap();
    // :method GET, :scheme http, :path /, from HPACK's static table (RFC 7541, appendix A).
    let head = [0x82, 0x86, 0x84];
    let burst: Vec<u8> =
        (0..2_000).flat_map(|n| [frame(1, 0x5, 2 * n + 1, &head), frame(3, 0, 2 * n + 1, &8u32.to_be_bytes())].concat()).collect();
    // The other side may hang up while we still talk.
    let _ = stream.write_all(&burst).await;
    let gone = soon("it says GOAWAY", async {
        loop {
            match next(&mut stream).await {
                Some((7, payload)) => break Some(u32::from_be_bytes(payload[4..8].try_into().unwrap())),
                Some(_) => {}
                None => break None,
            }
        }
    });
    // ENHANCE_YOUR_CALM, where the last words still arrive before the reset.
    assert!(matches!(gone.await, Some(0xb) | None));
    assert_eq!(http1().get(format!("http://{}/livez", running.public)).send().await.unwrap().status(), 200, "others are served");
    running.stop().await;
}

#[tokio::test]
async fn one_connection_too_many_is_refused_at_once() {
    let mut plan = plan();
    plan.limits.connections = 2;
    let running = start(plan).await;
    let connect = || TcpStream::connect(running.public);
    let (one, two) = (connect().await.unwrap(), connect().await.unwrap());
    let mut three = connect().await.unwrap();
    assert!(until_closed(&mut three).await.is_empty());
    assert!(running.metrics.text().contains("segue_connections_refused_total 1"));
    drop((one, two));
    soon("there is room again", async {
        while http1().get(format!("http://{}/livez", running.public)).send().await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn large_grpc_messages_are_refused() {
    let mut plan = plan();
    plan.limits.grpc_message = 4096;
    let tokens = super::card(&plan, ([127, 0, 0, 1], 0).into());
    let running = start(plan).await;
    let mut body = vec![0];
    body.extend(8_192u32.to_be_bytes());
    body.extend(vec![0; 8_192]);
    let url = format!("http://{}/segue.admin.v1.AdminService/ListSessions", running.public);
    let request = super::http2().post(url).header("content-type", "application/grpc").bearer_auth(tokens.admin).body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["grpc-status"], "11", "OUT_OF_RANGE: {:?}", answer.headers());
    running.stop().await;
}
