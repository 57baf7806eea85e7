//! Reads: each in a read transaction of its own, on what was last committed.

use super::fault::Halt;
use super::tables::{
    COUNTERS, DOCUMENTS, DUE, HANDLES, INBOX, JOURNAL, JOURNAL_OF, KEPT, LIVE, LOOKUPS, MESSAGES, OUTBOX, OUTBOX_COUNTERS, ROUTING,
    SNAPSHOTS, counter, last_message,
};
use crate::store::form::kind_name;
use crate::store::{Ends, Entry, Error, Found, LookupKey, Outbox, OutboxEntry, Seq, Stored, Version};
use crate::{AgentName, SessionId, Time};
use redb::ReadTransaction;
use std::ops::Bound;
use uuid::Uuid;

const fn session_id(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

pub(super) fn sessions(view: &ReadTransaction, domain: &str, ids: &[SessionId]) -> Result<Vec<Option<Stored>>, Halt> {
    let (documents, routing, messages) = (view.open_table(DOCUMENTS)?, view.open_table(ROUTING)?, view.open_table(MESSAGES)?);
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let key = (domain, id.0.as_u128());
        let Some(document) = documents.get(key)? else {
            found.push(None);
            continue;
        };
        let (version, _, content) = document.value();
        let fields = routing.get(key)?;
        let (routing_version, fields) = fields.as_ref().map_or((0, &[][..]), |r| (r.value().0, r.value().2));
        found.push(Some(Stored {
            version: Version(version),
            content: content.to_vec(),
            routing_version: Version(routing_version),
            routing: fields.to_vec(),
            last_message: Seq(last_message(&messages, domain, key.1)?),
        }));
    }
    Ok(found)
}

