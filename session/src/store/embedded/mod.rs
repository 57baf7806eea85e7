//! The embedded store: a file of this machine and the log in front of it, no server.
//!
//! Invariants: one process at a time has the files; an acknowledged write is on the disk (fsync) before the answer; readers
//! see the last commit and never wait for the writer.
//!
//! What is *not* here: replication. The files are as safe as their disk, and belong together: a copy is made of both, while
//! the daemon is stopped.

mod apply;
#[cfg(test)]
mod cuts;
mod fault;
mod ground;
mod lease;
mod log;
mod outbox;
mod read;
mod tables;
#[cfg(test)]
mod tests;
mod trim;
mod writer;

pub use writer::QUEUE_LIMIT;

use super::{Committed, Durability, Ends, Entry, Error, Fence, Found, Keep, LookupKey, Mutation, Outbox, Seq, Store, Stored, form};
use crate::{AgentName, SessionId, TenantId, Time};
use fault::Halt;
use log::Log;
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase, StorageBackend};
use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use writer::{Way, Writer};

/// The file's name in its directory.
const FILE: &str = "segue.redb";
/// The name of the log in front of it.
const LOG: &str = "segue.log";
/// Reads of more entries than this leave the runtime's threads: a page of the file costs about 2 µs from memory, more
/// from the disk.
const INLINE_LIMIT: usize = 256;

/// How to open an [`Embedded`] store.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedOptions {
    /// The most bytes of pages held in memory. The rest is the operating system's cache, which it takes back at need. Half of
    /// it holds what commits have left to be written to the file.
    pub cache_bytes: usize,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self { cache_bytes: 32 << 20 }
    }
}

/// Sessions in one file (or, for tests and toys, in memory).
pub struct Embedded {
    // Dropped first: the thread ends, and with it its hold of the file.
    writer: Writer,
    database: Arc<Database>,
    durability: Durability,
}

impl Embedded {
    /// Whether a store lies in `directory`.
    #[must_use]
    pub fn lies_in(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    /// Opens the store in `directory`, creating both where they are not there. What customers said is in the files: nobody
    /// but this process's own account may read them (folder 0700 where it is made here, files 0600).
    ///
    /// # Errors
    /// [`Error::Unfit`] where another process has it open, its layout is another build's, it lies on a network file
    /// system, or it cannot be opened; [`Error::Corrupt`] where it is damaged.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        Self::open_with(directory, EmbeddedOptions::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub fn open_with(directory: &Path, options: EmbeddedOptions) -> Result<Self, Error> {
        let unfit = |error: std::io::Error| Error::Unfit(format!("{} cannot hold the store: {error}", directory.display()));
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unfit)?;
        ground::ask_local(directory)?;
        let path = directory.join(FILE);
        // redb would make the file as the umask says.
        ours(&path).map_err(unfit)?;
        let database = Database::builder().set_cache_size(options.cache_bytes).create(&path);
        let database = database.map_err(|error| opening(&path, error))?;
        let log = ours(&directory.join(LOG)).map_err(unfit)?;
        let log = FileBackend::new(log).map_err(|error| opening(&path, error))?;
        // The files' names must survive a power cut as well as what is in them.
        File::open(directory).and_then(|d| d.sync_all()).map_err(unfit)?;
        Self::with(database, &path, Some(Box::new(log)))
    }

    /// A store that forgets everything when dropped.
    ///
    /// # Errors
    /// [`Error::Failed`] where no thread can be started.
    pub fn memory() -> Result<Self, Error> {
        let backend = InMemoryBackend::new();
        let path = Path::new("(memory)");
        let database = Database::builder().set_cache_size(EmbeddedOptions::default().cache_bytes).create_with_backend(backend);
        Self::with(database.map_err(|error| opening(path, error))?, path, None)
    }

    /// With a log, what is committed is on the disk.
    fn with(database: Database, path: &Path, log: Option<Box<dyn StorageBackend>>) -> Result<Self, Error> {
        lay_out(&database, path)?;
        let durability = if log.is_some() { Durability::Disk } else { Durability::Memory };
        let log = log.map(|log| Log::open(log, &database)).transpose()?;
        let database = Arc::new(database);
        let writer = Writer::start(Arc::clone(&database), log)?;
        Ok(Self { writer, database, durability })
    }

    /// Every key and value of the file's tables, for tests that look for what must not be there.
    ///
    /// # Errors
    /// [`Error::Failed`] where it cannot be read.
    #[cfg(any(test, feature = "conformance"))]
    pub fn everything(&self) -> Result<Vec<u8>, Error> {
        self.read("reading everything", tables::everything)
    }

    /// Reads at once, on the caller's thread.
    fn read<T>(&self, doing: &'static str, read: impl FnOnce(&ReadTransaction) -> Result<T, Halt>) -> Result<T, Error> {
        self.writer.ask_whole(doing)?;
        view(&self.database, read).map_err(|halt| halt.while_doing(doing))
    }

    /// Reads up to `limit` entries: at once where they are few, otherwise on a thread that may block.
    async fn scan<T: Send + 'static>(
        &self,
        doing: &'static str,
        limit: usize,
        read: impl FnOnce(&ReadTransaction) -> Result<T, Halt> + Send + 'static,
    ) -> Result<T, Error> {
        if limit <= INLINE_LIMIT {
            return self.read(doing, read);
        }
        self.writer.ask_whole(doing)?;
        let database = Arc::clone(&self.database);
        let read = tokio::task::spawn_blocking(move || view(&database, read).map_err(|halt| halt.while_doing(doing)));
        read.await.map_err(|error| Error::Failed { doing, source: error.into() })?
    }
}

