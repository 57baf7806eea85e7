//! A map by agent for a set of agents that changes only with the plan.
//!
//! Agents are looked up many times in every step, and a tree over thousands of them is slow to walk with cold caches.
//! Here ids and values lie side by side, in the order of ids; numbers without gaps are found at the first look.

use crate::AgentId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Values by agent. Adding and removing costs a move of those behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roster<V> {
    ids: Vec<AgentId>,
    values: Vec<V>,
}

impl<V> Default for Roster<V> {
    fn default() -> Self {
        Self { ids: Vec::new(), values: Vec::new() }
    }
}

impl<V> Roster<V> {
    fn position(&self, id: AgentId) -> Result<usize, usize> {
        let first = self.ids.first().map_or(0, |first| first.0);
        let guess = usize::try_from(id.0.wrapping_sub(first)).unwrap_or(usize::MAX);
        if self.ids.get(guess) == Some(&id) { Ok(guess) } else { self.ids.binary_search(&id) }
    }

    pub(crate) fn contains_key(&self, id: &AgentId) -> bool {
        self.position(*id).is_ok()
    }

    pub(crate) fn get(&self, id: &AgentId) -> Option<&V> {
        self.position(*id).ok().and_then(|at| self.values.get(at))
    }

    pub(crate) fn get_mut(&mut self, id: &AgentId) -> Option<&mut V> {
        self.position(*id).ok().and_then(|at| self.values.get_mut(at))
    }

    /// The value of an agent, made when there is none.
    #[expect(clippy::indexing_slicing, reason = "the position was found or made in the lines before")]
    pub(crate) fn or_default(&mut self, id: AgentId) -> &mut V
    where
        V: Default,
    {
        let at = self.position(id).unwrap_or_else(|at| {
            self.ids.insert(at, id);
            self.values.insert(at, V::default());
            at
        });
        &mut self.values[at]
    }

    pub(crate) fn remove(&mut self, id: &AgentId) {
        if let Ok(at) = self.position(*id) {
            self.ids.remove(at);
            self.values.remove(at);
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &AgentId> {
        self.ids.iter()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&AgentId, &V)> {
        self.ids.iter().zip(&self.values)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&AgentId, &mut V)> {
        self.ids.iter().zip(&mut self.values)
    }
}

// As any other map: how it lies in memory is no part of a snapshot.
impl<V: Serialize> Serialize for Roster<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Roster<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (ids, values) = BTreeMap::<AgentId, V>::deserialize(deserializer)?.into_iter().unzip();
        Ok(Self { ids, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_with_and_without_gaps() {
        let mut roster = Roster::default();
        for id in [7, 9, 8, 100, 3] {
            *roster.or_default(AgentId(id)) = id;
        }
        *roster.or_default(AgentId(9)) = 90;
        assert_eq!(roster.keys().map(|id| id.0).collect::<Vec<_>>(), [3, 7, 8, 9, 100]);
        assert_eq!(roster.values().copied().collect::<Vec<_>>(), [3, 7, 8, 90, 100]);
        roster.remove(&AgentId(8));
        roster.remove(&AgentId(8));
        assert_eq!((roster.get(&AgentId(100)), roster.get(&AgentId(8)), roster.get(&AgentId(2))), (Some(&100), None, None));
        let copy: Roster<u32> = serde_json::from_str(&serde_json::to_string(&roster).unwrap()).unwrap();
        assert_eq!(copy, roster);
    }
}
