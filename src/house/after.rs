//! What follows by itself: parts for pops, contents that hear what the router says, doorbells, meters.

use crate::config::plan::Connector;
use crate::engine::journal::encode;
use crate::engine::meters::{OfCause, OfResult};
use crate::engine::{Listener, Machine, known, standing};
use crate::house::chores::Chore;
use crate::house::tenant::Tenant;
use segue_router::{AgentId, Decision};
use segue_session::store::{Mutation, OutboxAppend, Seq, Version};
use segue_session::{Actor, AgentName, Changed, Command, DeskEvent, InteractionId, Line, PopEnrichment, QueueName, RequestId, SessionId};
use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

impl Tenant {
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

    /// Has the parts of an interaction's pop fetched, each once at a time.
    fn ask_for_parts(self: &Arc<Self>, session: SessionId, interaction: InteractionId) {
        for connector in 0..self.connect.connectors().len() {
            self.chore(Chore::Enrich { session, interaction, connector });
        }
    }

    /// Who cannot be told now hears with the next entry.
    pub(super) async fn catch_up_desks(self: &Arc<Self>) {
        for agent in self.desks.here() {
            let _ = self.catch_up(&agent).await;
        }
    }

    /// Has the parts fetched of whatever this agent's desk shows and nobody has asked for: since the process began, that is.
    pub(super) async fn ask_for_parts_of(self: &Arc<Self>, agent: &AgentName) {
        if self.connect.connectors().is_empty() {
            return;
        }
        let (agent, scenery) = (agent.clone(), Arc::clone(&self.scenery));
        let held = self.engine().glance(move |machine| {
            let agent = machine.directory().agent(&agent);
            let held = agent.into_iter().flat_map(|agent| machine.cases().held_by(agent));
            let unknown = held.filter(|(interaction, _)| !scenery.parts.knows(*interaction));
            unknown.map(|(interaction, case)| (case.session, interaction)).collect::<Vec<_>>()
        });
        // A loop that cannot tell just now has no desks either: they come back.
        for (session, interaction) in held.await.unwrap_or_default() {
            self.ask_for_parts(session, interaction);
        }
    }

    /// Fetches a part of a pop; it goes to the desks when it is there, and delays no offer.
    pub(super) async fn enrich(&self, session: SessionId, interaction: InteractionId, connector: usize) {
        let connectors = self.connect.connectors();
        let Some(connector) = connectors.get(connector) else { return };
        if !self.scenery.parts.begin(interaction, &connector.name) {
            return;
        }
        loop {
            self.fetch_part(session, interaction, connector).await;
            if !self.scenery.parts.end(interaction, &connector.name) {
                return;
            }
        }
    }

    async fn fetch_part(&self, session: SessionId, interaction: InteractionId, connector: &Connector) {
        let parts = &self.scenery.parts;
        if self.shown_to(interaction).await.is_empty() {
            return;
        }
        let Ok(Some(read)) = self.read(session).await else { return };
        let of = known(&read.session);
        if parts.get(interaction, of.as_ref(), &connector.name).is_some() {
            return;
        }
        let part = self.connect.enrich(connector, &read.session, self.clock.now()).await;
        // Whoever turned out to be another customer meanwhile is not shown what is the former one's: theirs is asked for.
        let Ok(Some(read)) = self.read(session).await else { return };
        if known(&read.session) != of {
            return;
        }
        parts.keep(interaction, of, connector.name.clone(), part.clone());
        self.add_part(session, interaction, connector.name.clone(), part).await;
    }

    /// Whose desks show an interaction. A look, as it waits for what was decided before: a pop that was made without a part that
    /// is kept now is stored by then.
    async fn shown_to(&self, interaction: InteractionId) -> Vec<AgentName> {
        let look = move |machine: &Machine| {
            let case = machine.cases().get(interaction)?;
            let offered = case.offer.as_ref().map(|offer| offer.agent);
            let agents = offered.into_iter().chain(case.assigned_to()).chain(case.wrapping.keys().copied());
            let shown: BTreeSet<AgentId> = agents.filter(|agent| standing(machine, interaction, *agent).is_some()).collect();
            Some(shown.into_iter().filter_map(|agent| machine.directory().agent_name(agent).cloned()).collect())
        };
        let Ok(shown) = self.engine().look(look).await else { return Vec::new() };
        shown.unwrap_or_else(|| {
            self.scenery.parts.forget(&[interaction]);
            Vec::new()
        })
    }

    /// Tells the desks that show an interaction of a part.
    async fn add_part(&self, session: SessionId, interaction: InteractionId, connector: String, part: PopEnrichment) {
        let agents = self.shown_to(interaction).await;
        if agents.is_empty() {
            return;
        }
        let body = encode(&DeskEvent::Enriched { session, connector, part });
        let entry = |agent| OutboxAppend { agent, about: vec![session], body: body.clone() };
        let mutation = Mutation { at: self.clock.now(), outbox: agents.into_iter().map(entry).collect(), ..Mutation::default() };
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

    fn offered(&self, agent: &AgentName, decision: &Decision) {
        let Some(tenant) = self.0.upgrade() else { return };
        tenant.desks.awaits(agent, decision.at);
    }

    fn lacks(&self, session: SessionId, interaction: InteractionId) {
        if let Some(tenant) = self.0.upgrade() {
            tenant.ask_for_parts(session, interaction);
        }
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
        tenant.chore(Chore::CatchUp);
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
