//! The log in front of the file: a commit is one write and one fsync here, and the file's pages are written once for many.
//!
//! Invariants: a frame is on the disk before anybody hears of what it holds; the file says how far into the log it holds
//! everything (its mark), in the same transaction, so that no frame is applied twice; a frame is whole or was never there.
//!
//! What is *not* here: when a commit goes through the log and when the file is written whole (the writer decides that).

use super::fault::Halt;
use super::tables::{META, Tables};
use super::{apply, tables};
use crate::TenantId;
use crate::store::{Error, Mutation};
use redb::{Database, ReadableDatabase, StorageBackend, WriteTransaction};
use serde::Serialize as _;
use sha2::{Digest as _, Sha256};
use std::io;

/// A log that has grown past this, in bytes or in records, is emptied with the next commit, which writes the file whole. Small,
/// so that whoever waits for that waits for some hundred pages (a record touches about five, however short it is); large
/// enough that pages which every commit touches are written rarely.
const FULL: (u64, usize) = (512 << 10, 256);
/// By how much its file grows at a time, in bytes.
const STEP: u64 = 1 << 20;
/// A frame begins with the length of what it holds and the sum over it.
const HEAD: usize = 4 + SUM;
const SUM: usize = 12;

/// Up to where the file holds what the log says. A new generation begins with each whole write of the file: what former
/// ones left behind it in the log is not read as its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    generation: u64,
    place: u64,
}

impl Mark {
    fn load(database: &Database) -> Result<Self, Halt> {
        let meta = database.begin_read()?.open_table(META)?;
        let number = |name| meta.get(name).map(|found| found.map_or(0, |n| n.value()));
        Ok(Self { generation: number(tables::LOG_GENERATION)?, place: number(tables::LOG_PLACE)? })
    }

    /// Notes in the file that it holds everything up to here.
    pub(super) fn note(self, transaction: &WriteTransaction) -> Result<(), redb::Error> {
        let mut meta = transaction.open_table(META)?;
        meta.insert(tables::LOG_GENERATION, self.generation)?;
        meta.insert(tables::LOG_PLACE, self.place)?;
        Ok(())
    }

    const fn next_generation(self) -> Self {
        Self { generation: self.generation + 1, place: 0 }
    }

    /// Over the frame and where it stands: what stood there before, or belongs elsewhere, has another sum.
    fn sum(self, held: &[u8]) -> [u8; SUM] {
        let mut hash = Sha256::new();
        hash.update(self.generation.to_be_bytes());
        hash.update(self.place.to_be_bytes());
        hash.update(held);
        let mut sum = [0; SUM];
        sum.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        sum
    }
}

/// The log's file, open for one writer.
pub(super) struct Log {
    file: Box<dyn StorageBackend>,
    mark: Mark,
    /// Records gathered since the file was written whole.
    records: usize,
    /// The frame that is being gathered, its head left blank.
    frame: Vec<u8>,
}

/// A mutation for the log. An error here is a fault of this program, found by its first test.
pub(super) fn record(domain: &TenantId, mutation: &Mutation) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(1024);
    let mut out = rmp_serde::Serializer::new(&mut bytes).with_bytes(rmp_serde::config::BytesMode::ForceIterables);
    let written = (domain, mutation).serialize(&mut out);
    written.map_err(|error| Error::Failed { doing: "writing a mutation for the log", source: error.into() })?;
    Ok(bytes)
}

impl Log {
    /// Opens the log of a file, and applies to the file what it does not hold yet.
    pub(super) fn open(file: Box<dyn StorageBackend>, database: &Database) -> Result<Self, Error> {
        let opening = |halt: Halt| halt.while_doing("taking in the log");
        let mark = Mark::load(database).map_err(opening)?;
        let mut log = Self { file, mark, records: 0, frame: vec![0; HEAD] };
        log.take_in(database).map_err(opening)?;
        Ok(log)
    }

