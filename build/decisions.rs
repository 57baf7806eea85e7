//! Sums up the source of everything that decides: two builds of one version that could decide otherwise call themselves
//! differently, so that neither takes the other's journal for its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where it is decided, and what the journal's records look like.
const DECIDES: [&str; 4] = ["router/src", "session/src/outbound", "session/src/model", "src/engine"];

pub(crate) fn sum_up() -> io::Result<()> {
    let mut files = Vec::new();
    for folder in DECIDES {
        println!("cargo::rerun-if-changed={folder}");
        gather(Path::new(folder), &mut files)?;
    }
    files.sort();
    let mut sum = 0xcbf2_9ce4_8422_2325;
    for file in files {
        sum = fnv(sum, file.to_string_lossy().as_bytes());
        sum = fnv(sum, &fs::read(file)?);
    }
    println!("cargo::rustc-env=SEGUE_DECISIONS={sum:016x}");
    Ok(())
}

/// The Rust sources below a folder.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// FNV-1a (IETF draft-eastlake-fnv): nobody attacks a build's own name, and no crate is needed for it.
fn fnv(sum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(sum, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
