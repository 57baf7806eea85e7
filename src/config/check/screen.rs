//! What other systems add to the screen pop: connectors, links, and the hosts they may name.

use super::{Checker, Path};
use crate::config::plan::{Connector, LinkTemplate};
use crate::config::raw;
use crate::connect::is_allowed;
use std::collections::BTreeSet;
use std::time::Duration;

pub(super) fn hosts(tenant: &str, typed: &[String], checker: &mut Checker<'_>) -> BTreeSet<String> {
    for (number, host) in typed.iter().enumerate() {
        if host.is_empty() || host.contains(['/', '*', ' ', '@']) {
            let number = number.to_string();
            checker.wrong(
                &["tenants", tenant, "hosts", &number],
                format!("{host:?} is no host"),
                "a name alone, with a port where it is not the usual: \"crm.example.com\"",
            );
        }
    }
    typed.iter().map(|host| host.to_lowercase()).collect()
}

pub(super) fn connectors(tenant: &str, typed: &[raw::Connector], hosts: &BTreeSet<String>, checker: &mut Checker<'_>) -> Vec<Connector> {
    let mut seen = BTreeSet::new();
    let mut resolved = Vec::new();
    for (number, raw) in typed.iter().enumerate() {
        let number = number.to_string();
        let table = ["tenants", tenant, "connectors", &number];
        if !seen.insert(&raw.name) {
            checker.wrong(
                &[&table[..], &["name"]].concat(),
                format!("there are two connectors \"{}\"", raw.name),
                "names tell the pop's parts apart",
            );
        }
        url(&[&table[..], &["url"]].concat(), &raw.url, hosts, checker);
        checker.between(&[&table[..], &["wait"]].concat(), raw.wait.0, Duration::from_millis(10), Duration::from_secs(60));
        let authorization = checker.secret(&table, "authorization", raw.authorization.as_ref(), raw.authorization_file.as_ref());
        resolved.push(Connector { name: raw.name.clone(), url: raw.url.clone(), authorization, wait: raw.wait.0 });
    }
    resolved
}

pub(super) fn links(tenant: &str, typed: &[raw::Link], hosts: &BTreeSet<String>, checker: &mut Checker<'_>) -> Vec<LinkTemplate> {
    for (number, raw) in typed.iter().enumerate() {
        let number = number.to_string();
        url(&["tenants", tenant, "links", &number, "url"], &raw.url, hosts, checker);
    }
    typed.iter().map(|raw| LinkTemplate { label: raw.label.clone(), url: raw.url.clone() }).collect()
}

/// The page that a link handle opens. Customers follow it from their mail, so it is https, and its host is one of ours.
pub(super) fn resume_link(tenant: &str, typed: Option<&str>, hosts: &BTreeSet<String>, checker: &mut Checker<'_>) -> Option<String> {
    let typed = typed?;
    let path = ["tenants", tenant, "resume_link"];
    let like = "like \"https://shop.example/help#{handle}\"";
    let filled = typed.replacen("{handle}", "x", 1);
    if filled == typed || filled.contains(['{', '}', ' ']) {
        checker.wrong(&path, format!("{typed:?} has no {{handle}}, or more than that"), like);
    } else if let Some(host) = typed.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next())
        && host.contains("{handle}")
    {
        checker.wrong(&path, "the handle would be a host", like);
    } else if !is_allowed(&filled, hosts) {
        let mend = format!("https://, with a host of the tenant's `hosts`: {like}");
        checker.wrong(&path, format!("{typed:?} leads to a place that is not allowed"), &mend);
    }
    Some(typed.to_owned())
}

/// A URL template: http(s), an allowed host without placeholders, known placeholders after it.
fn url(path: Path<'_>, typed: &str, hosts: &BTreeSet<String>, checker: &mut Checker<'_>) {
    let Some(rest) = typed.strip_prefix("https://").or_else(|| typed.strip_prefix("http://")) else {
        checker.wrong(path, format!("{typed:?} is no URL"), "it begins with https:// or http://");
        return;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !hosts.contains(&host.to_lowercase()) {
        checker.wrong(path, format!("the host \"{host}\" is not allowed"), &format!("add \"{host}\" to the tenant's `hosts`"));
    }
    if typed.starts_with("http://") && !host.starts_with("127.") && !host.starts_with("localhost") {
        checker.doubtful(path, "customers' data travels in plain text", "use https://");
    }
    for placeholder in placeholders(rest) {
        let known = ["customer", "session", "persona"].contains(&placeholder);
        if !known && placeholder.strip_prefix("answers.").is_none_or(str::is_empty) {
            checker.wrong(
                path,
                format!("the placeholder {{{placeholder}}} is unknown"),
                "known: {customer}, {session}, {persona}, {answers.FIELD}",
            );
        }
    }
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default())
}
