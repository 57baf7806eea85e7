//! The thread that writes recordings, and what the pumps hand it.

use super::{LONGEST_RECORDING, RecordError, Recorded, Recording, Switches};
use crate::codec::{FRAME, NARROW};
use crate::leg::Error;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Frames that wait for the disk: a second of a thousand recordings would be 50,000; this is 8 MB.
const WAITING: usize = 12_288;
/// How often the heads of files are brought up to date.
const HEAD: Duration = Duration::from_secs(1);

/// Both channels for 20 ms: left what the leg says, right what it hears.
type Both = [[i16; FRAME]; 2];

enum Note {
    Begin { tape: Arc<()>, path: PathBuf, switches: Arc<Switches>, done: oneshot::Sender<Result<Recorded, RecordError>> },
    Frame { tape: usize, at: u64, both: Box<Both> },
    End { tape: usize },
}

/// The way to the thread; it ends when this and all tapes are gone.
#[derive(Clone, Debug)]
pub(crate) struct Scribe {
    notes: SyncSender<Note>,
}

/// A pump's side of a recording.
#[derive(Debug)]
pub(crate) struct Tape {
    /// Its address names it, its last holder ends it.
    name: Arc<()>,
    notes: SyncSender<Note>,
    switches: Arc<Switches>,
    start: Option<Instant>,
}

impl Switches {
    pub(super) fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Scribe {
    /// Starts the thread.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (notes, inbox) = sync_channel(WAITING);
        std::thread::Builder::new().name("recordings".to_owned()).spawn(move || run(&inbox))?;
        Ok(Self { notes })
    }

    /// Begins a recording, which a pump is to be handed.
    pub(crate) fn begin(&self, path: &Path) -> Result<(Recording, Tape), Error> {
        let (done, told) = oneshot::channel();
        let (name, switches) = (Arc::new(()), Arc::new(Switches::default()));
        let note = Note::Begin { tape: Arc::clone(&name), path: path.to_owned(), switches: Arc::clone(&switches), done };
        self.notes.try_send(note).map_err(|_| Error::Busy)?;
        let tape = Tape { name, notes: self.notes.clone(), switches: Arc::clone(&switches), start: None };
        Ok((Recording { switches, done: told }, tape))
    }
}

impl Tape {
    /// Whether its owner ended it, or it is as long as it may be.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        let long = self.start.is_some_and(|start| now.saturating_duration_since(start) >= LONGEST_RECORDING);
        long || self.switches.stopped.load(Ordering::Relaxed)
    }

    /// 20 ms of both sides; fewer samples are filled up with silence.
    pub(crate) fn write(&mut self, now: Instant, says: &[i16], hears: &[i16]) {
        let start = *self.start.get_or_insert(now);
        if self.switches.paused.load(Ordering::Relaxed) {
            return;
        }
        // Turns are 20 ms apart, give or take: the nearest place.
        let at = (now.saturating_duration_since(start).as_millis() + 10) / 20;
        let mut both = Box::new([[0; FRAME]; 2]);
        for (channel, samples) in both.iter_mut().zip([says, hears]) {
            for (place, sample) in channel.iter_mut().zip(samples) {
                *place = *sample;
            }
        }
        let note = Note::Frame { tape: name(&self.name), at: u64::try_from(at).unwrap_or(u64::MAX), both };
        if self.notes.try_send(note).is_err() {
            self.switches.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        // Where there is no room, the writer sees by itself that nobody holds the tape.
        let _ = self.notes.try_send(Note::End { tape: name(&self.name) });
    }
}

fn name(tape: &Arc<()>) -> usize {
    Arc::as_ptr(tape).addr()
}

/// A file that is being written.
struct Reel {
    tape: Arc<()>,
    switches: Arc<Switches>,
    path: PathBuf,
    file: WavWriter<BufWriter<File>>,
    /// How many frames it has.
    frames: u64,
    /// Nobody held the tape a second ago: what it wrote before is here by now.
    left: bool,
    done: oneshot::Sender<Result<Recorded, RecordError>>,
}

