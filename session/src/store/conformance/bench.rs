//! What the exam works with: a store, a domain, and short ways to write mutations.

use crate::store::{
    Committed, DocumentWrite, Error, Fence, HandleKey, JournalAppend, KeptWrite, KeyKind, LookupKey, MessageAppend, Mutation, OutboxAppend,
    Request, RoutingWrite, Seq, Store, Stored, Version,
};
use crate::{AgentName, RequestId, SessionId, TenantId, Time};
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// When the exam takes place.
pub(super) const NOW: Time = Time(1_790_000_000_000);
/// More than the exam writes of anything.
pub(super) const ALL: usize = 100_000;

/// A store and a domain of its own.
#[derive(Clone)]
pub struct Bench {
    /// The one examined.
    pub store: Arc<dyn Store>,
    /// Where.
    pub domain: TenantId,
}

impl Bench {
    /// A place to work.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, domain: &str) -> Self {
        Self { store, domain: TenantId::new(domain) }
    }

    pub(super) async fn commit(&self, mutation: Mutation) -> Result<Committed, Error> {
        self.store.commit(&self.domain, mutation).await
    }

    /// Commits what must not be refused.
    pub(super) async fn ok(&self, mutation: Mutation) -> Committed {
        self.commit(mutation).await.expect("the mutation is taken")
    }

    /// Creates a session with content only.
    pub(super) async fn create(&self, id: SessionId) {
        self.ok(Mutation { documents: vec![document(id, 0, b"new")], ..mutation() }).await;
    }

    /// The session, which must be there.
    pub(super) async fn stored(&self, id: SessionId) -> Stored {
        self.store.session(&self.domain, id).await.expect("it reads").expect("it is there")
    }

    pub(super) async fn own(&self, nonce: u64) -> Fence {
        self.store.acquire(&self.domain, "node", nonce, NOW, 5000).await.expect("it asks").expect("it is free")
    }

    pub(super) async fn outbox(&self, agent: &str) -> Vec<String> {
        let outbox = self.store.outbox(&self.domain, &AgentName::new(agent), Seq(0), ALL).await.expect("it reads");
        outbox.entries.iter().map(|e| String::from_utf8_lossy(&e.body).into_owned()).collect()
    }

    pub(super) async fn found(&self, key: &LookupKey) -> Vec<SessionId> {
        let found = self.store.find(&self.domain, key, None, ALL).await.expect("it reads");
        found.into_iter().map(|found| found.session).collect()
    }

    pub(super) async fn leads(&self, hash: u8, now: Time) -> Option<SessionId> {
        self.store.handle(&self.domain, &[hash; 16], now).await.expect("it reads")
    }

    /// Everything of the domain that can be read, as text, so that two moments can be compared.
    pub(super) async fn picture(&self) -> String {
        let (store, domain, mut text) = (&self.store, &self.domain, String::new());
        let ids: Vec<_> = (0..8).map(session).collect();
        for (id, stored) in ids.iter().zip(store.sessions(domain, &ids).await.unwrap()) {
            writeln!(text, "{id}: {stored:?}").unwrap();
            writeln!(text, "  {:?}", store.messages(domain, *id, Seq(0), ALL).await.unwrap()).unwrap();
            writeln!(text, "  {:?}", store.journal_of(domain, *id, Seq(0), ALL).await.unwrap()).unwrap();
        }
        writeln!(text, "live {:?}", store.live(domain, None, ALL).await.unwrap()).unwrap();
        writeln!(text, "due {:?}", store.due(domain, Time(u64::MAX >> 11), ALL).await.unwrap()).unwrap();
        for n in 0..8 {
            writeln!(text, "key {n}: {:?}", self.found(&key(n)).await).unwrap();
            writeln!(text, "handle {n}: {:?}", self.leads(n, NOW).await).unwrap();
        }
        for agent in ["ada", "bob", "cyd"] {
            let outbox = store.outbox(domain, &AgentName::new(agent), Seq(0), ALL).await.unwrap();
            writeln!(text, "{agent}: {outbox:?}").unwrap();
        }
        writeln!(text, "inbox {:?}", store.inbox(domain, Seq(0), ALL).await.unwrap()).unwrap();
        writeln!(text, "read {:?}", store.inbox_read(domain).await.unwrap()).unwrap();
        writeln!(text, "journal {:?}", store.journal(domain, Seq(0), ALL).await.unwrap()).unwrap();
        writeln!(text, "snapshot {:?}", store.snapshot(domain).await.unwrap()).unwrap();
        writeln!(text, "kept {:?}", store.kept(domain, "").await.unwrap()).unwrap();
        text
    }
}

pub(super) fn session(n: u32) -> SessionId {
    SessionId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + u128::from(n)))
}

pub(super) fn mutation() -> Mutation {
    Mutation { at: NOW, ..Mutation::default() }
}

pub(super) fn document(id: SessionId, expect: u64, content: &[u8]) -> DocumentWrite {
    let content = Some(content.to_vec());
    DocumentWrite { session: id, expect: Version(expect), born: NOW, content, live: true, due: None, keys: vec![], handles: vec![] }
}

pub(super) fn erasure(id: SessionId, expect: u64) -> DocumentWrite {
    DocumentWrite { content: None, live: false, ..document(id, expect, b"") }
}

pub(super) fn routing(id: SessionId, expect: u64, fields: &[u8], agents: &[&str]) -> RoutingWrite {
    let agents = agents.iter().map(|a| AgentName::new(a)).collect();
    RoutingWrite { session: id, expect: Version(expect), fields: fields.to_vec(), agents, seen: None }
}

pub(super) fn message(id: SessionId, body: &str) -> MessageAppend {
    MessageAppend { session: id, body: body.into() }
}

pub(super) fn journal(id: Option<SessionId>, body: &str) -> JournalAppend {
    JournalAppend { session: id, body: body.into() }
}

pub(super) fn outbox(agent: &str, body: &str) -> OutboxAppend {
    OutboxAppend { agent: AgentName::new(agent), about: Vec::new(), body: body.into() }
}

pub(super) fn kept(key: &str, body: Option<&str>) -> KeptWrite {
    KeptWrite { key: key.to_owned(), body: body.map(Into::into) }
}

pub(super) fn request(n: u32, fingerprint: u64, result: &str) -> Request {
    Request { id: RequestId(Uuid::from_u128(u128::from(n) + 1)), fingerprint, result: result.into(), of: None }
}

pub(super) fn key(n: u8) -> LookupKey {
    let kinds = [KeyKind::Customer, KeyKind::Phone, KeyKind::Email, KeyKind::Thread, KeyKind::Interaction];
    LookupKey { kind: kinds[usize::from(n) % kinds.len()], hash: [n; 16] }
}

pub(super) fn handle(n: u8, until: Time) -> HandleKey {
    HandleKey { hash: [n; 16], until }
}

pub(super) fn later(ms: u64) -> Time {
    Time(NOW.0 + ms)
}
