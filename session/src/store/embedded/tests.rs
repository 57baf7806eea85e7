//! The file and its failures. What all stores promise is in `conformance`.

use super::*;
use crate::store::{DocumentWrite, JournalAppend, Version, embedded::writer::QUEUE_LIMIT};
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use std::io::{Error as IoError, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

#[tokio::test]
async fn a_second_opener_is_told_which_file_is_in_use() {
    let directory = tempfile::tempdir().unwrap();
    let first = Embedded::open(directory.path()).unwrap();
    let Err(error @ Error::Held(_)) = Embedded::open(directory.path()) else { panic!("two have the file") };
    assert!(error.to_string().contains("segue.redb is in use by another process"), "{error}");
    drop(first);
    let again = Embedded::open(directory.path()).unwrap();
    assert_eq!(again.acquire(&TenantId::new("acme"), "a", 1, Time(5), 10).await.unwrap().unwrap().epoch, 1);
}

#[test]
fn nobody_else_may_read_what_customers_said() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("data");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    drop(Embedded::open(&directory).unwrap());
    assert_eq!(mode(&directory), 0o700);
    let files = || [FILE, LOG].map(|name| directory.join(name));
    assert_eq!(files().map(|file| mode(&file)), [0o600; 2]);
    // An earlier build made them as the umask said.
    for file in files() {
        std::fs::set_permissions(file, Permissions::from_mode(0o644)).unwrap();
    }
    drop(Embedded::open(&directory).unwrap());
    assert_eq!(files().map(|file| mode(&file)), [0o600; 2]);
}

#[test]
fn a_file_of_another_layout_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(Embedded::open(directory.path()).unwrap());
    let database = Database::open(directory.path().join(FILE)).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(tables::META).unwrap().insert("schema", 99).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let Err(Error::Unfit(why)) = Embedded::open(directory.path()) else { panic!("took another layout") };
    assert!(why.contains("layout 99"), "{why}");
}

#[test]
fn a_file_that_is_no_store_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(FILE), vec![7_u8; 8192]).unwrap();
    assert!(matches!(Embedded::open(directory.path()), Err(Error::Unfit(_) | Error::Corrupt { .. })));
}

#[test]
fn a_directory_that_cannot_be_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let Err(Error::Unfit(why)) = Embedded::open(&file.join("store")) else { panic!("opened below a file") };
    assert!(why.contains("a file/store cannot hold the store"), "{why}");
}

