//! Resolves what was typed into the plan, and finds what no schema can: references, ranges, files, weak secrets.
//!
//! Each part resolves its own table and goes on after a fault with something harmless in the value's place, so that every
//! fault is found in one run. A plan with faults is thrown away by the caller.

mod doors;
mod journeys;
mod limits;
mod listen;
mod place;
mod routing;
mod screen;
mod sessions;
mod store;
mod timeline;

use super::fault::{Fault, Weight};
use super::load::Mode;
use super::plan::{LogFormat, Plan, Telemetry, Tenant};
use super::raw::{self, Raw};
use super::shape::nearest;
use super::source::{Files, Origin, Sources};
use super::tree::Node;
use segue_session::{Language, Private, TenantId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// What every part needs while it resolves.
pub(crate) struct Checker<'c> {
    tree: &'c Node,
    files: &'c Files,
    mode: Mode,
    /// Whether the public address can be reached from other machines.
    exposed: bool,
    sources: &'c mut Sources,
    /// Files of secrets that others may read, told once each.
    open: BTreeSet<PathBuf>,
    pub(crate) faults: Vec<Fault>,
}

/// A place in the tree: the keys that lead there.
type Path<'p> = &'p [&'p str];

impl<'c> Checker<'c> {
    pub(crate) fn new(tree: &'c Node, files: &'c Files, mode: Mode, sources: &'c mut Sources, faults: Vec<Fault>) -> Self {
        Self { tree, files, mode, exposed: false, sources, open: BTreeSet::new(), faults }
    }

    fn origin(&self, path: Path<'_>) -> Origin {
        self.tree.origin(path.iter().copied())
    }

    fn add(&mut self, weight: Weight, path: Path<'_>, what: String, mend: &str) {
        let mend = (!mend.is_empty()).then(|| mend.to_owned());
        self.faults.push(Fault { weight, origin: self.origin(path), key: path.join("."), what, mend });
    }

    /// Records an error.
    fn wrong(&mut self, path: Path<'_>, what: impl Into<String>, mend: &str) {
        self.add(Weight::Error, path, what.into(), mend);
    }

    /// Whether an environment variable said it.
    fn by_variable(&self, path: Path<'_>) -> bool {
        matches!(self.origin(path), Origin::Variable(_))
    }

    /// Records a warning.
    fn doubtful(&mut self, path: Path<'_>, what: impl Into<String>, mend: &str) {
        self.add(Weight::Warning, path, what.into(), mend);
    }

    /// Records a reference to something that is not there, with what it may have meant.
    fn dangling(&mut self, path: Path<'_>, kind: &str, name: &str, known: &[&str]) {
        let mend = match nearest(name, known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() => format!("there is no {kind} at all; add one"),
            None => format!("known: {}", known.join(", ")),
        };
        self.wrong(path, format!("there is no {kind} \"{name}\""), &mend);
    }

    /// A path as typed, from the folder of the file it was typed in.
    fn path(&self, path: Path<'_>, typed: &str) -> PathBuf {
        self.sources.folder(&self.origin(path)).join(typed)
    }

    /// The text of a file that a key names.
    fn file(&mut self, path: Path<'_>, typed: &str) -> Option<String> {
        match self.files.read(&self.path(path, typed)) {
            Ok(text) => Some(text),
            Err(error) => {
                self.wrong(
                    path,
                    format!("{typed:?} cannot be read: {error}"),
                    "paths start from the folder of the file they are written in",
                );
                None
            }
        }
    }

    /// A secret that stands in the key, or in the file that the key with `_file` names.
    fn secret(&mut self, table: Path<'_>, key: &str, here: Option<&Private<String>>, file: Option<&String>) -> Option<Private<String>> {
        let file_key = format!("{key}_file");
        let mut path = table.to_vec();
        path.push(&file_key);
        match (here, file) {
            (Some(_), Some(_)) => {
                self.wrong(&path, format!("`{key}` and `{file_key}` are both given"), "keep one of them");
                None
            }
            (None, Some(file)) => {
                self.secret_file(&path, &self.path(&path, file));
                self.file(&path, file).map(|text| Private::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            (Some(here), None) => {
                path.pop();
                path.push(key);
                if let Some(file) = self.sources.file(&self.origin(&path)).map(PathBuf::from) {
                    self.secret_file(&path, &file);
                }
                Some(here.clone())
            }
            (None, None) => None,
        }
    }

    /// Warns, once for each file, where others on this machine can read a secret.
    fn secret_file(&mut self, path: Path<'_>, file: &std::path::Path) {
        if self.files.open_to_others(file) && self.open.insert(file.to_owned()) {
            let file = file.display();
            self.doubtful(path, format!("others on this machine may read {file}"), &format!("`chmod 600 {file}`"));
        }
    }

    /// Refuses a secret that can be guessed, except in the demo.
    fn strong(&mut self, path: Path<'_>, secret: &Private<String>) {
        let bytes = secret.reveal().as_bytes();
        let distinct = bytes.iter().collect::<BTreeSet<_>>().len();
        let lower = secret.reveal().to_lowercase();
        let known = ["changeme", "change-me", "secret", "password", "demo", "example"].iter().find(|word| lower.contains(**word));
        let mend = "draw one: `openssl rand -hex 32`";
        if bytes.len() < 32 {
            self.wrong(path, format!("a secret of {} bytes can be guessed; at least 32 are wanted", bytes.len()), mend);
        } else if self.mode == Mode::Serve && distinct < 10 {
            self.wrong(path, format!("a secret of only {distinct} different bytes can be guessed"), mend);
        } else if let (Mode::Serve, Some(word)) = (self.mode, known) {
            self.wrong(path, format!("a secret with the word \"{word}\" in it is no secret"), mend);
        }
    }

    /// Holds a length of time between two bounds.
    fn between(&mut self, path: Path<'_>, value: Duration, least: Duration, most: Duration) {
        if value < least || value > most {
            let spell = |d: Duration| String::from(super::units::Lasting(d));
            let (value, least, most) = (spell(value), spell(least), spell(most));
            let mend = format!("{least} to {most}; take the key out for the default");
            self.wrong(path, format!("{value} is not between {least} and {most}"), &mend);
        }
    }

    /// A language tag.
    fn language(&mut self, path: Path<'_>, typed: &str) -> Language {
        let fits = !typed.is_empty()
            && typed.len() <= 35
            && typed.split('-').all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
        if !fits {
            self.wrong(path, format!("{typed:?} is no language tag"), "as in BCP 47: \"en\", \"fr\", \"pt-BR\"");
        }
        Language::new(typed)
    }

    /// Holds a name of ours to the form of names: 1 to 128 bytes, no blanks.
    fn name(&mut self, path: Path<'_>, kind: &str, name: &str) {
        if TenantId::parse(name).is_none() {
            self.wrong(path, format!("{name:?} cannot be the name of {kind}"), "1 to 128 bytes of printable text without blanks");
        }
    }
}

/// Resolves everything.
pub(crate) fn resolve(raw: &Raw, checker: &mut Checker<'_>) -> Plan {
    let secret = checker.secret(&[], "secret", raw.secret.as_ref(), raw.secret_file.as_ref());
    match &secret {
        Some(secret) => checker.strong(&["secret"], secret),
        None if raw.secret_file.is_some() => {}
        None => checker.wrong(
            &[],
            "`secret` is missing",
            "add `secret_file = \"…\"`, or set SEGUE__SECRET_FILE; `openssl rand -hex 32` draws one",
        ),
    }
    checker.between(&["drain_for"], raw.drain_for.0, Duration::from_secs(1), Duration::from_secs(3600));
    checker.between(&["drain_pause"], raw.drain_pause.0, Duration::ZERO, raw.drain_for.0 / 2);
    let listen = listen::resolve(&raw.listen, checker);
    let store = store::resolve(&raw.store, checker);
    if raw.node.is_none() && matches!(store, super::plan::StorePlan::Redis { .. }) {
        checker.doubtful(&["store", "kind"], "nodes that share a Redis need names of their own", "set `node`, or SEGUE__NODE");
    }
    if raw.tenants.is_empty() {
        checker.wrong(&[], "there is no tenant", "add a table [tenants.NAME], or `tenants_dir`");
    }
    let mut tenants = BTreeMap::new();
    for (id, tenant) in &raw.tenants {
        checker.name(&["tenants", id], "a tenant", id);
        tenants.insert(TenantId::new(id), resolve_tenant(id, tenant, checker));
    }
    doors::unique(&tenants, checker);
    let node = raw.node.clone().unwrap_or_else(|| "segue".into());
    Plan {
        journal: store::journal(&raw.journal, checker),
        audit: store::audit(&raw.audit, &store, &node, checker),
        node,
        listen,
        store,
        limits: limits::resolve(&raw.limits, checker),
        telemetry: resolve_telemetry(&raw.telemetry, checker),
        drain_for: raw.drain_for.0,
        drain_pause: raw.drain_pause.0,
        secret: secret.map_or_else(|| Private::new(Vec::new()), |secret| Private::new(secret.into_inner().into_bytes())),
        tenants,
        samples: checker.mode == Mode::Demo,
    }
}

fn resolve_tenant(id: &str, raw: &raw::Tenant, checker: &mut Checker<'_>) -> Tenant {
    let language = checker.language(&["tenants", id, "language"], &raw.language);
    let hosts = screen::hosts(id, &raw.hosts, checker);
    let routing = routing::resolve(id, raw, &language, checker);
    let (journeys, start) = journeys::resolve(id, raw, &routing, &hosts, checker);
    Tenant {
        id: TenantId::new(id),
        region: place::region(id, raw.region.as_deref(), checker),
        time_zone: place::time_zone(id, raw.time_zone.as_deref(), checker),
        resume_link: screen::resume_link(id, raw.resume_link.as_deref(), &hosts, checker),
        title: raw.title.clone().unwrap_or_else(|| id.to_owned()),
        issuers: doors::resolve(id, raw, &routing, checker),
        widgets: raw.widgets.iter().cloned().collect(),
        sessions: sessions::resolve(id, &raw.sessions, checker),
        connectors: screen::connectors(id, &raw.connectors, &hosts, checker),
        links: screen::links(id, &raw.links, &hosts, checker),
        person_queue: routing::person_queue(id, raw.person_queue.as_deref(), &routing, checker),
        language,
        routing,
        journeys,
        start,
        hosts,
    }
}

fn resolve_telemetry(raw: &raw::Telemetry, checker: &mut Checker<'_>) -> Telemetry {
    if let Err(error) = raw.log.parse::<tracing_subscriber::filter::Targets>() {
        checker.wrong(&["telemetry", "log"], format!("cannot be read: {error}"), "a level (\"info\"), or \"segue=debug,info\"");
    }
    if raw.otlp.is_some() && !cfg!(feature = "otlp") {
        checker.wrong(&["telemetry", "otlp"], "this binary was built without OTLP", "build it with `--features otlp`, or take the key out");
    }
    let format = match raw.format {
        raw::LogFormat::Auto => LogFormat::Auto,
        raw::LogFormat::Pretty => LogFormat::Pretty,
        raw::LogFormat::Json => LogFormat::Json,
    };
    Telemetry { log: raw.log.clone(), format, otlp: raw.otlp.clone() }
}
