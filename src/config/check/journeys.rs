//! A tenant's journeys: read, compiled, and held against queues, hosts and each other.

use super::Checker;
use crate::config::fault::{Fault, Weight};
use crate::config::plan::{JourneySource, Routing};
use crate::config::raw;
use crate::config::source::{Origin, SourceId, offset, unread};
use segue_session::JourneyName;
use segue_session::journey::{self, Journey};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn resolve(
    tenant: &str,
    raw: &raw::Tenant,
    routing: &Routing,
    hosts: &BTreeSet<String>,
    checker: &mut Checker<'_>,
) -> (Vec<JourneySource>, Option<JourneyName>) {
    let sources = read(tenant, raw, checker);
    let mut journeys: BTreeMap<JourneyName, (Journey, SourceId)> = BTreeMap::new();
    for source in &sources {
        let id = checker.sources.add(&source.path, &source.text);
        let Some(journey) = compile(source, id, checker) else { continue };
        if let Some((_, _)) = journeys.get(journey.name()) {
            whole(id, format!("there is another journey \"{}\"", journey.name()), "names tell journeys apart", checker);
        } else {
            journeys.insert(journey.name().clone(), (journey, id));
        }
    }
    for (journey, id) in journeys.values() {
        references(journey, *id, &journeys, routing, hosts, checker);
    }
    let start = raw.start.as_ref().map(|start| JourneyName::new(start));
    if let Some(start) = start.as_ref().filter(|start| !journeys.contains_key(*start)) {
        let known: Vec<_> = journeys.keys().map(JourneyName::as_str).collect();
        checker.dangling(&["tenants", tenant, "start"], "journey", start.as_str(), &known);
    }
    (sources, start)
}

fn read(tenant: &str, raw: &raw::Tenant, checker: &mut Checker<'_>) -> Vec<JourneySource> {
    let Some(folder) = &raw.journeys else { return Vec::new() };
    let path = ["tenants", tenant, "journeys"];
    let paths = match checker.files.list(&checker.path(&path, folder), &["yaml", "yml"]) {
        Ok(paths) => paths,
        Err(error) => {
            checker.wrong(
                &path,
                format!("{folder:?} cannot be read: {error}"),
                "paths start from the folder of the file they are written in",
            );
            return Vec::new();
        }
    };
    if paths.is_empty() {
        checker.doubtful(&path, format!("no *.yaml in {folder:?}"), "");
    }
    let mut sources = Vec::new();
    for path_on_disk in paths {
        match checker.files.read(&path_on_disk) {
            Ok(text) => sources.push(JourneySource { path: path_on_disk, text }),
            Err(error) => {
                let (what, mend) = unread(&error);
                checker.wrong(&path, format!("{} {what}", path_on_disk.display()), mend.unwrap_or_default());
            }
        }
    }
    sources
}

fn compile(source: &JourneySource, id: SourceId, checker: &mut Checker<'_>) -> Option<Journey> {
    let place = |weight: Weight, fault: journey::Fault| {
        let at = offset(&source.text, fault.line, fault.column);
        let end = source.text[at..].find('\n').map_or(source.text.len(), |more| at + more).min(at + 1);
        Fault { weight, origin: Origin::File(id, at..end.max(at)), key: String::new(), what: fault.what, mend: fault.mend }
    };
    match journey::compile(&source.path.display().to_string(), &source.text) {
        Ok((journey, warnings)) => {
            checker.faults.extend(warnings.into_iter().map(|fault| place(Weight::Warning, fault)));
            Some(journey)
        }
        Err(faults) => {
            checker.faults.extend(faults.into_iter().map(|fault| place(Weight::Error, fault)));
            None
        }
    }
}

fn whole(id: SourceId, what: String, mend: &str, checker: &mut Checker<'_>) {
    checker.faults.push(Fault {
        weight: Weight::Error,
        origin: Origin::File(id, 0..0),
        key: String::new(),
        what,
        mend: Some(mend.to_owned()),
    });
}

fn references(
    journey: &Journey,
    id: SourceId,
    journeys: &BTreeMap<JourneyName, (Journey, SourceId)>,
    routing: &Routing,
    hosts: &BTreeSet<String>,
    checker: &mut Checker<'_>,
) {
    for queue in journey.queues().iter().filter(|queue| !routing.queues.contains_key(*queue)) {
        whole(id, format!("routes to the queue \"{queue}\", which is not there"), "add the queue, or correct the step", checker);
    }
    for host in journey.hosts().iter().filter(|host| !hosts.contains(*host)) {
        let mend = format!("add \"{host}\" to the tenant's `hosts`");
        whole(id, format!("asks the host \"{host}\", which is not allowed"), &mend, checker);
    }
    for called in journey.calls().iter().filter(|called| !journeys.contains_key(*called)) {
        whole(id, format!("calls the journey \"{called}\", which is not there"), "add the journey, or correct the step", checker);
    }
}
