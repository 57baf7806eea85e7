//! The thread that writes: everything that waits in one write and one fsync, in the order it came.

use super::chain::Head;
use super::{Entry, Error, Waiting};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most lines of one write.
const BATCH: usize = 256;
/// How long what comes often is counted before it is written again.
const MINUTE: Duration = Duration::from_secs(60);
/// How many kinds of what comes often are told apart in a minute; the rest are not told from where they came.
const KINDS: usize = 256;
/// More than the longest line.
const TAIL: u64 = 16 << 10;

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Told {
    /// To be written.
    Once(Entry),
    /// To be written once a minute, with how often.
    Often(Entry),
    /// Go on in a new file, where the present one was moved away.
    MovedAway,
    /// Tell when everything before this is on the disk.
    Flush(oneshot::Sender<()>),
}

/// The file, and where its chain ends.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    path: PathBuf,
    /// The length up to which everything is whole.
    length: u64,
    head: Head,
    often: Often,
}

/// What came often in the present minute.
#[derive(Debug)]
struct Often {
    since: Instant,
    seen: BTreeMap<String, (Entry, u64)>,
}

impl Often {
    /// Counts it; whether it is the first of its kind in this minute, and to be written now.
    fn count(&mut self, mut entry: Entry) -> Option<Entry> {
        let name = |entry: &Entry| format!("{entry:?}");
        if self.seen.len() >= KINDS && !self.seen.contains_key(&name(&entry)) {
            // Nor of what: a door that is knocked at with ever new names would fill the minute again.
            (entry.from, entry.of) = (None, None);
        }
        let (_, more) = self.seen.entry(name(&entry)).and_modify(|(_, more)| *more += 1).or_insert_with(|| (entry.clone(), 0));
        (*more == 0).then_some(entry)
    }

    /// What came again since it was written, once the minute is over.
    fn over(&mut self, now: bool) -> Vec<(Entry, u64)> {
        if !now && self.since.elapsed() < MINUTE {
            return Vec::new();
        }
        self.since = Instant::now();
        std::mem::take(&mut self.seen).into_values().filter(|(_, more)| *more > 0).collect()
    }
}

impl Writer {
    /// Opens the file or makes it, and finds where its chain ends. A last line that a crash left unfinished is cut off: it
    /// was never told to be written.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let fault = |doing| move |source| Error::Io { doing, path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fault("making the folder of"))?;
        }
        let file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path);
        let mut file = file.map_err(fault("opening"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Held(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(fault("locking")(source)),
        }
        let end = file.seek(SeekFrom::End(0)).map_err(fault("reading"))?;
        let begin = end.saturating_sub(TAIL);
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(begin)).and_then(|_| file.read_to_end(&mut tail)).map_err(fault("reading"))?;
        let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let length = begin + whole as u64;
        if length < end {
            file.set_len(length).and_then(|()| file.sync_data()).map_err(fault("mending the end of"))?;
            tracing::warn!(file = %path.display(), bytes = end - length, "the audit log ended within a line, which was cut off");
        }
        let lines = String::from_utf8_lossy(tail.get(..whole).unwrap_or_default());
        let head = match lines.lines().next_back() {
            None => Head::default(),
            Some(last) => Head::of(last).map_err(|why| Error::Broken { path: path.to_owned(), why })?,
        };
        let often = Often { since: Instant::now(), seen: BTreeMap::new() };
        Ok(Self { file, path: path.to_owned(), length, head, often })
    }

    /// Writes until nobody can tell anything any more.
    pub(super) fn run(mut self, inbox: &Receiver<Told>, lane: &Waiting, node: &Arc<str>) {
        loop {
            let first = match inbox.recv_timeout(MINUTE) {
                Ok(told) => Some(told),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    let rest = self.often.over(true);
                    self.put(Vec::new(), rest, lane, node);
                    return;
                }
            };
            let (mut entries, mut waiting, mut moved) = (Vec::new(), Vec::new(), false);
            for told in first.into_iter().chain(inbox.try_iter().take(BATCH)) {
                match told {
                    Told::Once(entry) => entries.push(entry),
                    Told::Often(entry) => {
                        lane.noise.fetch_sub(1, Ordering::Relaxed);
                        entries.extend(self.often.count(entry));
                    }
                    Told::MovedAway => moved = true,
                    Told::Flush(tell) => waiting.push(tell),
                }
            }
            if moved {
                self.follow();
            }
            let often = self.often.over(!waiting.is_empty());
            self.put(entries, often, lane, node);
            for tell in waiting {
                // Who asked may have given up.
                let _ = tell.send(());
            }
        }
    }

    /// Goes on at the path where another file, or none, lies there now. The chain goes on too: the new file's first line is bound
    /// to the last one of the old.
    fn follow(&mut self) {
        let place = |about: std::fs::Metadata| (about.dev(), about.ino());
        let (ours, there) = (self.file.metadata().map(place).ok(), std::fs::metadata(&self.path).map(place).ok());
        if ours == there {
            return;
        }
        match Self::open(&self.path) {
            Ok(new) if new.head == Head::default() => (self.file, self.length) = (new.file, new.length),
            Ok(_) => tracing::error!(file = %self.path.display(), "another audit log lies there: the one that was moved is gone on with"),
            Err(error) => tracing::error!(%error, "the audit log that was moved is gone on with"),
        }
    }

    /// Writes a batch, and how many lines were lost before it: a gap is told within the chain, or it would look like silence.
    fn put(&mut self, entries: Vec<Entry>, mut often: Vec<(Entry, u64)>, lane: &Waiting, node: &Arc<str>) {
        let lost = lane.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            often.push((Entry::of_daemon(Arc::clone(node), "audit.lost", None), lost));
        }
        let lines = (entries.len() + often.len()) as u64;
        if !self.write(entries, often) {
            // The line that told of the earlier ones is lost with them.
            let again = if lost > 0 { lost + lines - 1 } else { lines };
            lane.lost.fetch_add(again, Ordering::Relaxed);
        }
    }

    /// Writes a batch; whether it is on the disk. One that fails is lost, and the file stays whole: what is half written is
    /// taken back.
    fn write(&mut self, entries: Vec<Entry>, often: Vec<(Entry, u64)>) -> bool {
        let once = entries.into_iter().map(|entry| (entry, None));
        let often = often.into_iter().map(|(entry, more)| (entry, Some(more)));
        let (mut head, mut text) = (self.head.clone(), String::new());
        let at = format!("{:.3}", jiff::Timestamp::now());
        for (entry, times) in once.chain(often) {
            match head.seal(at.clone(), &entry, times) {
                Ok(line) => text.push_str(&line),
                Err(error) => tracing::error!(%error, "a line of the audit log cannot be written"),
            }
        }
        if text.is_empty() {
            return true;
        }
        match self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data()) {
            Ok(()) => {
                self.length = self.length.saturating_add(text.len() as u64);
                self.head = head;
                true
            }
            Err(error) => {
                tracing::error!(file = %self.path.display(), %error, "the audit log cannot be written");
                if let Err(error) = self.file.set_len(self.length) {
                    tracing::error!(file = %self.path.display(), %error, "nor can what is half written be taken back");
                }
                false
            }
        }
    }
}
