//! Names and their numbers. A number, once given, stays: journals and snapshots of long ago mean what they meant then.

use crate::{AgentName, QueueName, SkillName};
use segue_router::{AgentId, QueueId, SkillId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every name the router is told by number. Only ever grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    agents: Names<AgentName>,
    queues: Names<QueueName>,
    skills: Names<SkillName>,
    codes: Names<Arc<str>>,
    presences: Names<Arc<str>>,
    reasons: Names<Arc<str>>,
}

/// Names of one kind; the first is number 1, so that 0 is "none".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<T>", into = "Vec<T>", bound(serialize = "T: Clone + Serialize", deserialize = "T: Ord + Clone + Deserialize<'de>"))]
struct Names<T> {
    listed: Vec<T>,
    numbers: BTreeMap<T, u32>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { listed: Vec::new(), numbers: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> From<Vec<T>> for Names<T> {
    fn from(listed: Vec<T>) -> Self {
        let mut names = Self::default();
        for name in listed {
            names.enter(&name);
        }
        names
    }
}

impl<T> From<Names<T>> for Vec<T> {
    fn from(names: Names<T>) -> Self {
        names.listed
    }
}

impl<T: Ord + Clone> Names<T> {
    fn enter(&mut self, name: &T) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.listed.push(name.clone());
        let number = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.clone(), number);
        number
    }

    fn name(&self, number: u32) -> Option<&T> {
        self.listed.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

impl Directory {
    /// The agent's number, given now if need be.
    pub fn enter_agent(&mut self, name: &AgentName) -> AgentId {
        AgentId(self.agents.enter(name))
    }
    /// The agent's number.
    #[must_use]
    pub fn agent(&self, name: &AgentName) -> Option<AgentId> {
        self.agents.numbers.get(name).copied().map(AgentId)
    }
    /// The agent's name.
    #[must_use]
    pub fn agent_name(&self, id: AgentId) -> Option<&AgentName> {
        self.agents.name(id.0)
    }

    /// The queue's number, given now if need be.
    pub fn enter_queue(&mut self, name: &QueueName) -> QueueId {
        QueueId(self.queues.enter(name))
    }
    /// The queue's number.
    #[must_use]
    pub fn queue(&self, name: &QueueName) -> Option<QueueId> {
        self.queues.numbers.get(name).copied().map(QueueId)
    }
    /// The queue's name.
    #[must_use]
    pub fn queue_name(&self, id: QueueId) -> Option<&QueueName> {
        self.queues.name(id.0)
    }

    /// The skill's number, given now if need be.
    pub fn enter_skill(&mut self, name: &SkillName) -> SkillId {
        SkillId(self.skills.enter(name))
    }
    /// The skill's number.
    #[must_use]
    pub fn skill(&self, name: &str) -> Option<SkillId> {
        self.skills.numbers.get(name).copied().map(SkillId)
    }
    /// The skill's name.
    #[must_use]
    pub fn skill_name(&self, id: SkillId) -> Option<&SkillName> {
        self.skills.name(id.0)
    }

    /// The wrap-up code's number, given now if need be.
    pub fn enter_code(&mut self, name: &str) -> u32 {
        self.codes.enter(&name.into())
    }
    /// The wrap-up code's number.
    #[must_use]
    pub fn code(&self, name: &str) -> Option<u32> {
        self.codes.numbers.get(name).copied()
    }
    /// The wrap-up code's name.
    #[must_use]
    pub fn code_name(&self, code: u32) -> Option<&str> {
        self.codes.name(code).map(AsRef::as_ref)
    }

    /// The presence's number, given now if need be; `None` when there are 65,535 of them already.
    pub fn enter_presence(&mut self, name: &str) -> Option<u16> {
        u16::try_from(self.presences.enter(&name.into())).ok()
    }
    /// The presence's number.
    #[must_use]
    pub fn presence(&self, name: &str) -> Option<u16> {
        self.presences.numbers.get(name).copied().and_then(|n| u16::try_from(n).ok())
    }
    /// The presence's name.
    #[must_use]
    pub fn presence_name(&self, number: u16) -> Option<&str> {
        self.presences.name(number.into()).map(AsRef::as_ref)
    }

    /// The decline reason's number, given now if need be; `None` when there are 65,535 of them already.
    pub fn enter_reason(&mut self, name: &str) -> Option<u16> {
        u16::try_from(self.reasons.enter(&name.into())).ok()
    }
    /// The decline reason's number.
    #[must_use]
    pub fn reason(&self, name: &str) -> Option<u16> {
        self.reasons.numbers.get(name).copied().and_then(|n| u16::try_from(n).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_over_growth_and_storage() {
        let mut directory = Directory::default();
        let ada = directory.enter_agent(&"ada".into());
        let bo = directory.enter_agent(&"bo".into());
        assert_eq!((ada, bo), (AgentId(1), AgentId(2)));
        let stored = rmp_serde::to_vec_named(&directory).unwrap();
        let mut again: Directory = rmp_serde::from_slice(&stored).unwrap();
        assert_eq!(again, directory);
        assert_eq!(again.enter_agent(&"bo".into()), bo);
        assert_eq!(again.enter_agent(&"cy".into()), AgentId(3));
        assert_eq!(again.agent_name(ada), Some(&"ada".into()));
        assert_eq!(again.agent_name(AgentId(0)), None);
    }
}
