//! A client generated from the .proto files by another language's tools walks the app's half of the story.
//!
//! The first run makes a venv under the target folder, from pinned packages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod product;

use product::{Business, Daemon, Kept, token};
use std::path::{Path, PathBuf};
use tokio::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

async fn run(command: &mut Command) -> String {
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}\n{complained}", output.status);
    said
}

/// A Python with the pinned packages, made once; a change of the pins makes another.
async fn python() -> PathBuf {
    let pins = root().join("tests/clients/python/requirements.txt");
    let text = std::fs::read_to_string(&pins).unwrap();
    let name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv").join(name.trim_matches('-'));
    let python = home.join("bin/python");
    let made = home.join("made");
    if !made.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home)).await;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&pins)).await;
        std::fs::write(made, "").unwrap();
    }
    python
}

/// The generated client; made anew each time, for the .proto files may have changed.
async fn generated(python: &Path, out: &Path) {
    run(Command::new(python).arg(root().join("tests/clients/python/generate.py")).arg(out)).await;
}

async fn walk(daemon: &Daemon, python: &Path, generated: &Path, name: &str, leave: &str) -> String {
    let mut command = Command::new(python);
    command.arg("-u").arg(root().join("tests/clients/python/walk.py")).arg("--generated").arg(generated);
    command.args(["--address", &daemon.at.0.to_string(), "--token", &token("app", name), "--journey", "story", "--choose", "fault"]);
    command.args(["--fill", "name=Ada Lovelace", "--fill", "story=it hums", "--leave", leave, "--within", "30"]);
    run(&mut command).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_from_elsewhere_walks_the_apps_half() {
    let python = python().await;
    let out = tempfile::tempdir().unwrap();
    generated(&python, out.path()).await;
    let business = Business { grace: "1s", ..Business::default() };
    let daemon = Daemon::start(&business, &Kept::Embedded).await;
    for (name, leave) in [("ada", "suspend"), ("bea", "vanish")] {
        let said = walk(&daemon, &python, out.path(), name, leave).await;
        assert!(said.ends_with("all as promised\n"), "{said}");
        assert!(said.matches("  ok ").count() >= 15, "{said}");
        for promise in ["exactly one comes in", "everything is where it was, answers and all", "a repeat says nothing twice"] {
            assert!(said.contains(promise), "{promise} is not in:\n{said}");
        }
    }
}
