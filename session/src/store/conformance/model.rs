//! The stores against a model: random mutations, and after each the same outcome; in the end the same everything.
//!
//! The model is written the naïve way, apart from the stores: it changes a copy of itself, and throws the copy away where
//! it finds a reason to refuse.

use super::bench::{self, Bench, NOW, handle, journal, kept, key, later, message, mutation, outbox, request, routing, session};
use crate::store::testing::RedisServer;
use crate::store::{
    Committed, DocumentWrite, Embedded, Entry, Error, Fence, HandleKey, LookupKey, Mutation, Outbox, OutboxAppend, OutboxEntry,
    REQUEST_WINDOW_MS, Request, RoutingWrite, Seq, Store, Stored, Version,
};
use crate::{AgentName, RequestId, SessionId, Time};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

#[derive(Clone, Default)]
struct Model {
    sessions: BTreeMap<SessionId, Held>,
    handles: BTreeMap<[u8; 16], (SessionId, Time)>,
    inbox: Vec<Entry>,
    inbox_read: Seq,
    journal: Vec<Entry>,
    outboxes: BTreeMap<AgentName, Vec<Option<Told>>>,
    snapshot: Option<(Seq, Vec<u8>)>,
    kept: BTreeMap<String, Vec<u8>>,
    requests: BTreeMap<RequestId, (Time, u64, Option<SessionId>, Committed)>,
    fence: Option<Fence>,
}

/// An entry of an outbox, with all sessions that it tells of.
type Told = (BTreeSet<SessionId>, OutboxEntry);

#[derive(Clone, Default)]
struct Held {
    version: u64,
    born: Time,
    content: Vec<u8>,
    live: bool,
    due: Option<Time>,
    keys: BTreeSet<LookupKey>,
    handles: Vec<HandleKey>,
    routing_version: u64,
    routing: Vec<u8>,
    agents: BTreeSet<AgentName>,
    messages: Vec<Vec<u8>>,
}

fn place(length: usize) -> Seq {
    Seq(u64::try_from(length).unwrap())
}

impl Model {
    fn commit(&mut self, mutation: &Mutation) -> Result<Committed, Error> {
        if let Some(request) = &mutation.request
            && let Some((at, fingerprint, _, first)) = self.requests.get(&request.id)
            && mutation.at.0.saturating_sub(at.0) < REQUEST_WINDOW_MS
        {
            return if *fingerprint == request.fingerprint {
                Ok(Committed { repeat: true, ..first.clone() })
            } else {
                Err(Error::RequestReused(request.id))
            };
        }
        let mut next = self.clone();
        let done = next.change(mutation)?;
        *self = next;
        Ok(done)
    }

    fn change(&mut self, mutation: &Mutation) -> Result<Committed, Error> {
        if mutation.fence.is_some() && mutation.fence != self.fence {
            return Err(Error::Fenced { epoch: self.fence.as_ref().map_or(0, |f| f.epoch) });
        }
        let (at, expected) = (|id: &SessionId| self.sessions.get(id).map_or(0, |s| s.version), |d: &DocumentWrite| d.expect.0);
        if let Some(d) = mutation.documents.iter().find(|d| at(&d.session) != expected(d)) {
            return Err(Error::Conflict { session: d.session, at: Version(at(&d.session)), expected: d.expect });
        }
        self.claim(mutation)?;
        let routed: BTreeMap<_, _> = self.sessions.iter().map(|(id, s)| (*id, s.routing_version)).collect();
        for write in &mutation.documents {
            self.write(write);
        }
        let mut joined = Vec::new();
        for write in &mutation.routing {
            let at = Version(routed.get(&write.session).copied().unwrap_or(0));
            if at != write.expect {
                return Err(Error::Conflict { session: write.session, at, expected: write.expect });
            }
            let held = self.sessions.get_mut(&write.session).ok_or(Error::Absent(write.session))?;
            held.routing_version += 1;
            held.routing.clone_from(&write.fields);
            let agents: BTreeSet<AgentName> = write.agents.iter().cloned().collect();
            let new = agents.difference(&held.agents).cloned().collect::<Vec<_>>();
            joined.extend(write.seen.map(|seen| (write.session, seen, new)));
            held.agents = agents;
        }
        self.append(mutation, &joined)
    }

