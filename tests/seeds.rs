//! The fuzzers' seeds, and what they once found, through the same functions: no panic, whatever comes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_seed_is_read_without_harm() {
    for (name, target) in targets::ALL {
        let seeds = files(&root().join("fuzz/seeds").join(name));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (_, bytes) in seeds {
            target(&bytes);
            // Cut short anywhere, and with each byte touched: the cheapest damage.
            for at in 0..bytes.len().min(400) {
                target(&bytes[..at]);
                let mut touched = bytes.clone();
                touched[at] ^= 0x55;
                target(&touched);
            }
        }
    }
    for (_, bytes) in files(&root().join("examples/demo/journeys")) {
        targets::journey(&bytes);
    }
}

#[test]
fn every_fuzzer_is_in_the_list() {
    let mut names: Vec<_> = targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stem = |(path, _): (PathBuf, Vec<u8>)| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut built: Vec<_> = files(&root().join("fuzz/fuzz_targets")).into_iter().map(stem).collect();
    names.sort();
    built.sort();
    assert_eq!(names, built);
}

/// Seeds that are meant to be good are good: otherwise the fuzzers would begin at nothing.
#[test]
fn good_seeds_are_good() {
    let good = |target: &str| files(&root().join("fuzz/seeds").join(target)).into_iter().filter(|(path, _)| !path.ends_with("broken"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    for (path, bytes) in good("journey") {
        let faults = segue_session::journey::compile("seed", &text(bytes)).err();
        assert!(faults.is_none(), "{}: {faults:?}", path.display());
    }
    for (path, bytes) in good("needs") {
        assert!(segue_session::needs::Needs::parse(&text(bytes)).is_ok(), "{}", path.display());
    }
    for (path, bytes) in good("chat_frame") {
        assert!(segue_adapter_chat::parse_client_frame(&text(bytes)).is_ok(), "{}", path.display());
    }
    for (path, bytes) in good("app_call") {
        assert!(targets::is_order(&text(bytes)), "{}", path.display());
    }
    for (path, bytes) in good("desk_frame") {
        assert!(segue_adapter_desk::parse_client_frame(&text(bytes)).is_ok(), "{}", path.display());
    }
}
