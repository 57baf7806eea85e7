//! Reads a step: what all steps have, and what each kind has of its own.

use super::reader::{Fields, Reader};
use super::tree::{Is, Key, Node};
use crate::journey::{
    definition::{Call, Decide, Does, End, Link, Lookup, ResumePolicy, Return, Route, Say, Set, Step, Suspend},
    expr::Expr,
    text::{Piece, Template},
};
use crate::needs::Needs;
use crate::{Channel, FieldId, JourneyName, QueueName, Sensitivity};
use std::collections::BTreeMap;

const KINDS: [&str; 12] = ["menu", "form", "say", "lookup", "decide", "set", "route", "wait_offer", "call", "return", "suspend", "end"];
const COMMON: [&str; 6] = ["title", "resume", "checkpoint", "level", "tries", "on_tries"];
/// After how many misfits in a row a step gives up, where it says where to.
const TRIES: u32 = 3;
/// The longest a look-up may take, over all tries.
const WAIT_LIMIT_MS: u64 = 60_000;
const WAIT_MS: u64 = 8_000;

impl Reader<'_> {
    pub(crate) fn step(&mut self, key: &Key, node: &Node) -> Option<Step> {
        let what = format!("the step '{}'", key.name);
        let all: Vec<&str> = KINDS.into_iter().chain(COMMON).collect();
        let fields = self.map(node, &what, &all)?;
        let kinds: Vec<&str> = KINDS.into_iter().filter(|k| fields.has(k)).collect();
        let title = self.text(fields.get("title"), "'title'");
        let policies = [
            ("here", ResumePolicy::Here),
            ("checkpoint", ResumePolicy::Checkpoint),
            ("confirm", ResumePolicy::Confirm),
            ("never", ResumePolicy::Never),
        ];
        let resume = self.one_of(fields.get("resume"), "'resume'", &policies).unwrap_or_default();
        let checkpoint = self.yes(fields.get("checkpoint"), "'checkpoint'", false);
        let level = self.level(fields.get("level"), "'level'").unwrap_or_default();
        let tries = self.whole(fields.get("tries"), "'tries'", 1..=20).unwrap_or(TRIES);
        let on_tries = self.link(fields.get("on_tries"), "'on_tries'");
        let does = match kinds.as_slice() {
            [kind] => {
                let nothing = Node { at: node.at, is: Is::Map(Vec::new()) };
                self.does(kind, &key.name, fields.get(kind).unwrap_or(&nothing))?
            }
            [] => {
                let mend = format!("give it one of: {}", KINDS.join(", "));
                self.fault(key.at, format!("{what} does nothing"), Some(mend));
                return None;
            }
            many => {
                self.fault(key.at, format!("{what} does several things: {}", many.join(", ")), Some("make a step of each".into()));
                return None;
            }
        };
        if on_tries.is_some() && !matches!(does, Does::Menu(_) | Does::Form(_) | Does::WaitOffer(_)) {
            self.fault(fields.at, format!("{what} takes no answers, so 'on_tries' never happens"), Some("take it out".into()));
        }
        Some(Step { at: key.at, title, resume, checkpoint, level, tries, on_tries, does })
    }

    fn does(&mut self, kind: &str, id: &str, node: &Node) -> Option<Does> {
        match kind {
            "menu" => self.menu(node).map(Does::Menu),
            "form" => self.form(node).map(Does::Form),
            "say" => self.say(node).map(Does::Say),
            "lookup" => self.lookup(id, node).map(|l| Does::Lookup(Box::new(l))),
            "decide" => self.decide(node).map(Does::Decide),
            "set" => self.set(node).map(Does::Set),
            "route" => self.route(node).map(|r| Does::Route(Box::new(r))),
            "wait_offer" => self.wait_offer(node).map(Does::WaitOffer),
            "call" => self.call(node).map(Does::Call),
            "return" => self.return_(node).map(Does::Return),
            "suspend" => self.suspend(node).map(Does::Suspend),
            _ => self.end(node).map(Does::End),
        }
    }

    fn say(&mut self, node: &Node) -> Option<Say> {
        let fields = self.map(node, "a message", &["text", "media", "go_on", "next"])?;
        let text = self.needed_text(&fields, "text");
        let next = self.needed_link(&fields, "next");
        let go_on = self.yes(fields.get("go_on"), "'go_on'", true);
        let (media, media_for) = self.media(fields.get("media"));
        Some(Say { text: text?, media, media_for, go_on, next: next? })
    }

    /// `media: https://…` for all channels, or `media: { app: …, voice: …, any: … }`.
    fn media(&mut self, node: Option<&Node>) -> (Option<String>, BTreeMap<Channel, String>) {
        let (mut any, mut by) = (None, BTreeMap::new());
        let Some(node) = node else { return (any, by) };
        if let Is::Scalar(_) = node.is {
            return (self.reference(node), by);
        }
        let Some(fields) = self.map(node, "'media'", &["any", "voice", "chat", "app", "email"]) else { return (any, by) };
        any = fields.get("any").and_then(|n| self.reference(n));
        for (name, channel) in [("voice", Channel::Voice), ("chat", Channel::Chat), ("app", Channel::App), ("email", Channel::Email)] {
            if let Some(url) = fields.get(name).and_then(|n| self.reference(n)) {
                by.insert(channel, url);
            }
        }
        (any, by)
    }

    fn reference(&mut self, node: &Node) -> Option<String> {
        let text = self.scalar(node, "'media'")?;
        if text.starts_with("https://") || text.starts_with("media:") {
            return Some(text.to_owned());
        }
        self.fault(
            node.at,
            format!("'media' is '{text}'"),
            Some("write an https:// address, or media:NAME for a file of the tenant's".into()),
        );
        None
    }

    fn lookup(&mut self, id: &str, node: &Node) -> Option<Lookup> {
        const KEYS: [&str; 11] = ["get", "post", "send", "wait", "retries", "say", "save", "sensitivity", "next", "failed", "errors"];
        let fields = self.map(node, "a look-up", &KEYS)?;
        let (method, address) = match (fields.get("get"), fields.get("post")) {
            (Some(url), None) => ("GET", url),
            (None, Some(url)) => ("POST", url),
            _ => {
                self.fault(fields.at, "a look-up asks either by 'get' or by 'post'", Some("write one of them, with the address".into()));
                return None;
            }
        };
        let url = self.template(address, "the address");
        let host = url.as_ref().and_then(|u| self.host(u, address));
        let send = self.sent(fields.get("send"));
        if method == "GET" && !send.is_empty() {
            self.fault(fields.at, "a look-up by 'get' sends nothing", Some("put the values into the address: {number}".into()));
        }
        let wait_ms = self.duration(fields.get("wait"), "'wait'", WAIT_LIMIT_MS).unwrap_or(WAIT_MS);
        let retries = self.whole(fields.get("retries"), "'retries'", 0..=5).unwrap_or(if method == "GET" { 1 } else { 0 });
        let say = self.text(fields.get("say"), "'say'");
        let sensitivity = self.sensitivity(fields.get("sensitivity")).unwrap_or(Sensitivity::Usual);
        let save = match fields.get("save") {
            Some(name) => self.field_name(name, "'save'"),
            None => Some(FieldId::new(id)),
        };
        let next = self.needed_link(&fields, "next");
        let failed = self.needed_link(&fields, "failed");
        let errors = self.errors(fields.get("errors"));
        let (url, host, save, next, failed) = (url?, host?, save?, next?, failed?);
        Some(Lookup { method, url, host, send, wait_ms, retries, say, save, sensitivity, next, failed, errors })
    }

    /// The host must be written out: an address that a customer could steer elsewhere is none.
    fn host(&mut self, url: &Template, node: &Node) -> Option<String> {
        let start = match url.0.first() {
            Some(Piece::Plain(plain)) => plain.as_str(),
            _ => "",
        };
        let after = start.strip_prefix("https://").or_else(|| start.strip_prefix("http://"));
        let whole = url.0.len() == 1;
        let host = after.and_then(|rest| match rest.find(['/', '?', '#']) {
            Some(end) => rest.get(..end),
            None => whole.then_some(rest),
        });
        match host {
            Some(host) if !host.is_empty() && !host.contains(['@', ' ', '\\']) => Some(host.to_lowercase()),
            _ => {
                let mend = "write https://host/path; only what comes after the host may have {holes}";
                self.fault(node.at, "the address has no fixed host", Some(mend.into()));
                None
            }
        }
    }

    /// `send: [number, what]`, or `send: { line: number, kind: what }` with expressions.
    fn sent(&mut self, node: Option<&Node>) -> Vec<(String, Expr)> {
        let Some(node) = node else { return Vec::new() };
        if let Is::List(items) = &node.is {
            return items
                .iter()
                .filter_map(|i| Some((self.field_name(i, "'send'")?.as_str().to_owned(), self.expr(Some(i), "'send'")?)))
                .collect();
        }
        let entries = self.entries(node, "'send'").unwrap_or_default();
        entries.iter().filter_map(|(key, value)| Some((key.name.clone(), self.expr(Some(value), "'send'")?))).collect()
    }

    fn errors(&mut self, node: Option<&Node>) -> BTreeMap<String, Link> {
        let Some(node) = node else { return BTreeMap::new() };
        let mut links = BTreeMap::new();
        for (key, value) in self.entries(node, "'errors'").unwrap_or_default() {
            let code = key.name.strip_prefix("status_").and_then(|c| c.parse::<u16>().ok());
            let known = ["timeout", "refused", "unreachable", "too_large", "malformed"].contains(&key.name.as_str());
            if !known && !code.is_some_and(|c| (300..600).contains(&c)) {
                let mend = "it may be: timeout, refused, unreachable, too_large, malformed, status_404 and the like";
                self.fault(key.at, format!("'{}' is no way a look-up fails", key.name), Some(mend.into()));
            }
            if let Some(link) = self.link(Some(value), &format!("'{}'", key.name)) {
                links.insert(key.name.clone(), link);
            }
        }
        links
    }

    fn decide(&mut self, node: &Node) -> Option<Decide> {
        let items = self.list(node, "'decide'")?;
        let Some((last, cases)) = items.split_last() else {
            self.fault(node.at, "'decide' has no cases", Some("write - { when: …, next: … } and a last - { otherwise: … }".into()));
            return None;
        };
        let mut read = Vec::new();
        for case in cases {
            let Some(fields) = self.map(case, "a case", &["when", "next"]) else { continue };
            let when = fields.need(self, "when");
            let when = self.expr(when, "'when'");
            let next = self.needed_link(&fields, "next");
            read.extend(when.zip(next));
        }
        let fields = self.map(last, "the last case", &["otherwise"])?;
        let otherwise = self.needed_link(&fields, "otherwise")?;
        Some(Decide { cases: read, otherwise })
    }

    fn set(&mut self, node: &Node) -> Option<Set> {
        let fields = self.map(node, "'set'", &["values", "next"])?;
        let next = self.needed_link(&fields, "next");
        let values = fields.need(self, "values").map(|n| self.named(n, "'values'"))?;
        Some(Set { values, next: next? })
    }

    /// Expressions by name.
    fn named(&mut self, node: &Node, what: &str) -> Vec<(FieldId, Expr)> {
        let mut values = Vec::new();
        for (key, value) in self.entries(node, what).unwrap_or_default() {
            let name = self.name(&key.name, key.at, what).map(FieldId::new);
            let expr = self.expr(Some(value), &format!("'{}'", key.name));
            values.extend(name.zip(expr));
        }
        values
    }

    fn route(&mut self, node: &Node) -> Option<Route> {
        let fields = self.map(node, "a route", &["queue", "needs", "priority", "callback", "say", "next"])?;
        let queue = fields.need(self, "queue").and_then(|n| {
            let name = self.scalar(n, "'queue'")?;
            let parsed = QueueName::parse(name);
            if parsed.is_none() {
                self.fault(n.at, format!("'queue' is '{name}'"), Some("write the name of a queue".into()));
            }
            parsed
        });
        let needs = self.needs(&fields);
        let priority = self.expr(fields.get("priority"), "'priority'");
        let callback = self.expr(fields.get("callback"), "'callback'");
        let say = self.text(fields.get("say"), "'say'");
        let next = self.link(fields.get("next"), "'next'");
        Some(Route { queue: queue?, needs: needs?, priority, callback, say, next })
    }

    fn needs(&mut self, fields: &Fields<'_>) -> Option<Needs> {
        let Some(node) = fields.get("needs") else { return Some(Needs::none()) };
        let text = self.scalar(node, "'needs'")?;
        match Needs::parse(text) {
            Ok(needs) => Some(needs),
            Err(error) => {
                self.fault(node.at, format!("'needs' at its column {}: {}", error.column, error.what), error.mend);
                None
            }
        }
    }

    fn call(&mut self, node: &Node) -> Option<Call> {
        let fields = self.map(node, "a call", &["journey", "with", "save", "next"])?;
        let journey = fields.need(self, "journey");
        let journey = journey.and_then(|n| self.journey_name(n, "'journey'"));
        let with = fields.get("with").map(|n| self.named(n, "'with'")).unwrap_or_default();
        let save = fields.get("save").and_then(|n| self.field_name(n, "'save'"));
        let next = self.needed_link(&fields, "next");
        Some(Call { journey: journey?, at: node.at, with, save, next: next? })
    }

    pub(crate) fn journey_name(&mut self, node: &Node, what: &str) -> Option<JourneyName> {
        let text = self.scalar(node, what)?;
        let name = JourneyName::parse(text);
        if name.is_none() {
            self.fault(node.at, format!("{what} is '{text}'"), Some("write a name without blanks".into()));
        }
        name
    }

    fn return_(&mut self, node: &Node) -> Option<Return> {
        let fields = self.map(node, "'return'", &["result"])?;
        Some(Return { result: self.expr(fields.get("result"), "'result'") })
    }

    fn suspend(&mut self, node: &Node) -> Option<Suspend> {
        let fields = self.map(node, "'suspend'", &["notice", "next"])?;
        let notice = self.needed_text(&fields, "notice");
        let next = self.needed_link(&fields, "next");
        Some(Suspend { notice: notice?, next: next? })
    }

    fn end(&mut self, node: &Node) -> Option<End> {
        let fields = self.map(node, "'end'", &["outcome", "say", "survey"])?;
        let outcome = fields.need(self, "outcome");
        let outcome = outcome.and_then(|n| self.scalar(n, "'outcome'").and_then(|text| self.name(text, n.at, "'outcome'")));
        let say = self.text(fields.get("say"), "'say'");
        let survey = fields.get("survey").and_then(|n| self.journey_name(n, "'survey'"));
        Some(End { outcome: outcome?.to_owned(), say, survey })
    }
}
