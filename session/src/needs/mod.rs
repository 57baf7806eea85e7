//! Requirement expressions: who may take an interaction, by skills and levels.
//!
//! `skill[what] >= 3 and lang[session.language] >= 5` asks for the skill named by the answer `what` at level 3, and for the skill
//! `lang.en` at level 5 where the session speaks English. `and` binds tighter than `or`; a skill without a level means level 1.
//!
//! Invariant: what [`Needs`] displays, it reads back as the same.
//!
//! What is *not* here: skill ids, agents, and who fits.

mod parse;

use segue_router::{Level, Requirement, SkillId};
use std::{collections::BTreeSet, fmt};

/// A requirement, with or without variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs(Option<Need>);

/// A part of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Need {
    AtLeast(Skill, u8),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// A skill by its name, or by the value of a variable: `family[variable]` is `family.VALUE`, `skill[variable]` is `VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Skill {
    Named(String),
    Of { family: String, variable: String },
}

/// The family whose skills have no prefix.
const PLAIN: &str = "skill";

/// Why a requirement could not be read or resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedsError {
    /// At which column, from 1, counted in characters; 0 where it has no place.
    pub column: u32,
    /// What is wrong.
    pub what: String,
    /// What would mend it.
    pub mend: Option<String>,
}

impl fmt::Display for NeedsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column > 0 {
            write!(f, "column {}: ", self.column)?;
        }
        f.write_str(&self.what)?;
        match &self.mend {
            Some(mend) => write!(f, "; {mend}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for NeedsError {}

impl Needs {
    /// Nothing is needed: everybody will do.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Reads a requirement of at most 1,000 bytes and 16 brackets deep; the empty text needs nothing.
    ///
    /// # Errors
    /// The first thing that is wrong, with its column.
    pub fn parse(text: &str) -> Result<Self, NeedsError> {
        parse::needs(text).map(Self)
    }

    /// Puts the variables' values in; `value` is asked for each variable by its dotted name.
    ///
    /// # Errors
    /// The first variable that has no value, or whose value is no skill's name.
    pub fn resolve(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, NeedsError> {
        self.0.as_ref().map(|need| need.resolve(value)).transpose().map(Self)
    }

    /// The skills named in it, without those that hang on a variable.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<String> {
        self.gather(|skill| match skill {
            Skill::Named(name) => Some(name),
            Skill::Of { .. } => None,
        })
    }

    /// The variables it hangs on.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<String> {
        self.gather(|skill| match skill {
            Skill::Named(_) => None,
            Skill::Of { variable, .. } => Some(variable),
        })
    }

    fn gather<'n>(&'n self, of: impl Fn(&'n Skill) -> Option<&'n String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Some(need) = &self.0 {
            need.each(&mut |skill| found.extend(of(skill).cloned()));
        }
        found
    }

    /// The router's form. A skill that hangs on a variable not yet resolved is met by nobody.
    pub fn to_requirement(&self, skill: &mut dyn FnMut(&str) -> SkillId) -> Requirement {
        self.0.as_ref().map_or_else(Requirement::default, |need| need.to_requirement(skill))
    }
}

impl Need {
    fn resolve(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, NeedsError> {
        let mut all = |parts: &[Self]| parts.iter().map(|p| p.resolve(value)).collect::<Result<_, _>>();
        Ok(match self {
            Self::AtLeast(skill, level) => Self::AtLeast(skill.resolve(value)?, *level),
            Self::All(parts) => Self::All(all(parts)?),
            Self::Any(parts) => Self::Any(all(parts)?),
            Self::Not(part) => Self::Not(Box::new(part.resolve(value)?)),
        })
    }

    fn each<'n>(&'n self, see: &mut dyn FnMut(&'n Skill)) {
        match self {
            Self::AtLeast(skill, _) => see(skill),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|p| p.each(see)),
            Self::Not(part) => part.each(see),
        }
    }

    fn to_requirement(&self, skill: &mut dyn FnMut(&str) -> SkillId) -> Requirement {
        let mut all = |parts: &[Self]| parts.iter().map(|p| p.to_requirement(skill)).collect();
        match self {
            Self::AtLeast(Skill::Named(name), level) => Requirement::AtLeast(skill(name), Level(*level)),
            Self::AtLeast(Skill::Of { .. }, _) => Requirement::Any(Vec::new()),
            Self::All(parts) => Requirement::All(all(parts)),
            Self::Any(parts) => Requirement::Any(all(parts)),
            Self::Not(part) => Requirement::Not(Box::new(part.to_requirement(skill))),
        }
    }
}

impl Skill {
    fn resolve(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, NeedsError> {
        let Self::Of { family, variable } = self else { return Ok(self.clone()) };
        let error = |what: String| NeedsError { column: 0, what, mend: None };
        let found = value(variable).ok_or_else(|| error(format!("'{variable}' has no value yet")))?;
        if !parse::is_name(&found) {
            return Err(error(format!("the value of '{variable}' is no skill's name")));
        }
        Ok(Self::Named(if family == PLAIN { found } else { format!("{family}.{found}") }))
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |need| need.fmt(f))
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::AtLeast(skill, 1) => return skill.fmt(f),
            Self::AtLeast(skill, level) => return write!(f, "{skill} >= {level}"),
            Self::Not(part) if part.is_group() => return write!(f, "not ({part})"),
            Self::Not(part) => return write!(f, "not {part}"),
            Self::All(parts) => (parts, " and "),
            Self::Any(parts) => (parts, " or "),
        };
        for (i, part) in parts.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { word })?;
            if part.is_group() { write!(f, "({part})")? } else { part.fmt(f)? }
        }
        Ok(())
    }
}

impl Need {
    const fn is_group(&self) -> bool {
        matches!(self, Self::All(_) | Self::Any(_))
    }
}

impl fmt::Display for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Of { family, variable } => write!(f, "{family}[{variable}]"),
        }
    }
}

#[cfg(test)]
mod tests;