fn view<T>(database: &Database, read: impl FnOnce(&ReadTransaction) -> Result<T, Halt>) -> Result<T, Halt> {
    read(&database.begin_read()?)
}

/// Opens a file of the store for reading and writing, made where it is not there, for this account alone. One that an earlier
/// build made readable for others is closed to them; on a file system without modes it stays as it is.
fn ours(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0
        && let Err(error) = file.set_permissions(Permissions::from_mode(0o600))
    {
        tracing::warn!(file = %path.display(), %error, "others may read the store, and that cannot be changed");
    }
    Ok(file)
}

/// Says what keeps a file from being opened, and what to do.
fn opening(path: &Path, error: DatabaseError) -> Error {
    let path = path.display();
    match error {
        DatabaseError::DatabaseAlreadyOpen => Error::Held(path.to_string()),
        DatabaseError::UpgradeRequired(format) => {
            Error::Unfit(format!("{path} is in an older file format ({format}); open it once with the build that wrote it, and export"))
        }
        DatabaseError::Storage(redb::StorageError::Corrupted(why)) => {
            Error::Corrupt { what: "the store's file", why: format!("{path}: {why}") }
        }
        error => Error::Unfit(format!("{path} cannot be opened: {error}")),
    }
}

/// Creates all tables in a new file; refuses one of another layout.
fn lay_out(database: &Database, path: &Path) -> Result<(), Error> {
    let prepare = || -> Result<u64, redb::Error> {
        let mut transaction = database.begin_write()?;
        transaction.set_quick_repair(true);
        let schema = {
            let mut meta = transaction.open_table(tables::META)?;
            let found = meta.get_mut("schema")?.map(|s| s.value());
            match found {
                Some(schema) => schema,
                None => {
                    meta.insert("schema", tables::SCHEMA)?;
                    tables::SCHEMA
                }
            }
        };
        if schema == tables::SCHEMA {
            drop(tables::Tables::open(&transaction)?);
            transaction.commit()?;
        } else {
            transaction.abort()?;
        }
        Ok(schema)
    };
    match prepare() {
        Ok(tables::SCHEMA) => Ok(()),
        Ok(other) => Err(Error::Unfit(format!(
            "{} has layout {other}, this build knows layout {}; use the build that wrote it",
            path.display(),
            tables::SCHEMA
        ))),
        Err(error) => Err(Halt::Broken(error).while_doing("laying out the store's file")),
    }
}

#[async_trait::async_trait]
impl Store for Embedded {
    async fn commit(&self, domain: &TenantId, mutation: Mutation) -> Result<Committed, Error> {
        form::check(&mutation)?;
        let domain = domain.clone();
        let way = match self.durability {
            Durability::Disk if mutation.erases() => Way::Erased(log::record(&domain, &mutation)?),
            Durability::Disk => Way::Logged(log::record(&domain, &mutation)?),
            Durability::Memory => Way::Whole,
        };
        self.writer.write("committing", way, move |tables| apply::apply(tables, domain.as_str(), &mutation)).await
    }

    fn durability(&self) -> Durability {
        self.durability
    }

    fn broken(&self) -> Option<String> {
        self.writer.broken().cloned()
    }

    async fn session(&self, domain: &TenantId, session: SessionId) -> Result<Option<Stored>, Error> {
        let found = self.read("reading a session", |view| read::sessions(view, domain.as_str(), &[session]))?;
        Ok(found.into_iter().flatten().next())
    }

    async fn sessions(&self, domain: &TenantId, sessions: &[SessionId]) -> Result<Vec<Option<Stored>>, Error> {
        let (domain, sessions) = (domain.clone(), sessions.to_vec());
        self.scan("reading sessions", sessions.len(), move |view| read::sessions(view, domain.as_str(), &sessions)).await
    }

