//! Where a value came from: texts, places in them, and the environment.
//!
//! Files are read through [`Files`], so that the demo's, which lie in the binary, are read and reported like any other.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Where files are read from.
#[derive(Clone, Debug)]
pub enum Files {
    /// This machine's disks.
    Disk,
    /// Texts by path, held in memory; what is not among them is not there.
    Held(BTreeMap<PathBuf, String>),
}

impl Files {
    /// The text of a file.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn read(&self, path: &Path) -> io::Result<String> {
        match self {
            Self::Disk => std::fs::read_to_string(path),
            Self::Held(texts) => texts.get(&without_detours(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }
    /// Whether more than its owner may read a file.
    #[must_use]
    pub fn open_to_others(&self, path: &Path) -> bool {
        match self {
            Self::Disk => std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0),
            Self::Held(_) => false,
        }
    }
    /// The files of a folder with one of these endings, in order of name.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn list(&self, folder: &Path, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
        let fits = |path: &Path| path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending));
        let mut paths = match self {
            Self::Disk => std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?,
            Self::Held(texts) => {
                let folder = without_detours(folder);
                texts.keys().filter(|path| path.parent() == Some(&folder)).cloned().collect()
            }
        };
        paths.retain(|path| fits(path));
        paths.sort();
        Ok(paths)
    }
}

/// Why a file could not be read, as people say it, and the mend where there is one.
pub(crate) fn unread(error: &io::Error) -> (String, Option<&'static str>) {
    let mend = match error.kind() {
        io::ErrorKind::InvalidData => return ("is no text in UTF-8".to_owned(), Some("save it as UTF-8")),
        io::ErrorKind::IsADirectory => return ("is a folder".to_owned(), Some("give a file, or move the folder away")),
        io::ErrorKind::PermissionDenied => Some("let the account that runs segue read it"),
        _ => None,
    };
    (format!("cannot be read: {error}"), mend)
}

/// `a/../b` as `b`. Held texts know no links, so that this is the same place.
fn without_detours(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            part => plain.push(part),
        }
        plain
    })
}

/// A text by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceId(usize);

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A stretch of bytes of a file.
    File(SourceId, Range<usize>),
    /// An environment variable.
    Variable(String),
    /// Nobody wrote it: the daemon's default.
    Default,
}

/// A place worked out.
pub(crate) struct Place {
    pub name: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub text: Option<(Arc<miette::NamedSource<String>>, miette::SourceSpan)>,
}

struct Source {
    path: PathBuf,
    text: Arc<miette::NamedSource<String>>,
}

/// All texts read so far.
#[derive(Default)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    pub(crate) fn add(&mut self, path: &Path, text: &str) -> SourceId {
        let text = Arc::new(miette::NamedSource::new(path.display().to_string(), text.to_owned()));
        self.0.push(Source { path: path.to_owned(), text });
        SourceId(self.0.len() - 1)
    }
    fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0)
    }
    /// The folder that relative paths of this origin start from.
    pub(crate) fn folder(&self, origin: &Origin) -> PathBuf {
        let source = if let Origin::File(id, _) = origin { self.get(*id) } else { self.0.first() };
        source.and_then(|source| source.path.parent()).map(Path::to_owned).unwrap_or_default()
    }
    /// The file of this origin.
    pub(crate) fn file(&self, origin: &Origin) -> Option<&Path> {
        let Origin::File(id, _) = origin else { return None };
        self.get(*id).map(|source| source.path.as_path())
    }
    pub(crate) fn place(&self, origin: &Origin) -> Place {
        match origin {
            Origin::Variable(name) => Place { name: format!("${name}"), line: None, column: None, text: None },
            Origin::Default => Place { name: "defaults".into(), line: None, column: None, text: None },
            Origin::File(id, span) => self.get(*id).map_or_else(
                || Place { name: "?".into(), line: None, column: None, text: None },
                |source| {
                    let before = source.text.inner().get(..span.start).unwrap_or_default();
                    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                    let line = before.matches('\n').count() + 1;
                    let text = Some((Arc::clone(&source.text), span.clone().into()));
                    Place { name: source.path.display().to_string(), line: Some(line), column: Some(column), text }
                },
            ),
        }
    }
}

/// The offset of a line and column (from 1, in characters) in a text; its end where it lies beyond.
pub(crate) fn offset(text: &str, line: u32, column: u32) -> usize {
    let skip = |n: u32| usize::try_from(n.saturating_sub(1)).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(skip(line)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    start + rest.chars().take(skip(column)).take_while(|c| *c != '\n').map(char::len_utf8).sum::<usize>()
}
