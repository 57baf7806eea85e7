//! Reads: the commands, and what their answers mean.

use super::encode::strange;
use super::keys::{Keys, place_name, place_of, session_name};
use super::link::Link;
use crate::store::{Ends, Entry, Error, Found, LookupKey, Outbox, OutboxEntry, Seq, Stored, Version};
use crate::{AgentName, SessionId, Time};
use redis::{Cmd, cmd, pipe};

/// The most commands sent in one go: bounds what the server holds back for one caller.
const CHUNK: usize = 256;
/// More than any log holds.
const MANY: usize = 1 << 40;

/// An entry of a stream: its id, its fields and their values in turn.
type StreamEntry = (String, Vec<Vec<u8>>);

pub(super) async fn sessions(link: &Link, keys: &Keys, ids: &[SessionId]) -> Result<Vec<Option<Stored>>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let mut commands = pipe();
        for id in chunk {
            commands.cmd("HMGET").arg(keys.session(*id)).arg(&["v", "c", "rv", "r", "m"]);
        }
        let rows: Vec<Vec<Option<Vec<u8>>>> = link.read_all("reading sessions", &commands).await?;
        for row in rows {
            found.push(stored(row)?);
        }
    }
    Ok(found)
}

fn stored(row: Vec<Option<Vec<u8>>>) -> Result<Option<Stored>, Error> {
    let Ok([version, content, routing_version, routing, last_message]) = <[_; 5]>::try_from(row) else {
        return Err(strange("number of fields"));
    };
    let (Some(version), Some(content)) = (version, content) else { return Ok(None) };
    let number = |bytes: Option<Vec<u8>>| bytes.map_or(Ok(0), |b| parse(&String::from_utf8_lossy(&b)));
    Ok(Some(Stored {
        version: Version(number(Some(version))?),
        content,
        routing_version: Version(number(routing_version)?),
        routing: routing.unwrap_or_default(),
        last_message: Seq(number(last_message)?),
    }))
}

