//! Messages with the view that a correct reader has of them. A change shows here as a changed view.

use crate::hostile;
use crate::view::seen;
use std::fmt::Write as _;
use std::path::Path;

/// The awkward messages of Apache James Mime4j, each over what its index says a correct parser sees.
#[test]
fn awkward_messages_of_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mime4j");
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let mut views = String::new();
    for row in index.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let &[file, _, bytes, _, expected] = columns.as_slice() else { panic!("a row of five columns: {row}") };
        let raw = std::fs::read(folder.join(file)).unwrap();
        assert_eq!(raw.len().to_string(), bytes, "{file} came as it is");
        let _ = writeln!(views, "== {file}\n   {expected}\n{}", seen(&raw));
    }
    insta::assert_snapshot!(views);
}

/// Messages of our own that were written to do harm, each over what it tries.
#[test]
fn hostile_messages() {
    let mut views = String::new();
    for case in hostile::all() {
        let _ = writeln!(views, "== {}\n   {}\n{}", case.name, case.tries, seen(&case.raw));
    }
    insta::assert_snapshot!(views);
}
