use super::pages::{policy, serve as serve_under};
use super::{File, presented};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use segue_session::Role;

const SCRIPT: File = File {
    path: "assets/desk-1a2b.js",
    etag: "00ff",
    plain: b"let a = 1; let b = 1;",
    brotli: Some(b"packed by brotli"),
    gzip: Some(b"packed by gzip"),
};
const PAGE: File = File { path: "desk/index.html", brotli: None, gzip: None, ..SCRIPT };

fn serve(file: &File, asked: &HeaderMap) -> Response {
    serve_under(file, policy(file, &[]), asked)
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let one = |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    pairs.iter().map(one).collect()
}

#[test]
fn the_best_form_that_is_read_is_sent() {
    let form = |file, said: &[(&str, &str)]| {
        let response = serve(file, &headers(said));
        response.headers().get("content-encoding").map(|form| form.to_str().unwrap().to_owned())
    };
    let said = |text| [("accept-encoding", text)];
    assert_eq!(form(&SCRIPT, &said("gzip, deflate, br, zstd")).as_deref(), Some("br"));
    assert_eq!(form(&SCRIPT, &said("GZIP;q=0.5, br;q=0")).as_deref(), Some("gzip"));
    assert_eq!(form(&SCRIPT, &said("deflate")), None);
    assert_eq!(form(&SCRIPT, &[]), None);
    assert_eq!(form(&PAGE, &said("br")), None, "it was not smaller");
}

#[test]
fn what_is_hashed_stays_and_what_is_not_is_asked_for_again() {
    let caching = |file| serve(file, &HeaderMap::new()).headers()["cache-control"].to_str().unwrap().to_owned();
    assert_eq!(caching(&SCRIPT), "public, max-age=31536000, immutable");
    assert_eq!(caching(&PAGE), "no-cache");
    let again = serve(&SCRIPT, &headers(&[("accept-encoding", "br"), ("if-none-match", "\"other\", W/\"00ff-br\"")]));
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let other_form = serve(&SCRIPT, &headers(&[("if-none-match", "\"00ff-br\"")]));
    assert_eq!(other_form.status(), StatusCode::OK, "each form has its own tag");
}

#[test]
fn a_policy_without_inline_anything_comes_with_every_page() {
    let response = serve(&PAGE, &HeaderMap::new());
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.headers()["referrer-policy"], "no-referrer");
}

#[test]
fn only_the_widget_is_framed_and_by_allowed_sites_alone() {
    let origins = ["https://shop.example".to_owned(), "https://www.shop.example".to_owned()];
    let policy = |path| policy(&File { path, ..PAGE }, &origins).to_str().unwrap().to_owned();
    assert!(policy("widget/index.html").contains("frame-ancestors 'self' https://shop.example https://www.shop.example;"));
    for path in ["desk/index.html", "customer/index.html", "widget.js"] {
        assert!(policy(path).contains("frame-ancestors 'none'"), "{path}");
    }
    assert!(policy("customer/index.html").contains("img-src 'self' https:") && !policy("desk/index.html").contains("https:"));
}

#[test]
fn a_login_counts_for_our_own_pages_only() {
    let shown = |more: &[(&str, &str)]| {
        let mut all = headers(&[("cookie", "a=1; segue_agent=the.token; segue_app=other"), ("host", "desk.example")]);
        all.extend(headers(more));
        presented(Role::Agent, &all, &Uri::from_static("/v1/tickets")).map(|token| token.into_inner())
    };
    assert_eq!(shown(&[("sec-fetch-site", "same-origin")]).as_deref(), Some("the.token"));
    assert_eq!(shown(&[("origin", "https://desk.example")]).as_deref(), Some("the.token"), "a browser without Fetch Metadata");
    assert_eq!(shown(&[("sec-fetch-site", "same-site"), ("origin", "https://desk.example")]), None, "a sibling's page");
    assert_eq!(shown(&[("origin", "https://evil.example")]), None);
    assert_eq!(shown(&[]), None, "who says nothing is no page");
    let none = headers(&[("cookie", "segue_agent=x"), ("sec-fetch-site", "same-origin")]);
    assert!(presented(Role::Supervisor, &none, &Uri::from_static("/v1/tickets")).is_none());
}
