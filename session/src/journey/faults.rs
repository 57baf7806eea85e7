//! What is wrong with a definition: where, what, and the mend.

use std::fmt;

/// One thing wrong with a journey's definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Which file, as the caller labelled it.
    pub path: String,
    /// In which line, from 1; 0 where the fault has no place.
    pub line: u32,
    /// In which column, from 1.
    pub column: u32,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// What would mend it.
    pub mend: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.what)?;
        match &self.mend {
            Some(mend) => write!(f, "; {mend}"),
            None => Ok(()),
        }
    }
}
