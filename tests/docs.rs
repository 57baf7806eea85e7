//! Runs what the README shows: every `sh` block whose commands are `segue …`, in an empty folder, one after the other.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The lines of the README's shell blocks.
fn lines() -> Vec<String> {
    lines_of("README.md")
}

/// The lines of a page's shell blocks.
fn lines_of(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    blocks(&text, "sh").into_iter().flatten().map(str::to_owned).collect()
}

/// The blocks of a page in this language, as lines.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<Vec<&'p str>> {
    let (mut inside, mut found) = (false, Vec::new());
    for line in page.lines() {
        if let Some(named) = line.strip_prefix("```") {
            inside = named == language;
            found.extend(inside.then(Vec::new));
        } else if inside && let Some(block) = found.last_mut() {
            Vec::push(block, line);
        }
    }
    found
}

/// Runs a line of a page as a shell does, with our `segue` first on the path.
fn run(line: &str, folder: &Path) {
    let binary = Path::new(env!("CARGO_BIN_EXE_segue"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let done = Command::new("sh").arg("-c").arg(line).current_dir(folder).env("PATH", &path).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "`{line}` ended with {}:\n{said}", done.status);
}

#[test]
fn the_readme_s_snippets_run() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<_> = lines().into_iter().filter(|line| line.starts_with("segue ")).collect();
    lines.iter().for_each(|line| run(line, folder.path()));
    assert!(lines.len() >= 4, "the README shows {} commands of segue", lines.len());
}

/// With fewer customers than people would ask for: a build for tests is slow.
#[test]
fn the_simulator_s_page_runs() {
    let folder = tempfile::tempdir().unwrap();
    let examples = folder.path().join("examples/sim");
    std::fs::create_dir_all(&examples).unwrap();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sim")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, examples.join(path.file_name().unwrap())).unwrap();
    }
    let lines = lines_of("docs/how-to/plan-staff.md");
    for line in &lines {
        let less = if line.starts_with("segue sim check") { "--customers 2000" } else { "--replications 2" };
        run(&format!("{line} {less}"), folder.path());
    }
    assert_eq!(lines.len(), 7, "each verb of the simulator is shown");
    assert!(folder.path().join("day.html").exists());
}

#[test]
fn the_readme_s_make_targets_are_there() {
    let makefile = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Makefile")).unwrap();
    for line in lines().iter().filter(|line| line.starts_with("make ")) {
        let target = line.split_whitespace().nth(1).unwrap();
        assert!(makefile.lines().any(|rule| rule.starts_with(&format!("{target}:"))), "`{line}`: there is no such target");
    }
}

/// Pages for readers: those at the top, and all below these folders.
fn pages(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (vec![root.join("console/README.md")], vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let below = path.strip_prefix(root).unwrap();
            if path.is_dir() && ["docs", "examples"].iter().any(|top| below.starts_with(top)) {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 20, "{found:?}");
    found
}

#[test]
fn every_link_of_the_docs_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for page in pages(root) {
        let text = std::fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap();
        let page = page.strip_prefix(root).unwrap().display();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

/// A page shows parts of a configuration: what they leave out is no fault of theirs, but every key and every value must be one.
#[test]
fn what_pages_show_of_the_configuration_is_read_by_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let (mut shown, mut wrong) = (0, Vec::new());
    for page in pages(root).iter().filter(|page| !page.starts_with(root.join("examples"))) {
        for block in blocks(&std::fs::read_to_string(page).unwrap(), "toml") {
            shown += 1;
            std::fs::write(folder.path().join("segue.toml"), block.join("\n")).unwrap();
            let mut segue = Command::new(env!("CARGO_BIN_EXE_segue"));
            let told = segue.args(["config", "check", "--json"]).current_dir(folder.path()).env_clear().output().unwrap();
            let faults: Vec<serde_json::Value> = serde_json::from_slice(&told.stdout).unwrap();
            let what = faults.iter().map(|fault| format!("{}: {}", fault["key"].as_str().unwrap(), fault["what"].as_str().unwrap()));
            let unread = ["no such key", "must be", "is not between", "is written like", "invalid", "expected"];
            wrong.extend(what.filter(|what| unread.iter().any(|way| what.contains(way))).map(|what| format!("{}: {what}", page.display())));
        }
    }
    assert!(wrong.is_empty() && shown >= 7, "{shown} shown; {wrong:#?}");
}

/// Every key of `[limits]`, and every name that a limit is counted under, stands on the page of the limits.
#[test]
fn the_page_of_the_limits_names_them_all() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/reference/limits.md")).unwrap();
    let schema = Command::new(env!("CARGO_BIN_EXE_segue")).args(["config", "schema"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    let keys = schema["$defs"]["Limits"]["properties"].as_object().unwrap();
    let mut names: Vec<String> = keys.keys().cloned().collect();
    // What the daemon serves: the page says that the other channels have none yet.
    let served = ["src", "session/src", "adapters/kit", "adapters/app", "adapters/chat", "adapters/desk"];
    let mut folders: Vec<_> = served.into_iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("tests") && !path.ends_with("testing") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                counted(&std::fs::read_to_string(&path).unwrap(), &mut names);
            }
        }
    }
    assert!(names.len() > keys.len() + 8, "{names:?}");
    names.retain(|name| !page.contains(&format!("`{name}`")));
    assert!(names.is_empty(), "not on the page: {names:?}");
}

/// The limits that a source counts, by the names in its calls.
fn counted(source: &str, names: &mut Vec<String>) {
    // The one says first which adapter, the other has nothing but the name.
    for (call, text) in [("limit_reached(", 1), (".limit(", 0)] {
        for rest in source.split(call).skip(1) {
            let arguments = rest.split(')').next().unwrap_or_default();
            names.extend(arguments.split('"').skip(1).step_by(2).nth(text).map(str::to_owned));
        }
    }
}
