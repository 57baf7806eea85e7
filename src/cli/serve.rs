//! `segue serve`: the daemon in the foreground, until a signal says stop.

use super::{ConfigFile, Error};
use crate::config::{self, Keys, Wanted};
use crate::serve::{self, Running};
use crate::telemetry;
use tokio::signal::unix::{Signal, SignalKind, signal};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    file: ConfigFile,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let wanted = Wanted::file(&args.file.config);
    let loaded = config::load(&wanted)?;
    let _logging = telemetry::init(&loaded.plan.telemetry)?;
    std::panic::set_hook(Box::new(panicked));
    for warning in &loaded.warnings.0 {
        tracing::warn!(place = warning.place, line = warning.line, "{warning}");
    }
    let mut signals = Signals::new()?;
    let keys = Keys::of(&loaded.shown);
    // A standby may wait long for its turn, and goes at once when it is told to.
    let running = tokio::select! {
        running = serve::start(loaded.plan) => running?,
        () = signals.stop() => return Ok(()),
    };
    running.reloads().from(keys, move || config::load(&wanted)).await;
    until_stopped(running, signals).await
}

/// A panic as a line of the log: where it was, and not what it said, which may be a customer's.
fn panicked(info: &std::panic::PanicHookInfo<'_>) {
    let (file, line) = info.location().map_or(("unknown", 0), |at| (at.file(), at.line()));
    let thread = std::thread::current();
    tracing::error!(file, line, thread = thread.name(), "a panic: a fault of ours; please report its place");
}

/// The signals that this process answers. Made before anything is started, so that none goes lost.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self, Error> {
        let listen = |kind| signal(kind).map_err(|source| Error::Io { doing: "listening to signals".into(), source });
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.hang_up.recv() => Asked::Reload,
        }
    }

    async fn stop(&mut self) {
        while !matches!(self.next().await, Asked::Stop) {}
    }
}

/// What a signal asks for.
enum Asked {
    Stop,
    Reload,
}

/// Runs until a signal or a fault stops it; SIGHUP reads the configuration again and takes from it what needs no restart. The
/// first signal drains; a second one ends the process at once.
pub(super) async fn until_stopped(running: Running, mut signals: Signals) -> Result<(), Error> {
    let fault = loop {
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::Stop => break None,
                // An issuer that does not answer must not hold up the end. Who asks again meanwhile has asked once.
                Asked::Reload => tokio::select! {
                    () = running.reloads().all() => {}
                    () = signals.stop() => break None,
                },
            },
            why = running.failed() => break Some(why),
        }
    };
    tokio::select! {
        () = running.stop() => {}
        () = signals.stop() => tracing::warn!("a second signal: stopping at once"),
    }
    fault.map_or(Ok(()), |why| Err(serve::Error::Fatal(why).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};

    /// What was logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_by_its_place_and_not_by_its_words() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        std::panic::set_hook(Box::new(panicked));
        tracing::subscriber::with_default(log, || {
            assert!(std::panic::catch_unwind(|| panic!("Nora's number")).is_err());
        });
        let _ = std::panic::take_hook();
        let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(told.contains("cli/serve.rs") && told.contains("\"level\":\"ERROR\"") && !told.contains("Nora"), "{told}");
    }
}
