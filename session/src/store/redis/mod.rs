//! Sessions in Redis 7 or later: the store that several machines share.
//!
//! Invariants: a mutation is one script, so it is applied wholly or not at all; nothing is sent twice from here. A write
//! whose answer is lost is [`Error::Unknown`]: sent again with the same request id it is done once. One without a request
//! id is done once too if it writes documents or routing fields, because their versions have moved on; pure appends
//! without a request id may be there twice. Who must append exactly once names the request.
//!
//! What is *not* here: Sentinels, clusters, waiting for replicas.

mod encode;
mod fitness;
mod keys;
mod link;
mod read;

use super::{Committed, Durability, Ends, Entry, Error, Fence, Found, Keep, LookupKey, Mutation, Outbox, Seq, Store, Stored, form};
use crate::{AgentName, Private, SessionId, TenantId, Time};
use ::redis::{Script, cmd};
use encode::token;
use keys::Keys;
use link::Link;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many journal entries one run of the trimming script drops: about 2 ms of the server's time.
const TRIM_STEP: usize = 1000;

/// How to reach a Redis, and when to give up on it.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
    pub url: Private<String>,
    /// With `rediss://`: who vouches for the server, in PEM; `None` takes the system's authorities.
    pub ca: Option<Vec<u8>>,
    /// Use it even where it evicts or keeps no append-only file. Its version is never waived.
    pub forced: bool,
    /// How long to wait for an answer. Scripts take well below a millisecond; longer means trouble.
    pub response_timeout: Duration,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
}

impl RedisOptions {
    /// The usual patience: 2 s for an answer, 2 s for a connection.
    #[must_use]
    pub fn new(url: Private<String>) -> Self {
        Self { url, ca: None, forced: false, response_timeout: Duration::from_secs(2), connect_timeout: Duration::from_secs(2) }
    }
}

/// Sessions in a Redis.
pub struct Redis {
    link: Link,
    commit: Script,
    lease: Script,
    trim: Script,
}

impl Redis {
    /// Connects, and checks that the Redis keeps what it is given.
    ///
    /// # Errors
    /// [`Error::Unfit`] with what to change, [`Error::Failed`] where it cannot be reached.
    pub async fn open(options: RedisOptions) -> Result<Self, Error> {
        let link = Link::open(options).await?;
        let script = |text: &str| Script::new(text);
        let (commit, lease, trim) =
            (script(include_str!("commit.lua")), script(include_str!("lease.lua")), script(include_str!("trim.lua")));
        Ok(Self { link, commit, lease, trim })
    }

    /// Runs the lease script: the rest of the arguments, its answer.
    async fn lease(&self, doing: &'static str, domain: &TenantId, arguments: &[&str]) -> Result<String, Error> {
        let keys = Keys::of(domain);
        let mut call = self.lease.key(keys.plain("fence"));
        call.key(keys.plain("lease"));
        for argument in arguments {
            call.arg(*argument);
        }
        self.link.write(doing, &call).await
    }
}

