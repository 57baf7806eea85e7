//! The writer: one thread, one transaction at a time, one fsync for all that wait (group commit).
//!
//! Most transactions go to the disk as a frame of the log; now and then one writes the file whole, and empties the log.
//!
//! Invariants: an answer is given after the commit that holds its work, or with an error. After a commit that failed the
//! thread writes nothing any more, because nobody knows what the disk holds.

use super::fault::Halt;
use super::log::Log;
use super::tables::Tables;
use crate::store::Error;
use redb::{Database, Durability, WriteTransaction};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// The most pieces of work that wait; the next one is refused as overload.
pub const QUEUE_LIMIT: usize = 8192;
/// The most pieces of work in one transaction: bounds how long the first of them waits for the last.
const BATCH_LIMIT: usize = 512;

/// What a piece of work left behind: whether the file failed, and how to answer once the transaction ended.
struct Ran {
    broken: Option<redb::Error>,
    answer: Answer,
}

/// How a piece of work gets to the disk.
pub(super) enum Way {
    /// By this record in the log.
    Logged(Vec<u8>),
    /// By this record in the log, which must not hold what was there before for longer than it takes to write the file.
    Erased(Vec<u8>),
    /// With the file, written whole.
    Whole,
    /// Not at all, until the file is written whole for another reason: it means nothing to the next process.
    Fleeting,
}

/// A piece of work, and how it is kept.
struct Job {
    way: Way,
    run: Box<dyn FnOnce(&mut Tables<'_>) -> Ran + Send>,
}

/// Tells the caller, given whether the transaction was committed.
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Why the store will not write any more, once it is so.
type Broken = Arc<OnceLock<String>>;

/// The handle of the writer's thread; dropping it lets the thread finish what waits, and end.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    broken: Broken,
}

#[derive(Debug, thiserror::Error)]
enum Closed {
    #[error("overloaded: {QUEUE_LIMIT} writes wait already")]
    Overloaded,
    #[error("an earlier commit failed ({0}); end this process and start again")]
    Broken(String),
    #[error("the writer's thread has ended")]
    Ended,
}

impl Writer {
    /// Starts the thread; without a log, nothing survives the process.
    pub(super) fn start(database: Arc<Database>, log: Option<Log>) -> Result<Self, Error> {
        let (queue, jobs) = mpsc::channel(QUEUE_LIMIT);
        let broken = Broken::default();
        let mut desk = Desk { database, log, broken: Arc::clone(&broken), jobs, erased: false };
        let ended = Arc::clone(&broken);
        let run = move || {
            // What it was doing is half done in memory: nobody may write after it.
            if catch_unwind(AssertUnwindSafe(|| desk.run())).is_err() {
                let _ = ended.set("the writer panicked".to_owned());
            }
        };
        let thread = std::thread::Builder::new().name("segue-store".to_owned()).spawn(run);
        let thread = thread.map_err(|error| Error::Failed { doing: "starting the writer's thread", source: error.into() })?;
        Ok(Self { queue: Some(queue), thread: Some(thread), broken })
    }

    /// Why nothing is written any more, where so.
    pub(super) fn broken(&self) -> Option<&String> {
        self.broken.get()
    }

    /// Fails where nothing is written any more.
    pub(super) fn ask_whole(&self, doing: &'static str) -> Result<(), Error> {
        match self.broken.get() {
            Some(why) => Err(Error::Failed { doing, source: Closed::Broken(why.clone()).into() }),
            None => Ok(()),
        }
    }

    /// Has `work` done inside a transaction, and answers when that is as durable as `way` says.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        way: Way,
        work: impl FnOnce(&mut Tables<'_>) -> Result<T, Halt> + Send + 'static,
    ) -> Result<T, Error> {
        self.ask_whole(doing)?;
        let closed = |why: Closed| Error::Failed { doing, source: why.into() };
        let (tell, told) = oneshot::channel();
        let run = Box::new(move |tables: &mut Tables<'_>| {
            let (outcome, broken) = match work(tables) {
                Ok(value) => (Ok(value), None),
                Err(Halt::Refused(error)) => (Err(error), None),
                Err(Halt::Broken(error)) => (Err(closed(Closed::Broken(error.to_string()))), Some(error)),
            };
            let answer = move |sealed: Result<(), Error>| {
                // Nobody may be waiting any more; what was written stays written.
                let _ = tell.send(sealed.and(outcome));
            };
            Ran { broken, answer: Box::new(answer) }
        });
        let queue = self.queue.as_ref().ok_or_else(|| closed(Closed::Ended))?;
        queue.try_send(Job { way, run }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => closed(Closed::Overloaded),
            mpsc::error::TrySendError::Closed(_) => closed(Closed::Ended),
        })?;
        match told.await {
            Ok(outcome) => outcome,
            // The thread let go of it without a word: it may have come to the disk or not.
            Err(_) => Err(Error::Unknown { doing, source: self.broken().map_or(Closed::Ended, |why| Closed::Broken(why.clone())).into() }),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer panicked");
        }
    }
}

