//! One step's notes: what it touched, so that matching and reporting look at nothing else.

use crate::index::Lane;
use crate::standing::readiness;
use crate::state::Agent;
use crate::{AgentId, Effect, InteractionId, Readiness, Time, Units};
use std::collections::BTreeMap;

/// What is told of an agent, but for what they chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    readiness: Readiness,
    load: Units,
    capacity: Units,
}

impl Face {
    pub(crate) fn of(agent: &Agent) -> Self {
        Self { readiness: readiness(agent), load: agent.load, capacity: agent.limits.capacity }
    }
}

/// One step under way.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) now: Time,
    pub(crate) out: &'a mut Vec<Effect>,
    /// Agents who changed, as they were before; `None` when they have to be told of in any case.
    pub(crate) touched: BTreeMap<AgentId, Option<Face>>,
    /// Lanes with something new to match.
    pub(crate) lanes: Vec<Lane>,
    /// Interactions that came (back) into line, or moved in it.
    pub(crate) lined_up: Vec<InteractionId>,
}

impl<'a> Turn<'a> {
    pub(crate) const fn new(now: Time, out: &'a mut Vec<Effect>) -> Self {
        Self { now, out, touched: BTreeMap::new(), lanes: Vec::new(), lined_up: Vec::new() }
    }
}
