//! From a file's path to a plan: read, put together, hold against the schema, resolve.

use super::check;
use super::fault::{Fault, Faults, Weight};
use super::plan::Plan;
use super::raw::Raw;
use super::shape::Shape;
use super::show::Shown;
use super::source::{Files, Origin, Sources, unread};
use super::tree::{Node, Value};
use super::variables;
use std::path::{Path, PathBuf};

/// Which configuration is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The file.
    pub file: PathBuf,
    /// Where files are read from.
    pub files: Files,
    /// The environment.
    pub variables: Vec<(String, String)>,
    /// What it is for.
    pub mode: Mode,
}

/// What a configuration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Real customers: secrets that are weak or known are refused.
    Serve,
    /// The demo, whose secrets are in the binary.
    Demo,
}

impl Wanted {
    /// A file on disk, with this process's environment.
    #[must_use]
    pub fn file(file: &Path) -> Self {
        let variables = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self { file: file.to_owned(), files: Files::Disk, variables: variables.collect(), mode: Mode::Serve }
    }
}

/// A configuration that can be started.
#[derive(Debug)]
pub struct Loaded {
    /// As resolved.
    pub plan: Plan,
    /// What is doubtful about it.
    pub warnings: Faults,
    /// As merged, each value with its origin.
    pub shown: Shown,
}

/// Reads, checks and resolves a configuration.
///
/// # Errors
/// Everything that is wrong with it, warnings included.
pub fn load(wanted: &Wanted) -> Result<Loaded, Faults> {
    let mut sources = Sources::default();
    let mut faults = Vec::new();
    let shape = Shape::of_config();
    let tree = read(&wanted.file, &wanted.files, &mut sources, &mut faults);
    // What a broken line meant to say cannot be checked: the rest would be guesses.
    let Some(mut tree) = tree.filter(|_| faults.is_empty()) else { return Err(Faults::of(&faults, &sources)) };
    variables::overlay(&mut tree, &shape, &wanted.variables, &mut faults);
    gather(&mut tree, &wanted.files, &mut sources, &mut faults);
    // Once more, over what the tenants' files brought.
    variables::overlay(&mut tree, &shape, &wanted.variables, &mut Vec::new());
    let misfits = shape.check(&tree, &mut faults);
    for path in misfits {
        tree.remove(&path);
    }
    let raw: Raw = match serde_path_to_error::deserialize(tree.to_json()) {
        Ok(raw) => raw,
        Err(error) => {
            let path: Vec<_> = error.path().iter().map(ToString::to_string).collect();
            let origin = tree.origin(path.iter().map(String::as_str));
            faults.push(Fault { weight: Weight::Error, origin, key: path.join("."), what: error.into_inner().to_string(), mend: None });
            return Err(Faults::of(&faults, &sources));
        }
    };
    let mut checker = check::Checker::new(&tree, &wanted.files, wanted.mode, &mut sources, faults);
    let plan = check::resolve(&raw, &mut checker);
    let faults = checker.faults;
    let reports = Faults::of(&faults, &sources);
    if reports.are_fatal() {
        return Err(reports);
    }
    let shown = Shown::new(&raw, &tree, &shape, &sources);
    Ok(Loaded { plan, warnings: reports, shown })
}

fn read(file: &Path, files: &Files, sources: &mut Sources, faults: &mut Vec<Fault>) -> Option<Node> {
    match files.read(file) {
        Ok(text) => Some(Node::parse(sources.add(file, &text), &text, faults)),
        Err(error) => {
            let (what, mend) = unread(&error);
            let mend = mend.unwrap_or("`segue config init FILE` writes one to begin with").to_owned();
            let origin = Origin::File(sources.add(file, ""), 0..0);
            faults.push(Fault { weight: Weight::Error, origin, key: String::new(), what, mend: Some(mend) });
            None
        }
    }
}

/// Brings in the tenants' own files: first the folder's, then what tables include.
fn gather(tree: &mut Node, files: &Files, sources: &mut Sources, faults: &mut Vec<Fault>) {
    if let Some(folder) = tree.get("tenants_dir").cloned()
        && let Some(typed) = folder.text()
    {
        match files.list(&sources.folder(&folder.origin).join(typed), &["toml"]) {
            Err(error) => faults.push(unreadable(&folder.origin, "tenants_dir", typed, &error)),
            Ok(paths) => {
                for path in paths {
                    let Some(name) = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
                    let Some(tenant) = read(&path, files, sources, faults) else { continue };
                    let mut whole = Node::empty();
                    whole.set(&["tenants".to_owned(), name], tenant);
                    tree.fill_from(whole);
                }
            }
        }
    }
    let names = match tree.get("tenants").map(|tenants| &tenants.value) {
        Some(Value::Table(tenants)) => tenants.keys().cloned().collect(),
        _ => Vec::new(),
    };
    for name in names {
        let Some(include) = tree.find(["tenants", &name, "include"]).cloned() else { continue };
        let Some(typed) = include.text() else { continue };
        let path = sources.folder(&include.origin).join(typed);
        match files.read(&path) {
            Err(error) => faults.push(unreadable(&include.origin, &format!("tenants.{name}.include"), typed, &error)),
            Ok(text) => {
                let mut whole = Node::empty();
                whole.set(&["tenants".to_owned(), name], Node::parse(sources.add(&path, &text), &text, faults));
                tree.fill_from(whole);
            }
        }
    }
}

fn unreadable(origin: &Origin, key: &str, typed: &str, error: &std::io::Error) -> Fault {
    let (what, mend) = unread(error);
    let mend = mend.unwrap_or("paths start from the folder of the file they are written in").to_owned();
    Fault { weight: Weight::Error, origin: origin.clone(), key: key.to_owned(), what: format!("{typed:?} {what}"), mend: Some(mend) }
}
