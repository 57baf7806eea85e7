//! A store that counts what it is asked to write, so that the floor can write as much.

use segue_session::store::{
    Committed, Durability, Embedded, Ends, Entry, Error, Fence, Found, Keep, LookupKey, Mutation, Outbox, Seq, Store, Stored,
};
use segue_session::{AgentName, SessionId, TenantId, Time};
use std::sync::atomic::{AtomicU64, Ordering};

/// The embedded store with two counters before it.
pub(crate) struct Counting {
    inner: Embedded,
    mutations: AtomicU64,
    bytes: AtomicU64,
}

impl Counting {
    /// Counts before this store.
    pub(crate) const fn new(inner: Embedded) -> Self {
        Self { inner, mutations: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }
    /// Mutations and payload bytes so far.
    pub(crate) fn counted(&self) -> (u64, u64) {
        (self.mutations.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

/// Payload bytes of a mutation, without keys and indexes.
fn size(m: &Mutation) -> usize {
    m.documents.iter().filter_map(|d| d.content.as_ref()).map(Vec::len).sum::<usize>()
        + m.routing.iter().map(|r| r.fields.len()).sum::<usize>()
        + m.messages.iter().map(|m| m.body.len()).sum::<usize>()
        + m.inbox.iter().map(Vec::len).sum::<usize>()
        + m.journal.iter().map(|j| j.body.len()).sum::<usize>()
        + m.outbox.iter().map(|o| o.body.len()).sum::<usize>()
        + m.snapshot.as_ref().map_or(0, Vec::len)
        + m.request.as_ref().map_or(0, |r| r.result.len())
}

#[async_trait::async_trait]
impl Store for Counting {
    async fn commit(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error> {
        self.mutations.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(size(&mutation) as u64, Ordering::Relaxed);
        self.inner.commit(domain, mutation).await
    }
    fn durability(&self) -> Durability {
        self.inner.durability()
    }
    fn broken(&self) -> Option<String> {
        self.inner.broken()
    }
    async fn ends(&self, domain: &TenantId, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Error> {
        self.inner.ends(domain, sessions, agents).await
    }
    async fn session(&self, domain: &TenantId, session: SessionId) -> Result<Option<Stored>, Error> {
        self.inner.session(domain, session).await
    }
    async fn sessions(&self, domain: &TenantId, sessions: &[SessionId]) -> Result<Vec<Option<Stored>>, Error> {
        self.inner.sessions(domain, sessions).await
    }
    async fn live(&self, domain: &TenantId, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error> {
        self.inner.live(domain, after, limit).await
    }
    async fn find(&self, domain: &TenantId, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Error> {
        self.inner.find(domain, key, after, limit).await
    }
    async fn handle(&self, domain: &TenantId, hash: &[u8; 16], now: Time) -> Result<Option<SessionId>, Error> {
        self.inner.handle(domain, hash, now).await
    }
    async fn due(&self, domain: &TenantId, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Error> {
        self.inner.due(domain, now, limit).await
    }
    async fn messages(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.messages(domain, session, after, limit).await
    }
    async fn inbox(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.inbox(domain, after, limit).await
    }
    async fn inbox_read(&self, domain: &TenantId) -> Result<Seq, Error> {
        self.inner.inbox_read(domain).await
    }
    async fn journal(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.journal(domain, after, limit).await
    }
    async fn journal_of(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        self.inner.journal_of(domain, session, after, limit).await
    }
    async fn outbox(&self, domain: &TenantId, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Error> {
        self.inner.outbox(domain, agent, after, limit).await
    }
    async fn snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        self.inner.snapshot(domain).await
    }
    async fn kept(&self, domain: &TenantId, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.inner.kept(domain, prefix).await
    }
    async fn trim(&self, domain: &TenantId, now: Time, keep: Keep) -> Result<Seq, Error> {
        self.inner.trim(domain, now, keep).await
    }
    async fn acquire(&self, domain: &TenantId, node: &str, nonce: u64, now: Time, lease_ms: u64) -> Result<Option<Fence>, Error> {
        self.inner.acquire(domain, node, nonce, now, lease_ms).await
    }
    fn exclusive(&self) -> bool {
        self.inner.exclusive()
    }
    async fn holder(&self, domain: &TenantId) -> Result<Option<(String, Time)>, Error> {
        self.inner.holder(domain).await
    }
    async fn renew(&self, domain: &TenantId, fence: &Fence, now: Time, lease_ms: u64) -> Result<bool, Error> {
        self.inner.renew(domain, fence, now, lease_ms).await
    }
    async fn release(&self, domain: &TenantId, fence: &Fence) -> Result<(), Error> {
        self.inner.release(domain, fence).await
    }
}
