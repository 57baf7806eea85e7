//! One business of the house: its keys, journeys, settings, engine and doorbells.

use crate::audit::Audit;
use crate::config::plan::{self, Limits, Routing};
use crate::connect::Connect;
use crate::engine::{Bell, Clock, Engine, Meters, Scenery};
use crate::house::asking::Asking;
use crate::house::bells::Bells;
use crate::house::chores::Chores;
use crate::house::desk_room::DeskRoom;
use crate::house::desks::Board;
use crate::house::hearings::Hearings;
use crate::house::starts::Starts;
use crate::house::tries::{Free, Tries};
use arc_swap::ArcSwap;
use segue_router::Span;
use segue_session::journey::Library;
use segue_session::store::Store;
use segue_session::{Farewell, JourneyName, Keys, QueueName, Reason, Settings, TenantId, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// A tenant at work.
pub(crate) struct Tenant {
    pub(super) id: TenantId,
    /// Hosts that may be asked, and that files may lie on.
    pub(super) hosts: BTreeSet<String>,
    /// The routing in force; the engine puts in what came into force.
    pub(super) routing: Arc<ArcSwap<Routing>>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Clock,
    /// Which life of the daemon this is; legs of another one have lost their connection.
    pub(super) life: u64,
    pub(super) meters: Meters,
    pub(super) audit: Audit,
    pub(super) keys: Keys,
    pub(super) settings: ArcSwap<Settings>,
    pub(super) library: Arc<Library>,
    pub(super) scenery: Arc<Scenery>,
    pub(super) connect: Connect,
    pub(super) bells: Bells,
    pub(super) desks: DeskRoom,
    pub(super) bell: Arc<Bell>,
    /// Set once the engine's memory stands, before anybody is served.
    pub(super) engine: OnceLock<Engine>,
    /// What the house does by itself after a command.
    pub(super) chores: Chores,
    /// What journeys ask of other systems.
    pub(super) asking: Asking,
    /// What the router says to contents.
    pub(super) hearings: Hearings,
    /// Queues in which places may have changed since the doorbells last rang.
    pub(super) moved: Mutex<BTreeSet<QueueName>>,
    /// How queues and agents stand, as whoever asks is told.
    pub(super) board: Board,
    /// Changes when queues or agents may stand otherwise, for who watches them.
    pub(super) stir: tokio::sync::watch::Sender<u64>,
    pub(super) starts: Starts,
    pub(super) tries: Tries,
    pub(super) free_tries: Free,
    /// Of the outboxes: drawn when the store was laid out, so that another store's places are not taken for this one's.
    pub(super) epoch: u64,
    /// Journeys that agents may put in front of customers.
    pub(super) journeys: Vec<JourneyName>,
    pub(super) fatal: tokio::sync::watch::Sender<Option<String>>,
}

impl Tenant {
    /// The engine. Nobody holds a tenant's address before its engine stands.
    #[expect(clippy::expect_used, reason = "set in `open`, before the tenant is handed to anybody")]
    pub(super) fn engine(&self) -> &Engine {
        self.engine.get().expect("a tenant is served once its engine stands")
    }

    /// Tells once that this process cannot go on; the first reason counts.
    pub(super) fn give_up(&self, why: String) {
        self.fatal.send_if_modified(|fatal| {
            fatal.is_none() && {
                *fatal = Some(why);
                true
            }
        });
    }

    /// Whoever was not heard of since then is silent for the idle time.
    pub(super) fn silent_since(&self) -> Time {
        Time(self.clock.now().0.saturating_sub(self.settings.load().idle.0))
    }
}

/// A tenant's sessions as the plan has them.
pub(super) fn settings(tenant: &plan::Tenant, limits: &Limits) -> Settings {
    let sessions = &tenant.sessions;
    Settings {
        grace: span(sessions.grace),
        idle: span(sessions.idle),
        sliding: span(sessions.sliding),
        absolute: span(sessions.absolute),
        handle_for: span(sessions.handle_for),
        code_digits: sessions.code_digits,
        keep_for: span(sessions.keep_for),
        session_bytes: limits.session_bytes,
        queue: tenant.person_queue.clone(),
        resume_link: tenant.resume_link.clone(),
        holds: sessions.holds.iter().map(|(method, hold)| (method.clone(), span(*hold))).collect(),
        levels: sessions.levels.clone(),
        farewells: farewells(&tenant.routing),
        ..Settings::usual(tenant.language.clone())
    }
}

/// What becomes of whom no queue takes.
pub(super) fn farewells(routing: &Routing) -> BTreeMap<QueueName, BTreeMap<Reason, Farewell>> {
    routing.queues.iter().map(|(name, queue)| (name.clone(), queue.farewells.clone())).collect()
}

pub(super) fn span(duration: Duration) -> Span {
    Span(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