    fn claim(&self, mutation: &Mutation) -> Result<(), Error> {
        let mut claimed: BTreeMap<[u8; 16], SessionId> = BTreeMap::new();
        for write in mutation.documents.iter().filter(|d| d.content.is_some()) {
            for handle in write.handles.iter().filter(|h| h.until > mutation.at) {
                let held = self.handles.get(&handle.hash).filter(|(_, until)| *until > mutation.at).map(|(id, _)| *id);
                let other = claimed.insert(handle.hash, write.session);
                if held.into_iter().chain(other).any(|id| id != write.session) {
                    return Err(Error::HandleTaken(write.session));
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, write: &DocumentWrite) {
        let before = self.sessions.get(&write.session).cloned().unwrap_or_default();
        let wanted: &[HandleKey] = if write.content.is_some() { &write.handles } else { &[] };
        for dropped in before.handles.iter().filter(|h| wanted.iter().all(|w| w.hash != h.hash)) {
            if self.handles.get(&dropped.hash).is_some_and(|(id, _)| *id == write.session) {
                self.handles.remove(&dropped.hash);
            }
        }
        for new in wanted.iter().filter(|w| !before.handles.contains(w)) {
            self.handles.insert(new.hash, (write.session, new.until));
        }
        let Some(content) = &write.content else {
            self.sessions.remove(&write.session);
            self.requests.retain(|_, (_, _, of, _)| *of != Some(write.session));
            for told in self.outboxes.values_mut().flatten() {
                told.take_if(|(about, _)| about.contains(&write.session));
            }
            return;
        };
        let held = Held {
            version: before.version + 1,
            born: write.born,
            content: content.clone(),
            live: write.live,
            due: write.due,
            keys: write.keys.iter().cloned().collect(),
            handles: write.handles.clone(),
            ..before
        };
        self.sessions.insert(write.session, held);
    }

    fn append(&mut self, mutation: &Mutation, joined: &[(SessionId, Seq, Vec<AgentName>)]) -> Result<Committed, Error> {
        let mut done =
            Committed { result: mutation.request.as_ref().map(|r| r.result.clone()).unwrap_or_default(), ..Committed::default() };
        let mut grown = BTreeMap::new();
        let there: BTreeSet<SessionId> = self.sessions.keys().copied().collect();
        let outboxes = &mut self.outboxes;
        let mut tell = |agent: &AgentName, about: BTreeSet<SessionId>, message, body: &Vec<u8>| {
            let outbox = outboxes.entry(agent.clone()).or_default();
            let seq = place(outbox.len() + 1);
            let entry = OutboxEntry { seq, message, body: body.clone() };
            outbox.push(about.is_subset(&there).then_some((about, entry)));
            grown.insert(agent.clone(), seq);
        };
        for entry in &mutation.outbox {
            tell(&entry.agent, entry.about.iter().copied().collect(), None, &entry.body);
        }
        for (id, seen, agents) in joined {
            let said = self.sessions.get(id).map(|held| held.messages.clone()).unwrap_or_default();
            for (n, body) in (1..).zip(said).filter(|(n, _)| Seq(*n) > *seen) {
                agents.iter().for_each(|agent| tell(agent, BTreeSet::from([*id]), Some((*id, Seq(n))), &body));
            }
        }
        for message in &mutation.messages {
            let held = self.sessions.get_mut(&message.session).ok_or(Error::Absent(message.session))?;
            held.messages.push(message.body.clone());
            let seq = place(held.messages.len());
            for agent in &held.agents {
                tell(agent, BTreeSet::from([message.session]), Some((message.session, seq)), &message.body);
            }
            done.messages.push(seq);
        }
        done.outbox = grown.into_iter().collect();
        for body in &mutation.inbox {
            self.inbox.push(Entry { seq: place(self.inbox.len() + 1), session: None, body: body.clone() });
            done.inbox = Some(place(self.inbox.len()));
        }
        self.inbox_read = self.inbox_read.max(mutation.inbox_read.unwrap_or_default());
        done.journal = (!mutation.journal.is_empty()).then(|| place(self.journal.len() + 1));
        for entry in &mutation.journal {
            self.journal.push(Entry { seq: place(self.journal.len() + 1), session: entry.session, body: entry.body.clone() });
        }
        if let Some(picture) = &mutation.snapshot {
            self.snapshot = Some((place(self.journal.len()), picture.clone()));
        }
        for write in &mutation.kept {
            match &write.body {
                Some(body) => drop(self.kept.insert(write.key.clone(), body.clone())),
                None => drop(self.kept.remove(&write.key)),
            }
        }
        if let Some(request) = &mutation.request {
            let of = request.of.filter(|of| self.sessions.contains_key(of));
            self.requests.insert(request.id, (mutation.at, request.fingerprint, of, done.clone()));
        }
        Ok(done)
    }

    /// As [`Bench::picture`].
    fn picture(&self) -> String {
        let mut text = String::new();
        for id in (0..8).map(session) {
            let held = self.sessions.get(&id);
            let stored = held.map(|h| Stored {
                version: Version(h.version),
                content: h.content.clone(),
                routing_version: Version(h.routing_version),
                routing: h.routing.clone(),
                last_message: place(h.messages.len()),
            });
            writeln!(text, "{id}: {stored:?}").unwrap();
            let bodies = held.map(|h| h.messages.clone()).unwrap_or_default();
            let messages: Vec<_> = (1..).zip(bodies).map(|(n, body)| Entry { seq: Seq(n), session: Some(id), body }).collect();
            writeln!(text, "  {messages:?}").unwrap();
            let about: Vec<_> = self.journal.iter().filter(|e| e.session == Some(id)).collect();
            writeln!(text, "  {about:?}").unwrap();
        }
        let live: Vec<_> = self.sessions.iter().filter(|(_, s)| s.live).map(|(id, _)| id).collect();
        writeln!(text, "live {live:?}").unwrap();
        let mut due: Vec<_> = self.sessions.iter().filter_map(|(id, s)| Some((s.due?, *id))).collect();
        due.sort();
        writeln!(text, "due {due:?}").unwrap();
        for n in 0..8 {
            let mut found: Vec<_> = self.sessions.iter().filter(|(_, s)| s.keys.contains(&key(n))).map(|(id, s)| (s.born, id)).collect();
            found.sort_by_key(|place| Reverse(*place));
            let found: Vec<_> = found.into_iter().map(|(_, id)| id).collect();
            writeln!(text, "key {n}: {found:?}").unwrap();
            let leads = self.handles.get(&[n; 16]).filter(|(_, until)| *until > NOW).map(|(id, _)| id);
            writeln!(text, "handle {n}: {leads:?}").unwrap();
        }
        for agent in ["ada", "bob", "cyd"] {
            let told = self.outboxes.get(agent).cloned().unwrap_or_default();
            let outbox = Outbox { end: place(told.len()), entries: told.into_iter().flatten().map(|(_, entry)| entry).collect() };
            writeln!(text, "{agent}: {outbox:?}").unwrap();
        }
        writeln!(text, "inbox {:?}\nread {:?}", self.inbox, self.inbox_read).unwrap();
        writeln!(text, "journal {:?}\nsnapshot {:?}", self.journal, self.snapshot).unwrap();
        writeln!(text, "kept {:?}", self.kept.iter().collect::<Vec<_>>()).unwrap();
        text
    }
}

/// A document to be written; how far off its version is.
fn documents() -> impl Strategy<Value = Vec<(u64, DocumentWrite)>> {
    let handles = subsequence((0..4).collect::<Vec<u8>>(), 0..3);
    let keys = subsequence((0..4).collect::<Vec<u8>>(), 0..3);
    let one = (0..4_u32, off(), prop::bool::weighted(0.15), any::<bool>(), prop::option::of(0..5_u64), keys, handles, 0..4_u64, 0..3_u64);
    let one = one.prop_map(|(n, off, erase, live, due, keys, handles, until, born)| {
        let mut write = bench::document(session(n), 0, format!("content {off} {until}").as_bytes());
        (write.live, write.due, write.born) = (live, due.map(later), later(born));
        write.keys = keys.into_iter().map(key).collect();
        write.handles = handles.into_iter().map(|h| handle(h, later(until * 400_000))).collect();
        (off, if erase { bench::erasure(session(n), 0) } else { write })
    });
    vec(one, 0..3).prop_map(|mut all| {
        let mut seen = BTreeSet::new();
        all.retain(|(_, d)| seen.insert(d.session));
        all
    })
}

/// Mostly right.
fn off() -> impl Strategy<Value = u64> {
    prop_oneof![12 => Just(0_u64), 1 => Just(1)]
}

/// A mutation whose versions are still to be set from where the model is: how far off each is to be, and the rest.
type Draft = (Vec<u64>, Vec<u64>, u64, u8, Mutation);

fn drafts() -> impl Strategy<Value = Draft> {
    let agents = subsequence(vec!["ada", "bob", "cyd"], 0..=3);
    let seen = prop::option::of((0..4_u64).prop_map(Seq));
    let routes = vec((0..4_u32, off(), agents, seen), 0..3);
    let logs = (
        vec(0..4_u32, 0..3),
        0..3_usize,
        prop::option::weighted(0.2, 0..6_u64),
        vec(prop::option::of(0..4_u32), 0..3),
        vec((prop::sample::select(vec!["ada", "bob", "cyd"]), subsequence((0..4).collect::<Vec<u32>>(), 0..3)), 0..3),
        prop::bool::weighted(0.1),
        vec((0..3_u8, any::<bool>()), 0..2),
    );
    let asked = prop::option::weighted(0.4, (0..6_u32, prop::bool::weighted(0.2), prop::option::of(0..4_u32)));
    (documents(), routes, logs, asked, 0..90_000_u64, 0..12_u8).prop_map(|(documents, routes, logs, asked, passed, owner)| {
        let (offs, documents): (Vec<_>, Vec<_>) = documents.into_iter().unzip();
        let mut seen = BTreeSet::new();
        let routes: Vec<_> = routes.into_iter().filter(|(n, ..)| seen.insert(*n)).collect();
        let route_offs = routes.iter().map(|(_, off, ..)| *off).collect();
        let (said, worked, read, happened, told, snapshot, texts) = logs;
        let text = |n: usize| format!("said {passed} {n}");
        let draft = Mutation {
            documents,
            routing: routes
                .iter()
                .map(|(n, _, agents, seen)| RoutingWrite { seen: *seen, ..routing(session(*n), 0, text(7).as_bytes(), agents) })
                .collect(),
            messages: said.iter().enumerate().map(|(i, n)| message(session(*n), &text(i))).collect(),
            inbox: (0..worked).map(|i| text(i).into()).collect(),
            inbox_read: read.map(Seq),
            journal: happened.iter().enumerate().map(|(i, n)| journal(n.map(session), &text(i))).collect(),
            outbox: told
                .iter()
                .enumerate()
                .map(|(i, (agent, about))| OutboxAppend { about: about.iter().map(|n| session(*n)).collect(), ..outbox(agent, &text(i)) })
                .collect(),
            snapshot: snapshot.then(|| text(0).into()),
            kept: texts.iter().map(|(n, there)| kept(&n.to_string(), there.then_some("text"))).collect(),
            request: asked.map(|(n, other, of)| Request { of: of.map(session), ..request(n, u64::from(other), &text(9)) }),
            ..mutation()
        };
        (offs, route_offs, passed, owner, draft)
    })
}

/// Runs the drafts against a store and the model side by side.
async fn compare(bench: &Bench, drafts: &[Draft]) -> Result<(), TestCaseError> {
    let (mut model, mut now) = (Model::default(), NOW);
    let own = bench.own(1).await;
    model.fence = Some(own.clone());
    for (offs, route_offs, passed, owner, draft) in drafts {
        now = Time(now.0 + passed);
        let mut mutation = Mutation { at: now, ..draft.clone() };
        let at = |id| model.sessions.get(id).map_or((0, 0), |s| (s.version, s.routing_version));
        for (write, off) in mutation.documents.iter_mut().zip(offs) {
            write.expect = Version(at(&write.session).0 + off);
        }
        for (write, off) in mutation.routing.iter_mut().zip(route_offs) {
            write.expect = Version(at(&write.session).1 + off);
        }
        let needed = !mutation.routing.is_empty() || mutation.inbox_read.is_some() || mutation.snapshot.is_some();
        mutation.fence = match owner {
            0 => Some(Fence { nonce: 2, ..own.clone() }),
            1..=6 => Some(own.clone()),
            _ => needed.then(|| own.clone()),
        };
        let (said, expected) = (bench.commit(mutation.clone()).await, model.commit(&mutation));
        prop_assert_eq!(format!("{:?}", said), format!("{:?}", expected), "of {:?}", mutation);
    }
    prop_assert_eq!(bench.picture().await, model.picture());
    Ok(())
}

fn run(cases: u32, store: impl Fn() -> Arc<dyn Store>, runtime: &tokio::runtime::Runtime) {
    let count = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    let outcome = runner.run(&vec(drafts(), 1..40), |drafts| {
        count.set(count.get() + 1);
        runtime.block_on(compare(&Bench::new(store(), &format!("model {}", count.get())), &drafts))
    });
    outcome.unwrap();
}

#[test]
fn embedded_agrees_with_the_model() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(Embedded::memory().unwrap());
    run(128, || Arc::clone(&store), &runtime);
}

#[test]
fn redis_agrees_with_the_model() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(RedisServer::start(&[]));
    let store: Arc<dyn Store> = Arc::new(runtime.block_on(server.store()));
    run(128, || Arc::clone(&store), &runtime);
}
