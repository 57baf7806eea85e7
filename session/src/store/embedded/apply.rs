//! One mutation inside a transaction: ask first, then act.
//!
//! Everything that may refuse is asked before the first write, so a refusal leaves the transaction as it was.

use super::fault::Halt;
use super::outbox;
use super::tables::{Indexed, Tables, counter, last_message};
use super::trim::sweep;
use crate::store::form::{REQUEST_WINDOW_MS, kind_name};
use crate::store::{Committed, DocumentWrite, Error, Mutation, Request, Seq, Version};
use crate::{AgentName, SessionId, Time};
use redb::ReadableTable;
use std::collections::{BTreeMap, BTreeSet};

/// Applies the mutation, or answers what its request led to before.
pub(super) fn apply(tables: &mut Tables<'_>, domain: &str, mutation: &Mutation) -> Result<Committed, Halt> {
    let request = mutation.request.as_ref();
    if let Some(first) = request.map(|r| repeated(tables, domain, mutation.at, r)).transpose()?.flatten() {
        return Ok(first);
    }
    ask_fence(tables, domain, mutation)?;
    let before = ask_documents(tables, domain, mutation)?;
    ask_handles(tables, domain, mutation)?;
    ask_routing(tables, domain, mutation)?;
    let readers = ask_messages(tables, domain, mutation)?;
    // Nothing below this line can be refused.
    tables.dirty = true;
    for (write, before) in mutation.documents.iter().zip(&before) {
        write_document(tables, domain, write, before)?;
    }
    let joined = joined(tables, domain, mutation)?;
    write_routing(tables, domain, mutation)?;
    let mut committed = Committed { result: request.map(|r| r.result.clone()).unwrap_or_default(), ..Committed::default() };
    let mut grown = BTreeMap::new();
    for entry in &mutation.outbox {
        outbox::append(tables, domain, entry, &mut grown)?;
    }
    for (session, after, agents) in joined {
        catch_up(tables, domain, session, after, &agents, &mut grown)?;
    }
    for message in &mutation.messages {
        let session = message.session.0.as_u128();
        let seq = last_message(&tables.messages, domain, session)? + 1;
        tables.messages.insert((domain, session, seq), message.body.as_slice())?;
        for agent in readers.get(&message.session).into_iter().flatten() {
            outbox::copy(tables, domain, agent, (session, seq), &message.body, &mut grown)?;
        }
        committed.messages.push(Seq(seq));
    }
    committed.outbox = grown.into_iter().collect();
    write_logs(tables, domain, mutation, &mut committed)?;
    for write in &mutation.kept {
        match &write.body {
            Some(body) => drop(tables.kept.insert((domain, write.key.as_str()), body.as_slice())?),
            None => drop(tables.kept.remove((domain, write.key.as_str()))?),
        }
    }
    if let Some(request) = request {
        remember(tables, domain, mutation.at, request, &committed)?;
    }
    Ok(committed)
}

/// What the request led to, if it came before and is not forgotten.
fn repeated(tables: &Tables<'_>, domain: &str, now: Time, request: &Request) -> Result<Option<Committed>, Halt> {
    let Some(kept) = tables.requests.get((domain, request.id.0.as_u128()))? else { return Ok(None) };
    let (at, fingerprint, _, first) = kept.value();
    if now.since(Time(at)).0 >= REQUEST_WINDOW_MS {
        return Ok(None);
    }
    if fingerprint != request.fingerprint {
        return Err(Error::RequestReused(request.id).into());
    }
    let first: Committed = decode("a request's result", first)?;
    Ok(Some(Committed { repeat: true, ..first }))
}

fn ask_fence(tables: &Tables<'_>, domain: &str, mutation: &Mutation) -> Result<(), Halt> {
    let Some(fence) = &mutation.fence else { return Ok(()) };
    let owner = tables.owners.get(domain)?;
    let Some(owner) = owner else { return Err(Error::Fenced { epoch: 0 }.into()) };
    let (epoch, nonce, node, _) = owner.value();
    if (epoch, nonce, node) == (fence.epoch, fence.nonce, fence.node.as_str()) { Ok(()) } else { Err(Error::Fenced { epoch }.into()) }
}

