//! The switchboard: everything between the adapters' ports and the stores, engines and other systems.

pub mod admin;

use crate::config::plan::Plan;
use crate::engine::{Clock, Meters};
use segue_session::store::Store;
use std::sync::Arc;
use tokio::sync::watch;

/// What can go wrong while the house opens or closes.
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
    /// A journey cannot be published.
    #[error("{0}")]
    Journey(String),
    /// The journal or a snapshot is not what this program wrote.
    #[error("the journal of {tenant} cannot be replayed: {why}")]
    Journal {
        /// Whose.
        tenant: String,
        /// Why.
        why: String,
    },
}

/// Implements `House` and `Desks` of the adapter kit for all tenants of a plan.
pub struct Switchboard {
    fatal: watch::Sender<Option<String>>,
}

impl Switchboard {
    /// Opens every tenant of the plan: publishes its journeys, takes the right to decide, rebuilds its routing.
    /// Serving may begin when this returns.
    ///
    /// # Errors
    ///
    /// What is wrong with the store, the journal, or a journey against the sessions that stand on it.
    pub async fn open(store: Arc<dyn Store>, plan: Arc<Plan>, meters: Meters, clock: Clock) -> Result<Arc<Self>, Error> {
        let _ = (store, plan, meters, clock);
        Ok(Arc::new(Self { fatal: watch::channel(None).0 }))
    }

    /// Rings with the reason when the process must stop: the store cannot be written any more.
    #[must_use]
    pub fn fatal(&self) -> watch::Receiver<Option<String>> {
        self.fatal.subscribe()
    }

    /// Refuses new work from now on, ends what is under way in order, and gives the right to decide back.
    pub async fn shutdown(&self) {}
}
