//! A tenant's routing from a configuration that was read anew: looked at first, then put in force between two events.
//!
//! What is *not* here: reading the configuration, and what in it wants a restart (`reload` of the daemon).

use crate::config::plan;
use crate::engine::meters::OfResult;
use crate::engine::{Impact, Standing};
use crate::house::Switchboard;
use crate::house::tenant::{Tenant, farewells};
use segue_session::{Reason, Refusal, Settings, TenantId};
use std::sync::Arc;

impl Switchboard {
    /// What the tenant's routing would change, as things stand; where it is not only to be looked at, puts it in force. `None`
    /// where another node decides for the tenant: then this one keeps it for its turn.
    ///
    /// # Errors
    ///
    /// Why it cannot come into force; then nothing has changed.
    pub async fn reroute(&self, name: &TenantId, anew: &plan::Tenant, look_only: bool) -> Result<Option<Impact>, Refusal> {
        let tenant = self.tenant_of(name)?;
        let rerouted = tenant.reroute(anew, look_only).await;
        if !look_only {
            let result = match &rerouted {
                Ok(Some(impact)) if impact.changes => "applied",
                Ok(Some(_)) => "unchanged",
                Ok(None) => "kept",
                Err(_) => "refused",
            };
            tenant.meters.reloads.get_or_create(&OfResult::of(result)).inc();
        }
        rerouted
    }
}

impl Tenant {
    async fn reroute(&self, anew: &plan::Tenant, look_only: bool) -> Result<Option<Impact>, Refusal> {
        self.serves_journeys(&anew.routing)?;
        let routing = Arc::new(anew.routing.clone());
        let impact = if self.engine().standing() == Standing::StandingBy {
            None
        } else {
            let (now, routing) = (self.clock.now(), Arc::clone(&routing));
            Some(self.engine().glance(move |machine| machine.impact(now, &routing)).await??)
        };
        if look_only {
            return Ok(impact);
        }
        self.engine().configure(routing).await?;
        let settings =
            Settings { queue: anew.person_queue.clone(), farewells: farewells(&anew.routing), ..Settings::clone(&self.settings.load()) };
        self.settings.store(Arc::new(settings));
        self.stir.send_modify(|stir| *stir += 1);
        Ok(impact)
    }

    /// Whether every queue is there that the journeys of this process route to: those of the file count from a start on.
    fn serves_journeys(&self, routing: &plan::Routing) -> Result<(), Refusal> {
        for journey in self.library.names().filter_map(|name| self.library.current(name)) {
            if let Some(queue) = journey.queues().iter().find(|queue| !routing.queues.contains_key(*queue)) {
                let message = format!(
                    "the journey \"{}\", as it runs, routes to the queue \"{queue}\", which is gone from the configuration; keep the \
                     queue, or restart to change both",
                    journey.name()
                );
                return Err(Refusal::new(Reason::WrongMoment, message).about("queue", queue.as_str()));
            }
        }
        Ok(())
    }
}
