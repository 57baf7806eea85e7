//! Compiles a journey: header, steps, checks over the whole, and the version.

use super::form::KEEP_LIMIT_MS;
use super::reader::Reader;
use super::tree::{self, Is, Node};
use crate::journey::{
    Fault, JourneyVersion,
    check::{self, Names},
    definition::{Body, Journey, Lease, Upgrade},
    text::Text,
};
use crate::{FieldId, Language, StepId};
use segue_router::Span;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The longest a session may last, in milliseconds: 800 days.
const LEASE_LIMIT_MS: u64 = 800 * 86_400_000;
/// The most steps of a journey.
const STEP_LIMIT: usize = 500;

/// Compiles a journey from its text. `path` labels the faults. Beside the journey come warnings: what works, but not well.
///
/// # Errors
/// Every fault of the text at once, in order of place.
pub fn compile(path: &str, text: &str) -> Result<(Journey, Vec<Fault>), Vec<Fault>> {
    let root = tree::parse(path, text).map_err(|fault| vec![fault])?;
    let mut reader = Reader {
        path,
        faults: Vec::new(),
        warnings: Vec::new(),
        language: String::new(),
        languages: BTreeSet::new(),
        texts: Vec::new(),
        steps: BTreeSet::new(),
    };
    let body = reader.journey(&root, text);
    let Reader { mut faults, mut warnings, .. } = reader;
    faults.sort_by_key(|a| (a.line, a.column));
    faults.dedup();
    warnings.sort_by_key(|a| (a.line, a.column));
    match body {
        Some(body) if faults.is_empty() => Ok((Journey(Arc::new(body)), warnings)),
        _ => Err(faults),
    }
}

