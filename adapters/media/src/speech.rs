//! Text spoken by an engine outside: a command that writes a WAV file to its output, `espeak-ng` as it comes.
//!
//! - What was spoken once is kept: in memory for as long as there is room, and in a folder, under the hash of voice and text. The text itself
//!   is in neither name nor log.
//! - A command that does not end in time is killed; so many run at once, and so many wait.
//! - The text goes in by standard input, never on a command line: others on the host could read it there, and a text that begins with `-`
//!   would be an option.

use crate::clip::{Clip, WavError};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The longest text that is spoken, in bytes.
pub const TEXT: usize = 4_096;
/// The largest file that an engine may write: ten minutes at 22,050 samples a second.
const OUTPUT: u64 = 32 * 1024 * 1024;
/// Texts that wait for an engine.
const WAITING: usize = 256;

/// How text is spoken.
#[derive(Clone, Debug)]
pub struct Engine {
    /// The command, which reads text from its input and writes a WAV file to its output.
    pub command: PathBuf,
    /// What it is given before the voice: `["--stdin", "--stdout", "-v"]`.
    pub arguments: Vec<String>,
    /// How long it may take for one text.
    pub patience: Duration,
    /// How many may run at once.
    pub at_once: usize,
    /// Where spoken texts are kept over a restart, if they are.
    pub folder: Option<PathBuf>,
    /// How many spoken texts are kept in memory.
    pub kept: usize,
}

impl Engine {
    /// `espeak-ng` from the path, two at once, 5 s for each, 512 texts in memory and none on disk.
    #[must_use]
    pub fn espeak() -> Self {
        let arguments = ["--stdin", "--stdout", "-b", "1", "-v"].map(str::to_owned).to_vec();
        Self { command: "espeak-ng".into(), arguments, patience: Duration::from_secs(5), at_once: 2, folder: None, kept: 512 }
    }
}