    fn take_in(&mut self, database: &Database) -> Result<(), Halt> {
        let mut transaction = database.begin_write()?;
        transaction.set_quick_repair(true);
        let mut tables = Tables::open(&transaction)?;
        let from = self.mark;
        while let Some(held) = self.read().map_err(redb::Error::Io)? {
            redo(&mut tables, &held)?;
            self.mark.place += (HEAD + held.len()) as u64;
        }
        drop(tables);
        if self.mark == from {
            return Ok(transaction.abort()?);
        }
        let next = self.mark.next_generation();
        next.note(&transaction)?;
        transaction.commit()?;
        self.mark = next;
        Ok(())
    }

    /// What the frame at the mark holds; `None` where there is none, or one that was not written to its end.
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        let left = self.file.len()?.saturating_sub(self.mark.place);
        let mut head = [0; HEAD];
        if left < HEAD as u64 {
            return Ok(None);
        }
        self.file.read(self.mark.place, &mut head)?;
        let [a, b, c, d, sum @ ..] = head;
        let held = u32::from_be_bytes([a, b, c, d]);
        if held == 0 || left - (HEAD as u64) < u64::from(held) {
            return Ok(None);
        }
        let mut bytes = vec![0; held as usize];
        self.file.read(self.mark.place + HEAD as u64, &mut bytes)?;
        Ok((self.mark.sum(&bytes) == sum).then_some(bytes))
    }

    /// Gathers a record for the next frame.
    pub(super) fn gather(&mut self, record: &[u8]) {
        self.records += 1;
        self.frame.extend_from_slice(record);
    }

    /// Whether there is anything to append.
    pub(super) fn has_gathered(&self) -> bool {
        self.frame.len() > HEAD
    }

    /// Leaves nothing of former generations in the log's file. Only right after it began anew.
    pub(super) fn wipe(&self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.sync_data()
    }

    /// Whether the file is to be written whole now.
    pub(super) const fn is_full(&self) -> bool {
        self.mark.place >= FULL.0 || self.records >= FULL.1
    }

    /// Writes the frame; returns when it is on the disk, with the mark behind it.
    pub(super) fn append(&mut self) -> io::Result<Mark> {
        let (head, held) = self.frame.split_at_mut(HEAD);
        let length = u32::try_from(held.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let sum = self.mark.sum(held);
        head.iter_mut().zip(length.to_be_bytes().into_iter().chain(sum)).for_each(|(to, from)| *to = from);
        let behind = self.mark.place + self.frame.len() as u64;
        if self.file.len()? < behind {
            self.file.set_len(behind.next_multiple_of(STEP))?;
        }
        self.file.write(self.mark.place, &self.frame)?;
        self.file.sync_data()?;
        self.frame.truncate(HEAD);
        self.mark.place = behind;
        Ok(self.mark)
    }

    /// The mark of a file that is written whole.
    pub(super) const fn after_whole(&self) -> Mark {
        self.mark.next_generation()
    }

    /// The file was written whole: the log begins anew.
    pub(super) fn begin_anew(&mut self) {
        self.mark = self.mark.next_generation();
        self.records = 0;
        self.frame.truncate(HEAD);
    }
}

/// Applies the mutations of a frame once more: they were applied before, so that nothing in them can be refused.
fn redo(tables: &mut Tables<'_>, mut held: &[u8]) -> Result<(), Halt> {
    let corrupt = |why: String| Error::Corrupt { what: "the store's log", why };
    while !held.is_empty() {
        let record: Result<(TenantId, Mutation), _> = rmp_serde::from_read(&mut held);
        let (domain, mutation) = record.map_err(|error| corrupt(error.to_string()))?;
        apply::apply(tables, domain.as_str(), &mutation).map_err(|halt| match halt {
            Halt::Refused(error) => Halt::Refused(corrupt(format!("what was done cannot be done again: {error}"))),
            Halt::Broken(error) => Halt::Broken(error),
        })?;
    }
    Ok(())
}
