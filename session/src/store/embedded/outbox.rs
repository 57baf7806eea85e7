//! Agents' outboxes: what is put into them, what falls out at their far end, and what goes with an erased session.
//!
//! Invariants: places rise by one and are never given out twice, whatever became of their entries; an entry of a session that
//! is not there is not kept. Which agents were told of a session stands under the session, so that erasing reads no other's.

use super::fault::Halt;
use super::tables::{Tables, counter};
use crate::AgentName;
use crate::store::form::{OUTBOX_LIMIT, OUTBOX_SLACK};
use crate::store::{OutboxAppend, Seq};
use redb::ReadableTable;
use std::collections::BTreeMap;

/// Appends an entry of the owner's or the house's.
pub(super) fn append(
    tables: &mut Tables<'_>,
    domain: &str,
    entry: &OutboxAppend,
    grown: &mut BTreeMap<AgentName, Seq>,
) -> Result<(), Halt> {
    let seq = take_place(tables, domain, &entry.agent, grown)?;
    let about: Vec<u128> = entry.about.iter().map(|session| session.0.as_u128()).collect();
    for session in &about {
        if tables.documents.get((domain, *session))?.is_none() {
            return Ok(());
        }
    }
    for session in &about {
        tell(tables, domain, *session, &entry.agent, seq)?;
    }
    tables.outbox.insert((domain, entry.agent.as_str(), seq), (None, about, entry.body.as_slice()))?;
    Ok(())
}

/// Appends the copy of a message, whose session is there.
pub(super) fn copy(
    tables: &mut Tables<'_>,
    domain: &str,
    agent: &AgentName,
    message: (u128, u64),
    body: &[u8],
    grown: &mut BTreeMap<AgentName, Seq>,
) -> Result<(), Halt> {
    let seq = take_place(tables, domain, agent, grown)?;
    tell(tables, domain, message.0, agent, seq)?;
    tables.outbox.insert((domain, agent.as_str(), seq), (Some(message), Vec::new(), body))?;
    Ok(())
}

/// The next place, and room for its entry.
fn take_place(tables: &mut Tables<'_>, domain: &str, agent: &AgentName, grown: &mut BTreeMap<AgentName, Seq>) -> Result<u64, Halt> {
    let name = agent.as_str();
    let seq = counter(&tables.outbox_counters, domain, name)? + 1;
    tables.outbox_counters.insert((domain, name), seq)?;
    grown.insert(agent.clone(), Seq(seq));
    if seq.is_multiple_of(OUTBOX_SLACK)
        && let Some(old) = seq.checked_sub(OUTBOX_LIMIT)
    {
        tables.outbox.retain_in((domain, name, 0)..=(domain, name, old), |_, _| false)?;
    }
    Ok(seq)
}

/// Notes under the session from where on an agent's outbox tells of it.
fn tell(tables: &mut Tables<'_>, domain: &str, session: u128, agent: &AgentName, seq: u64) -> Result<(), Halt> {
    let key = (domain, session, agent.as_str());
    if tables.told.get(key)?.is_none() {
        tables.told.insert(key, seq)?;
    }
    Ok(())
}

/// Drops every entry that tells of the session.
pub(super) fn forget(tables: &mut Tables<'_>, domain: &str, session: u128) -> Result<(), Halt> {
    let mut told: Vec<(String, u64)> = Vec::new();
    for entry in tables.told.range((domain, session, "")..)? {
        let (key, first) = entry?;
        let (of, about, agent) = key.value();
        if (of, about) != (domain, session) {
            break;
        }
        told.push((agent.to_owned(), first.value()));
    }
    for (agent, first) in told {
        let agent = agent.as_str();
        let stays = |(message, about, _): (Option<(u128, u64)>, Vec<u128>, &[u8])| {
            message.is_none_or(|(of, _)| of != session) && !about.contains(&session)
        };
        tables.outbox.retain_in((domain, agent, first)..=(domain, agent, u64::MAX), |_, entry| stays(entry))?;
        tables.told.remove((domain, session, agent))?;
    }
    Ok(())
}
