//! Journeys of a tenant: compiled from the plan, with the versions kept that live sessions stand on.

use crate::config::plan;
use crate::house::Error;
use segue_session::codec::Coded;
use segue_session::journey::{self, Journey, JourneyVersion, Library, LiveAt};
use segue_session::store::{Error as StoreError, KeptWrite, Mutation, Store};
use segue_session::{JourneyName, Session, StepId, TenantId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sessions read at once.
const PAGE: usize = 1000;
/// Under which names versions are kept: `journey/NAME/VERSION`.
const KEPT: &str = "journey/";
/// Under which name the outboxes' epoch is kept.
const EPOCH: &str = "outbox/epoch";

/// Compiles the plan's journeys, adds the versions kept, and keeps the new ones before anybody can stand on them. A new
/// version that would strand live sessions is not published.
pub(super) async fn publish(
    store: &Arc<dyn Store>,
    tenant: &plan::Tenant,
    now: segue_session::Time,
) -> Result<(Library, Vec<JourneyName>), Error> {
    let journeys = compile(tenant)?;
    let kept = store.kept(&tenant.id, KEPT).await.map_err(failed("reading the journeys kept"))?;
    let texts: Vec<String> = kept.iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect();
    let texts = || texts.iter().map(String::as_str);
    let is_new = |journey: &&Journey| !kept.iter().any(|(kept, _)| *kept == key(journey));
    let new: Vec<&Journey> = journeys.iter().filter(is_new).collect();
    // Only who publishes something over something asks where the sessions stand.
    if !new.is_empty() && !kept.is_empty() {
        check(&Library::default().with(texts()), &new, &standing(store, &tenant.id).await?)?;
    }
    let kept_now = |journey: &&Journey| KeptWrite { key: key(journey), body: Some(journey.text().as_bytes().to_vec()) };
    let writes: Vec<KeptWrite> = new.iter().map(kept_now).collect();
    if !writes.is_empty() {
        let mutation = Mutation { at: now, kept: writes, ..Mutation::default() };
        store.commit(&tenant.id, mutation).await.map_err(failed("keeping the journeys' versions"))?;
    }
    let mut library = Library::new(journeys).with(texts());
    if let Some(region) = &tenant.region {
        library = library.region(region);
    }
    if let Some(zone) = &tenant.time_zone {
        library = library.zone(zone);
    }
    let faults = library.faults();
    if !faults.is_empty() {
        return Err(Error::Journey(lines(&faults)));
    }
    let names = library.names().cloned().collect();
    Ok((library, names))
}

/// Refuses new versions that live sessions could not go on with.
fn check(former: &Library, new: &[&Journey], live: &[LiveAt]) -> Result<(), Error> {
    let reports = new.iter().map(|journey| former.publish_check(journey, live));
    let refused: Vec<String> =
        reports.filter(|report| !report.allowed).map(|r| format!("{}: {}", r.journey, r.reasons.join("; "))).collect();
    if refused.is_empty() { Ok(()) } else { Err(Error::Journey(refused.join("\n"))) }
}

/// Where live sessions stand, counted.
async fn standing(store: &Arc<dyn Store>, domain: &TenantId) -> Result<Vec<LiveAt>, Error> {
    let mut counts: BTreeMap<(JourneyName, JourneyVersion, StepId), u64> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.live(domain, after, PAGE).await.map_err(failed("listing live sessions"))?;
        let stored = store.sessions(domain, &page).await.map_err(failed("reading live sessions"))?;
        for session in stored.into_iter().flatten().filter_map(|stored| Session::decode(&stored.content).ok()) {
            for frame in session.position.into_iter().flat_map(|position| position.frames) {
                *counts.entry((frame.journey, frame.version, frame.step)).or_default() += 1;
            }
        }
        after = page.last().copied();
        if page.len() < PAGE {
            break;
        }
    }
    Ok(counts.into_iter().map(|((journey, version, step), sessions)| LiveAt { journey, version, step, sessions }).collect())
}

fn failed(doing: &'static str) -> impl Fn(StoreError) -> Error {
    move |source| Error::Store { doing, source }
}

fn lines(faults: &[journey::Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
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
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(journeys) } else { Err(Error::Journey(lines(&faults))) }
}

fn key(journey: &Journey) -> String {
    format!("{KEPT}{}/{}", journey.name(), journey.version().0)
}

/// The epoch of the outboxes in this store, drawn when there is none yet.
pub(super) async fn epoch(store: &Arc<dyn Store>, domain: &TenantId, now: segue_session::Time) -> Result<u64, Error> {
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
