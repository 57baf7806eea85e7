//! Serves the built files: packed, cached, and under a strict policy.

use super::files::{FILES, File};
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

/// The pages that a build has. Where it was made without them, each says how to make it with them.
const PAGES: [&str; 4] = ["desk", "supervisor", "customer", "site"];
/// The app and the site of the demo's made-up firm.
const SAMPLES: [&str; 2] = ["customer", "site"];
/// Nothing but our own files and sockets; nobody frames us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";
/// What a build without the console answers.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>The console is not in this build</title>\
    <h1>The console is not in this build</h1><p>Build its pages, then the daemon again: <code>make console &amp;&amp; cargo build</code>. \
    It needs Node.js 20.19 or later.</p>";
/// A name that changes with its content never goes stale.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Every page and every file, each at its path; a page's folder answers for its `index.html`. Sites of these origins may take in
/// the widget.
pub(crate) fn routes(origins: &[String], samples: bool) -> Router {
    let served = |page: &str| samples || !SAMPLES.contains(&page);
    let mut router = Router::new().route("/assets/{name}", get(asset));
    for file in FILES.iter().filter(|file| !file.is_hashed() && served(file.folder())) {
        let path = format!("/{}", file.path.strip_suffix("index.html").unwrap_or(file.path));
        let policy = policy(file, origins);
        router = router.route(&path, get(move |headers: HeaderMap| async move { serve(file, policy, &headers) }));
    }
    for page in PAGES.into_iter().filter(|page| served(page)) {
        // A link that was typed by hand: what the page loads, it names from its folder.
        router = router.route(&format!("/{page}"), get(move || async move { Redirect::permanent(&format!("{page}/")) }));
        if !FILES.iter().any(|file| file.path == format!("{page}/index.html")) {
            router = router.route(&format!("/{page}/"), get(not_built));
        }
    }
    router
}

async fn not_built() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    guarded((StatusCode::NOT_FOUND, kind, NOT_BUILT).into_response(), HeaderValue::from_static(POLICY))
}

/// What a file may do, and who may frame it. Customers see images of the firm's, by reference; the widget's page lives in frames.
pub(super) fn policy(file: &File, origins: &[String]) -> HeaderValue {
    let policy = match file.folder() {
        "customer" => POLICY.replace("img-src 'self'", "img-src 'self' https:"),
        "widget" => {
            let framed = POLICY.replace("img-src 'self'", "img-src 'self' https:");
            framed.replace("frame-ancestors 'none'", &format!("frame-ancestors 'self' {}", origins.join(" ")))
        }
        _ => POLICY.to_owned(),
    };
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(POLICY))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match FILES.iter().find(|file| file.path.strip_prefix("assets/") == Some(&name)) {
        Some(file) => serve(file, HeaderValue::from_static(POLICY), &headers),
        None => crate::server::nowhere().await,
    }
}

/// A file in the best form that the asker reads, or word that they have it already.
pub(super) fn serve(file: &File, policy: HeaderValue, asked: &HeaderMap) -> Response {
    let (form, bytes) = best(file, asked);
    let etag = format!("\"{}{}\"", file.etag, form.map_or("", |form| if form == "br" { "-br" } else { "-gz" }));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    let mut response = match known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Bytes::from_static(bytes).into_response(),
    };
    let headers = response.headers_mut();
    let caching = if file.is_hashed() { FOR_GOOD } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type()));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(form) = form {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(form));
    }
    guarded(response, policy)
}

/// The smallest form that the asker says to read (RFC 9110, 12.5.3).
fn best(file: &File, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let said = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let wanted: Vec<_> = said.filter(|word| !refuses(word)).map(|word| word.split(';').next().unwrap_or_default().trim()).collect();
    let reads = |name| wanted.iter().any(|word| word.eq_ignore_ascii_case(name));
    match (file.brotli, file.gzip) {
        (Some(brotli), _) if reads("br") => (Some("br"), brotli),
        (_, Some(gzip)) if reads("gzip") => (Some("gzip"), gzip),
        _ => (None, file.plain),
    }
}

/// `br;q=0` says that it is not wanted.
fn refuses(word: &str) -> bool {
    word.split_once("q=").and_then(|(_, weight)| weight.trim().parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
}

fn guarded(mut response: Response, policy: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self)"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
