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
    let (mut inside, mut lines) = (false, Vec::new());
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside {
            lines.push(line.to_owned());
        }
    }
    lines
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