/// Why a text was not spoken.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// It is longer than [`TEXT`].
    #[error("the text is longer than {TEXT} bytes")]
    TooLong,
    /// Too many wait.
    #[error("{WAITING} texts wait to be spoken")]
    Busy,
    /// The engine could not be run.
    #[error("while running the speech engine")]
    Run(#[source] std::io::Error),
    /// It did not end in time, and was killed.
    #[error("the speech engine took too long")]
    TooSlow,
    /// It ended with a fault.
    #[error("the speech engine failed ({0})")]
    Failed(std::process::ExitStatus),
    /// What it wrote is no prompt.
    #[error("while reading what the speech engine wrote")]
    Output(#[from] WavError),
}

/// Speaks, and remembers what it spoke.
#[derive(Debug)]
pub struct Speech {
    engine: Engine,
    running: Semaphore,
    waiting: Semaphore,
    /// Oldest first.
    kept: Mutex<VecDeque<(String, Arc<Clip>)>>,
}

impl Speech {
    /// With this engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let (running, waiting) = (Semaphore::new(engine.at_once.max(1)), Semaphore::new(WAITING));
        Self { engine, running, waiting, kept: Mutex::default() }
    }

    /// Speaks a text in a voice (`en`, `de`, …, by the engine's names).
    ///
    /// # Errors
    /// Where it is too long, too many wait, or the engine fails. Another engine, or a prompt from a file, is the caller's choice.
    pub async fn say(&self, voice: &str, text: &str) -> Result<Arc<Clip>, SpeechError> {
        if text.len() > TEXT {
            return Err(SpeechError::TooLong);
        }
        let name = self.name(voice, text);
        if let Some(clip) = self.remembered(&name) {
            return Ok(clip);
        }
        let _place = self.waiting.try_acquire().map_err(|_| SpeechError::Busy)?;
        let Ok(_turn) = self.running.acquire().await else { return Err(SpeechError::Busy) };
        // Whoever had the turn before may have spoken it.
        if let Some(clip) = self.remembered(&name) {
            return Ok(clip);
        }
        let clip = match self.read(&name).await {
            Some(clip) => clip,
            None => {
                let wav = timeout(self.engine.patience, self.run(voice, text)).await.map_err(|_| SpeechError::TooSlow)??;
                let clip = parse(wav.clone()).await?;
                self.keep(&name, &wav).await;
                clip
            }
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((name, Arc::clone(&clip)));
        let over = kept.len().saturating_sub(self.engine.kept);
        kept.drain(..over);
        Ok(clip)
    }

    /// The name under which it is kept: of the engine as well, so that another one does not answer for it.
    fn name(&self, voice: &str, text: &str) -> String {
        let mut hash = Sha256::new();
        let engine = self.engine.command.to_string_lossy();
        for part in [engine.as_ref(), &self.engine.arguments.join("\0"), voice, text] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().iter().fold(String::with_capacity(64), |mut name, byte| {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
            name
        })
    }

    fn remembered(&self, name: &str) -> Option<Arc<Clip>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(kept, _)| kept == name)?;
        let found = kept.remove(at)?;
        let clip = Arc::clone(&found.1);
        kept.push_back(found);
        Some(clip)
    }

    async fn read(&self, name: &str) -> Option<Arc<Clip>> {
        let wav = tokio::fs::read(self.engine.folder.as_ref()?.join(name)).await.ok()?;
        // A file that was cut by a crash is spoken again.
        parse(wav).await.ok()
    }

    /// Keeps a file under another name until it is whole. What cannot be kept is spoken again another time.
    async fn keep(&self, name: &str, wav: &[u8]) {
        let Some(folder) = &self.engine.folder else { return };
        let part = folder.join(format!("{name}.part"));
        let written = async {
            tokio::fs::write(&part, wav).await?;
            tokio::fs::rename(&part, folder.join(name)).await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "a spoken prompt could not be kept");
        }
    }

    async fn run(&self, voice: &str, text: &str) -> Result<Vec<u8>, SpeechError> {
        let mut command = Command::new(&self.engine.command);
        command.args(&self.engine.arguments).arg(voice);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().map_err(SpeechError::Run)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let write = async {
            if let Some(mut input) = input {
                // An engine that has heard enough closes its ear: its exit tells whether that was right.
                let _ = input.write_all(text.as_bytes()).await;
            }
        };
        let read = async {
            let mut wav = Vec::new();
            match output {
                Some(output) => output.take(OUTPUT).read_to_end(&mut wav).await.map(|_| wav),
                None => Ok(wav),
            }
        };
        let ((), wav) = tokio::join!(write, read);
        let ended = child.wait().await.map_err(SpeechError::Run)?;
        if !ended.success() {
            return Err(SpeechError::Failed(ended));
        }
        let mut wav = wav.map_err(SpeechError::Run)?;
        measure(&mut wav);
        Ok(wav)
    }
}

/// Reads a prompt where it may take its time.
async fn parse(wav: Vec<u8>) -> Result<Arc<Clip>, SpeechError> {
    let read = tokio::task::spawn_blocking(move || Clip::read(&wav[..]));
    Ok(read.await.map_err(|stopped| SpeechError::Run(stopped.into()))??)
}

