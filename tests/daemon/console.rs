use super::{card, http1, plan, start};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use segue::serve::Running;
use segue_proto::client::Desk;
use serde_json::{Value, json};

/// Posts as a page of this origin does, with these cookies.
async fn post(running: &Running, path: &str, origin: &str, cookie: &str, body: Value) -> reqwest::Response {
    let request = http1().post(format!("http://{}{path}", running.public)).header(ORIGIN, origin).header(COOKIE, cookie);
    request.body(body.to_string()).send().await.unwrap()
}

#[tokio::test]
async fn a_link_signs_one_browser_in_and_its_cookie_buys_tickets() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let (_, ada) = card(&plan, running.public).agents.into_iter().find(|(name, _)| name == "ada").unwrap();
    let ours = format!("http://{}", running.public);
    let key = running.login_key(&ada).await.unwrap().into_inner();
    let foreign = post(&running, "/v1/login", "https://evil.example", "", json!({ "key": key })).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN, "another site signs nobody in, and does not use the link up");
    let answer = post(&running, "/v1/login", &ours, "", json!({ "key": key })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.starts_with("segue_agent=") && set.ends_with("; Path=/v1; HttpOnly; SameSite=Strict"), "{set}");
    assert_eq!(answer.json::<Value>().await.unwrap()["role"], "agent");
    let again = post(&running, "/v1/login", &ours, "", json!({ "key": key })).await;
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED, "a link opens once");

    let cookie = set.split(';').next().unwrap();
    let bought = post(&running, "/v1/tickets", &ours, cookie, json!({ "as": "agent" })).await;
    assert_eq!(bought.status(), StatusCode::CREATED);
    let ticket = bought.json::<Value>().await.unwrap()["ticket"].as_str().unwrap().to_owned();
    let address = format!("ws://{}/v1/desk", running.public);
    let desk = Desk::open(&address, &ticket, None).await.unwrap();
    assert_eq!(desk.welcome.agent, "ada");
    for (origin, role) in [("https://evil.example", "agent"), (ours.as_str(), "supervisor")] {
        let refused = post(&running, "/v1/tickets", origin, cookie, json!({ "as": role })).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{origin} as {role}");
    }
    let out = post(&running, "/v1/logout", &ours, cookie, json!({ "as": "agent" })).await;
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert!(out.headers()[SET_COOKIE].to_str().unwrap().starts_with("segue_agent=; Max-Age=0"));
    running.stop().await;
}

#[tokio::test]
async fn https_pages_get_secure_cookies_and_nonsense_is_refused() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let url = format!("http://{}/v1/login", running.public);
    let sam = card(&plan, running.public).supervisor;
    let key = running.login_key(&sam).await.unwrap().into_inner();
    let ours = |body: String| http1().post(&url).header("sec-fetch-site", "same-origin").header(ORIGIN, "https://desk.example").body(body);
    let answer = ours(json!({ "key": key }).to_string()).send().await.unwrap();
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().ends_with("; Secure"), "TLS ends at a proxy, and the browser knows");
    for (body, status) in [("nonsense", 400), ("{}", 400), ("{\"key\":\"forged\"}", 401)] {
        assert_eq!(ours(body.to_owned()).send().await.unwrap().status().as_u16(), status, "{body}");
    }
    assert!(running.login_key("nonsense").await.is_err());
    running.stop().await;
}

/// With or without the console in this build, its address answers with a page under the policy.
#[tokio::test]
async fn a_page_answers_whether_it_was_built_or_not() {
    let running = start(plan()).await;
    let get = |path: &str| http1().get(format!("http://{}{path}", running.public)).send();
    let answer = get("/desk/").await.unwrap();
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    if segue::console::FILES.is_empty() {
        assert!(status == StatusCode::NOT_FOUND && text.contains("make console"), "{status}: {text}");
    } else {
        assert!(status == StatusCode::OK && text.contains("/assets/desk-"), "{status}: {text}");
    }
    assert_eq!(get("/assets/nothing.js").await.unwrap().status(), StatusCode::NOT_FOUND);
    running.stop().await;
}