fn run(inbox: &Receiver<Note>) {
    let mut reels = HashMap::new();
    let mut heads = Instant::now() + HEAD;
    loop {
        match inbox.recv_timeout(heads.saturating_duration_since(Instant::now())) {
            Ok(note) => take(note, &mut reels),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                reels.into_values().for_each(Reel::finish);
                return;
            }
        }
        if Instant::now() >= heads {
            heads = Instant::now() + HEAD;
            each_second(&mut reels);
        }
    }
}

fn take(note: Note, reels: &mut HashMap<usize, Reel>) {
    match note {
        Note::Begin { tape, path, switches, done } => match begin(&path) {
            Ok(file) => drop(reels.insert(name(&tape), Reel { tape, switches, path, file, frames: 0, left: false, done })),
            Err(error) => fail(done, error),
        },
        Note::Frame { tape, at, both } => {
            if let Some(reel) = reels.get_mut(&tape)
                && let Err(error) = reel.write(at, &both)
                && let Some(reel) = reels.remove(&tape)
            {
                fail(reel.done, error);
            }
        }
        Note::End { tape } => reels.remove(&tape).into_iter().for_each(Reel::finish),
    }
}

/// Ends those whose pump has let go, and brings the heads of the others up to date.
fn each_second(reels: &mut HashMap<usize, Reel>) {
    let over: Vec<_> = reels.extract_if(|_, reel| std::mem::replace(&mut reel.left, Arc::strong_count(&reel.tape) == 1)).collect();
    over.into_iter().for_each(|(_, reel)| reel.finish());
    let failed: Vec<_> = reels.iter_mut().filter_map(|(name, reel)| Some((*name, reel.file.flush().err()?))).collect();
    for (name, error) in failed {
        if let Some(reel) = reels.remove(&name) {
            fail(reel.done, error);
        }
    }
}

fn fail(done: oneshot::Sender<Result<Recorded, RecordError>>, error: hound::Error) {
    tracing::error!(%error, "a recording could not be written");
    let error = match error {
        hound::Error::IoError(error) => error,
        other => std::io::Error::other(other),
    };
    // Its owner may have gone; the log has it.
    let _ = done.send(Err(RecordError::Write(error)));
}

/// The name while it is not complete.
fn part(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

fn begin(path: &Path) -> Result<WavWriter<BufWriter<File>>, hound::Error> {
    let spec = WavSpec { channels: 2, sample_rate: NARROW, bits_per_sample: 16, sample_format: SampleFormat::Int };
    WavWriter::new(BufWriter::new(File::create_new(part(path))?), spec)
}

impl Reel {
    fn write(&mut self, at: u64, both: &Both) -> Result<(), hound::Error> {
        for _ in self.frames..at {
            self.frame(&[[0; FRAME]; 2])?;
        }
        // Two turns may fall into one place when a pump makes good: the first is there.
        if at >= self.frames { self.frame(both) } else { Ok(()) }
    }

    fn frame(&mut self, [left, right]: &Both) -> Result<(), hound::Error> {
        for (left, right) in left.iter().zip(right) {
            self.file.write_sample(*left)?;
            self.file.write_sample(*right)?;
        }
        self.frames += 1;
        Ok(())
    }

    fn finish(self) {
        let Self { path, file, frames, done, switches, .. } = self;
        let complete = file.finalize().and_then(|()| {
            File::open(part(&path))?.sync_all()?;
            Ok(std::fs::rename(part(&path), &path)?)
        });
        match complete {
            Ok(()) => {
                let lost = switches.lost.load(Ordering::Relaxed);
                // Its owner may have gone; the file is there.
                let _ = done.send(Ok(Recorded { path, duration: Duration::from_millis(frames * 20), lost }));
            }
            Err(error) => fail(done, error),
        }
    }
}