/// Writes into the head how long the sound is: who writes to a pipe could not know it at the beginning.
fn measure(wav: &mut [u8]) {
    /// Bytes before the first chunk, and of a chunk's head.
    const HEAD: (usize, usize) = (12, 8);
    let mut at = HEAD.0;
    let whole = wav.len();
    while let Some([a, b, c, d, length @ ..]) = wav.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<{ HEAD.1 }>()) {
        let rest = whole - at - HEAD.1;
        if [*a, *b, *c, *d] == *b"data" {
            // An odd byte would be half a sample.
            *length = u32::try_from(rest - rest % 2).unwrap_or(u32::MAX).to_le_bytes();
            return;
        }
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        at = at.saturating_add(HEAD.1).saturating_add(length.next_multiple_of(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::NARROW;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// An engine of our own making: a script.
    fn script(folder: &Path, does: &str) -> Engine {
        let command = folder.join("engine");
        std::fs::write(&command, format!("#!/bin/sh\n{does}\n")).expect("a folder of our own");
        std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o700)).expect("a file of our own");
        Engine { command, arguments: Vec::new(), folder: Some(folder.to_owned()), patience: Duration::from_secs(5), ..Engine::espeak() }
    }

    /// A second of sound whose head does not know it.
    fn unmeasured() -> Vec<u8> {
        let mut wav = b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(NARROW.to_le_bytes());
        wav.extend((2 * NARROW).to_le_bytes());
        wav.extend(b"\x02\0\x10\0data\xff\xff\xff\x7f");
        wav.extend([7; 16_000]);
        wav
    }

    fn spoken(folder: &Path) -> Engine {
        std::fs::write(folder.join("sound"), unmeasured()).expect("a folder of our own");
        let (sound, log) = (folder.join("sound"), folder.join("log"));
        script(folder, &format!("cat >> {}; echo \"[$1]\" >> {0}; cat {}", log.display(), sound.display()))
    }

    #[tokio::test]
    async fn a_text_is_spoken_once_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = spoken(folder.path());
        let speech = Speech::new(engine.clone());
        let one = speech.say("en", "Press one.").await.expect("spoken");
        assert_eq!(one.duration(), Duration::from_secs(1));
        let again = speech.say("en", "Press one.").await.expect("kept");
        assert!(Arc::ptr_eq(&one, &again));
        // Another process finds it on the disk; another voice is another sound.
        let later = Speech::new(engine);
        later.say("en", "Press one.").await.expect("kept on the disk");
        later.say("de", "Press one.").await.expect("spoken");
        let log = std::fs::read_to_string(folder.path().join("log")).expect("the engine's log");
        assert_eq!(log, "Press one.[en]\nPress one.[de]\n");
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
        assert!(names.iter().all(|name| !name.contains("Press") && !name.ends_with(".part")), "{names:?}");
    }

    #[tokio::test]
    async fn what_is_kept_in_memory_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let speech = Speech::new(Engine { kept: 2, folder: None, ..spoken(folder.path()) });
        for text in ["a", "b", "a", "c", "d", "a"] {
            speech.say("en", text).await.expect("spoken");
            assert!(speech.kept.lock().expect("nobody panicked").len() <= 2);
        }
        let log = std::fs::read_to_string(folder.path().join("log")).expect("the engine's log");
        assert_eq!(log.replace("[en]\n", ""), "abcda", "the one used longest ago makes room");
    }

    #[tokio::test]
    async fn an_engine_that_hangs_fails_or_babbles_is_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = |engine: Engine| async move { Speech::new(engine).say("en", "x").await.expect_err("it cannot") };
        let hangs = Engine { patience: Duration::from_millis(100), ..script(folder.path(), "exec sleep 60") };
        assert!(matches!(said(hangs).await, SpeechError::TooSlow));
        assert!(matches!(said(script(folder.path(), "exit 3")).await, SpeechError::Failed(_)));
        assert!(matches!(said(script(folder.path(), "echo hello")).await, SpeechError::Output(_)));
        assert!(matches!(said(Engine { command: "/nowhere/engine".into(), ..Engine::espeak() }).await, SpeechError::Run(_)));
        let long = Speech::new(Engine::espeak()).say("en", &"x".repeat(TEXT + 1)).await;
        assert!(matches!(long, Err(SpeechError::TooLong)));
    }

    /// The engine as it comes (`make tools` installs it).
    #[tokio::test]
    async fn espeak_speaks_and_takes_a_text_for_a_text() {
        let speech = Speech::new(Engine::espeak());
        let long = speech.say("en", "You are number three in the queue.").await.expect("espeak-ng is installed").duration();
        let short = speech.say("de", "Eins.").await.expect("it has German").duration();
        assert!(short > Duration::from_millis(200) && long > 2 * short, "{short:?}, {long:?}");
        let option = speech.say("en", "--version").await.expect("it is no option");
        assert!(option.duration() > Duration::from_millis(200));
        assert!(matches!(speech.say("no such voice", "One.").await, Err(SpeechError::Failed(_))));
    }

    #[test]
    fn any_bytes_are_measured_or_left() {
        for cut in 0..60 {
            let mut wav = unmeasured();
            wav.truncate(cut);
            measure(&mut wav);
        }
        let mut endless = unmeasured();
        endless.splice(12..12, *b"junk\xff\xff\xff\xff");
        measure(&mut endless);
    }
}