/// The documents' index records before the mutation, where all versions are as expected.
fn ask_documents(tables: &Tables<'_>, domain: &str, mutation: &Mutation) -> Result<Vec<Indexed>, Halt> {
    let mut before = Vec::with_capacity(mutation.documents.len());
    for write in &mutation.documents {
        let stored = tables.documents.get((domain, write.session.0.as_u128()))?;
        let at = Version(stored.as_ref().map_or(0, |s| s.value().0));
        if at != write.expect {
            return Err(Error::Conflict { session: write.session, at, expected: write.expect }.into());
        }
        before.push(match stored {
            Some(stored) => decode("a session's index record", stored.value().1)?,
            None => Indexed::default(),
        });
    }
    Ok(before)
}

/// No handle may lead to another session while it holds.
fn ask_handles(tables: &Tables<'_>, domain: &str, mutation: &Mutation) -> Result<(), Halt> {
    let mut claimed = BTreeMap::new();
    for write in &mutation.documents {
        for handle in wanted_handles(write).iter().filter(|h| h.until > mutation.at) {
            let holder = tables.handles.get((domain, u128::from_be_bytes(handle.hash)))?;
            let held = holder.map(|h| h.value()).filter(|(_, until)| *until > mutation.at.0).map(|(session, _)| session);
            let held = held.into_iter().chain(claimed.insert(handle.hash, write.session.0.as_u128()));
            if held.into_iter().any(|session| session != write.session.0.as_u128()) {
                return Err(Error::HandleTaken(write.session).into());
            }
        }
    }
    Ok(())
}

fn ask_routing(tables: &Tables<'_>, domain: &str, mutation: &Mutation) -> Result<(), Halt> {
    for write in &mutation.routing {
        let at = tables.routing.get((domain, write.session.0.as_u128()))?.map_or(0, |r| r.value().0);
        if Version(at) != write.expect {
            return Err(Error::Conflict { session: write.session, at: Version(at), expected: write.expect }.into());
        }
        ask_present(tables, domain, mutation, write.session)?;
    }
    Ok(())
}

/// Whose outboxes get a copy of the messages of each session, as of this mutation.
fn ask_messages(tables: &Tables<'_>, domain: &str, mutation: &Mutation) -> Result<BTreeMap<SessionId, BTreeSet<AgentName>>, Halt> {
    let mut readers = BTreeMap::new();
    for message in &mutation.messages {
        if readers.contains_key(&message.session) {
            continue;
        }
        ask_present(tables, domain, mutation, message.session)?;
        let agents = match mutation.routing.iter().find(|r| r.session == message.session) {
            Some(write) => write.agents.iter().cloned().collect(),
            None => tables
                .routing
                .get((domain, message.session.0.as_u128()))?
                .map(|r| r.value().1.into_iter().map(AgentName::new).collect())
                .unwrap_or_default(),
        };
        readers.insert(message.session, agents);
    }
    Ok(readers)
}

/// Who is new among the agents of each session whose writer says how far it saw the transcript.
fn joined(tables: &Tables<'_>, domain: &str, mutation: &Mutation) -> Result<Vec<(u128, Seq, BTreeSet<AgentName>)>, Halt> {
    let mut joined = Vec::new();
    for write in &mutation.routing {
        let Some(seen) = write.seen else { continue };
        let session = write.session.0.as_u128();
        let mut agents: BTreeSet<AgentName> = write.agents.iter().cloned().collect();
        if let Some(before) = tables.routing.get((domain, session))? {
            agents.retain(|agent| !before.value().1.contains(&agent.as_str()));
        }
        joined.push((session, seen, agents));
    }
    Ok(joined)
}

