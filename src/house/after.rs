//! What follows by itself: parts for pops, contents that hear what the router says, doorbells, meters.

use crate::engine::journal::encode;
use crate::engine::meters::{OfCause, OfResult};
use crate::engine::{Listener, Machine, known, standing};
use crate::house::tenant::Tenant;
use segue_router::{AgentId, Decision};
use segue_session::store::{Mutation, OutboxAppend, Seq, Version};
use segue_session::{Actor, AgentName, Changed, Command, DeskEvent, InteractionId, Line, PopEnrichment, QueueName, RequestId, SessionId};
use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

impl Tenant {
    /// Runs something beside the command that led to it, so many at once.
    pub(super) fn chore(self: &Arc<Self>, chore: impl Future<Output = ()> + Send + 'static) {
        let chores = Arc::clone(&self.chores);
        tokio::spawn(async move {
            // Closed at the end: what has not begun then is asked for again by whoever wants it of the next process.
            if let Ok(_turn) = chores.acquire_owned().await {
                chore.await;
            }
        });
    }

    /// A command that the house gives itself. What refuses it has been overtaken by events; the rest is logged.
    pub(super) async fn by_itself(self: &Arc<Self>, session: SessionId, request: Option<RequestId>, command: Command) {
        // Boxed: a look-up's answer may lead to another look-up.
        let applied = Box::pin(self.apply(Actor::House, session, request, command)).await;
        if let Err(refusal) = applied {
            tracing::debug!(tenant = self.id.as_str(), %session, reason = refusal.reason.name(), "the house's own command was refused");
        }
    }

    /// Counts what the events of a change say.
    pub(super) fn measure(&self, changed: &Changed) {
        for event in &changed.events {
            let arg = |name: &str| event.args.get(name).cloned().unwrap_or_default();
            match event.kind.as_str() {
                "suspended" => {
                    self.meters.suspensions.get_or_create(&OfCause { cause: arg("cause") }).inc();
                }
                "resumed" => {
                    self.meters.resumes.get_or_create(&OfResult::of("resumed")).inc();
                }
                "asked_twice" => {
                    self.meters.asked_twice.inc();
                }
                _ => {}
            }
        }
    }

    /// Fetches the parts of a pop in parallel; each goes to the desk when it is there, none delays the offer.
    fn enrich(self: &Arc<Self>, session: SessionId, agent: &AgentName, decision: &Decision) {
        let offered = (decision.interaction, decision.agent);
        for connector in self.connect.connectors().iter() {
            let (tenant, agent, connector) = (Arc::clone(self), agent.clone(), connector.clone());
            self.chore(async move {
                let Ok(Some(read)) = tenant.read(session).await else { return };
                let part = tenant.connect.enrich(&connector, &read.session, tenant.clock.now()).await;
                tenant.scenery.parts.keep(offered.0, known(&read.session), connector.name.clone(), part.clone());
                tenant.add_part(session, &agent, offered, connector.name.clone(), part).await;
            });
        }
    }

    /// Tells the desk of a part, where the agent still has the interaction or is offered it.
    async fn add_part(
        &self,
        session: SessionId,
        agent: &AgentName,
        (interaction, id): (InteractionId, AgentId),
        connector: String,
        part: PopEnrichment,
    ) {
        // A look, as it waits for what was decided before: a pop that was made without the part is stored by then.
        let look = move |machine: &Machine| (machine.cases().get(interaction).is_some(), standing(machine, interaction, id).is_some());
        let Ok((lasts, theirs)) = self.engine().look(look).await else { return };
        if !lasts {
            self.scenery.parts.forget(&[interaction]);
        }
        if !theirs {
            return;
        }
        let event = DeskEvent::Enriched { session, connector, part };
        let mutation = Mutation {
            at: self.clock.now(),
            outbox: vec![OutboxAppend { agent: agent.clone(), about: vec![session], body: encode(&event) }],
            ..Mutation::default()
        };
        match self.commit(mutation).await {
            Ok(committed) => self.heard(&committed, 0),
            Err(error) => drop(self.failed(&error)),
        }
    }
}

/// Hears what the engine releases. Holds the tenant weakly: the tenant holds the engine.
pub(super) struct Ears(pub(super) Weak<Tenant>);

impl Listener for Ears {
    fn desk(&self, agent: &AgentName, seq: Seq) {
        if let Some(tenant) = self.0.upgrade() {
            tenant.desks.grew(agent, seq);
            tenant.stir.send_modify(|stir| *stir += 1);
        }
    }

    fn session(&self, session: SessionId, version: Version, _: &Line) {
        if let Some(tenant) = self.0.upgrade() {
            tenant.bells.routing(session, version);
        }
    }

    fn content(&self, session: SessionId, heard: Command) {
        if let Some(tenant) = self.0.upgrade() {
            tenant.hear(session, heard);
        }
    }

    fn offered(&self, session: SessionId, agent: &AgentName, decision: &Decision) {
        let Some(tenant) = self.0.upgrade() else { return };
        tenant.desks.awaits(agent, decision.at);
        tenant.enrich(session, agent, decision);
    }

    fn moved(&self, queues: &BTreeSet<QueueName>) {
        if let Some(tenant) = self.0.upgrade() {
            tenant.moved.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(queues.iter().cloned());
            tenant.stir.send_modify(|stir| *stir += 1);
        }
    }

    fn rebuilt(&self) {
        let Some(tenant) = self.0.upgrade() else { return };
        tenant.bells.all();
        let desks = Arc::clone(&tenant);
        tenant.chore(async move {
            for agent in desks.desks.here() {
                // Who cannot be told now hears with the next entry.
                let _ = desks.catch_up(&agent).await;
            }
        });
    }

    fn at_desk(&self, agent: &AgentName) -> bool {
        self.0.upgrade().is_some_and(|tenant| tenant.desks.is_here(agent))
    }

    fn fatal(&self, why: String) {
        if let Some(tenant) = self.0.upgrade() {
            tenant.give_up(why);
        }
    }
}