pub(super) async fn live(link: &Link, keys: &Keys, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error> {
    let mut command = cmd("ZRANGE");
    let from = after.map_or_else(|| "-".to_owned(), |id| format!("({}", session_name(id)));
    command.arg(keys.plain("live")).arg(from).arg("+").arg("BYLEX");
    members(link, "listing live sessions", &mut command, limit).await?.iter().map(|name| parse(name)).collect()
}

pub(super) async fn found(link: &Link, keys: &Keys, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Error> {
    let mut command = cmd("ZRANGE");
    let from = after.map_or_else(|| "+".to_owned(), |found| format!("({}", place_name(found)));
    command.arg(keys.lookup(key)).arg(from).arg("-").arg("BYLEX").arg("REV");
    let names = members(link, "finding sessions", &mut command, limit).await?;
    names.iter().map(|name| place_of(name).ok_or_else(|| strange(name))).collect()
}

/// Members of a sorted set whose scores are all equal, in their order.
async fn members(link: &Link, doing: &'static str, command: &mut Cmd, limit: usize) -> Result<Vec<String>, Error> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    link.read(doing, command.arg("LIMIT").arg(0).arg(limit.min(MANY))).await
}

pub(super) async fn due(link: &Link, keys: &Keys, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Error> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut command = cmd("ZRANGE");
    command.arg(keys.plain("exp")).arg(0).arg(now.0).arg("BYSCORE").arg("LIMIT").arg(0).arg(limit.min(MANY)).arg("WITHSCORES");
    let pairs: Vec<(String, String)> = link.read("listing what is due", &command).await?;
    pairs.iter().map(|(session, at)| Ok((Time(parse(at)?), parse(session)?))).collect()
}

pub(super) async fn messages(link: &Link, keys: &Keys, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let last = after.0.saturating_add(u64::try_from(limit.min(MANY)).unwrap_or(u64::MAX)) - 1;
    let mut command = cmd("LRANGE");
    let bodies: Vec<Vec<u8>> = link.read("reading a transcript", command.arg(keys.transcript(session)).arg(after.0).arg(last)).await?;
    let numbered = bodies.into_iter().zip(after.0 + 1..);
    Ok(numbered.map(|(body, seq)| Entry { seq: Seq(seq), session: Some(session), body }).collect())
}

/// Entries of a stream after `after`.
pub(super) async fn stream(link: &Link, doing: &'static str, key: &str, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let entries: Vec<StreamEntry> = link.read(doing, &range(key, after, limit)).await?;
    entries.into_iter().map(log_entry).collect()
}

fn range(key: &str, after: Seq, limit: usize) -> Cmd {
    let mut command = cmd("XRANGE");
    command.arg(key).arg(format!("({}-0", after.0)).arg("+").arg("COUNT").arg(limit.min(MANY));
    command
}

fn log_entry((id, fields): StreamEntry) -> Result<Entry, Error> {
    let mut entry = Entry { seq: place(&id)?, session: None, body: Vec::new() };
    for (name, value) in pairs(fields) {
        match name.as_slice() {
            b"s" if !value.is_empty() => entry.session = Some(parse(&String::from_utf8_lossy(&value))?),
            b"b" => entry.body = value,
            _ => {}
        }
    }
    Ok(entry)
}

pub(super) async fn journal_of(link: &Link, keys: &Keys, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut command = cmd("ZRANGE");
    command.arg(keys.journal_of(session)).arg(format!("({}", after.0)).arg("+inf").arg("BYSCORE");
    let doing = "reading a session's journal";
    let places: Vec<String> = link.read(doing, command.arg("LIMIT").arg(0).arg(limit.min(MANY))).await?;
    let (key, mut found) = (keys.plain("ev"), Vec::with_capacity(places.len()));
    for chunk in places.chunks(CHUNK) {
        let mut commands = pipe();
        for place in chunk {
            commands.cmd("XRANGE").arg(&key).arg(place).arg(place);
        }
        // An entry that was trimmed in between is not there any more.
        let rows: Vec<Vec<StreamEntry>> = link.read_all(doing, &commands).await?;
        for entry in rows.into_iter().flatten() {
            found.push(log_entry(entry)?);
        }
    }
    Ok(found)
}

pub(super) async fn outbox(link: &Link, keys: &Keys, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Error> {
    let mut commands = pipe();
    // The end before the entries: a trim in between then shows as entries that are missing, never hides any.
    // (Not in MULTI, which a full Redis refuses to readers too.)
    commands.cmd("HGET").arg(keys.plain("ao")).arg(agent.as_str());
    commands.add_command(range(&keys.outbox(agent), after, limit.max(1)));
    let (end, entries): (Option<u64>, Vec<StreamEntry>) = link.read_all("reading an outbox", &commands).await?;
    let entries: Vec<OutboxEntry> = entries.into_iter().take(limit).map(outbox_entry).collect::<Result<_, _>>()?;
    let end = Seq(end.unwrap_or(0)).max(entries.last().map(|entry| entry.seq).unwrap_or_default());
    Ok(Outbox { end, entries })
}

pub(super) async fn ends(link: &Link, keys: &Keys, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Error> {
    let doing = "looking how far things go";
    let mut ends = Ends::default();
    for chunk in sessions.chunks(CHUNK) {
        let mut commands = pipe();
        for id in chunk {
            commands.cmd("HMGET").arg(keys.session(*id)).arg(&["v", "rv", "m"]);
        }
        let rows: Vec<(Option<u64>, Option<u64>, Option<u64>)> = link.read_all(doing, &commands).await?;
        let end = |(version, routing, message): (Option<u64>, Option<u64>, Option<u64>)| match version {
            Some(version) => (Version(version), Version(routing.unwrap_or(0)), Seq(message.unwrap_or(0))),
            None => Default::default(),
        };
        ends.sessions.extend(rows.into_iter().map(end));
    }
    for chunk in agents.chunks(CHUNK) {
        let mut command = cmd("HMGET");
        command.arg(keys.plain("ao"));
        for agent in chunk {
            command.arg(agent.as_str());
        }
        let places: Vec<Option<u64>> = link.read(doing, &command).await?;
        ends.outboxes.extend(places.into_iter().map(|place| Seq(place.unwrap_or(0))));
    }
    Ok(ends)
}

fn outbox_entry((id, fields): StreamEntry) -> Result<OutboxEntry, Error> {
    let mut entry = OutboxEntry { seq: place(&id)?, message: None, body: Vec::new() };
    for (name, value) in pairs(fields) {
        match name.as_slice() {
            b"m" if !value.is_empty() => {
                let text = String::from_utf8_lossy(&value);
                let (session, number) = text.split_once(':').ok_or_else(|| strange(&text))?;
                entry.message = Some((parse(session)?, Seq(parse(number)?)));
            }
            b"b" => entry.body = value,
            _ => {}
        }
    }
    Ok(entry)
}

pub(super) async fn snapshot(link: &Link, keys: &Keys) -> Result<Option<(Seq, Vec<u8>)>, Error> {
    let mut command = cmd("XREVRANGE");
    command.arg(keys.plain("snap")).arg("+").arg("-").arg("COUNT").arg(1);
    one_snapshot(link, &command).await
}

pub(super) async fn oldest_snapshot(link: &Link, keys: &Keys) -> Result<Option<(Seq, Vec<u8>)>, Error> {
    let mut command = cmd("XRANGE");
    command.arg(keys.plain("snap")).arg("-").arg("+").arg("COUNT").arg(1);
    one_snapshot(link, &command).await
}

async fn one_snapshot(link: &Link, command: &Cmd) -> Result<Option<(Seq, Vec<u8>)>, Error> {
    let found: Vec<StreamEntry> = link.read("reading a snapshot", command).await?;
    let found = found.into_iter().next().map(log_entry).transpose()?;
    Ok(found.map(|entry| (entry.seq, entry.body)))
}

/// The fields of an entry, by twos.
fn pairs(fields: Vec<Vec<u8>>) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let mut fields = fields.into_iter();
    std::iter::from_fn(move || Some((fields.next()?, fields.next()?)))
}

/// The place that a stream's id stands for.
fn place(id: &str) -> Result<Seq, Error> {
    let (place, _) = id.split_once('-').ok_or_else(|| strange(id))?;
    parse(place).map(Seq)
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| strange(text))
}
