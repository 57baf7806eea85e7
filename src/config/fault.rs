//! What is wrong with a configuration: all of it at once, each with its place and the mend.

use super::source::{Origin, Sources};
use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The daemon does not start with it.
    Error,
    /// The daemon starts, and says so.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub weight: Weight,
    /// Where the value came from.
    pub origin: Origin,
    /// Which key, dotted; empty where it is a file as a whole.
    pub key: String,
    pub what: String,
    pub mend: Option<String>,
}

/// One thing that is wrong, with its place worked out: for people and for `--json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How bad it is.
    pub weight: Weight,
    /// The file, or the environment variable.
    pub place: String,
    /// Line, from 1; absent where it does not stand in a file.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// Which key, dotted; empty where it is a file as a whole.
    pub key: String,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// What would mend it.
    pub mend: Option<String>,
    #[serde(skip)]
    text: Option<(Arc<miette::NamedSource<String>>, miette::SourceSpan)>,
}

impl Report {
    pub(crate) fn of(fault: &Fault, sources: &Sources) -> Self {
        let place = sources.place(&fault.origin);
        Self {
            weight: fault.weight,
            place: place.name,
            line: place.line,
            column: place.column,
            key: fault.key.clone(),
            what: fault.what.clone(),
            mend: fault.mend.clone(),
            text: place.text,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn severity(&self) -> Option<Severity> {
        Some(if self.weight == Weight::Error { Severity::Error } else { Severity::Warning })
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mend = self.mend.as_ref().map(ToString::to_string);
        let help = if self.text.is_some() { mend } else { Some(format!("in {}; {}", self.place, mend.unwrap_or_default())) };
        help.map(|help| Box::new(help.trim_end_matches("; ").to_owned()) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|(text, _)| text.as_ref() as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, span) = self.text.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".into()), *span))))
    }
}

/// Everything that is wrong, errors first, then by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Report>);

impl Faults {
    pub(crate) fn of(faults: &[Fault], sources: &Sources) -> Self {
        let mut reports: Vec<_> = faults.iter().map(|fault| Report::of(fault, sources)).collect();
        reports.sort_by(|a, b| (a.weight, &a.place, a.line, a.column, &a.what).cmp(&(b.weight, &b.place, b.line, b.column, &b.what)));
        reports.dedup();
        Self(reports)
    }
    /// Whether the daemon may start.
    #[must_use]
    pub fn are_fatal(&self) -> bool {
        self.0.iter().any(|report| report.weight == Weight::Error)
    }
    /// One line for each, with its mend, without colours.
    #[must_use]
    pub fn lines(&self) -> String {
        let line = |report: &Report| {
            let weight = if report.weight == Weight::Error { "error" } else { "warning" };
            let at = match (report.line, report.column) {
                (Some(line), Some(column)) => format!("{}:{line}:{column}", report.place),
                _ => report.place.clone(),
            };
            let mend = report.mend.as_ref().map(|mend| format!("\n    mend: {mend}")).unwrap_or_default();
            format!("{weight}: {at}: {report}{mend}\n")
        };
        self.0.iter().map(line).collect()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.0.iter().filter(|report| report.weight == Weight::Error).count();
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let counted = [(errors, "error"), (self.0.len() - errors, "warning")].into_iter().filter(|(n, _)| *n > 0);
        let counted: Vec<_> = counted.map(|(n, word)| plural(n, word)).collect();
        write!(f, "the configuration has {}", counted.join(" and "))
    }
}

impl std::error::Error for Faults {}

impl Diagnostic for Faults {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().map(|report| report as &dyn Diagnostic)))
    }
}
