//! Whether the daemon can work, asked once a second: what probes and health checks are told.
//!
//! A node that lost its right to decide, or whose store does not answer, is out of its load balancer until that is over; it
//! is alive all the while, and a restart would help nobody.
//!
//! What is *not* here: the probes themselves (`server::rest`).

use crate::engine::Standing;
use crate::house::Switchboard;
use crate::server::Readiness;
use segue_proto::admin::v1::admin_service_server::AdminServiceServer;
use segue_proto::app::v1::app_service_server::AppServiceServer;
use segue_session::TenantId;
use segue_session::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// How often it is asked, and how long the store may take to answer.
const BEAT: Duration = Duration::from_secs(1);

/// Keeps readiness and health as the house stands, for as long as the task runs.
pub(super) fn keep(readiness: Readiness, health: HealthReporter, house: Arc<Switchboard>, store: Arc<dyn Store>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = None;
        loop {
            beats.tick().await;
            let unfit = unfit(house.standings(), &*store).await;
            if unfit == before {
                continue;
            }
            match unfit {
                None => tracing::info!("ready again"),
                Some(why) => tracing::warn!(why, "not ready"),
            }
            readiness.stands(unfit);
            tell(&health, unfit.is_none()).await;
            before = unfit;
        }
    })
}

/// Why the house cannot work just now; `None` where it can.
async fn unfit(standings: impl Iterator<Item = (&TenantId, Standing)>, store: &dyn Store) -> Option<&'static str> {
    let mut asked = None;
    for (tenant, standing) in standings {
        match standing {
            Standing::Deciding => asked = Some(tenant),
            Standing::Rebuilding => return Some("the routing is being rebuilt from the store"),
            Standing::StandingBy => return Some("another daemon decides; standing by"),
            Standing::Ended => return Some("the routing has ended"),
        }
    }
    let answer = timeout(BEAT, store.holder(asked?)).await;
    (!matches!(answer, Ok(Ok(_)))).then_some("the store does not answer")
}

/// Tells everybody who watches health, of the daemon as a whole and of each service.
pub(super) async fn tell(health: &HealthReporter, serving: bool) {
    let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in ["", name_of::<AppServiceServer<()>>(), name_of::<AdminServiceServer<()>>()] {
        health.set_service_status(service, status).await;
    }
}

const fn name_of<S: NamedService>() -> &'static str {
    S::NAME
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::store::Embedded;

    #[tokio::test]
    async fn a_house_is_fit_where_every_tenant_is_decided_and_the_store_answers() {
        let store = Embedded::memory().unwrap();
        let tenants = [TenantId::new("acme"), TenantId::new("other")];
        for (standing, expected) in [
            (Standing::Deciding, None),
            (Standing::Rebuilding, Some("the routing is being rebuilt from the store")),
            (Standing::StandingBy, Some("another daemon decides; standing by")),
            (Standing::Ended, Some("the routing has ended")),
        ] {
            let standings = tenants.iter().zip([Standing::Deciding, standing]);
            assert_eq!(unfit(standings, &store).await, expected);
        }
    }
}
