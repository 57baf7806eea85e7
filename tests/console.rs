//! The console's pages in a real browser, against this very daemon: `console/tests`, run by Node.
//!
//! Without the console in this build there is nothing to look at: `make console` builds it.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;

/// Runs one file of the browser tests; fails with what they said.
fn run(file: &str) {
    assert!(!segue::console::FILES.is_empty(), "the console is not in this build: `make console`");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("console");
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).arg(Path::new("tests").join(file)).current_dir(&folder);
    let done = node.env("SEGUE", env!("CARGO_BIN_EXE_segue")).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{file} ended with {}:\n{said}", done.status);
}

#[test]
fn the_agents_half_of_the_story() {
    run("desk.test.mjs");
}

#[test]
fn the_wallboard_and_its_load() {
    run("board.test.mjs");
}

#[test]
fn every_screen_and_its_size() {
    run("screens.test.mjs");
}

#[test]
fn the_customers_half_of_the_story() {
    run("customer.test.mjs");
}

#[test]
fn every_screen_of_the_customers_half_and_its_size() {
    run("customer.screens.test.mjs");
}