/// Copies what stands in the transcript after a place to these agents' outboxes.
fn catch_up(
    tables: &mut Tables<'_>,
    domain: &str,
    session: u128,
    Seq(after): Seq,
    agents: &BTreeSet<AgentName>,
    grown: &mut BTreeMap<AgentName, Seq>,
) -> Result<(), Halt> {
    if agents.is_empty() {
        return Ok(());
    }
    for seq in after + 1..=last_message(&tables.messages, domain, session)? {
        let Some(body) = tables.messages.get((domain, session, seq))?.map(|body| body.value().to_vec()) else { continue };
        for agent in agents {
            outbox::copy(tables, domain, agent, (session, seq), &body, grown)?;
        }
    }
    Ok(())
}

/// Whether the session will be there after the mutation: what was erased must not come back by a late message.
fn ask_present(tables: &Tables<'_>, domain: &str, mutation: &Mutation, session: SessionId) -> Result<(), Halt> {
    let present = match mutation.documents.iter().find(|d| d.session == session) {
        Some(write) => write.content.is_some(),
        None => tables.documents.get((domain, session.0.as_u128()))?.is_some(),
    };
    if present { Ok(()) } else { Err(Error::Absent(session).into()) }
}

fn wanted_handles(write: &DocumentWrite) -> &[crate::store::HandleKey] {
    if write.content.is_some() { &write.handles } else { &[] }
}

fn write_document(tables: &mut Tables<'_>, domain: &str, write: &DocumentWrite, before: &Indexed) -> Result<(), Halt> {
    let session = write.session.0.as_u128();
    let after = match &write.content {
        Some(_) => Indexed { born: write.born, live: write.live, due: write.due, keys: write.keys.clone(), handles: write.handles.clone() },
        None => Indexed::default(),
    };
    reindex(tables, domain, session, before, &after)?;
    if let Some(content) = &write.content {
        let record = encode(&after)?;
        tables.documents.insert((domain, session), (write.expect.0 + 1, record.as_slice(), content.as_slice()))?;
        return Ok(());
    }
    tables.documents.remove((domain, session))?;
    tables.routing.remove((domain, session))?;
    tables.messages.retain_in((domain, session, 0)..=(domain, session, u64::MAX), |_, _| false)?;
    outbox::forget(tables, domain, session)?;
    forget_requests(tables, domain, session)
}

/// Drops the results that hold anything of the session.
fn forget_requests(tables: &mut Tables<'_>, domain: &str, session: u128) -> Result<(), Halt> {
    let of = tables.requests_of.range((domain, session, 0)..=(domain, session, u128::MAX))?;
    let ids: Vec<u128> = of.map(|entry| entry.map(|(key, _)| key.value().2)).collect::<Result<_, _>>()?;
    for id in ids {
        let at = tables.requests.remove((domain, id))?.map(|kept| kept.value().0);
        if let Some(at) = at {
            tables.request_times.remove((domain, at, id))?;
        }
        tables.requests_of.remove((domain, session, id))?;
    }
    Ok(())
}

/// Writes what differs between two index records, and nothing else.
fn reindex(tables: &mut Tables<'_>, domain: &str, session: u128, before: &Indexed, after: &Indexed) -> Result<(), Halt> {
    match (before.live, after.live) {
        (false, true) => drop(tables.live.insert((domain, session), ())?),
        (true, false) => drop(tables.live.remove((domain, session))?),
        (true, true) | (false, false) => {}
    }
    if before.due != after.due {
        if let Some(Time(due)) = before.due {
            tables.due.remove((domain, due, session))?;
        }
        if let Some(Time(due)) = after.due {
            tables.due.insert((domain, due, session), ())?;
        }
    }
    let moved = before.born != after.born;
    for key in before.keys.iter().filter(|k| moved || !after.keys.contains(k)) {
        tables.lookups.remove((domain, kind_name(key.kind), u128::from_be_bytes(key.hash), before.born.0, session))?;
    }
    for key in after.keys.iter().filter(|k| moved || !before.keys.contains(k)) {
        tables.lookups.insert((domain, kind_name(key.kind), u128::from_be_bytes(key.hash), after.born.0, session), ())?;
    }
    for handle in before.handles.iter().filter(|h| !after.handles.iter().any(|a| a.hash == h.hash)) {
        let key = (domain, u128::from_be_bytes(handle.hash));
        // One that had run out may lead to another session by now.
        if tables.handles.get(key)?.is_some_and(|h| h.value().0 == session) {
            tables.handles.remove(key)?;
        }
    }
    for handle in after.handles.iter().filter(|h| !before.handles.contains(h)) {
        tables.handles.insert((domain, u128::from_be_bytes(handle.hash)), (session, handle.until.0))?;
    }
    Ok(())
}