pub(super) fn live(view: &ReadTransaction, domain: &str, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Halt> {
    let table = view.open_table(LIVE)?;
    let from = after.map_or(Bound::Included((domain, 0)), |id| Bound::Excluded((domain, id.0.as_u128())));
    let range = table.range::<(&str, u128)>((from, Bound::Included((domain, u128::MAX))))?;
    range.take(limit).map(|entry| Ok(session_id(entry?.0.value().1))).collect()
}

pub(super) fn find(view: &ReadTransaction, domain: &str, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Halt> {
    let table = view.open_table(LOOKUPS)?;
    let (kind, hash) = (kind_name(key.kind), u128::from_be_bytes(key.hash));
    let place = |found: Found| (domain, kind, hash, found.born.0, found.session.0.as_u128());
    let end = after.map_or(Bound::Included((domain, kind, hash, u64::MAX, u128::MAX)), |found| Bound::Excluded(place(found)));
    let range = table.range::<(&str, &str, u128, u64, u128)>((Bound::Included((domain, kind, hash, 0, 0)), end))?;
    let found = |(_, _, _, born, session): (&str, &str, u128, u64, u128)| Found { born: Time(born), session: session_id(session) };
    range.rev().take(limit).map(|entry| Ok(found(entry?.0.value()))).collect()
}

pub(super) fn handle(view: &ReadTransaction, domain: &str, hash: [u8; 16], now: Time) -> Result<Option<SessionId>, Halt> {
    let table = view.open_table(HANDLES)?;
    let leads = table.get((domain, u128::from_be_bytes(hash)))?.map(|h| h.value());
    Ok(leads.filter(|(_, until)| *until > now.0).map(|(session, _)| session_id(session)))
}

pub(super) fn due(view: &ReadTransaction, domain: &str, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Halt> {
    let table = view.open_table(DUE)?;
    let range = table.range((domain, 0, 0)..=(domain, now.0, u128::MAX))?;
    let pair = |key: (&str, u64, u128)| (Time(key.1), session_id(key.2));
    range.take(limit).map(|entry| Ok(pair(entry?.0.value()))).collect()
}

pub(super) fn messages(view: &ReadTransaction, domain: &str, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Halt> {
    let table = view.open_table(MESSAGES)?;
    let number = session.0.as_u128();
    let bounds = (Bound::Excluded((domain, number, after.0)), Bound::Included((domain, number, u64::MAX)));
    let entry = |seq, body: &[u8]| Entry { seq: Seq(seq), session: Some(session), body: body.to_vec() };
    let range = table.range::<(&str, u128, u64)>(bounds)?;
    range.take(limit).map(|e| e.map(|(key, body)| entry(key.value().2, body.value())).map_err(Halt::from)).collect()
}

pub(super) fn inbox(view: &ReadTransaction, domain: &str, after: Seq, limit: usize) -> Result<Vec<Entry>, Halt> {
    let table = view.open_table(INBOX)?;
    let range = table.range::<(&str, u64)>((Bound::Excluded((domain, after.0)), Bound::Included((domain, u64::MAX))))?;
    let entry = |seq, body: &[u8]| Entry { seq: Seq(seq), session: None, body: body.to_vec() };
    range.take(limit).map(|e| e.map(|(key, body)| entry(key.value().1, body.value())).map_err(Halt::from)).collect()
}

pub(super) fn inbox_read(view: &ReadTransaction, domain: &str) -> Result<Seq, Halt> {
    Ok(Seq(counter(&view.open_table(COUNTERS)?, domain, "inbox_read")?))
}

pub(super) fn journal(view: &ReadTransaction, domain: &str, after: Seq, limit: usize) -> Result<Vec<Entry>, Halt> {
    let table = view.open_table(JOURNAL)?;
    let range = table.range::<(&str, u64)>((Bound::Excluded((domain, after.0)), Bound::Included((domain, u64::MAX))))?;
    let entry =
        |seq, (session, body): (Option<u128>, &[u8])| Entry { seq: Seq(seq), session: session.map(session_id), body: body.to_vec() };
    range.take(limit).map(|e| e.map(|(key, value)| entry(key.value().1, value.value())).map_err(Halt::from)).collect()
}

pub(super) fn journal_of(view: &ReadTransaction, domain: &str, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Halt> {
    let (places, journal) = (view.open_table(JOURNAL_OF)?, view.open_table(JOURNAL)?);
    let number = session.0.as_u128();
    let bounds = (Bound::Excluded((domain, number, after.0)), Bound::Included((domain, number, u64::MAX)));
    let mut entries = Vec::new();
    for place in places.range::<(&str, u128, u64)>(bounds)?.take(limit) {
        let seq = place?.0.value().2;
        let Some(entry) = journal.get((domain, seq))? else {
            return Err(Error::Corrupt { what: "the journal", why: format!("entry {seq} is indexed but not there") }.into());
        };
        entries.push(Entry { seq: Seq(seq), session: Some(session), body: entry.value().1.to_vec() });
    }
    Ok(entries)
}

pub(super) fn outbox(view: &ReadTransaction, domain: &str, agent: &AgentName, Seq(after): Seq, limit: usize) -> Result<Outbox, Halt> {
    let table = view.open_table(OUTBOX)?;
    let name = agent.as_str();
    let end = counter(&view.open_table(OUTBOX_COUNTERS)?, domain, name)?;
    let bounds = (Bound::Excluded((domain, name, after)), Bound::Included((domain, name, u64::MAX)));
    let mut entries = Vec::new();
    for row in table.range::<(&str, &str, u64)>(bounds)?.take(limit) {
        let (key, value) = row?;
        let (message, _, body) = value.value();
        let message = message.map(|(session, place)| (session_id(session), Seq(place)));
        entries.push(OutboxEntry { seq: Seq(key.value().2), message, body: body.to_vec() });
    }
    Ok(Outbox { end: Seq(end), entries })
}

pub(super) fn ends(view: &ReadTransaction, domain: &str, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Halt> {
    let (documents, routing, messages) = (view.open_table(DOCUMENTS)?, view.open_table(ROUTING)?, view.open_table(MESSAGES)?);
    let mut ends = Ends::default();
    for id in sessions {
        let key = (domain, id.0.as_u128());
        let version = documents.get(key)?.map_or(0, |document| document.value().0);
        let routing_version = routing.get(key)?.map_or(0, |fields| fields.value().0);
        ends.sessions.push((Version(version), Version(routing_version), Seq(last_message(&messages, domain, key.1)?)));
    }
    let counters = view.open_table(OUTBOX_COUNTERS)?;
    for agent in agents {
        ends.outboxes.push(Seq(counter(&counters, domain, agent.as_str())?));
    }
    Ok(ends)
}

pub(super) fn snapshot(view: &ReadTransaction, domain: &str) -> Result<Option<(Seq, Vec<u8>)>, Halt> {
    let table = view.open_table(SNAPSHOTS)?;
    let newest = table.range((domain, 0)..=(domain, u64::MAX))?.next_back().transpose()?;
    Ok(newest.map(|(key, picture)| (Seq(key.value().1), picture.value().1.to_vec())))
}

pub(super) fn oldest_snapshot(view: &ReadTransaction, domain: &str) -> Result<Option<(Seq, Vec<u8>)>, Halt> {
    let table = view.open_table(SNAPSHOTS)?;
    let oldest = table.range((domain, 0)..=(domain, u64::MAX))?.next().transpose()?;
    Ok(oldest.map(|(key, picture)| (Seq(key.value().1), picture.value().1.to_vec())))
}

pub(super) fn kept(view: &ReadTransaction, domain: &str, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Halt> {
    let table = view.open_table(KEPT)?;
    let mut texts = Vec::new();
    for entry in table.range((domain, prefix)..)? {
        let (key, body) = entry?;
        let (of, name) = key.value();
        if of != domain || !name.starts_with(prefix) {
            break;
        }
        texts.push((name.to_owned(), body.value().to_vec()));
    }
    Ok(texts)
}