    async fn live(&self, domain: &TenantId, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, Error> {
        let domain = domain.clone();
        self.scan("listing live sessions", limit, move |view| read::live(view, domain.as_str(), after, limit)).await
    }

    async fn find(&self, domain: &TenantId, key: &LookupKey, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Error> {
        let (domain, key) = (domain.clone(), key.clone());
        self.scan("finding sessions", limit, move |view| read::find(view, domain.as_str(), &key, after, limit)).await
    }

    async fn handle(&self, domain: &TenantId, hash: &[u8; 16], now: Time) -> Result<Option<SessionId>, Error> {
        self.read("following a handle", |view| read::handle(view, domain.as_str(), *hash, now))
    }

    async fn due(&self, domain: &TenantId, now: Time, limit: usize) -> Result<Vec<(Time, SessionId)>, Error> {
        let domain = domain.clone();
        self.scan("listing what is due", limit, move |view| read::due(view, domain.as_str(), now, limit)).await
    }

    async fn messages(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        let domain = domain.clone();
        self.scan("reading a transcript", limit, move |view| read::messages(view, domain.as_str(), session, after, limit)).await
    }

    async fn inbox(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        let domain = domain.clone();
        self.scan("reading the inbox", limit, move |view| read::inbox(view, domain.as_str(), after, limit)).await
    }

    async fn inbox_read(&self, domain: &TenantId) -> Result<Seq, Error> {
        self.read("reading the inbox's mark", |view| read::inbox_read(view, domain.as_str()))
    }

    async fn journal(&self, domain: &TenantId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        let domain = domain.clone();
        self.scan("reading the journal", limit, move |view| read::journal(view, domain.as_str(), after, limit)).await
    }

    async fn journal_of(&self, domain: &TenantId, session: SessionId, after: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        let domain = domain.clone();
        let read = move |view: &ReadTransaction| read::journal_of(view, domain.as_str(), session, after, limit);
        self.scan("reading a session's journal", limit, read).await
    }

    async fn outbox(&self, domain: &TenantId, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Error> {
        let (domain, agent) = (domain.clone(), agent.clone());
        self.scan("reading an outbox", limit, move |view| read::outbox(view, domain.as_str(), &agent, after, limit)).await
    }

    async fn ends(&self, domain: &TenantId, sessions: &[SessionId], agents: &[AgentName]) -> Result<Ends, Error> {
        let (domain, sessions, agents) = (domain.clone(), sessions.to_vec(), agents.to_vec());
        let many = sessions.len().saturating_add(agents.len());
        self.scan("looking how far things go", many, move |view| read::ends(view, domain.as_str(), &sessions, &agents)).await
    }

    async fn snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        let domain = domain.clone();
        // Few, but large.
        self.scan("reading the snapshot", usize::MAX, move |view| read::snapshot(view, domain.as_str())).await
    }

    async fn oldest_snapshot(&self, domain: &TenantId) -> Result<Option<(Seq, Vec<u8>)>, Error> {
        self.read("reading the oldest snapshot", |view| read::oldest_snapshot(view, domain.as_str()))
    }

    async fn kept(&self, domain: &TenantId, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.read("reading kept texts", |view| read::kept(view, domain.as_str(), prefix))
    }

    async fn trim(&self, domain: &TenantId, now: Time, keep: Keep) -> Result<Seq, Error> {
        loop {
            let domain = domain.clone();
            let step = self.writer.write("trimming", Way::Whole, move |tables| trim::trim(tables, domain.as_str(), now, keep));
            if let Some(dropped) = step.await? {
                return Ok(dropped);
            }
        }
    }

    async fn acquire(&self, domain: &TenantId, node: &str, nonce: u64, now: Time, lease_ms: u64) -> Result<Option<Fence>, Error> {
        let (domain, node) = (domain.clone(), node.to_owned());
        let acquire = move |tables: &mut tables::Tables<'_>| lease::acquire(tables, domain.as_str(), &node, nonce, now, lease_ms);
        self.writer.write("acquiring a lease", Way::Whole, acquire).await
    }

    fn exclusive(&self) -> bool {
        true
    }

    async fn holder(&self, domain: &TenantId) -> Result<Option<(String, Time)>, Error> {
        self.read("reading who holds a lease", |view| lease::holder(view, domain.as_str()))
    }

    async fn renew(&self, domain: &TenantId, fence: &Fence, now: Time, lease_ms: u64) -> Result<bool, Error> {
        let (domain, fence) = (domain.clone(), fence.clone());
        let renew = move |tables: &mut tables::Tables<'_>| lease::renew(tables, domain.as_str(), &fence, now, lease_ms);
        self.writer.write("renewing a lease", Way::Fleeting, renew).await
    }

    async fn release(&self, domain: &TenantId, fence: &Fence) -> Result<(), Error> {
        let (domain, fence) = (domain.clone(), fence.clone());
        self.writer.write("releasing a lease", Way::Whole, move |tables| lease::release(tables, domain.as_str(), &fence)).await
    }
}
