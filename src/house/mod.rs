//! The switchboard: everything between the adapters' ports and the stores, engines and other systems.
//!
//! A command goes load → decide → store → tell, and nobody hears of it before it is stored. Tenants never meet: each has
//! its keys, its journeys, its engine and its doorbells, and is found by the verified token alone.
//!
//! What is *not* here: wire formats, sockets, tokens, routing rules, and what a command means to a session.

pub mod admin;
mod admission;
mod after;
mod asking;
mod bells;
mod chores;
mod desk_room;
mod desks;
mod hearings;
mod journeys;
mod listen;
mod order;
mod places;
mod port;
mod recognise;
mod reload;
mod resolve;
mod starts;
mod subject;
mod sweep;
mod tenant;
#[cfg(test)]
mod tests;
mod tries;

use crate::audit::Audit;
use crate::config::plan::{self, Plan};
use crate::connect::Connect;
use crate::engine::{self, Bell, Clock, Engine, Meters, Parts, Scenery, Setup, Standing, Waits};
use admission::Admission;
use arc_swap::ArcSwap;
use segue_session::pop::LinkTemplate;
use segue_session::store::Store;
use segue_session::{Keys, Principal, Reason, Refusal, TenantId};
use std::collections::BTreeMap;
use std::sync::Arc;
use tenant::Tenant;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// What can go wrong while the house opens.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("while {doing}")]
    Store {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: segue_session::store::Error,
    },
    /// A journey has faults; all of them, a line each.
    #[error("{0}")]
    Journey(String),
    /// The journal or a snapshot is not what this program wrote.
    #[error("while rebuilding the routing of {tenant}")]
    Engine {
        /// Whose.
        tenant: TenantId,
        /// Why.
        #[source]
        source: engine::Error,
    },
    /// No client for other systems can be made.
    #[error("while preparing calls to other systems")]
    Connect(#[from] crate::connect::Error),
}

/// Implements `House` and `Desks` of the adapter kit for all tenants of a plan.
pub struct Switchboard {
    tenants: BTreeMap<TenantId, Arc<Tenant>>,
    admission: Admission,
    fatal: watch::Sender<Option<String>>,
    stop: watch::Sender<bool>,
}

impl Switchboard {
    /// Opens every tenant of the plan: publishes its journeys, takes the right to decide, rebuilds its routing.
    /// Serving may begin when this returns.
    ///
    /// # Errors
    ///
    /// What is wrong with the store, the journal, or a journey.
    pub async fn open(store: Arc<dyn Store>, plan: Arc<Plan>, meters: Meters, clock: Clock, audit: Audit) -> Result<Arc<Self>, Error> {
        let fatal = watch::Sender::new(None);
        let stop = watch::Sender::new(false);
        let ground = Ground { store, plan, meters, clock, audit, life: draw_life(), fatal: fatal.clone() };
        let mut tenants = BTreeMap::new();
        for tenant in ground.plan.tenants.values() {
            let tenant = open_tenant(&ground, tenant).await?;
            tokio::spawn(sweep::sweep(Arc::clone(&tenant), stop.subscribe()));
            tokio::spawn(sweep::tell(Arc::clone(&tenant), stop.subscribe()));
            tokio::spawn(sweep::lose_legs(Arc::clone(&tenant), stop.subscribe()));
            tenants.insert(tenant.id.clone(), tenant);
        }
        let admission = Admission::new(ground.plan.limits.commands, ground.meters);
        Ok(Arc::new(Self { tenants, admission, fatal, stop }))
    }

    /// Rings with the reason when the process must stop: the store cannot be written any more.
    #[must_use]
    pub fn fatal(&self) -> watch::Receiver<Option<String>> {
        self.fatal.subscribe()
    }

    /// How it stands with each tenant's routing: what a probe asks before it says that this node is ready.
    pub fn standings(&self) -> impl Iterator<Item = (&TenantId, Standing)> {
        self.tenants.iter().map(|(name, tenant)| (name, tenant.engine().standing()))
    }

    /// Whether the tenant is served here.
    #[must_use]
    pub fn serves(&self, tenant: &TenantId) -> bool {
        self.tenants.contains_key(tenant)
    }

    /// Takes connectors' secrets from a plan that was read anew.
    pub fn renew(&self, plan: &Plan) {
        for anew in plan.tenants.values() {
            if let Some(tenant) = self.tenants.get(&anew.id) {
                tenant.connect.renew(&anew.connectors);
            }
        }
    }

