//! Taking from a configuration that was read again what needs no restart: certificate, issuers, secrets, routing.
//!
//! - A configuration with faults changes nothing at all.
//! - Each tenant's routing comes into force whole or not at all; one that is refused holds up no other.
//! - What differs is told by key, with what wants a restart; what is told as taken is in force.
//!
//! What is *not* here: signals, and how a routing comes into force (the engine).

use crate::audit::Audit;
use crate::config::plan::Plan;
use crate::config::{Change, Faults, Keys, Loaded, Reach, is_of, is_routing};
use crate::doors::Gate;
use crate::engine::Impact;
use crate::house::Switchboard;
use crate::server::Tls;
use segue_session::{Reason, Refusal, TenantId};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Reads the configuration of this process again.
type Read = Box<dyn Fn() -> Result<Loaded, Faults> + Send + Sync>;

/// What a tenant's routing was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reloaded {
    /// Keys of the tenant that say something else than what is in force.
    pub changes: Vec<Change>,
    /// What its routing changes; `None` where another node decides for the tenant.
    pub impact: Option<Impact>,
}

/// Reads the configuration again, one reader at a time.
pub struct Reloads {
    tls: Option<Tls>,
    gate: Arc<Gate>,
    switchboard: Arc<Switchboard>,
    audit: Audit,
    source: Mutex<Option<Source>>,
}

/// Where the configuration is read from, and what of it is in force.
struct Source {
    read: Read,
    in_force: Keys,
}

impl Reloads {
    pub(crate) fn new(tls: Option<Tls>, gate: Arc<Gate>, switchboard: Arc<Switchboard>, audit: Audit) -> Self {
        Self { tls, gate, switchboard, audit, source: Mutex::default() }
    }

    /// Says where the configuration in force came from. Nothing is read again before this is said.
    pub async fn from(&self, in_force: Keys, read: impl Fn() -> Result<Loaded, Faults> + Send + Sync + 'static) {
        *self.source.lock().await = Some(Source { read: Box::new(read), in_force });
    }

    /// Reads the configuration and takes all that needs no restart; the log tells what differs, and what came of it.
    pub async fn all(&self) {
        self.audit.follow();
        self.audit.daemon("daemon.reload", None);
        let mut source = self.source.lock().await;
        let Some(Source { read, in_force }) = source.as_mut() else { return };
        let loaded = match read() {
            Ok(loaded) => loaded,
            Err(faults) => return tracing::error!("{faults}; nothing was reloaded:\n{}", faults.lines()),
        };
        let keys = Keys::of(&loaded.shown);
        for change in in_force.difference(&keys) {
            match change.takes {
                Reach::Reload => tracing::info!("{change}"),
                Reach::Restart => tracing::warn!("{change}"),
            }
        }
        let refused = self.take(&loaded.plan).await;
        in_force.adopt(&keys, |key| !(is_routing(key) && refused.iter().any(|tenant| is_of(key, tenant.as_str()))));
    }

    /// Takes from a plan all that needs no restart: the certificate is read anew; issuers with their keys and secrets, connectors'
    /// secrets and the routing of each tenant come into force. What cannot be used is told in the log, and the old stays. Returns
    /// the tenants whose routing was refused.
    pub async fn take(&self, plan: &Plan) -> Vec<TenantId> {
        match self.tls.as_ref().map(Tls::reload) {
            None => {}
            Some(Ok(())) => tracing::info!("the certificate was read anew"),
            Some(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the certificate cannot be used, the old one stays")
            }
        }
        match self.gate.renew(plan).await {
            Ok(()) => tracing::info!("issuers, their keys and secrets were read anew"),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "an issuer cannot be used, the old ones stay"),
        }
        self.switchboard.renew(plan);
        let mut refused = Vec::new();
        for tenant in plan.tenants.values().filter(|tenant| self.switchboard.serves(&tenant.id)) {
            match self.switchboard.reroute(&tenant.id, tenant, false).await {
                Ok(impact) => tell(&tenant.id, impact.as_ref()),
                Err(why) => {
                    tracing::error!(tenant = tenant.id.as_str(), "{why}; the routing of before stays in force");
                    refused.push(tenant.id.clone());
                }
            }
        }
        refused
    }

    /// Reads the configuration and takes the routing of one tenant from it; only looks, where that is wanted.
    ///
    /// # Errors
    ///
    /// The configuration has faults, or its routing cannot come into force now; then nothing has changed.
    pub async fn routing(&self, tenant: &TenantId, look_only: bool) -> Result<Reloaded, Refusal> {
        let mut source = self.source.lock().await;
        let Some(Source { read, in_force }) = source.as_mut() else {
            return Err(Refusal::new(Reason::Unavailable, "this daemon was started without a configuration that it could read again"));
        };
        let loaded = read().map_err(|faults| {
            // The faults may name other tenants' keys: they are for the log, and for `segue config check`.
            tracing::error!("{faults}; nothing was reloaded:\n{}", faults.lines());
            Refusal::new(Reason::WrongMoment, "the configuration has faults; the daemon's log and `segue config check` name them")
        })?;
        let gone = || Refusal::new(Reason::WrongMoment, "the tenant is gone from the configuration; that wants a restart");
        let anew = loaded.plan.tenants.get(tenant).ok_or_else(gone)?;
        let keys = Keys::of(&loaded.shown);
        let changes = in_force.difference(&keys).into_iter().filter(|change| is_of(&change.key, tenant.as_str())).collect();
        let impact = self.switchboard.reroute(tenant, anew, look_only).await?;
        if !look_only {
            in_force.adopt(&keys, |key| is_routing(key) && is_of(key, tenant.as_str()));
            tell(tenant, impact.as_ref());
        }
        Ok(Reloaded { changes, impact })
    }
}

fn tell(tenant: &TenantId, impact: Option<&Impact>) {
    match impact {
        None => tracing::info!(tenant = tenant.as_str(), "the routing is kept for when this node decides"),
        Some(impact) if !impact.changes => {
            tracing::info!(tenant = tenant.as_str(), version = impact.version, "the routing is in force already")
        }
        Some(Impact { version, queues, agents, waiting, withdrawn, offered, .. }) => tracing::info!(
            tenant = tenant.as_str(),
            version,
            queues_added = queues.added.len(),
            queues_changed = queues.changed.len(),
            queues_removed = queues.removed.len(),
            agents_added = agents.added.len(),
            agents_changed = agents.changed.len(),
            agents_removed = agents.removed.len(),
            waiting,
            withdrawn,
            offered,
            "the routing is in force"
        ),
    }
}
