//! Dropping what nobody needs, a bounded part per transaction, so that commits never wait long behind it.
//!
//! Runs of entries go as ranges: one by one, each removal would copy the leaf they share with a large neighbour.

use super::fault::Halt;
use super::tables::{Tables, counter};
use crate::Time;
use crate::store::form::REQUEST_WINDOW_MS;
use crate::store::{Keep, Seq};
use redb::ReadableTable;

/// The most entries dropped in one transaction.
const STEP: usize = 4096;

/// Drops up to a step of entries; up to which place the journal is dropped once nothing more is left.
pub(super) fn trim(tables: &mut Tables<'_>, domain: &str, now: Time, keep: Keep) -> Result<Option<Seq>, Halt> {
    let mut left = STEP;
    let dropped = snapshots_and_journal(tables, domain, keep, &mut left)?;
    inbox(tables, domain, &mut left)?;
    left = left.saturating_sub(requests(tables, domain, now, left)?);
    tables.dirty |= left < STEP;
    Ok((left > 0).then_some(Seq(dropped)))
}

/// How long the oldest request may be overdue before a write forgets it and its like. Bounds the table, also where nobody
/// trims, and gathers enough to make a sweep worth its pages.
const OVERDUE_MS: u64 = 60_000;

/// Forgets requests in bulk, where the oldest of them is overdue.
pub(super) fn sweep(tables: &mut Tables<'_>, domain: &str, now: Time) -> Result<(), Halt> {
    let oldest = tables.request_times.range((domain, 0, 0)..=(domain, u64::MAX, u128::MAX))?.next().transpose()?;
    let oldest = oldest.map_or(now.0, |(key, _)| key.value().1);
    if now.0.saturating_sub(oldest) >= REQUEST_WINDOW_MS + OVERDUE_MS {
        requests(tables, domain, now, STEP)?;
    }
    Ok(())
}

/// Forgets up to `most` requests older than the window; how many.
fn requests(tables: &mut Tables<'_>, domain: &str, now: Time, most: usize) -> Result<usize, Halt> {
    let Some(end) = (now.0 + 1).checked_sub(REQUEST_WINDOW_MS) else { return Ok(0) };
    let old: Vec<(u64, u128)> = tables
        .request_times
        .range((domain, 0, 0)..(domain, end, 0))?
        .take(most)
        .map(|entry| entry.map(|(key, _)| (key.value().1, key.value().2)))
        .collect::<Result<_, _>>()?;
    if let Some((at, id)) = old.last() {
        tables.request_times.retain_in((domain, 0, 0)..=(domain, *at, *id), |_, ()| false)?;
    }
    for (_, id) in &old {
        let of = tables.requests.remove((domain, *id))?.and_then(|kept| kept.value().2);
        if let Some(session) = of {
            tables.requests_of.remove((domain, session, *id))?;
        }
    }
    Ok(old.len())
}

/// All snapshots but those to keep, and the journal that the oldest kept one covers; where that ends.
fn snapshots_and_journal(tables: &mut Tables<'_>, domain: &str, keep: Keep, left: &mut usize) -> Result<u64, Halt> {
    let pictures: Vec<(u64, u64)> = tables
        .snapshots
        .range((domain, 0)..=(domain, u64::MAX))?
        .map(|entry| entry.map(|(key, picture)| (key.value().1, picture.value().0)))
        .collect::<Result<_, _>>()?;
    let aged = pictures.iter().take_while(|(_, taken)| *taken < keep.since.0).count();
    let old = aged.max(pictures.len().saturating_sub(keep.snapshots)).min(pictures.len().saturating_sub(1));
    for (place, _) in pictures.iter().take(old) {
        tables.snapshots.remove((domain, *place))?;
        *left = left.saturating_sub(1);
    }
    let Some((covered, _)) = pictures.get(old) else { return Ok(0) };
    let entries: Vec<(u64, Option<u128>)> = tables
        .journal
        .range((domain, 0)..=(domain, *covered))?
        .take(*left)
        .map(|entry| entry.map(|(key, value)| (key.value().1, value.value().0)))
        .collect::<Result<_, _>>()?;
    if let Some((last, _)) = entries.last() {
        tables.journal.retain_in((domain, 0)..=(domain, *last), |_, _| false)?;
    }
    for (place, session) in &entries {
        if let Some(session) = session {
            tables.journal_of.remove((domain, *session, *place))?;
        }
    }
    *left -= entries.len();
    Ok(*covered)
}

fn inbox(tables: &mut Tables<'_>, domain: &str, left: &mut usize) -> Result<(), Halt> {
    let read = counter(&tables.counters, domain, "inbox_read")?;
    let places: Vec<u64> = tables
        .inbox
        .range((domain, 0)..=(domain, read))?
        .take(*left)
        .map(|entry| entry.map(|(key, _)| key.value().1))
        .collect::<Result<_, _>>()?;
    if let Some(last) = places.last() {
        tables.inbox.retain_in((domain, 0)..=(domain, *last), |_, _| false)?;
    }
    *left -= places.len();
    Ok(())
}
