//! Recordings: what a leg says on the left, what it hears on the right, by the wall's clock.
//!
//! - A WAV file of two channels at 8,000 samples a second, 16 bits: 115 MB an hour. Sample *n* of both channels was at the same moment, `n / 8000`
//!   seconds after the beginning; what was not sent, not heard, paused or lost is silence of that length.
//! - It is written as `NAME.wav.part`, whose head is true to what is in it after every second, and becomes `NAME.wav` when it is complete: a
//!   crash leaves a part that can be played, less the last second.
//! - Nothing is written while [`Recording::pause`] holds; digits that come as events are no sound, and never in it.
//! - One thread writes for all. Where the disk is too slow, frames are left out, and counted.
//!
//! What is *not* here: consent, and the keys of what is kept: who keeps recordings asks for the one and has the other.

mod scribe;

pub(crate) use scribe::{Scribe, Tape};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;
use tokio::sync::oneshot;

/// The longest recording; then it ends by itself.
pub const LONGEST_RECORDING: Duration = Duration::from_secs(4 * 3600);

/// A recording that runs until it is finished or dropped, or the leg ends.
#[derive(Debug)]
pub struct Recording {
    switches: Arc<Switches>,
    done: oneshot::Receiver<Result<Recorded, RecordError>>,
}

/// What a recording's owner and its pump have in common.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    paused: AtomicBool,
    stopped: AtomicBool,
    /// Frames that the writer had no room for.
    lost: AtomicU64,
}

/// A recording that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Where it is.
    pub path: PathBuf,
    /// How long it is.
    pub duration: Duration,
    /// Frames of 20 ms that were lost because the disk was too slow: silence in their place.
    pub lost: u64,
}

/// Why there is no recording, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be made, written, or named.
    #[error("while writing a recording")]
    Write(#[from] std::io::Error),
    /// The writer has stopped.
    #[error("the writer of recordings has stopped")]
    Stopped,
}

impl Recording {
    /// Writes nothing from now on: what is said meanwhile is silence in the recording. In force within 20 ms.
    pub fn pause(&self) {
        self.switches.pause(true);
    }

    /// Writes again.
    pub fn resume(&self) {
        self.switches.pause(false);
    }

    /// Ends it, and waits until it is complete.
    ///
    /// # Errors
    /// Where it could not be written. What was written until then is in its `.part`.
    pub async fn finish(mut self) -> Result<Recorded, RecordError> {
        self.switches.stop();
        (&mut self.done).await.map_err(|_| RecordError::Stopped)?
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.switches.stop();
    }
}
