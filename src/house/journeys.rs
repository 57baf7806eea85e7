//! Journeys of a tenant: compiled from the plan, with the versions kept that live sessions stand on.

use crate::config::plan;
use crate::house::Error;
use segue_session::journey::{self, Journey, Library};
use segue_session::store::{KeptWrite, Mutation, Store};
use segue_session::{JourneyName, TenantId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Under which names versions are kept: `journey/NAME/VERSION`.
const KEPT: &str = "journey/";
/// Under which name the outboxes' epoch is kept.
const EPOCH: &str = "outbox/epoch";

/// Compiles the plan's journeys, adds the versions kept, and keeps the new ones before anybody can stand on them.
pub(super) async fn publish(
    store: &Arc<dyn Store>,
    tenant: &plan::Tenant,
    now: segue_session::Time,
) -> Result<(Library, Vec<JourneyName>), Error> {
    let journeys = compile(tenant)?;
    let names = journeys.iter().map(|journey| journey.name().clone()).collect();
    let kept = store.kept(&tenant.id, KEPT).await.map_err(|source| Error::Store { doing: "reading the journeys kept", source })?;
    let known: BTreeSet<&str> = kept.iter().map(|(key, _)| key.as_str()).collect();
    let new = journeys.iter().filter(|journey| !known.contains(key(journey).as_str()));
    let writes: Vec<KeptWrite> =
        new.map(|journey| KeptWrite { key: key(journey), body: Some(journey.text().as_bytes().to_vec()) }).collect();
    let texts: Vec<String> = kept.iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect();
    let library = Library::new(journeys).with(texts.iter().map(String::as_str));
    if !writes.is_empty() {
        let mutation = Mutation { at: now, kept: writes, ..Mutation::default() };
        store.commit(&tenant.id, mutation).await.map_err(|source| Error::Store { doing: "keeping the journeys' versions", source })?;
    }
    Ok((library, names))
}

fn compile(tenant: &plan::Tenant) -> Result<Vec<Journey>, Error> {
    let mut journeys = Vec::new();
    let mut faults = Vec::new();
    for source in &tenant.journeys {
        let path = source.path.display().to_string();
        match journey::compile(&path, &source.text) {
            Ok((journey, warnings)) => {
                for warning in warnings {
                    tracing::warn!(tenant = tenant.id.as_str(), "{warning}");
                }
                journeys.push(journey);
            }
            Err(found) => faults.extend(found.iter().map(ToString::to_string)),
        }
    }
    if faults.is_empty() { Ok(journeys) } else { Err(Error::Journey(faults.join("\n"))) }
}

fn key(journey: &Journey) -> String {
    format!("{KEPT}{}/{}", journey.name(), journey.version().0)
}

/// The epoch of the outboxes in this store, drawn when there is none yet.
pub(super) async fn epoch(store: &Arc<dyn Store>, domain: &TenantId, now: segue_session::Time) -> Result<u64, Error> {
    let failed = |doing| move |source| Error::Store { doing, source };
    let kept = store.kept(domain, EPOCH).await.map_err(failed("reading the outboxes' epoch"))?;
    let known = kept.iter().find_map(|(_, body)| body.as_slice().try_into().ok().map(u64::from_be_bytes));
    if let Some(epoch) = known {
        return Ok(epoch);
    }
    let epoch = uuid::Uuid::new_v4().as_u64_pair().0;
    let write = KeptWrite { key: EPOCH.to_owned(), body: Some(epoch.to_be_bytes().to_vec()) };
    let mutation = Mutation { at: now, kept: vec![write], ..Mutation::default() };
    store.commit(domain, mutation).await.map_err(failed("keeping the outboxes' epoch"))?;
    Ok(epoch)
}
