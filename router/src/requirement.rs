//! What an agent must be able to do, as a tree over skills with levels.

use crate::{Level, SkillId};
use serde::{Deserialize, Serialize};

/// A condition on an agent's skills. `All` of nothing holds for everybody; `Any` of nothing holds for nobody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// The skill at this level or above. Level 0 holds for everybody.
    AtLeast(SkillId, Level),
    /// Every one of them.
    All(Vec<Requirement>),
    /// At least one of them.
    Any(Vec<Requirement>),
    /// Not this.
    Not(Box<Requirement>),
}

impl Default for Requirement {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}
