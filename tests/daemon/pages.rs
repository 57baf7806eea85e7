use super::{card, http1, http2, plan, start};
use reqwest::StatusCode;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, ORIGIN, WWW_AUTHENTICATE};
use serde_json::Value;
use std::net::Ipv4Addr;

#[tokio::test]
async fn an_unknown_grpc_service_is_unimplemented_not_a_page() {
    let running = start(plan()).await;
    for method in ["no.Such/Method", "segue.app.v1.AppService/NoSuchMethod", "v1/tickets", "livez", ""] {
        let url = format!("http://{}/{method}", running.public);
        let answer = http2().post(&url).header(CONTENT_TYPE, "application/grpc+proto").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{method}");
        assert_eq!(answer.headers()["content-type"], "application/grpc", "{method}");
        assert_eq!(answer.headers()["grpc-status"], "12", "{method}");
        // gRPC-Web has its status in the body's last frame, or in the head where there is no body.
        let answer = http1().post(&url).header(CONTENT_TYPE, "application/grpc-web+proto").body(vec![0; 5]).send().await.unwrap();
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/grpc-web"), "{method}");
        let head = answer.headers().get("grpc-status").cloned();
        let body = answer.text().await.unwrap();
        assert!(head.is_some_and(|status| status == "12") || body.contains("grpc-status:12"), "{method}: {body:?}");
    }
    running.stop().await;
}

/// Whoever finds the fault (a handler, the framework, a socket's entrance, gRPC-Web), it is told in one form.
#[tokio::test]
async fn every_error_of_http_is_a_problem() {
    let mut plan = plan();
    plan.listen.origins = vec!["https://shop.example".to_owned()];
    let running = start(plan).await;
    let url = |path: &str| format!("http://{}{path}", running.public);
    let upgrade = |version: &str| {
        let request = http1().get(url("/v1/chat")).header("connection", "upgrade").header("upgrade", "websocket");
        request.header("sec-websocket-version", version.to_owned()).header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
    };
    let of_grpc = "/segue.app.v1.AppService/ListMatters";
    for (what, request, status, reason, header) in [
        ("a page that is nowhere", http1().get(url("/v1/nothing")), 404, "NOT_FOUND", None),
        ("another method", http1().get(url("/v1/tickets")), 405, "INVALID_ARGUMENT", Some(("allow", "POST"))),
        ("another method at a socket", http1().post(url("/v1/desk")), 405, "INVALID_ARGUMENT", Some(("allow", "GET,HEAD"))),
        ("a long body", http1().post(url("/v1/tickets")).body("x".repeat(4096)), 413, "LIMIT_EXCEEDED", None),
        ("no token", http1().post(url("/v1/tickets")), 401, "UNAUTHENTICATED", Some(("www-authenticate", "Bearer"))),
        ("no upgrade", http1().get(url("/v1/chat")), 426, "INVALID_ARGUMENT", Some(("upgrade", "websocket"))),
        ("an old version", upgrade("8"), 426, "INVALID_ARGUMENT", Some(("sec-websocket-version", "13"))),
        ("another site's page", upgrade("13").header(ORIGIN, "https://evil.example"), 403, "PERMISSION_DENIED", None),
        ("another subprotocol", upgrade("13").header("sec-websocket-protocol", "soap"), 400, "INVALID_ARGUMENT", None),
        (
            "gRPC-Web by GET",
            http1().get(url(of_grpc)).header(CONTENT_TYPE, "application/grpc-web"),
            405,
            "INVALID_ARGUMENT",
            Some(("allow", "POST")),
        ),
        ("gRPC on HTTP/1", http1().post(url(of_grpc)).header(CONTENT_TYPE, "application/grpc"), 400, "INVALID_ARGUMENT", None),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{what}");
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json", "{what}");
        if let Some((name, value)) = header {
            assert_eq!(answer.headers()[name], value, "{what}");
        }
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((problem["type"].as_str(), problem["status"].as_u64()), (Some("about:blank"), Some(status.into())), "{what}");
        assert_eq!(problem["reason"], reason, "{what}");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{what}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{what}: {problem}");
    }
    running.stop().await;
}

