//! Dropping what nobody needs, a bounded part per transaction, so that commits never wait long behind it.

use super::fault::Halt;
use super::tables::{Tables, counter};
use crate::Time;
use crate::store::form::REQUEST_WINDOW_MS;
use redb::ReadableTable;

/// The most entries dropped in one transaction.
const STEP: usize = 4096;

/// Drops up to a step of entries; `true` where more are left.
pub(super) fn trim(tables: &mut Tables<'_>, domain: &str, now: Time, snapshots: usize, outbox: usize) -> Result<bool, Halt> {
    let mut left = STEP;
    snapshots_and_journal(tables, domain, snapshots.max(1), &mut left)?;
    inbox(tables, domain, &mut left)?;
    outboxes(tables, domain, outbox, &mut left)?;
    left = left.saturating_sub(requests(tables, domain, now, left)?);
    tables.dirty |= left < STEP;
    Ok(left == 0)
}

/// Forgets up to `most` requests older than the window; how many.
pub(super) fn requests(tables: &mut Tables<'_>, domain: &str, now: Time, most: usize) -> Result<usize, Halt> {
    let Some(end) = (now.0 + 1).checked_sub(REQUEST_WINDOW_MS) else { return Ok(0) };
    let old: Vec<(u64, u128)> = tables
        .request_times
        .range((domain, 0, 0)..(domain, end, 0))?
        .take(most)
        .map(|entry| entry.map(|(key, _)| (key.value().1, key.value().2)))
        .collect::<Result<_, _>>()?;
    for (at, id) in &old {
        tables.request_times.remove((domain, *at, *id))?;
        tables.requests.remove((domain, *id))?;
    }
    Ok(old.len())
}

/// All snapshots but the newest, and the journal that the oldest kept one covers.
fn snapshots_and_journal(tables: &mut Tables<'_>, domain: &str, keep: usize, left: &mut usize) -> Result<(), Halt> {
    let places: Vec<u64> = tables
        .snapshots
        .range((domain, 0)..=(domain, u64::MAX))?
        .map(|entry| entry.map(|(key, _)| key.value().1))
        .collect::<Result<_, _>>()?;
    let (old, kept) = places.split_at(places.len().saturating_sub(keep));
    for place in old {
        tables.snapshots.remove((domain, *place))?;
        *left = left.saturating_sub(1);
    }
    let Some(covered) = kept.first() else { return Ok(()) };
    let entries: Vec<(u64, Option<u128>)> = tables
        .journal
        .range((domain, 0)..=(domain, *covered))?
        .take(*left)
        .map(|entry| entry.map(|(key, value)| (key.value().1, value.value().0)))
        .collect::<Result<_, _>>()?;
    for (place, session) in &entries {
        tables.journal.remove((domain, *place))?;
        if let Some(session) = session {
            tables.journal_of.remove((domain, *session, *place))?;
        }
    }
    *left -= entries.len();
    Ok(())
}

fn inbox(tables: &mut Tables<'_>, domain: &str, left: &mut usize) -> Result<(), Halt> {
    let read = counter(&tables.counters, domain, "inbox_read")?;
    let places: Vec<u64> = tables
        .inbox
        .range((domain, 0)..=(domain, read))?
        .take(*left)
        .map(|entry| entry.map(|(key, _)| key.value().1))
        .collect::<Result<_, _>>()?;
    for place in &places {
        tables.inbox.remove((domain, *place))?;
    }
    *left -= places.len();
    Ok(())
}

fn outboxes(tables: &mut Tables<'_>, domain: &str, keep: usize, left: &mut usize) -> Result<(), Halt> {
    let keep = u64::try_from(keep).unwrap_or(u64::MAX);
    let agents: Vec<(String, u64)> = tables
        .outbox_counters
        .range((domain, "")..)?
        .map(|entry| entry.map(|(key, last)| (key.value().0 == domain, key.value().1.to_owned(), last.value())))
        .take_while(|entry| entry.as_ref().map_or(true, |(ours, ..)| *ours))
        .map(|entry| entry.map(|(_, agent, last)| (agent, last)))
        .collect::<Result<_, _>>()?;
    for (agent, last) in &agents {
        let end = last.saturating_sub(keep);
        let places: Vec<u64> = tables
            .outbox
            .range((domain, agent.as_str(), 0)..=(domain, agent.as_str(), end))?
            .take(*left)
            .map(|entry| entry.map(|(key, _)| key.value().2))
            .collect::<Result<_, _>>()?;
        for place in &places {
            tables.outbox.remove((domain, agent.as_str(), *place))?;
        }
        *left -= places.len();
    }
    Ok(())
}