/// A disk that fills up, or holds its breath, when told.
#[derive(Clone, Debug, Default)]
struct Disk {
    bytes: Arc<InMemoryBackend>,
    full: Arc<AtomicBool>,
    breath: Arc<Mutex<()>>,
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, IoError> {
        self.bytes.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), IoError> {
        self.bytes.read(offset, out)
    }
    fn set_len(&self, len: u64) -> Result<(), IoError> {
        self.bytes.set_len(len)
    }
    fn sync_data(&self) -> Result<(), IoError> {
        drop(self.breath.lock().unwrap_or_else(PoisonError::into_inner));
        if self.full.load(Ordering::SeqCst) { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
    fn write(&self, offset: u64, data: &[u8]) -> Result<(), IoError> {
        self.bytes.write(offset, data)
    }
}

/// The file and the log, on one disk.
#[derive(Debug, Default)]
struct Disks {
    file: Disk,
    log: Disk,
}

impl Disks {
    fn open(&self) -> Embedded {
        let database = Database::builder().set_cache_size(1 << 20).create_with_backend(self.file.clone()).unwrap();
        Embedded::with(database, Path::new("(test)"), Some(Box::new(self.log.clone()))).unwrap()
    }
}

fn entry() -> Mutation {
    Mutation { journal: vec![JournalAppend { session: None, body: b"entry".to_vec() }], ..Mutation::default() }
}

#[tokio::test]
async fn after_a_failed_commit_nothing_is_written_or_told_any_more() {
    let (disks, domain) = (Disks::default(), TenantId::new("acme"));
    let store = disks.open();
    store.commit(&domain, entry()).await.unwrap();
    assert_eq!(store.broken(), None);
    disks.log.full.store(true, Ordering::SeqCst);
    let unknown = store.commit(&domain, entry()).await;
    assert!(matches!(unknown, Err(Error::Unknown { .. })), "{unknown:?}");
    disks.log.full.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        let refused = store.commit(&domain, entry()).await;
        let Err(Error::Failed { source, .. }) = refused else { panic!("{refused:?}") };
        assert!(source.to_string().contains("end this process and start again"), "{source}");
    }
    let read = store.journal(&domain, Seq(0), 9).await;
    assert!(matches!(read, Err(Error::Failed { .. })), "{read:?}");
    assert!(store.broken().is_some());
    drop(store);
    let entries = disks.open().journal(&domain, Seq(0), 9).await.unwrap();
    assert!((1..=2).contains(&entries.len()), "the acknowledged one, and perhaps the unknown one: {entries:?}");
}

#[tokio::test]
async fn a_whole_write_that_failed_ends_it_too_and_the_log_has_it_all() {
    let (disks, domain) = (Disks::default(), TenantId::new("acme"));
    let store = disks.open();
    store.commit(&domain, entry()).await.unwrap();
    disks.file.full.store(true, Ordering::SeqCst);
    let unknown = store.acquire(&domain, "a", 1, Time(5), 10).await;
    assert!(matches!(unknown, Err(Error::Unknown { .. })), "{unknown:?}");
    disks.file.full.store(false, Ordering::SeqCst);
    assert!(matches!(store.commit(&domain, entry()).await, Err(Error::Failed { .. })));
    drop(store);
    assert_eq!(disks.open().journal(&domain, Seq(0), 9).await.unwrap().len(), 1);
}

#[test]
fn a_full_queue_refuses_and_forgets_nothing_it_took() {
    let (disks, domain) = (Disks::default(), TenantId::new("acme"));
    let (store, runtime) = (Arc::new(disks.open()), tokio::runtime::Runtime::new().unwrap());
    let held = disks.log.breath.lock().unwrap();
    let mut all = JoinSet::new();
    for _ in 0..QUEUE_LIMIT * 2 {
        let (store, domain) = (Arc::clone(&store), domain.clone());
        all.spawn_on(async move { store.commit(&domain, entry()).await }, runtime.handle());
    }
    // The first to be answered are those that found the queue full: the others wait for the disk.
    let first = runtime.block_on(all.join_next()).unwrap().unwrap();
    let Err(Error::Failed { source, .. }) = first else { panic!("{first:?}") };
    assert!(source.to_string().contains("overloaded"), "{source}");
    drop(held);
    let taken = runtime.block_on(all.join_all()).into_iter().filter(Result::is_ok).count();
    assert!(taken >= QUEUE_LIMIT, "{taken} were taken");
    let entries = runtime.block_on(store.journal(&domain, Seq(0), QUEUE_LIMIT * 4)).unwrap();
    assert_eq!(entries.len(), taken);
}

#[tokio::test]
async fn what_was_erased_leaves_the_log_while_nobody_writes() {
    let (disks, domain, session) = (Disks::default(), TenantId::new("acme"), SessionId(Uuid::from_u128(7)));
    let write = |expect, content: Option<&[u8]>| DocumentWrite {
        session,
        expect: Version(expect),
        born: Time(0),
        content: content.map(<[u8]>::to_vec),
        live: false,
        due: None,
        keys: Vec::new(),
        handles: Vec::new(),
    };
    let log = || {
        let mut bytes = vec![0; usize::try_from(disks.log.bytes.len().unwrap()).unwrap()];
        // It may be cut between the two looks: then it is looked at again.
        disks.log.bytes.read(0, &mut bytes).is_err() || bytes.windows(6).any(|part| part == b"marker")
    };
    let store = disks.open();
    for mutation in [write(0, Some(b"marker")), write(1, None)].map(|write| Mutation { documents: vec![write], ..Mutation::default() }) {
        store.commit(&domain, mutation).await.unwrap();
    }
    let forgotten = async {
        while log() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), forgotten).await.expect("the log still says what was erased");
    store.commit(&domain, entry()).await.unwrap();
    drop(store);
    assert_eq!(disks.open().journal(&domain, Seq(0), 9).await.unwrap().len(), 1, "and goes on");
}

#[tokio::test]
async fn a_panic_of_the_writer_is_an_end_and_no_silence() {
    let (disks, domain) = (Disks::default(), TenantId::new("acme"));
    let store = disks.open();
    store.commit(&domain, entry()).await.unwrap();
    let unknown: Result<(), Error> = store.writer.write("failing", Way::Whole, |_| panic!("a fault of ours")).await;
    assert!(matches!(unknown, Err(Error::Unknown { .. })), "{unknown:?}");
    let told = async {
        while store.broken().is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("whoever runs the store hears of it");
    assert!(matches!(store.commit(&domain, entry()).await, Err(Error::Failed { .. })));
    drop(store);
    assert_eq!(disks.open().journal(&domain, Seq(0), 9).await.unwrap().len(), 1, "and what was acknowledged is there");
}