#[tokio::test]
async fn probes_and_metrics_answer() {
    let running = start(plan()).await;
    let get = |path: &str| http1().get(format!("http://{}{path}", running.public)).send();
    for path in ["/livez", "/readyz", "/startupz"] {
        assert_eq!(get(path).await.unwrap().status(), StatusCode::OK, "{path}");
    }
    let answer = get("/metrics").await.unwrap();
    assert!(answer.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    assert!(text.ends_with("# EOF\n") && text.contains("segue_requests_total{method=\"/readyz\",code=\"200\",kind=\"http\"} 1"), "{text}");
    running.stop().await;
}

/// Paths are the caller's words: whatever answers them, they make no labels.
#[tokio::test]
async fn paths_that_nobody_serves_make_no_labels() {
    let running = start(plan()).await;
    for service in ["segue.app.v1.AppService", "no.Such"] {
        let url = format!("http://{}/{service}/Made-up", running.public);
        // gRPC is not spoken on HTTP/1, gRPC-Web not by GET, and a browser's question is answered before any service is asked.
        let call = http1().post(&url).header(CONTENT_TYPE, "application/grpc").send().await.unwrap();
        assert_eq!(call.status(), StatusCode::BAD_REQUEST);
        let get = http1().get(&url).header(CONTENT_TYPE, "application/grpc-web+proto").send().await.unwrap();
        assert_eq!(get.status(), StatusCode::METHOD_NOT_ALLOWED);
        let asked = http1().request(reqwest::Method::OPTIONS, &url).header(ORIGIN, "https://somewhere.example");
        let asked = asked.header("access-control-request-method", "POST").header("access-control-request-headers", "x-grpc-web");
        assert_eq!(asked.send().await.unwrap().status(), StatusCode::OK);
    }
    let text = running.metrics.text();
    assert!(!text.contains("Made-up"), "{text}");
    for (code, count) in [("400", 2), ("405", 2), ("200", 2)] {
        let line = format!("segue_requests_total{{method=\"other\",code=\"{code}\",kind=\"http\"}} {count}\n");
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    running.stop().await;
}

#[tokio::test]
async fn operators_have_a_door_of_their_own_where_one_is_set() {
    let mut plan = plan();
    plan.listen.private = Some((Ipv4Addr::LOCALHOST, 0).into());
    let running = start(plan).await;
    let get = |address, path: &str| http1().get(format!("http://{address}{path}")).send();
    assert_eq!(get(running.public, "/metrics").await.unwrap().status(), StatusCode::NOT_FOUND);
    let private = running.private.unwrap();
    assert_eq!(get(private, "/metrics").await.unwrap().status(), StatusCode::OK);
    assert_eq!(get(private, "/readyz").await.unwrap().status(), StatusCode::OK);
    let admin = format!("http://{}/segue.admin.v1.AdminService/ListSessions", running.public);
    let answer = http2().post(admin).header(CONTENT_TYPE, "application/grpc").send().await.unwrap();
    assert_eq!(answer.headers()["grpc-status"], "12");
    let why = answer.headers()["grpc-message"].to_str().unwrap();
    assert!(why.contains("listen.private"), "it says where: {why}");
    running.stop().await;
}

#[tokio::test]
async fn a_token_buys_a_ticket() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let url = format!("http://{}/v1/tickets", running.public);
    let card = card(&plan, running.public);
    let answer = http1().post(&url).bearer_auth(&card.customer).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let ticket: Value = answer.json().await.unwrap();
    assert!(ticket["ticket"].as_str().unwrap().len() > 40 && ticket["expireTime"].as_str().is_some_and(|time| time.starts_with("20")));
    for request in [http1().post(&url), http1().post(&url).bearer_auth("nonsense"), http1().post(&url).basic_auth("nora", Some("x"))] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers()[WWW_AUTHENTICATE], "Bearer");
        assert_eq!(answer.json::<Value>().await.unwrap()["reason"], "UNAUTHENTICATED");
    }
    running.stop().await;
}

#[tokio::test]
async fn pages_of_other_sites_are_not_answered() {
    let mut plan = plan();
    plan.listen.origins = vec!["https://shop.example".to_owned()];
    let running = start(plan).await;
    let preflight = |origin: &str| {
        let url = format!("http://{}/segue.app.v1.AppService/ListMatters", running.public);
        let request = http1().request(reqwest::Method::OPTIONS, url).header(ORIGIN, origin);
        request.header("access-control-request-method", "POST").header("access-control-request-headers", "content-type,x-grpc-web").send()
    };
    let ours = preflight("https://shop.example").await.unwrap();
    assert_eq!(ours.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://shop.example");
    let theirs = preflight("https://evil.example").await.unwrap();
    assert!(!theirs.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    running.stop().await;
}

#[tokio::test]
async fn reflection_is_served_only_where_it_is_wanted() {
    for wanted in [true, false] {
        let mut plan = plan();
        plan.listen.reflection = wanted;
        let running = start(plan).await;
        for version in ["v1", "v1alpha"] {
            let url = format!("http://{}/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", running.public);
            let answer = http2().post(url).header(CONTENT_TYPE, "application/grpc").send().await.unwrap();
            let unimplemented = answer.headers().get("grpc-status").is_some_and(|status| status == "12");
            assert_eq!(unimplemented, !wanted, "{version}");
        }
        running.stop().await;
    }
}
