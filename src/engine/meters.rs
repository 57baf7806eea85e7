//! The figures the house keeps of itself. Labels name queues, channels and reasons; never an agent, a customer or a number.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Of a queue of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfQueue {
    /// Whose.
    pub tenant: String,
    /// Which.
    pub queue: String,
}

/// Of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfTenant {
    /// Whose.
    pub tenant: String,
}

/// Of an ended interaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfEnd {
    /// Whose.
    pub tenant: String,
    /// In which queue.
    pub queue: String,
    /// On which channel.
    pub channel: String,
    /// How it ended: `handled`, `abandoned`, `suspended`, `refused`.
    pub outcome: String,
}

/// Of a thing that ends in one of several ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfResult {
    /// Which way.
    pub result: String,
}

/// Of a suspension.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfCause {
    /// Why.
    pub cause: String,
}

/// Of agents.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfReadiness {
    /// Whose.
    pub tenant: String,
    /// What the router says of them.
    pub readiness: String,
}

/// Of a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfLimit {
    /// Its name.
    pub limit: String,
}

/// All meters of the engine and the house. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Meters {
    /// Interactions in line now.
    pub waiting: Family<OfQueue, Gauge>,
    /// The wait of the one that has waited longest.
    pub oldest_wait: Family<OfQueue, Gauge>,
    /// From the customer's first arrival in line to the agent's acceptance.
    pub wait: Family<OfQueue, Histogram, fn() -> Histogram>,
    /// Offers by how they ended: `accepted`, `declined`, `expired`, `withdrawn`.
    pub offers: Family<OfResult, Counter>,
    /// Interactions by how they ended.
    pub interactions: Family<OfEnd, Counter>,
    /// The router's time for one step.
    pub matching: Histogram,
    /// Agents by readiness.
    pub agents: Family<OfReadiness, Gauge>,
    /// Resumes by result: `resumed`, `already`, `refused`.
    pub resumes: Family<OfResult, Counter>,
    /// Suspensions by cause.
    pub suspensions: Family<OfCause, Counter>,
    /// Questions whose answer was known. Must stay 0.
    pub asked_twice: Counter,
    /// Limits reached.
    pub limits: Family<OfLimit, Counter>,
    /// From the offer's decision to the desk's word that it was shown.
    pub pop: Histogram,
    /// One commit of the store.
    pub commit: Histogram,
    /// Journal entries in one commit of the engine.
    pub batch: Histogram,
    /// Entries of the journal that are kept.
    pub journal: Family<OfTenant, Gauge>,
    /// Times that the engine threw its memory away and rebuilt it.
    pub rebuilds: Counter,
    /// Answers to desks' commands that are known, so that a repeat does nothing twice.
    pub answers: Family<OfTenant, Gauge>,
    /// What the house does by itself and has not begun.
    pub chores: Family<OfTenant, Gauge>,
    /// Deadlines of sessions that could not be dealt with and rest.
    pub stuck: Counter,
    /// The version of the config that decisions name now.
    pub config: Family<OfTenant, Gauge>,
    /// Routings that were read again, by what came of it: `applied`, `unchanged`, `kept` (another node decides), `refused`.
    pub reloads: Family<OfResult, Counter>,
    /// Calls to other systems by result: `ok` or the name of the error branch.
    pub connects: Family<OfResult, Counter>,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_25, 2.0, 18))
}

fn waits() -> Histogram {
    Histogram::new([1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0])
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            waiting: Family::default(),
            oldest_wait: Family::default(),
            wait: Family::new_with_constructor(waits),
            offers: Family::default(),
            interactions: Family::default(),
            matching: Histogram::new(exponential_buckets(0.000_000_5, 2.0, 18)),
            agents: Family::default(),
            resumes: Family::default(),
            suspensions: Family::default(),
            asked_twice: Counter::default(),
            limits: Family::default(),
            pop: seconds(),
            commit: seconds(),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 12)),
            journal: Family::default(),
            rebuilds: Counter::default(),
            answers: Family::default(),
            chores: Family::default(),
            stuck: Counter::default(),
            config: Family::default(),
            reloads: Family::default(),
            connects: Family::default(),
        }
    }
}

impl Meters {
    /// Enters every meter under its public name (`segue_…`, base units; counters end in `_total` when encoded).
    pub fn register(&self, registry: &mut Registry) {
        let r = registry.sub_registry_with_prefix("segue");
        r.register("queue_waiting", "Interactions in line now", self.waiting.clone());
        r.register_with_unit("queue_oldest_wait", "Wait of the one that has waited longest", Unit::Seconds, self.oldest_wait.clone());
        r.register_with_unit("wait", "From arrival in line to acceptance", Unit::Seconds, self.wait.clone());
        r.register("offers", "Offers by how they ended", self.offers.clone());
        r.register("interactions", "Interactions by how they ended", self.interactions.clone());
        r.register_with_unit("match_duration", "The router's time for one step", Unit::Seconds, self.matching.clone());
        r.register("agents", "Agents by readiness", self.agents.clone());
        r.register("session_resumes", "Resumes by result", self.resumes.clone());
        r.register("suspensions", "Suspensions by cause", self.suspensions.clone());
        r.register("questions_asked_twice", "Questions whose answer was known", self.asked_twice.clone());
        r.register("limit_reached", "Limits reached", self.limits.clone());
        r.register_with_unit("pop", "From an offer's decision to its being shown", Unit::Seconds, self.pop.clone());
        r.register_with_unit("store_commit_duration", "One commit of the store", Unit::Seconds, self.commit.clone());
        r.register("journal_batch_entries", "Journal entries in one commit of the engine", self.batch.clone());
        r.register("journal_entries", "Entries of the journal kept", self.journal.clone());
        r.register("engine_rebuilds", "Times the engine rebuilt its memory", self.rebuilds.clone());
        r.register("desk_answers", "Answers to desks' commands that are known", self.answers.clone());
        r.register("chores_waiting", "What the house does by itself and has not begun", self.chores.clone());
        r.register("deadlines_stuck", "Deadlines that could not be dealt with and rest for a minute", self.stuck.clone());
        r.register("config_version", "Version of the routing that decisions name", self.config.clone());
        r.register("config_reloads", "Routings that were read again, by what came of it", self.reloads.clone());
        r.register("connector_calls", "Calls to other systems by result", self.connects.clone());
    }

    /// Counts a limit that was reached.
    pub fn limit(&self, limit: &str) {
        self.limits.get_or_create(&OfLimit { limit: limit.to_owned() }).inc();
    }
}

impl OfResult {
    /// The label for a result.
    #[must_use]
    pub fn of(result: &str) -> Self {
        Self { result: result.to_owned() }
    }
}
