//! What an agent must be able to do, as a tree over skills with levels.

use crate::{Level, SkillId, limits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A condition on an agent's skills. `All` of nothing holds for everybody; `Any` of nothing holds for nobody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// The skill at this level or above. Level 0 holds for everybody.
    AtLeast(SkillId, Level),
    /// Every one of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
}

impl Default for Requirement {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Requirement {
    /// Whether an agent with these skills meets it.
    #[must_use]
    pub fn holds(&self, skills: &BTreeMap<SkillId, Level>) -> bool {
        match self {
            Self::AtLeast(skill, level) => skills.get(skill).copied().unwrap_or_default() >= *level,
            Self::All(parts) => parts.iter().all(|part| part.holds(skills)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(skills)),
            Self::Not(part) => !part.holds(skills),
        }
    }

    /// The skills it asks for; those under a `Not` are not asked for.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<SkillId> {
        let mut named = BTreeSet::new();
        self.name_skills(&mut named);
        named
    }

    fn name_skills(&self, named: &mut BTreeSet<SkillId>) {
        match self {
            Self::AtLeast(skill, _) => {
                named.insert(*skill);
            }
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.name_skills(named)),
            Self::Not(_) => {}
        }
    }

    /// The same without these skills, which are no longer asked for, nor ruled out.
    pub(crate) fn without(&self, skills: &BTreeSet<SkillId>) -> Self {
        self.settled(skills, Self::default())
    }

    // Where a skill is asked for, that is settled by what holds for everybody; under a `Not`, by what holds for nobody.
    fn settled(&self, skills: &BTreeSet<SkillId>, as_if: Self) -> Self {
        match self {
            Self::AtLeast(skill, _) if skills.contains(skill) => as_if,
            Self::AtLeast(..) => self.clone(),
            Self::All(parts) => Self::All(parts.iter().map(|part| part.settled(skills, as_if.clone())).collect()),
            Self::Any(parts) => Self::Any(parts.iter().map(|part| part.settled(skills, as_if.clone())).collect()),
            Self::Not(part) => {
                let other = if as_if == Self::default() { Self::Any(Vec::new()) } else { Self::default() };
                Self::Not(Box::new(part.settled(skills, other)))
            }
        }
    }

    /// The same at so many levels less, 1 at the least; what is under a `Not` stays as it is.
    pub(crate) fn lowered(&self, by: &BTreeMap<SkillId, u8>) -> Self {
        match self {
            Self::AtLeast(skill, level) => {
                let lower = level.0.saturating_sub(by.get(skill).copied().unwrap_or_default());
                Self::AtLeast(*skill, Level(lower.max(level.0.min(1))))
            }
            Self::All(parts) => Self::All(parts.iter().map(|part| part.lowered(by)).collect()),
            Self::Any(parts) => Self::Any(parts.iter().map(|part| part.lowered(by)).collect()),
            Self::Not(_) => self.clone(),
        }
    }

    /// Whether it is within [`limits::REQUIREMENT_PARTS`] and [`limits::REQUIREMENT_DEPTH`].
    #[must_use]
    pub fn within_limits(&self) -> bool {
        let mut left = limits::REQUIREMENT_PARTS;
        self.spend(&mut left, limits::REQUIREMENT_DEPTH)
    }

    // Stops at the limit, so that a hostile tree costs no more than a large honest one.
    fn spend(&self, left: &mut usize, depth: usize) -> bool {
        let (Some(fewer), Some(depth)) = (left.checked_sub(1), depth.checked_sub(1)) else { return false };
        *left = fewer;
        match self {
            Self::AtLeast(..) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.spend(left, depth)),
            Self::Not(part) => part.spend(left, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRENCH: SkillId = SkillId(1);
    const BILLING: SkillId = SkillId(2);
    const LEAD: SkillId = SkillId(3);

    fn skills(held: &[(SkillId, u8)]) -> BTreeMap<SkillId, Level> {
        held.iter().map(|&(skill, level)| (skill, Level(level))).collect()
    }

    #[test]
    fn french_and_either_billing_or_lead() {
        let at_least = |skill, level| Requirement::AtLeast(skill, Level(level));
        let needs = Requirement::All(vec![at_least(FRENCH, 6), Requirement::Any(vec![at_least(BILLING, 3), at_least(LEAD, 1)])]);
        assert!(needs.holds(&skills(&[(FRENCH, 6), (BILLING, 3)])));
        assert!(needs.holds(&skills(&[(FRENCH, 9), (LEAD, 1)])));
        assert!(!needs.holds(&skills(&[(FRENCH, 5), (BILLING, 9)])));
        assert!(!needs.holds(&skills(&[(FRENCH, 6), (BILLING, 2)])));
        assert_eq!(needs.skills(), BTreeSet::from([FRENCH, BILLING, LEAD]));
    }

    #[test]
    fn nothing_asked_and_nothing_allowed() {
        assert!(Requirement::All(vec![]).holds(&skills(&[])));
        assert!(!Requirement::Any(vec![]).holds(&skills(&[(LEAD, 9)])));
        assert!(Requirement::AtLeast(LEAD, Level(0)).holds(&skills(&[])));
    }

    #[test]
    fn none_of_is_not_asked_for() {
        let needs = Requirement::Not(Box::new(Requirement::AtLeast(LEAD, Level(1))));
        assert!(needs.holds(&skills(&[(BILLING, 4)])));
        assert!(!needs.holds(&skills(&[(LEAD, 1)])));
        assert_eq!(needs.skills(), BTreeSet::new());
    }

    #[test]
    fn dropped_and_lowered() {
        let at_least = |skill, level| Requirement::AtLeast(skill, Level(level));
        let not = |part| Requirement::Not(Box::new(part));
        let needs = Requirement::All(vec![at_least(FRENCH, 6), Requirement::Any(vec![at_least(BILLING, 3), not(at_least(LEAD, 1))])]);
        let nobody = skills(&[(LEAD, 5)]);
        assert!(!needs.holds(&nobody));
        assert!(needs.without(&[FRENCH, BILLING].into()).holds(&nobody));
        assert!(needs.without(&[FRENCH, LEAD].into()).holds(&nobody), "what is dropped under a not rules out nobody");
        assert!(!needs.without(&[FRENCH].into()).holds(&nobody));
        let lower = needs.lowered(&[(FRENCH, 4), (BILLING, 9), (LEAD, 9)].into());
        assert!(lower.holds(&skills(&[(FRENCH, 2), (BILLING, 1), (LEAD, 5)])));
        assert!(!lower.holds(&skills(&[(FRENCH, 2), (LEAD, 5)])), "at level 1 at the least; what is ruled out stays so");
        assert_eq!(at_least(LEAD, 0).lowered(&[(LEAD, 1)].into()), at_least(LEAD, 0));
    }

    #[test]
    fn limits_count_parts_and_depth() {
        let wide = |n| Requirement::All(vec![Requirement::AtLeast(LEAD, Level(1)); n]);
        assert!(wide(limits::REQUIREMENT_PARTS - 1).within_limits());
        assert!(!wide(limits::REQUIREMENT_PARTS).within_limits());
        let deep = |n| (0..n).fold(Requirement::default(), |inner, _| Requirement::Not(Box::new(inner)));
        assert!(deep(limits::REQUIREMENT_DEPTH - 1).within_limits());
        assert!(!deep(limits::REQUIREMENT_DEPTH).within_limits());
    }
}
