//! The chain: each line holds the hash of the one before it and its own, and both can be worked out again with any SHA-256.

use super::{Entry, Error};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// What stands before the first line.
pub(super) const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The longest line that is read, in bytes; ours are far shorter.
const LONGEST: u64 = 64 << 10;
/// What parts a line's own hash from what it covers.
const SEAL: &str = ",\"hash\":\"";

/// Where the chain ends: how many lines, and the last one's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) lines: u64,
    pub(super) hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { lines: 0, hash: BEGINNING.to_owned() }
    }
}

/// What every line begins with, and what is read of one.
#[derive(Serialize)]
struct Line<'a> {
    n: u64,
    previous: &'a str,
    at: String,
    #[serde(flatten)]
    entry: &'a Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
}

#[derive(Deserialize)]
struct Read {
    n: u64,
    previous: String,
    at: String,
}

impl Head {
    /// The next line, its end included; the chain ends with it.
    pub(super) fn seal(&mut self, at: String, entry: &Entry, times: Option<u64>) -> Result<String, serde_json::Error> {
        let n = self.lines.saturating_add(1);
        let mut line = serde_json::to_string(&Line { n, previous: &self.hash, at, entry, times })?;
        // The closing brace comes after the hash, which covers everything before it.
        line.pop();
        let hash = sum(&line);
        line.push_str(SEAL);
        line.push_str(&hash);
        line.push_str("\"}\n");
        *self = Self { lines: n, hash };
        Ok(line)
    }

    /// Takes in the next line; when it was written, or in what it does not hold.
    fn check(&mut self, line: &str) -> Result<String, String> {
        let (head, at) = read(line)?;
        if head.n != self.lines.saturating_add(1) {
            return Err(format!("it says that it is number {}", head.n));
        }
        if head.previous != self.hash {
            return Err("it does not follow the line before it".to_owned());
        }
        *self = Self { lines: head.n, hash: head.hash };
        Ok(at)
    }

    /// Where a chain ends whose last line this is.
    pub(super) fn of(line: &str) -> Result<Self, String> {
        let (head, _) = read(line)?;
        Ok(Self { lines: head.n, hash: head.hash })
    }
}

/// What a line says of itself.
struct Sealed {
    n: u64,
    previous: String,
    hash: String,
}

/// A line that holds by itself, and when it was written.
fn read(line: &str) -> Result<(Sealed, String), String> {
    let parts = line.rsplit_once(SEAL).and_then(|(covered, rest)| Some((covered, rest.strip_suffix("\"}")?)));
    let (covered, hash) = parts.ok_or("it has no hash")?;
    if sum(covered) != hash {
        return Err("its hash is not that of what it says".to_owned());
    }
    let Read { n, previous, at } = serde_json::from_str(line).map_err(|why| why.to_string())?;
    Ok((Sealed { n, previous, hash: hash.to_owned() }, at))
}

fn sum(covered: &str) -> String {
    Sha256::digest(covered).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `verify` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every line is as it was written, and none is missing between the first and the last.
    Whole {
        /// How many.
        lines: u64,
        /// What came before the first, in a file that was moved away; absent where the chain begins here.
        after: Option<Earlier>,
        /// When the first was written (RFC 3339).
        from: Option<String>,
        /// When the last was.
        to: Option<String>,
        /// The last one's hash: kept elsewhere, it shows whether lines were cut off at the end.
        head: String,
    },
    /// From this line on nothing is proven.
    Broken {
        /// In which file.
        file: PathBuf,
        /// The first that does not hold, counted from 1.
        line: u64,
        /// In what.
        why: String,
    },
}

/// The end of an earlier file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Earlier {
    /// How many lines there were by then.
    pub lines: u64,
    /// The last one's hash.
    pub head: String,
}

/// Walks a whole audit log: its files, the oldest first.
///
/// # Errors
/// A file cannot be read.
pub fn verify(files: &[PathBuf]) -> Result<Verdict, Error> {
    let mut walk = Walk::default();
    for file in files {
        if let Err((line, why)) = walk.through(file)? {
            return Ok(Verdict::Broken { file: file.clone(), line, why });
        }
    }
    let (head, span) = (walk.head.unwrap_or_default(), walk.span.unzip());
    Ok(Verdict::Whole { lines: walk.lines, after: walk.after, from: span.0, to: span.1, head: head.hash })
}

/// How far a log was walked.
#[derive(Default)]
struct Walk {
    head: Option<Head>,
    after: Option<Earlier>,
    lines: u64,
    /// When the first line was written, and the last.
    span: Option<(String, String)>,
}

impl Walk {
    /// Walks a file; the first line that does not hold, and in what.
    fn through(&mut self, path: &Path) -> Result<Result<(), (u64, String)>, Error> {
        let doing = |source| Error::Io { doing: "reading", path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(doing)?;
        if !file.metadata().map_err(doing)?.is_file() {
            return Err(Error::NoFile(path.to_owned()));
        }
        let (mut file, mut bytes, mut number) = (BufReader::new(file), Vec::new(), 0);
        // What is no audit log may be one line without an end.
        while (&mut file).take(LONGEST).read_until(b'\n', &mut bytes).map_err(doing)? > 0 {
            number += 1;
            let line = std::str::from_utf8(&bytes).map_err(|_| "it is no text".to_owned());
            let line = line.and_then(|line| line.strip_suffix('\n').ok_or_else(|| "it was not written to its end".to_owned()));
            if let Err(why) = line.and_then(|line| self.take(line)) {
                return Ok(Err((number, why)));
            }
            bytes.clear();
        }
        Ok(Ok(()))
    }

    /// Takes in the next line. The very first may go on from a file that is not here.
    fn take(&mut self, line: &str) -> Result<(), String> {
        if self.head.is_none() {
            let (first, _) = read(line)?;
            let before = Head { lines: first.n.saturating_sub(1), hash: first.previous };
            if before.lines > 0 {
                self.after = Some(Earlier { lines: before.lines, head: before.hash.clone() });
            }
            self.head = Some(if before.lines > 0 { before } else { Head::default() });
        }
        let at = self.head.get_or_insert_default().check(line)?;
        self.lines += 1;
        match &mut self.span {
            Some((_, to)) => *to = at,
            None => self.span = Some((at.clone(), at)),
        }
        Ok(())
    }
}
