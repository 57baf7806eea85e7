//! Requirement expressions: `skill[what] >= 3 and lang[session.language] >= 5`.
//!
//! What is *not* here: skill ids, agents, and who fits.

use segue_router::{Requirement, SkillId};
use std::{collections::BTreeSet, fmt};

/// A requirement as written, with or without variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs(String);

/// Why a requirement could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedsError {
    /// At which column, from 1.
    pub column: u32,
    /// What is wrong.
    pub what: String,
    /// What would mend it.
    pub mend: Option<String>,
}

impl fmt::Display for NeedsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.what)?;
        match &self.mend {
            Some(mend) => write!(f, "; {mend}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for NeedsError {}

impl Needs {
    /// Reads a requirement; the empty text needs nothing.
    ///
    /// # Errors
    /// The first thing that is wrong, with its column.
    pub fn parse(text: &str) -> Result<Self, NeedsError> {
        Ok(Self(text.to_owned()))
    }
    /// Puts the variables' values in; `value` is asked for each variable by its dotted name.
    ///
    /// # Errors
    /// The name of the first variable that has no value, or whose value is no skill's name.
    pub fn resolve(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, NeedsError> {
        let _ = value;
        Ok(self.clone())
    }
    /// The skills named in it, without those that hang on a variable.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }
    /// The variables it hangs on.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }
    /// The router's form. A skill that hangs on a variable not yet resolved is met by nobody.
    pub fn to_requirement(&self, skill: &mut dyn FnMut(&str) -> SkillId) -> Requirement {
        let _ = skill;
        Requirement::default()
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
