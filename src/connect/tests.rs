//! Look-ups against a server that answers, refuses, dawdles and rambles.

use crate::connect::{Connect, is_allowed};
use crate::engine::Meters;
use segue_session::{LookupRequest, Private, RequestId, Time};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A server that gives these answers, one a connection, and keeps what it was asked.
async fn server(answers: Vec<&'static str>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let read = socket.read(&mut head).await.unwrap();
            heard.lock().unwrap().push(String::from_utf8_lossy(&head[..read]).into_owned());
            if answer == "dawdle" {
                std::future::pending::<()>().await;
            }
            let body = if answer == "ramble" { "9".repeat(70_000) } else { answer.split('|').nth(1).unwrap_or_default().to_owned() };
            let status = if answer == "ramble" { "200 OK" } else { answer.split('|').next().unwrap_or_default() };
            let text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = socket.write_all(text.as_bytes()).await;
        }
    });
    (host, asked)
}

fn request(host: &str, method: &'static str, retries: u32) -> LookupRequest {
    LookupRequest {
        id: RequestId(Uuid::from_u128(7)),
        method,
        url: Private::new(format!("http://{host}/line-tests")),
        body: Private::new(serde_json::json!({ "number": "042" })),
        until: Time(u64::MAX),
        retries,
    }
}

async fn look_up(answers: Vec<&'static str>, method: &'static str, wait_ms: u64, retries: u32) -> (Result<String, String>, Vec<String>) {
    let (host, asked) = server(answers).await;
    let connect = Connect::new(BTreeSet::from([host.clone()]), Vec::new(), Meters::default()).unwrap();
    let answer = connect.look_up(&request(&host, method, retries), Duration::from_millis(wait_ms)).await;
    let asked = asked.lock().unwrap().clone();
    (answer.map(|value| value.reveal().to_string()), asked)
}

#[tokio::test]
async fn answers_and_error_branches_have_names() {
    let answer = |answers, wait, retries| look_up(answers, "POST", wait, retries);
    assert_eq!(answer(vec!["200 OK|{\"line\":\"dead\"}"], 5000, 0).await.0.unwrap(), "{\"line\":\"dead\"}");
    assert_eq!(answer(vec!["204 No Content|"], 5000, 0).await.0.unwrap(), "null");
    assert_eq!(answer(vec!["404 Not Found|"], 5000, 3).await.0.unwrap_err(), "status_404");
    assert_eq!(answer(vec!["302 Found|"], 5000, 0).await.0.unwrap_err(), "status_302");
    assert_eq!(answer(vec!["200 OK|<html>"], 5000, 0).await.0.unwrap_err(), "not_json");
    assert_eq!(answer(vec!["ramble"], 5000, 0).await.0.unwrap_err(), "too_large");
    assert_eq!(answer(vec!["dawdle"], 100, 0).await.0.unwrap_err(), "timeout");
    let connect = Connect::new(BTreeSet::new(), Vec::new(), Meters::default()).unwrap();
    assert_eq!(connect.look_up(&request("127.0.0.1:9", "POST", 0), Duration::from_secs(1)).await.unwrap_err(), "refused");
}

#[tokio::test]
async fn a_further_try_goes_under_the_same_key() {
    let (answer, asked) = look_up(vec!["503 Service Unavailable|", "200 OK|1"], "POST", 5000, 1).await;
    assert_eq!((answer.as_deref(), asked.len()), (Ok("1"), 2));
    for ask in &asked {
        assert!(ask.to_lowercase().contains("idempotency-key: 00000000-0000-0000-0000-000000000007"), "{ask}");
    }
}

#[tokio::test]
async fn a_get_carries_its_values_in_the_query() {
    let (_, asked) = look_up(vec!["200 OK|1"], "GET", 5000, 0).await;
    assert!(asked[0].starts_with("GET /line-tests?number=042 "), "{}", asked[0]);
}

#[test]
fn only_listed_hosts_by_https() {
    let hosts = BTreeSet::from(["oss.example".to_owned(), "127.0.0.1:8080".to_owned()]);
    for good in ["https://oss.example/x", "https://oss.example:8443/x", "http://127.0.0.1:8080/x"] {
        assert!(is_allowed(good, &hosts), "{good}");
    }
    let bad = [
        "http://oss.example/x",
        "https://oss.example.evil/x",
        "https://evil@other/x",
        "http://127.0.0.1:22/",
        "file:///etc/passwd",
        "https://OSS.example@evil/",
        "not a url",
    ];
    for bad in bad {
        assert!(!is_allowed(bad, &hosts), "{bad}");
    }
}