    /// Room for an operator's look, which goes after everything else: for as long as what is returned lives.
    ///
    /// # Errors
    /// `Overloaded`, with the time to wait.
    pub fn report(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        self.admission.admit(admission::Class::Report)
    }

    /// Refuses new work from now on, stores what is under way, and gives the right to decide back.
    pub async fn shutdown(&self) {
        self.admission.close();
        self.stop.send_replace(true);
        for tenant in self.tenants.values() {
            tenant.chores.close();
            tenant.engine().stop().await;
            // After the engine: its last batches have things to say, too.
            tenant.hearings.close().await;
        }
    }

    /// The tenant of a verified token.
    fn tenant(&self, who: &Principal) -> Result<&Arc<Tenant>, Refusal> {
        self.tenant_of(&who.tenant)
    }

    fn tenant_of(&self, tenant: &TenantId) -> Result<&Arc<Tenant>, Refusal> {
        self.tenants.get(tenant).ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such tenant"))
    }
}

/// Tells this life of the daemon from every other one; 0 is what legs have that were stored before lives were counted.
fn draw_life() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().0.max(1)
}

/// What all tenants of this process stand on.
struct Ground {
    store: Arc<dyn Store>,
    plan: Arc<Plan>,
    meters: Meters,
    clock: Clock,
    audit: Audit,
    life: u64,
    fatal: watch::Sender<Option<String>>,
}

async fn open_tenant(ground: &Ground, tenant: &plan::Tenant) -> Result<Arc<Tenant>, Error> {
    let Ground { store, plan, meters, clock, audit, life, fatal } = ground;
    let keys = Keys::derive(plan.secret.reveal(), &tenant.id);
    let (library, journeys) = journeys::publish(store, tenant, clock.now()).await?;
    let library = Arc::new(library);
    let epoch = journeys::epoch(store, &tenant.id, clock.now()).await?;
    let links = tenant.links.iter().map(|link| LinkTemplate { label: link.label.clone(), url: link.url.clone() });
    let scenery = Arc::new(Scenery {
        library: Arc::clone(&library),
        keys: keys.clone(),
        links: links.collect(),
        hosts: tenant.hosts.clone(),
        connectors: tenant.connectors.iter().map(|connector| connector.name.clone()).collect(),
        parts: Parts::default(),
        waits: Waits::default(),
        language: tenant.language.clone(),
    });
    let connect = Connect::new(tenant.hosts.clone(), tenant.connectors.clone(), meters.clone())?;
    let bell = Arc::new(Bell::default());
    let routing = Arc::new(ArcSwap::from_pointee(tenant.routing.clone()));
    let opened = Arc::new(Tenant {
        id: tenant.id.clone(),
        hosts: tenant.hosts.clone(),
        routing: Arc::clone(&routing),
        store: Arc::clone(store),
        clock: clock.clone(),
        life: *life,
        meters: meters.clone(),
        audit: audit.clone(),
        settings: ArcSwap::from_pointee(tenant::settings(tenant, &plan.limits)),
        journeys,
        keys,
        library,
        scenery: Arc::clone(&scenery),
        connect,
        bells: bells::Bells::default(),
        desks: desk_room::DeskRoom::default(),
        bell: Arc::clone(&bell),
        engine: std::sync::OnceLock::new(),
        chores: chores::Chores::default(),
        asking: asking::Asking::default(),
        hearings: hearings::Hearings::default(),
        moved: std::sync::Mutex::default(),
        board: desks::Board::default(),
        stir: watch::Sender::new(0),
        starts: starts::Starts::default(),
        tries: tries::Tries::default(),
        free_tries: tries::Free { source: plan.limits.code_tries, tenant: plan.limits.code_tries_tenant },
        epoch,
        fatal: fatal.clone(),
    });
    let setup = Setup {
        store: Arc::clone(store),
        domain: tenant.id.clone(),
        node: plan.node.clone(),
        routing,
        journal: plan.journal,
        scenery,
        clock: clock.clone(),
        meters: meters.clone(),
        listener: Arc::new(after::Ears(Arc::downgrade(&opened))),
        bell,
    };
    let engine = Engine::start(setup).await.map_err(|source| Error::Engine { tenant: tenant.id.clone(), source })?;
    // Nobody else holds it yet: it is set exactly once.
    let _ = opened.engine.set(engine);
    Ok(opened)
}
