//! Link and connector templates: values are percent-encoded, hosts are allow-listed, secrets never get in.

use super::answers;
use crate::{PopLink, Private, Sensitivity, Session, Time, Who};
use std::collections::BTreeSet;

/// A link on the pop: `https://crm.example/c/{customer}?line={answers.what}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTemplate {
    /// What it is called.
    pub label: String,
    /// A URL with `{session}`, `{customer}`, `{persona}`, `{language}`, `{answers.FIELD}` and `{customer.ATTRIBUTE}`.
    pub url: String,
}

/// The links whose values are all known and whose host is allowed.
pub(super) fn resolve(session: &Session, templates: &[LinkTemplate], hosts: &BTreeSet<String>, now: Time) -> Vec<PopLink> {
    let links = templates.iter().filter_map(|t| {
        let url = fill(&t.url, session, now)?;
        host(url.reveal()).is_some_and(|h| hosts.contains(h)).then(|| PopLink { label: t.label.clone(), url })
    });
    links.collect()
}

/// Fills a URL template in. `None`: a value it names is not known, is secret, or there is no such name.
#[must_use]
pub fn fill(template: &str, session: &Session, now: Time) -> Option<Private<String>> {
    let mut url = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        url.push_str(before);
        encode(&value(session, name, now)?, &mut url);
        rest = after;
    }
    url.push_str(rest);
    Some(Private::new(url))
}

fn value(session: &Session, name: &str, now: Time) -> Option<String> {
    let (customer, persona) = match &session.party {
        Who::Known { customer, persona, .. } => (Some(customer), persona.as_ref()),
        Who::Unknown | Who::Candidates(_) => (None, None),
    };
    match name.split_once('.') {
        None => match name {
            "session" => Some(session.id.to_string()),
            "language" => Some(session.language.to_string()),
            "customer" => customer.map(ToString::to_string),
            "persona" => persona.map(ToString::to_string),
            _ => None,
        },
        Some(("answers", field)) => {
            let answer = session.answers.get(field).filter(|a| a.sensitivity != Sensitivity::Secret)?;
            answer.until.is_none_or(|until| now < until).then(|| answers::text(answer.value.reveal()))
        }
        Some(("customer", attribute)) => match session.customer.get(attribute)?.reveal() {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(n) => Some(n.to_string()),
            serde_json::Value::Bool(yes) => Some(yes.to_string()),
            serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        },
        Some(_) => None,
    }
}

/// Everything but the unreserved characters of RFC 3986 is encoded, so that a value cannot leave its place in the URL.
fn encode(value: &str, to: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            to.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|d| HEX.get(usize::from(d)).copied().unwrap_or('0'));
            to.push('%');
            to.extend(digits);
        }
    }
}

/// The host of an `https` URL, without a port. `None` where there is none, or a name and password stand before it.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    if authority.contains('@') {
        return None;
    }
    let host = authority.split(':').next()?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place() {
        let mut url = String::new();
        encode("../x?a=b&c#d é", &mut url);
        assert_eq!(url, "..%2Fx%3Fa%3Db%26c%23d%20%C3%A9");
    }

    #[test]
    fn hosts_are_those_that_a_browser_would_go_to() {
        for (url, goes) in [
            ("https://crm.example/a", Some("crm.example")),
            ("https://crm.example:8443/a", Some("crm.example")),
            ("https://crm.example@evil.example/a", None),
            ("https://evil.example\\@crm.example/", Some("evil.example")),
            ("http://crm.example/", None),
            ("javascript:alert(1)", None),
            ("https:///x", None),
        ] {
            assert_eq!(host(url), goes, "{url}");
        }
    }
}