#[async_trait::async_trait]
impl Store for Redis {
    async fn commit(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error> {
        form::check(&mutation)?;
        let call = encode::commit(&self.commit, &Keys::of(domain), &mutation);
        let reply = self.link.write("committing", &call).await?;
        encode::reply(&mutation, reply)
    }

    fn durability(&self) -> Durability {
        self.link.durability()
    }

    async fn session(&self, domain: &TenantId, session: SessionId) -> Result<Option<Stored>, Error> {
        Ok(self.sessions(domain, &[session]).await?.into_iter().flatten().next())
    }

    async fn sessions(&self, domain: &TenantId, sessions: &[SessionId]) -> Result<Vec<Option<Stored>>, Error> {
        read::sessions(&self.link, &Keys::of(domain), sessions).await
    }

    async fn live(&self, domain: &TenantId, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error> {
        read::live(&self.link, &Keys::of(domain), after, limit).await
    }

    async fn find(&self, domain: &TenantId, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Error> {
        read::found(&self.link, &Keys::of(domain), key, after, limit).await
    }

    async fn handle(&self, domain: &TenantId, hash: &[u8; 16], now: Time) -> Result<Option<SessionId>, Error> {
        let mut command = cmd("GET");
        let leads: Option<String> = self.link.read("following a handle", command.arg(Keys::of(domain).handle(hash))).await?;
        let Some(leads) = leads else { return Ok(None) };
        let parts = leads.split_once(' ').and_then(|(session, until)| Some((session.parse().ok()?, until.parse::<u64>().ok()?)));
        let (session, until) = parts.ok_or_else(|| encode::strange(&leads))?;
        Ok((until > now.0).then_some(session))
    }

    async fn due(&self, domain: &TenantId, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Error> {
        read::due(&self.link, &Keys::of(domain), now, limit).await
    }

    async fn messages(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        read::messages(&self.link, &Keys::of(domain), session, after, limit).await
    }

    async fn inbox(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        read::stream(&self.link, "reading the inbox", &Keys::of(domain).plain("in"), after, limit).await
    }

    async fn inbox_read(&self, domain: &TenantId) -> Result<Seq, Error> {
        let mut command = cmd("HGET");
        let read: Option<u64> = self.link.read("reading the inbox's mark", command.arg(Keys::of(domain).plain("seq")).arg("read")).await?;
        Ok(Seq(read.unwrap_or(0)))
    }

    async fn journal(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        read::stream(&self.link, "reading the journal", &Keys::of(domain).plain("ev"), after, limit).await
    }

    async fn journal_of(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        read::journal_of(&self.link, &Keys::of(domain), session, after, limit).await
    }

    async fn outbox(&self, domain: &TenantId, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Error> {
        read::outbox(&self.link, &Keys::of(domain), agent, after, limit).await
    }

    async fn ends(&self, domain: &TenantId, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Error> {
        read::ends(&self.link, &Keys::of(domain), sessions, agents).await
    }

    async fn snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        read::snapshot(&self.link, &Keys::of(domain)).await
    }

    async fn oldest_snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        read::oldest_snapshot(&self.link, &Keys::of(domain)).await
    }

    async fn kept(&self, domain: &TenantId, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        // Few and small: all of them, and the right ones picked here, spare an escape of the pattern.
        let mut command = cmd("HGETALL");
        let all: BTreeMap<String, Vec<u8>> = self.link.read("reading kept texts", command.arg(Keys::of(domain).plain("kept"))).await?;
        Ok(all.into_iter().filter(|(key, _)| key.starts_with(prefix)).collect())
    }

    async fn trim(&self, domain: &TenantId, _now: Time, keep: Keep) -> Result<Seq, Error> {
        // Results of requests go by themselves.
        let keys = Keys::of(domain);
        let mut call = self.trim.key(keys.plain("fence"));
        call.arg(keys.prefix()).arg(keep.snapshots.max(1)).arg(keep.since.0).arg(TRIM_STEP);
        loop {
            let (more, dropped): (bool, u64) = self.link.write("trimming", &call).await?;
            if !more {
                return Ok(Seq(dropped));
            }
        }
    }

    async fn acquire(&self, domain: &TenantId, node: &str, nonce: u64, now: Time, lease_ms: u64) -> Result<Option<Fence>, Error> {
        let arguments = ["acquire", node, &nonce.to_string(), &now.0.to_string(), &lease_ms.to_string()];
        let epoch = self.lease("acquiring a lease", domain, &arguments).await?;
        if epoch.is_empty() {
            return Ok(None);
        }
        let epoch = epoch.parse().map_err(|_| encode::strange(&epoch))?;
        Ok(Some(Fence { epoch, nonce, node: node.to_owned() }))
    }

    fn exclusive(&self) -> bool {
        false
    }

    async fn holder(&self, domain: &TenantId) -> Result<Option<(String, Time)>, Error> {
        let mut command = cmd("GET");
        let lease: Option<String> = self.link.read("reading who holds a lease", command.arg(Keys::of(domain).plain("lease"))).await?;
        let Some(lease) = lease else { return Ok(None) };
        // The end, then the owner's token: epoch, nonce, node.
        let parts = lease.split_once(' ').and_then(|(until, token)| Some((token.splitn(3, ':').nth(2)?, until.parse().ok()?)));
        let (node, until) = parts.ok_or_else(|| encode::strange(&lease))?;
        Ok(Some((node.to_owned(), Time(until))))
    }

    async fn renew(&self, domain: &TenantId, fence: &Fence, now: Time, lease_ms: u64) -> Result<bool, Error> {
        let arguments = ["renew", &token(fence), &now.0.to_string(), &lease_ms.to_string()];
        Ok(!self.lease("renewing a lease", domain, &arguments).await?.is_empty())
    }

    async fn release(&self, domain: &TenantId, fence: &Fence) -> Result<(), Error> {
        self.lease("releasing a lease", domain, &["release", &token(fence)]).await.map(drop)
    }
}
