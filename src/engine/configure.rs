//! A new config between two inputs: what it would change for whoever waits and works, and its coming into force.
//!
//! - It comes into force whole, or not at all: a refusal changes nothing, and nothing of it is journaled.
//! - Who waits keeps their place; no talk is cut. What was journaled before it replays as it was.

use crate::config::plan::Routing;
use crate::engine::hours::Gatekeeper;
use crate::engine::journal::{NamesRecord, Record};
use crate::engine::machine::{Machine, Taken, Turn, refused};
use crate::engine::numbers;
use segue_router::{Effect, Event, Plan, QueueId, Time};
use segue_session::outbound::{Chart, Directory, refusal};
use segue_session::{Reason, Refusal};
use std::collections::BTreeMap;

/// What a config changes for whoever waits and works, as of a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Which version of the config decisions name once it is in force.
    pub version: u64,
    /// Whether it is another config than the one in force.
    pub changes: bool,
    /// Queues.
    pub queues: Touched,
    /// Agents.
    pub agents: Touched,
    /// Interactions in line in the queues that change. They keep their places.
    pub waiting: u32,
    /// Offers that no longer fit, or whose agent is gone: what was offered goes back to its place.
    pub withdrawn: u32,
    /// Offers that it makes possible at once.
    pub offered: u32,
}

/// Names of one kind that a config touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// New.
    pub added: Vec<String>,
    /// Otherwise than before.
    pub changed: Vec<String>,
    /// No longer there.
    pub removed: Vec<String>,
}

impl Touched {
    fn between<I: Ord, P: PartialEq>(before: &BTreeMap<I, P>, after: &BTreeMap<I, P>, name: impl Fn(&I) -> Option<String>) -> Self {
        let names = |ids: Vec<&I>| ids.into_iter().filter_map(&name).collect();
        Self {
            added: names(after.keys().filter(|id| !before.contains_key(id)).collect()),
            changed: names(after.iter().filter(|(id, plan)| before.get(id).is_some_and(|was| was != *plan)).map(|(id, _)| id).collect()),
            removed: names(before.keys().filter(|id| !after.contains_key(id)).collect()),
        }
    }
}

/// A config by numbers.
struct Numbered {
    plan: Plan,
    chart: Chart,
    directory: Directory,
}

impl Machine {
    fn numbered(&self, routing: &Routing) -> Numbered {
        let chart = numbers::chart(routing);
        let mut directory = self.directory.clone();
        let plan = numbers::plan(routing, &chart, &mut directory);
        Numbered { plan, chart, directory }
    }

    fn is_in_force(&self, numbered: &Numbered) -> bool {
        let Numbered { plan, chart, directory } = numbered;
        self.router.plan() == plan && self.chart == *chart && self.directory == *directory
    }

    /// Puts a config in force, unless it is already.
    pub(super) fn configure(&mut self, now: Time, routing: &Routing) -> Taken {
        let at = self.at(now);
        self.last = at;
        let numbered = self.numbered(routing);
        if let Err(why) = self.objection(&numbered) {
            return refused(why);
        }
        self.hours = Gatekeeper::new(routing, &numbered.directory);
        if self.is_in_force(&numbered) {
            return self.keep_hours(at);
        }
        let Numbered { plan, chart, directory } = numbered;
        (self.directory, self.chart) = (directory.clone(), chart.clone());
        let names = Record::Names(Box::new(NamesRecord { directory, chart }));
        let mut taken = self.step(Turn::of(at, Event::Configure(Box::new(plan))));
        taken.records.insert(0, (None, names));
        taken.join(self.keep_hours(at));
        taken
    }

    /// What a config would change if it came into force at `now`.
    ///
    /// # Errors
    ///
    /// Why it could not.
    pub(crate) fn impact(&self, now: Time, routing: &Routing) -> Result<Impact, Refusal> {
        let numbered = self.numbered(routing);
        self.objection(&numbered)?;
        let version = self.router.version().0;
        if self.is_in_force(&numbered) {
            return Ok(Impact { version, ..Impact::default() });
        }
        let Numbered { plan, directory, .. } = numbered;
        let before = self.router.plan();
        let changed = plan.queues.iter().filter(|(id, queue)| before.queues.get(id).is_some_and(|was| was != *queue));
        let waiting = changed.filter_map(|(id, _)| self.router.queue(*id)).map(|queue| queue.waiting).sum();
        let queues = Touched::between(&before.queues, &plan.queues, |id| directory.queue_name(*id).map(ToString::to_string));
        let agents = Touched::between(&before.agents, &plan.agents, |id| directory.agent_name(*id).map(ToString::to_string));
        let told = self.router.what_if(self.at(now), Event::Configure(Box::new(plan)));
        let effects = told.map_err(|why| refusal(&directory, &why))?;
        let count = |wanted: fn(&Effect) -> bool| u32::try_from(effects.iter().filter(|effect| wanted(effect)).count()).unwrap_or(u32::MAX);
        Ok(Impact {
            version: version.saturating_add(1),
            changes: true,
            queues,
            agents,
            waiting,
            withdrawn: count(|effect| matches!(effect, Effect::Withdraw { .. })),
            offered: count(|effect| matches!(effect, Effect::Offer(_))),
        })
    }

    /// Why a config cannot come into force now: by names where work is in the way, as that is what an operator can mend.
    fn objection(&self, numbered: &Numbered) -> Result<(), Refusal> {
        let Some(why) = self.router.objection(&numbered.plan) else { return Ok(()) };
        let gone = self.router.plan().queues.keys().filter(|id| !numbered.plan.queues.contains_key(id));
        let held = |id: &QueueId| Some((self.directory.queue_name(*id)?, self.router.holds(*id))).filter(|(_, held)| *held > 0);
        let Some((queue, held)) = gone.filter_map(held).next() else { return Err(refusal(&self.directory, &why)) };
        let are = if held == 1 { "interaction is" } else { "interactions are" };
        let message = format!(
            "the queue \"{queue}\" is gone from the configuration while {held} {are} in it; keep it, with `depth = 0`, until it is empty"
        );
        Err(Refusal::new(Reason::WrongMoment, message).about("queue", queue.as_str()).about("held", held.to_string()))
    }
}
