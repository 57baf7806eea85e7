//! Holds the house itself: which room may know which, how long a file and a function may be, and what must not be written.
//!
//! Reads manifests and sources, runs nothing.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Files longer than this are split by meaning.
const FILE_LINES: usize = 500;
/// Functions longer than this are split by verb.
const FUNCTION_LINES: usize = 70;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The doors of the house: each room with the rooms it may import. What is absent is forbidden.
fn doors() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let channel = ["segue-adapter-kit", "segue-session", "segue-proto"];
    BTreeMap::from([
        ("segue-router", BTreeSet::new()),
        ("segue-session", BTreeSet::from(["segue-router"])),
        ("segue-sim", BTreeSet::from(["segue-router", "segue-session"])),
        ("segue-proto", BTreeSet::from(["segue-session", "segue-router"])),
        ("segue-adapter-kit", BTreeSet::from(["segue-session"])),
        ("segue-adapter-app", BTreeSet::from(channel)),
        ("segue-adapter-chat", BTreeSet::from(channel)),
        ("segue-adapter-desk", BTreeSet::from(channel)),
        ("segue-adapter-email", BTreeSet::from(channel)),
        ("segue-adapter-voice", BTreeSet::from(channel)),
        ("segue-adapter-media", BTreeSet::from(["segue-session"])),
        // A black box: the wire's types. Its `rooms/` module alone, for bars that measure one room, may open the others.
        ("segue-loadtest", BTreeSet::from(["segue-proto", "segue-router", "segue-session", "segue-sim", "segue-adapter-kit", "segue"])),
        (
            "segue",
            BTreeSet::from([
                "segue-router",
                "segue-session",
                "segue-proto",
                "segue-adapter-kit",
                "segue-adapter-app",
                "segue-adapter-chat",
                "segue-adapter-desk",
                "segue-adapter-voice",
                "segue-sim",
            ]),
        ),
    ])
}

fn manifests() -> Vec<(PathBuf, toml::Table)> {
    let workspace: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|m| root().join(m.as_str().unwrap()))
        .map(|dir| (dir.clone(), fs::read_to_string(dir.join("Cargo.toml")).unwrap().parse().unwrap()))
        .collect()
}

fn ours(manifest: &toml::Table, kind: &str) -> BTreeSet<String> {
    let names = manifest.get(kind).and_then(|d| d.as_table()).map(|d| d.keys().cloned().collect::<Vec<_>>());
    names.unwrap_or_default().into_iter().filter(|n| n == "segue" || n.starts_with("segue-")).collect()
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            sources(&path, out);
        } else if name.ends_with(".rs") {
            out.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    files.sort();
    let name = |p: &PathBuf| p.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    files.iter().map(|p| (name(p), fs::read_to_string(p).unwrap())).collect()
}

#[test]
fn every_room_keeps_to_its_doors() {
    let doors = doors();
    let mut faults = Vec::new();
    for (dir, manifest) in manifests() {
        let name = manifest["package"]["name"].as_str().unwrap();
        let Some(allowed) = doors.get(name) else {
            faults.push(format!("{name} ({}) has no doors: say in this test what it may import", dir.display()));
            continue;
        };
        for kind in ["dependencies", "build-dependencies"] {
            for import in ours(&manifest, kind) {
                if !allowed.contains(import.as_str()) {
                    faults.push(format!("{name} must not import {import}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "doors that are not there:\n{}", faults.join("\n"));
}

#[test]
fn the_load_client_opens_other_rooms_in_its_rooms_module_alone() {
    let mut faults = Vec::new();
    for (file, text) in all_sources() {
        let black_box = file.starts_with("loadtest/src/") && !file.starts_with("loadtest/src/rooms");
        for room in ["segue_router::", "segue_session::", "segue_sim::", "segue_adapter_kit::", "segue::"] {
            if black_box && text.contains(room) {
                faults.push(format!("{file} names {room}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_is_named_for_its_folder() {
    for (dir, manifest) in manifests() {
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        let folder = dir.strip_prefix(root()).unwrap().to_string_lossy().replace("adapters/", "adapter-");
        let expected = if folder.is_empty() || folder == "." { "segue".to_owned() } else { format!("segue-{folder}") };
        assert_eq!(name, expected);
    }
}

#[test]
fn every_crate_takes_the_common_lints() {
    for (dir, manifest) in manifests() {
        let common = manifest.get("lints").and_then(|l| l.get("workspace")).and_then(toml::Value::as_bool);
        assert_eq!(common, Some(true), "{} does not say [lints] workspace = true", dir.display());
    }
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<_> = all_sources().iter().map(|(f, t)| (t.lines().count(), f.clone())).filter(|(n, _)| *n > FILE_LINES).collect();
    assert!(long.is_empty(), "files over {FILE_LINES} lines, to be split by meaning: {long:#?}");
}

struct Functions<'a> {
    file: &'a str,
    long: &'a mut Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, name: &syn::Ident, block: &syn::Block) {
        let lines = block.span().end().line - block.span().start().line + 1;
        if lines > FUNCTION_LINES {
            self.long.push(format!("{}: {name} has {lines} lines", self.file));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
        self.measure(&f.sig.ident, &f.block);
        visit::visit_item_fn(self, f);
    }
    fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
        self.measure(&f.sig.ident, &f.block);
        visit::visit_impl_item_fn(self, f);
    }
}

#[test]
fn no_function_is_too_long() {
    let mut long = Vec::new();
    for (file, text) in all_sources() {
        let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{file} does not parse: {e}"));
        Functions { file: &file, long: &mut long }.visit_file(&parsed);
    }
    assert!(long.is_empty(), "functions over {FUNCTION_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn the_cores_have_lints_of_their_own() {
    for core in ["router", "session"] {
        let rules = fs::read_to_string(root().join(core).join("clippy.toml")).unwrap_or_default();
        for banned in ["std::time::SystemTime::now", "std::time::Instant::now", "std::collections::HashMap", "std::collections::HashSet"] {
            assert!(rules.contains(banned), "{core}/clippy.toml does not ban {banned}");
        }
    }
}

#[test]
fn nothing_half_done_is_left_behind() {
    let marks = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[ig", "nore"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut found = Vec::new();
    for (file, text) in all_sources() {
        for (n, line) in text.lines().enumerate() {
            if marks.iter().any(|m| line.contains(m)) {
                found.push(format!("{file}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_room_opens_with_its_purpose() {
    for (file, text) in all_sources() {
        let opens = file.ends_with("lib.rs") || file.ends_with("mod.rs");
        assert!(!opens || text.starts_with("//!"), "{file} does not say what it is for");
    }
}
