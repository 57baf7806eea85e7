//! Power cuts: wherever one falls, and whatever the disk had not yet kept, what was acknowledged is there, once, in its order.

use super::*;
use crate::store::JournalAppend;
use std::io::Error as IoError;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a program does to a disk: to its file or its log, one after the other.
#[derive(Clone, Debug)]
enum Move {
    Write(usize, u64, Vec<u8>),
    Length(usize, u64),
    Sync(usize),
}

/// All moves of a run.
#[derive(Clone, Debug, Default)]
struct Tape(Arc<Mutex<Vec<Move>>>);

impl Tape {
    fn lock(&self) -> MutexGuard<'_, Vec<Move>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the disk's two files, on tape.
#[derive(Debug)]
struct Taped {
    which: usize,
    bytes: InMemoryBackend,
    tape: Tape,
}

impl StorageBackend for Taped {
    fn len(&self) -> Result<u64, IoError> {
        self.bytes.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), IoError> {
        self.bytes.read(offset, out)
    }
    fn set_len(&self, len: u64) -> Result<(), IoError> {
        self.tape.lock().push(Move::Length(self.which, len));
        self.bytes.set_len(len)
    }
    fn sync_data(&self) -> Result<(), IoError> {
        self.tape.lock().push(Move::Sync(self.which));
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> Result<(), IoError> {
        self.tape.lock().push(Move::Write(self.which, offset, data.to_vec()));
        self.bytes.write(offset, data)
    }
}

fn open(tape: &Tape, contents: [Vec<u8>; 2]) -> Embedded {
    let mut which = 0;
    let [file, log] = contents.map(|content| {
        let bytes = InMemoryBackend::new();
        bytes.set_len(content.len() as u64).unwrap();
        bytes.write(0, &content).unwrap();
        which += 1;
        Taped { which: which - 1, bytes, tape: tape.clone() }
    });
    let database = Database::builder().set_cache_size(1 << 20).create_with_backend(file).unwrap();
    Embedded::with(database, Path::new("(test)"), Some(Box::new(log))).unwrap()
}

/// What the disk holds after a cut: all that was synced, and of the rest whatever `luck` kept: of each move so many of its bytes,
/// from the first on.
fn after(moves: &[Move], luck: impl Fn(usize, usize) -> usize) -> [Vec<u8>; 2] {
    let synced = [0, 1].map(|file| moves.iter().rposition(|done| matches!(done, Move::Sync(which) if *which == file)));
    let mut disk = [Vec::new(), Vec::new()];
    for (at, done) in moves.iter().enumerate() {
        let kept = |which: usize, bytes: usize| if Some(at) < synced[which] { bytes } else { luck(at, bytes) };
        match done {
            Move::Write(which, offset, data) => {
                let (from, file) = (usize::try_from(*offset).unwrap(), &mut disk[*which]);
                let data = &data[..kept(*which, data.len())];
                file.resize(file.len().max(from + data.len()), 0);
                file[from..from + data.len()].copy_from_slice(data);
            }
            Move::Length(which, length) if kept(*which, 1) == 1 => disk[*which].resize(usize::try_from(*length).unwrap(), 0),
            Move::Length(..) | Move::Sync(_) => {}
        }
    }
    disk
}

/// A run over several generations of the log: its moves, and how many there were when each entry was acknowledged.
async fn run(domain: &TenantId) -> (Vec<Move>, Vec<usize>) {
    let tape = Tape::default();
    let store = open(&tape, [Vec::new(), Vec::new()]);
    tape.lock().push(Move::Sync(0));
    let begun = tape.lock().len();
    let mut acknowledged = vec![begun];
    for n in 0..60_u8 {
        // Large, so that the log fills up more than once; of many sizes, so that frames begin anywhere.
        let body = vec![n; 20_000 + usize::from(n) * 97];
        let mutation = Mutation { journal: vec![JournalAppend { session: None, body }], ..Mutation::default() };
        store.commit(domain, mutation).await.unwrap();
        acknowledged.push(tape.lock().len());
        if n == 40 {
            store.acquire(domain, "a", 1, Time(5), 10).await.unwrap();
        }
    }
    let moves = tape.lock().clone();
    (moves, acknowledged)
}

#[tokio::test]
async fn what_was_acknowledged_survives_every_cut_once_and_in_order() {
    let domain = TenantId::new("acme");
    let (moves, acknowledged) = run(&domain).await;
    let [begun, ..] = acknowledged[..] else { panic!("nothing was done") };
    let some = |at: usize, bytes: usize| if at % 3 == 1 { bytes } else { 0 };
    let torn = |at: usize, bytes: usize| [bytes / 2, bytes, bytes.min(13)][at % 3];
    let lucks: [fn(usize, usize) -> usize; 4] = [|_, _| 0, |_, bytes| bytes, some, torn];
    for cut in begun..=moves.len() {
        // Around each sync everything is looked at, between them a part.
        let near = moves[cut.saturating_sub(2)..moves.len().min(cut + 1)].iter().any(|done| matches!(done, Move::Sync(_)));
        if !near && cut % 31 != 0 {
            continue;
        }
        let promised = acknowledged.iter().filter(|at| **at <= cut).count() - 1;
        for luck in lucks {
            let store = open(&Tape::default(), after(&moves[..cut], luck));
            let entries = store.journal(&domain, Seq(0), 99).await.unwrap();
            let found: Vec<u8> = entries.iter().map(|entry| entry.body[0]).collect();
            let inorder: Vec<u8> = (0..).take(found.len()).collect();
            assert_eq!(found, inorder, "cut at {cut}");
            assert!((promised..=promised + 1).contains(&found.len()), "cut at {cut}: {promised} promised, {} found", found.len());
        }
    }
}

#[tokio::test]
async fn what_was_taken_from_the_log_is_not_taken_again() {
    let domain = TenantId::new("acme");
    let (moves, _) = run(&domain).await;
    let tape = Tape(Arc::new(Mutex::new(moves)));
    for _ in 0..3 {
        // Each life ends without a word, and leaves its own frames behind those of the former ones.
        let kept = after(&tape.lock(), |_, _| 0);
        let store = open(&tape, kept);
        let entries = store.journal(&domain, Seq(0), 99).await.unwrap().len();
        let mutation = Mutation { journal: vec![JournalAppend { session: None, body: vec![7] }], ..Mutation::default() };
        store.commit(&domain, mutation).await.unwrap();
        let until = tape.lock().len();
        drop(store);
        tape.lock().truncate(until);
        let kept = after(&tape.lock(), |_, _| 0);
        let again = open(&Tape::default(), kept);
        assert_eq!(again.journal(&domain, Seq(0), 99).await.unwrap().len(), entries + 1);
    }
}
