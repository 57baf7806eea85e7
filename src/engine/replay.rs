//! Proof that the journal gives the same decisions: every entry again through the same code, hash by hash; and the journal as a
//! day that can be played again with another routing.

use crate::config::plan::Routing;
use crate::engine::journal::{Record, decode};
use crate::engine::numbers;
use crate::engine::recover::{Begun, Error, begin};
use segue_router::{Effect, Plan, Router};
use segue_session::outbound::Directory;
use segue_session::store::Store;
use segue_session::{TenantId, Time};
use segue_sim::replay::Recorded;
use serde::Serialize;
use std::sync::Arc;

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// After which place of the journal it began; 0 is the very beginning.
    pub from: u64,
    /// Since when decisions can be replayed, in milliseconds since the Unix epoch: the snapshot's last event. 0 is the very
    /// beginning.
    pub since: Time,
    /// The last place it reached.
    pub to: u64,
    /// Entries read.
    pub entries: u64,
    /// Of these, events that the router was told.
    pub steps: u64,
    /// Offers that came of them.
    pub decisions: u64,
    /// The chain's hash at the end.
    pub hash: String,
    /// The first difference, if any.
    pub differs: Option<Difference>,
}

/// Where a replay took another decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// At which place of the journal.
    pub place: u64,
    /// In what.
    pub what: String,
}

/// Replays a domain's journal after its oldest kept snapshot; the first is taken when the domain begins.
///
/// # Errors
///
/// When the store fails or an entry cannot be read at all.
pub async fn replay(store: &Arc<dyn Store>, domain: &TenantId) -> Result<Report, Error> {
    let Begun { mut place, mut machine, ours: _ } = begin(store.oldest_snapshot(domain).await?)?;
    let since = machine.at(Time(0));
    let mut report = Report { from: place.0, since, to: place.0, entries: 0, steps: 0, decisions: 0, hash: String::new(), differs: None };
    loop {
        let page = store.journal(domain, place, 1000).await?;
        let Some(last) = page.last().map(|entry| entry.seq) else { break };
        for entry in &page {
            let record: Record = decode(&entry.body).map_err(|why| Error::Unreadable { place: entry.seq.0, why })?;
            report.entries += 1;
            report.to = entry.seq.0;
            report.steps += u64::from(matches!(record, Record::Step(_)));
            report.decisions += u64::from(matches!(record, Record::Decision(_)));
            if let Err(what) = machine.replay(&record) {
                report.differs = Some(Difference { place: entry.seq.0, what });
                report.hash = machine.chain().to_string();
                return Ok(report);
            }
        }
        place = last;
    }
    report.hash = machine.chain().to_string();
    Ok(report)
}

/// A domain's journal as a day, with the routing at its end.
pub struct Yesterday {
    /// Who came, who was there, how long all took.
    pub recorded: Recorded,
    /// The routing in force at the end.
    pub plan: Plan,
    directory: Directory,
}

impl Yesterday {
    /// Another routing, by the numbers of this day.
    #[must_use]
    pub fn numbered(&self, routing: &Routing) -> Plan {
        numbers::plan(routing, &numbers::chart(routing), &mut self.directory.clone())
    }

    /// What a queue of this day, or of another routing, is called.
    #[must_use]
    pub fn queue(&self, routing: &Routing, queue: segue_router::QueueId) -> Option<String> {
        let mut directory = self.directory.clone();
        numbers::plan(routing, &numbers::chart(routing), &mut directory);
        directory.queue_name(queue).map(ToString::to_string)
    }
}

/// Reads a domain's journal after its oldest kept snapshot as a day.
///
/// # Errors
///
/// When the store fails or an entry cannot be read at all.
pub async fn record(store: &Arc<dyn Store>, domain: &TenantId) -> Result<Yesterday, Error> {
    let Begun { mut place, machine, ours: _ } = begin(store.oldest_snapshot(domain).await?)?;
    let unreadable = |place, why: &dyn std::fmt::Display| Error::Unreadable { place, why: why.to_string() };
    let mut router = Router::restore(machine.router().snapshot()).map_err(|why| unreadable(place.0, &why))?;
    let mut directory = machine.directory().clone();
    let mut recorded = Recorded::default();
    for change in router.agents().filter_map(|agent| router.agent(agent)) {
        recorded.seen(machine.last(), change);
    }
    loop {
        let page = store.journal(domain, place, 1000).await?;
        let Some(last) = page.last().map(|entry| entry.seq) else { break };
        for entry in &page {
            let mut effects: Vec<Effect> = Vec::new();
            match decode(&entry.body).map_err(|why| unreadable(entry.seq.0, &why))? {
                Record::Step(step) => {
                    if router.step(step.at, step.event.clone(), &mut effects).is_ok() {
                        recorded.take(step.at, &step.event, &effects);
                    }
                }
                Record::Names(names) => directory = names.directory,
                Record::Session(_) | Record::Decision(_) => {}
            }
        }
        place = last;
    }
    Ok(Yesterday { recorded, plan: router.plan().clone(), directory })
}