fn write_routing(tables: &mut Tables<'_>, domain: &str, mutation: &Mutation) -> Result<(), Halt> {
    for write in &mutation.routing {
        let agents: Vec<&str> = write.agents.iter().map(AgentName::as_str).collect();
        let key = (domain, write.session.0.as_u128());
        tables.routing.insert(key, (write.expect.0 + 1, agents, write.fields.as_slice()))?;
    }
    Ok(())
}

/// The domain's own logs: inbox and its mark, journal, snapshot.
fn write_logs(tables: &mut Tables<'_>, domain: &str, mutation: &Mutation, committed: &mut Committed) -> Result<(), Halt> {
    if !mutation.inbox.is_empty() {
        let mut place = counter(&tables.counters, domain, "inbox")?;
        for body in &mutation.inbox {
            place += 1;
            tables.inbox.insert((domain, place), body.as_slice())?;
        }
        tables.counters.insert((domain, "inbox"), place)?;
        committed.inbox = Some(Seq(place));
    }
    if let Some(Seq(read)) = mutation.inbox_read
        && read > counter(&tables.counters, domain, "inbox_read")?
    {
        tables.counters.insert((domain, "inbox_read"), read)?;
    }
    let mut place = counter(&tables.counters, domain, "journal")?;
    if !mutation.journal.is_empty() {
        committed.journal = Some(Seq(place + 1));
        for entry in &mutation.journal {
            place += 1;
            let session = entry.session.map(|s| s.0.as_u128());
            tables.journal.insert((domain, place), (session, entry.body.as_slice()))?;
            if let Some(session) = session {
                tables.journal_of.insert((domain, session, place), ())?;
            }
        }
        tables.counters.insert((domain, "journal"), place)?;
    }
    if let Some(picture) = &mutation.snapshot {
        tables.snapshots.insert((domain, place), (mutation.at.0, picture.as_slice()))?;
    }
    Ok(())
}

fn remember(tables: &mut Tables<'_>, domain: &str, now: Time, request: &Request, committed: &Committed) -> Result<(), Halt> {
    let id = request.id.0.as_u128();
    let result = encode(committed)?;
    let mut of = request.of.map(|session| session.0.as_u128());
    if let Some(session) = of
        && tables.documents.get((domain, session))?.is_none()
    {
        of = None;
    }
    let former = tables.requests.insert((domain, id), (now.0, request.fingerprint, of, result.as_slice()))?;
    if let Some((at, former)) = former.map(|former| (former.value().0, former.value().2)) {
        tables.request_times.remove((domain, at, id))?;
        if let Some(session) = former {
            tables.requests_of.remove((domain, session, id))?;
        }
    }
    if let Some(session) = of {
        tables.requests_of.insert((domain, session, id), ())?;
    }
    tables.request_times.insert((domain, now.0, id), ())?;
    sweep(tables, domain, now)
}

fn decode<'a, T: serde::Deserialize<'a>>(what: &'static str, bytes: &'a [u8]) -> Result<T, Halt> {
    rmp_serde::from_slice(bytes).map_err(|error| Error::Corrupt { what, why: error.to_string() }.into())
}

/// A record of ours as bytes. An error here is a fault of this program, found by its first test.
fn encode<T: serde::Serialize>(record: &T) -> Result<Vec<u8>, Halt> {
    rmp_serde::to_vec(record).map_err(|error| Halt::Broken(redb::Error::Corrupted(error.to_string())))
}
