//! A browser's login: the issuer's token in a cookie that no script reads, one for each role, so that an agent's window and a
//! supervisor's stand side by side in one browser.

use axum::http::{HeaderMap, Uri, header};
use segue_session::{Private, Role, Time};

/// What every cookie of ours begins with.
const MARK: &str = "segue_";
/// Where it is sent back to: to what asks for tickets, and to nothing else.
const PATH: &str = "/v1";

fn name(role: Role) -> &'static str {
    match role {
        Role::App => "app",
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
        Role::Service => "service",
    }
}

/// A `Set-Cookie` that holds a token until it ends (RFC 6265). `Secure` where the page came over TLS, as its origin says.
pub(super) fn keep(role: Role, token: &Private<String>, until: Time, now: Time, headers: &HeaderMap) -> String {
    let seconds = until.0.saturating_sub(now.0) / 1000;
    let secure = if origin(headers).is_some_and(|origin| origin.starts_with("https://")) { "; Secure" } else { "" };
    format!("{MARK}{}={}; Max-Age={seconds}; Path={PATH}; HttpOnly; SameSite=Strict{secure}", name(role), token.reveal())
}

/// A `Set-Cookie` that forgets.
pub(super) fn forget(role: Role) -> String {
    format!("{MARK}{}=; Max-Age=0; Path={PATH}; HttpOnly; SameSite=Strict", name(role))
}

/// The token of a login of this role, where one of our own pages shows it. `SameSite` keeps other sites' requests from carrying
/// it; that our own page asks is checked besides, for a sibling host is the same site.
pub(crate) fn presented(role: Role, headers: &HeaderMap, uri: &Uri) -> Option<Private<String>> {
    let wanted = format!("{MARK}{}=", name(role));
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let token = pairs.into_iter().find_map(|pair| pair.trim().strip_prefix(&wanted).map(str::to_owned))?;
    ours(headers, uri).then(|| Private::new(token))
}

/// Whether a page of this very origin asks: the browser says so (Fetch Metadata), or names the host that it asks.
pub(super) fn ours(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text("host").or_else(|| uri.authority().map(|authority| authority.as_str()));
    let origin = origin(headers).and_then(|origin| origin.split_once("://"));
    matches!((origin, host), (Some((_, from)), Some(to)) if from.eq_ignore_ascii_case(to))
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN)?.to_str().ok()
}