impl Reader<'_> {
    fn journey(&mut self, root: &Node, text: &str) -> Option<Body> {
        const KEYS: [&str; 9] = ["journey", "title", "language", "languages", "start", "takes", "upgrade", "lease", "steps"];
        let fields = self.map(root, "the journey", &KEYS)?;
        self.language = fields
            .get("language")
            .and_then(|n| self.scalar(n, "'language'").and_then(|tag| self.language_tag(tag, n.at)))
            .map_or_else(|| "en".to_owned(), |l: Language| l.as_str().to_owned());
        for node in fields.get("languages").and_then(|n| self.list(n, "'languages'")).unwrap_or_default() {
            let tag = self.scalar(node, "'languages'").and_then(|tag| self.language_tag(tag, node.at));
            self.languages.extend(tag.map(|t| t.as_str().to_owned()));
        }
        let name = fields.need(self, "journey");
        let name = name.and_then(|n| self.journey_name(n, "'journey'"));
        let entries = fields.need(self, "steps").and_then(|n| self.entries(n, "'steps'").map(|e| (n, e)));
        let (steps_node, entries) = entries?;
        if entries.is_empty() || entries.len() > STEP_LIMIT {
            self.fault(steps_node.at, format!("there are {} steps", entries.len()), Some(format!("write 1 to {STEP_LIMIT}")));
        }
        self.steps = entries.iter().map(|(k, _)| k.name.clone()).collect();
        let title = match fields.get("title") {
            Some(title) => self.text(Some(title), "'title'"),
            None => Some(Text::plain(name.as_ref().map_or("", |n| n.as_str()))),
        };
        let start = self.needed_link(&fields, "start");
        let takes = self.takes(fields.get("takes"));
        let upgrade = self.upgrade(fields.get("upgrade"));
        let lease = self.lease(fields.get("lease"));
        let mut steps = BTreeMap::new();
        for (key, node) in entries {
            let id = self.name(&key.name, key.at, "the step's id").map(StepId::new);
            if let Some((id, step)) = id.zip(self.step(key, node)) {
                steps.insert(id, step);
            }
        }
        let names = Names::declared(entries, &takes);
        check::expressions(self, &steps, &names);
        if let Some(Is::Scalar(start)) = fields.get("start").map(|n| &n.is) {
            check::ways(self, start, entries, &steps);
        }
        let languages = check::translations(self);
        let version = JourneyVersion(version(root));
        let path = self.path.to_owned();
        Some(Body {
            name: name?,
            version,
            title: title?,
            language: Language::new(&self.language),
            languages,
            start: start?.to,
            upgrade: upgrade?,
            lease,
            steps,
            path,
            text: text.to_owned(),
        })
    }

    fn takes(&mut self, node: Option<&Node>) -> BTreeSet<FieldId> {
        let items = node.and_then(|n| self.list(n, "'takes'")).unwrap_or_default();
        items.iter().filter_map(|i| self.field_name(i, "'takes'")).collect()
    }

    /// `{ sliding: 2h, absolute: 3d, warn: 10m, secrets: 2m }`, each of them where the tenant's shall not hold.
    fn lease(&mut self, node: Option<&Node>) -> Lease {
        let Some(fields) = node.and_then(|n| self.map(n, "'lease'", &["sliding", "absolute", "warn", "secrets"])) else {
            return Lease::default();
        };
        let mut span = |key: &str, most| self.duration(fields.get(key), &format!("'{key}'"), most).map(Span);
        let lease = Lease {
            sliding: span("sliding", LEASE_LIMIT_MS),
            absolute: span("absolute", LEASE_LIMIT_MS),
            warn: span("warn", LEASE_LIMIT_MS),
            secrets: span("secrets", KEEP_LIMIT_MS),
        };
        for (shorter, what, longer, than) in [
            ("sliding", lease.sliding, "absolute", lease.absolute),
            ("warn", lease.warn, "sliding", lease.sliding),
            ("warn", lease.warn, "absolute", lease.absolute),
            ("secrets", lease.secrets, "absolute", lease.absolute),
        ] {
            if let (Some(what), Some(than), Some(at)) = (what, than, fields.get(shorter).map(|n| n.at))
                && what > than
            {
                self.fault(at, format!("'{shorter}' is longer than '{longer}'"), Some(format!("write at most as long as '{longer}'")));
            }
        }
        lease
    }

    /// `pin`, `{ restart_at: STEP }` or `{ migrate: { old: new } }`.
    fn upgrade(&mut self, node: Option<&Node>) -> Option<Upgrade> {
        let Some(node) = node else { return Some(Upgrade::Unsaid) };
        if let Is::Scalar(_) = node.is {
            return self.one_of(Some(node), "'upgrade'", &[("pin", ())]).map(|()| Upgrade::Pin);
        }
        let fields = self.map(node, "'upgrade'", &["restart_at", "migrate"])?;
        match (fields.get("restart_at"), fields.get("migrate")) {
            (Some(step), None) => self.link(Some(step), "'restart_at'").map(|l| Upgrade::RestartAt(l.to)),
            (None, Some(map)) => {
                let mut to = BTreeMap::new();
                for (old, new) in self.entries(map, "'migrate'")? {
                    let link = self.link(Some(new), &format!("'{}'", old.name))?;
                    to.insert(StepId::new(&old.name), link.to);
                }
                Some(Upgrade::Migrate(to))
            }
            _ => {
                self.fault(fields.at, "'upgrade' says neither 'pin', nor one of 'restart_at' and 'migrate'", None);
                None
            }
        }
    }
}

/// The first 16 hex digits of the SHA-256 of the content: keys in order, comments and layout left out, and without `upgrade`,
/// which is about the past and not about the journey.
fn version(root: &Node) -> String {
    let mut hash = Sha256::new();
    feed(&mut hash, root, true);
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Every value is told with its kind and its length, so that no two trees are told alike.
fn feed(hash: &mut Sha256, node: &Node, top: bool) {
    let mut tell = |kind: &str, length: usize, text: &str| hash.update(format!("{kind}{length}:{text}"));
    match &node.is {
        Is::Nothing => tell("n", 0, ""),
        Is::Scalar(text) => tell("s", text.len(), text),
        Is::List(items) => {
            tell("l", items.len(), "");
            items.iter().for_each(|i| feed(hash, i, false));
        }
        Is::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().filter(|(k, _)| !(top && k.name == "upgrade")).collect();
            sorted.sort_by(|a, b| a.0.name.cmp(&b.0.name));
            tell("m", sorted.len(), "");
            for (key, value) in sorted {
                hash.update(format!("k{}:{}", key.name.len(), key.name));
                feed(hash, value, false);
            }
        }
    }
}
