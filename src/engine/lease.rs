//! The right to decide: taken, prolonged in the background, and over a second before the store thinks so.
//!
//! The end of the right is counted on the monotonic clock of this process, from the moment before the store was asked:
//! a process that was frozen finds its right over when it wakes, and decides nothing.

use crate::engine::Clock;
use segue_session::TenantId;
use segue_session::store::{Error, Fence, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long the store gives the right for.
pub(super) const LEASE: Duration = Duration::from_secs(5);
/// How often it is prolonged.
const RENEW: Duration = Duration::from_millis(1500);
/// How much sooner it is over for us.
const MARGIN: Duration = Duration::from_secs(1);

/// The right to decide for a domain. Dropping it ends the prolonging.
pub(super) struct Lease {
    fence: Fence,
    until: watch::Receiver<Option<Instant>>,
    renewing: tokio::task::JoinHandle<()>,
}

impl Lease {
    /// Asks for the right once. `None`: another owner has it.
    pub(super) async fn acquire(store: &Arc<dyn Store>, domain: &TenantId, node: &str, clock: &Clock) -> Result<Option<Self>, Error> {
        let asked = Instant::now();
        let nonce = draw();
        let Some(fence) = store.acquire(domain, node, nonce, clock.now(), millis(LEASE)).await? else { return Ok(None) };
        let (told, until) = watch::channel(Some(asked + LEASE - MARGIN));
        let renewing = tokio::spawn(renew(Arc::clone(store), domain.clone(), fence.clone(), clock.clone(), told));
        Ok(Some(Self { fence, until, renewing }))
    }

    pub(super) const fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Whether this owner may decide now.
    pub(super) fn holds(&self) -> bool {
        self.until.borrow().is_some_and(|until| Instant::now() < until)
    }

    /// Whether another owner has taken over for good.
    pub(super) fn lost(&self) -> bool {
        self.until.borrow().is_none()
    }

    /// Waits until the right is prolonged, lost, or over: a store that does not answer must not keep its owner waiting for it.
    pub(super) async fn changed(&mut self) {
        let until = *self.until.borrow_and_update();
        let over = async {
            match until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // The renewing task ends only when the lease is lost, which it says first.
            _ = self.until.changed() => {}
            () = over => {}
        }
    }

    /// Gives the right back, so that the next owner need not wait.
    pub(super) async fn release(self, store: &Arc<dyn Store>, domain: &TenantId) {
        self.renewing.abort();
        if let Err(error) = store.release(domain, &self.fence).await {
            tracing::warn!(tenant = domain.as_str(), %error, "the lease runs out by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

async fn renew(store: Arc<dyn Store>, domain: TenantId, fence: Fence, clock: Clock, told: watch::Sender<Option<Instant>>) {
    let mut turns = tokio::time::interval(RENEW);
    turns.tick().await;
    loop {
        turns.tick().await;
        let asked = Instant::now();
        match store.renew(&domain, &fence, clock.now(), millis(LEASE)).await {
            Ok(true) => told.send_replace(Some(asked + LEASE - MARGIN)),
            Ok(false) => {
                told.send_replace(None);
                return;
            }
            Err(error) => {
                tracing::warn!(tenant = domain.as_str(), %error, "the lease could not be prolonged");
                continue;
            }
        };
    }
}

fn draw() -> u64 {
    // Not a secret: it tells two owners of one epoch apart.
    uuid::Uuid::new_v4().as_u64_pair().0
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
