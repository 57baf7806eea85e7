//! Conditions and assignments.

use super::{Flow, Walker, to};
use crate::journey::definition::{Decide, Set};
use crate::{AssuranceLevel, Source};

impl Walker<'_> {
    /// The first case that holds; a case that cannot be told does not hold.
    pub(super) fn decide(&self, decide: &Decide) -> Flow {
        let scope = self.scope();
        let case = decide.cases.iter().find(|(when, _)| when.holds(&scope));
        to(case.map_or(&decide.otherwise, |(_, next)| next))
    }

    /// All values are told from what was there before, so that their order means nothing. What cannot be told is taken out.
    pub(super) fn set(&mut self, set: &Set) -> Flow {
        let scope = self.scope();
        let told: Vec<_> = set
            .values
            .iter()
            .map(|(name, expr)| {
                let value = expr.json(&scope, false).unwrap_or(serde_json::Value::Null);
                (name, value, expr.names().contains("claimed"))
            })
            .collect();
        for (name, value, claimed) in told {
            let level = if claimed { self.level.min(AssuranceLevel::Claimed) } else { self.level };
            self.put(name, value, Source::Journey, level);
        }
        to(&set.next)
    }
}