/// What the thread has on its desk.
struct Desk {
    database: Arc<Database>,
    log: Option<Log>,
    broken: Broken,
    jobs: mpsc::Receiver<Job>,
    /// Whether the log holds what was erased since.
    erased: bool,
}

impl Desk {
    fn run(&mut self) {
        let mut batch = Vec::with_capacity(BATCH_LIMIT);
        while self.jobs.blocking_recv_many(&mut batch, BATCH_LIMIT) > 0 {
            if self.broken.get().is_some() {
                // Those who wait see their answer's other end go.
                batch.clear();
                continue;
            }
            let mut answers = Vec::with_capacity(batch.len());
            match self.transact(batch.drain(..), &mut answers) {
                Ok(()) => answers.into_iter().for_each(|answer| answer(Ok(()))),
                Err((error, doing)) => self.give_up(&error, doing, answers),
            }
            // Under load the log is full soon, and begins anew; else nobody is held up now.
            if self.erased
                && self.jobs.is_empty()
                && let Err(error) = self.put_away()
            {
                self.give_up(&error, Failure::Committing, Vec::new());
            }
        }
        self.erased = true;
        if let Err(error) = self.put_away() {
            tracing::warn!(%error, "the file could not be written at the end; the log will be taken in at the next start");
        }
    }

    /// Runs the jobs in one transaction and commits it, unless nothing was written.
    fn transact(&mut self, jobs: impl Iterator<Item = Job>, answers: &mut Vec<Answer>) -> Result<(), (redb::Error, Failure)> {
        let failed = |error: redb::Error| (error, Failure::Before);
        let transaction = self.database.begin_write().map_err(|e| failed(e.into()))?;
        let mut tables = Tables::open(&transaction).map_err(|e| failed(e.into()))?;
        let (mut dirty, mut whole) = (false, self.log.as_ref().is_none_or(Log::is_full));
        for job in jobs {
            let ran = (job.run)(&mut tables);
            answers.push(ran.answer);
            if let Some(error) = ran.broken {
                return Err(failed(error));
            }
            if std::mem::take(&mut tables.dirty) {
                dirty = true;
                match (job.way, &mut self.log) {
                    (Way::Logged(record), Some(log)) => log.gather(&record),
                    (Way::Erased(record), Some(log)) => {
                        log.gather(&record);
                        self.erased = true;
                    }
                    (Way::Fleeting, Some(_)) => {}
                    (Way::Whole, Some(_)) | (_, None) => whole = true,
                }
            }
        }
        drop(tables);
        match (dirty, whole) {
            (false, _) => transaction.abort().map_err(|e| failed(e.into())),
            (true, true) => self.write_whole(transaction).map_err(|e| (e, Failure::Committing)),
            (true, false) => self.write_frame(transaction).map_err(|e| (e, Failure::Committing)),
        }
    }

    /// Writes the file with all that its transactions left in memory. Two fsyncs, and the allocator's state with it, so that
    /// a file left by a crash opens at once.
    fn write_whole(&mut self, mut transaction: WriteTransaction) -> Result<(), redb::Error> {
        if let Some(log) = &self.log {
            transaction.set_quick_repair(true);
            log.after_whole().note(&transaction)?;
        }
        transaction.commit()?;
        if let Some(log) = &mut self.log {
            log.begin_anew();
            if std::mem::take(&mut self.erased) {
                log.wipe().map_err(redb::Error::Io)?;
            }
        }
        Ok(())
    }

    /// Writes the gathered frame, if any; then readers may see what it holds, and the file takes it with the next whole write.
    fn write_frame(&mut self, mut transaction: WriteTransaction) -> Result<(), redb::Error> {
        if let Some(log) = &mut self.log {
            if log.has_gathered() {
                log.append().map_err(redb::Error::Io)?.note(&transaction)?;
            }
            transaction.set_durability(Durability::None)?;
        }
        Ok(transaction.commit()?)
    }

    /// Leaves a file that holds everything by itself, and an empty log where something was erased.
    fn put_away(&mut self) -> Result<(), redb::Error> {
        if self.broken.get().is_some() || self.log.is_none() {
            return Ok(());
        }
        self.write_whole(self.database.begin_write()?)
    }

    fn give_up(&self, error: &redb::Error, failure: Failure, answers: Vec<Answer>) {
        let why = error.to_string();
        tracing::error!(%why, "the store cannot write any more");
        let why = self.broken.get_or_init(|| why);
        for answer in answers {
            let source = Closed::Broken(why.clone()).into();
            answer(Err(match failure {
                Failure::Before => Error::Failed { doing: "writing", source },
                Failure::Committing => Error::Unknown { doing: "committing", source },
            }));
        }
    }
}

/// When a transaction failed: before its commit nothing can have reached the file's roots.
#[derive(Clone, Copy)]
enum Failure {
    Before,
    Committing,
}
