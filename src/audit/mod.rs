//! The audit log: who did what to what, when, from where, and how it ended. Never what was said or answered.
//!
//! Invariants: a line once written is never changed, and each is bound to the one before it by a hash; nobody waits for the
//! disk; whoever knocks at the door a thousand times a minute fills no disk.
//!
//! What is *not* here: what may be done (`doors::table`), and the log for operators (`telemetry`).

mod chain;
mod writer;

pub use chain::{Earlier, Verdict, verify};

use crate::config::plan::Plan;
use crate::engine::Meters;
use segue_adapter_kit::Peer;
use segue_session::{Party, Principal, Refusal, TenantId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use writer::{Told, Writer};

/// Lines that may wait for the disk; more are counted and left out, and a line says how many.
const QUEUE: usize = 4096;
/// Of these, what comes often may take so many: a crowd at the door must not push out what was done inside.
const NOISE: usize = QUEUE / 4;
/// The longest name in a line, in characters: what a token says of its holder is not ours.
const NAME: usize = 128;
/// The longest reason, in characters.
const WHY: usize = 200;

/// Why there is no audit log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be used.
    #[error("while {doing} the audit log {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is a folder or a device.
    #[error("{} is no file that could be an audit log", .0.display())]
    NoFile(PathBuf),
    /// Another process writes to it.
    #[error("another process writes to the audit log {}; give this one a file of its own (`audit.file`)", .0.display())]
    Held(PathBuf),
    /// Its last line was changed, or is none of ours.
    #[error("the last line of the audit log {} does not hold ({why}); keep it as evidence, and move it away", path.display())]
    Broken {
        /// Where it is.
        path: PathBuf,
        /// In what.
        why: String,
    },
}

/// A line before it is chained. The order of the fields is the order in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
struct Entry {
    node: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    result: String,
}

impl Entry {
    /// What the daemon does by itself.
    fn of_daemon(node: Arc<str>, what: &'static str, of: Option<String>) -> Self {
        Self { node, tenant: None, role: None, who: None, what, of, from: None, why: None, result: "OK".to_owned() }
    }
}

/// Where deeds are written down. Cloning shares it; [`Audit::off`] writes nothing.
#[derive(Clone, Debug)]
pub struct Audit {
    node: Arc<str>,
    lines: Option<SyncSender<Told>>,
    waiting: Arc<Waiting>,
    meters: Meters,
}

/// What the writer has not taken yet.
#[derive(Debug, Default)]
struct Waiting {
    /// Lines of what comes often.
    noise: AtomicUsize,
    /// Lines that found no room, or could not be written, since that was last written down.
    lost: AtomicU64,
}

impl Audit {
    /// An audit log that is not kept.
    #[must_use]
    pub fn off() -> Self {
        Self { node: "".into(), lines: None, waiting: Arc::default(), meters: Meters::default() }
    }

    /// Opens the plan's audit log where it has one, and writes down that the daemon starts, and with which configuration.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(plan: &Plan, meters: Meters) -> Result<Self, Error> {
        let Some(path) = &plan.audit else { return Ok(Self::off()) };
        let (lines, inbox) = mpsc::sync_channel(QUEUE);
        let node: Arc<str> = plan.node.as_str().into();
        let (writer, waiting) = (Writer::open(path)?, Arc::<Waiting>::default());
        let (from, told) = (Arc::clone(&node), Arc::clone(&waiting));
        let doing = |source| Error::Io { doing: "starting the thread of", path: path.clone(), source };
        std::thread::Builder::new().name("segue-audit".to_owned()).spawn(move || writer.run(&inbox, &told, &from)).map_err(doing)?;
        let audit = Self { node, lines: Some(lines), waiting, meters };
        audit.daemon("daemon.start", Some(digest(plan)));
        Ok(audit)
    }

    /// Writes down what the daemon does by itself.
    pub fn daemon(&self, what: &'static str, of: Option<String>) {
        self.put(Told::Once(Entry::of_daemon(Arc::clone(&self.node), what, of)));
    }

    /// Goes on in a new file, where the present one was moved away: what rotates logs calls for it by SIGHUP.
    pub fn follow(&self) {
        self.put(Told::MovedAway);
    }

    /// Writes down what somebody did or tried, and how that ended.
    pub fn deed<T>(&self, who: &Principal, what: &'static str, of: Option<String>, ended: &Result<T, Refusal>) {
        self.put(Told::Once(self.entry(who, what, of, result(ended))));
    }

    /// Writes down what somebody did over others' heads, and why, in their own words.
    pub fn deed_because<T>(&self, who: &Principal, what: &'static str, of: String, why: &str, ended: &Result<T, Refusal>) {
        let why = Some(why.trim().chars().take(WHY).collect::<String>()).filter(|why| !why.is_empty());
        self.put(Told::Once(Entry { why, ..self.entry(who, what, Some(of), result(ended)) }));
    }

    /// Writes down what may come often: of the same by the same from the same place one a minute is written, and how many
    /// more there were.
    pub fn often<T>(&self, who: &Principal, what: &'static str, of: Option<String>, ended: &Result<T, Refusal>) {
        self.put(Told::Often(self.entry(who, what, of, result(ended))));
    }

    /// Writes down, no more often than that, that somebody unknown was turned away at the door.
    pub fn turned_away(&self, refusal: &Refusal) {
        let (node, from, result) = (Arc::clone(&self.node), here(), refusal.reason.name());
        self.put(Told::Often(Entry { node, tenant: None, role: None, who: None, what: "door", of: None, from, why: None, result }));
    }

    fn entry(&self, who: &Principal, what: &'static str, of: Option<String>, result: String) -> Entry {
        // A customer is named by no line: their sessions are erased, this file never is.
        let name = match &who.party {
            Party::Customer(_) => None,
            Party::Agent(name) | Party::Supervisor(name) => Some(name.as_str()),
            Party::Admin | Party::Service => Some(who.subject.reveal().as_str()),
        };
        Entry {
            node: Arc::clone(&self.node),
            tenant: Some(who.tenant.clone()),
            role: Some(format!("{:?}", who.role()).to_lowercase()),
            who: name.map(|name| name.chars().take(NAME).collect()),
            what,
            of,
            from: here(),
            why: None,
            result,
        }
    }

    fn put(&self, told: Told) {
        let Some(lines) = &self.lines else { return };
        let Waiting { noise, lost } = &*self.waiting;
        let often = matches!(told, Told::Often(_));
        let room = !often || noise.fetch_add(1, Ordering::Relaxed) < NOISE;
        if !(room && lines.try_send(told).is_ok()) {
            if often {
                noise.fetch_sub(1, Ordering::Relaxed);
            }
            lost.fetch_add(1, Ordering::Relaxed);
            self.meters.limit("audit_queue");
        }
    }

    /// Writes down that the daemon stops, and waits until everything is on the disk.
    pub async fn close(&self) {
        self.daemon("daemon.stop", None);
        let Some(lines) = self.lines.clone() else { return };
        let (tell, told) = tokio::sync::oneshot::channel();
        let asked = tokio::task::spawn_blocking(move || lines.send(Told::Flush(tell)).is_ok()).await;
        if matches!(asked, Ok(true)) {
            // A thread that is gone has nothing left to write.
            let _ = told.await;
        }
    }
}

/// Where the present request comes from.
fn here() -> Option<String> {
    Peer::current().map(|Peer(address)| address)
}

fn result<T>(ended: &Result<T, Refusal>) -> String {
    ended.as_ref().map_or_else(|refusal| refusal.reason.name(), |_| "OK".to_owned())
}

/// Tells one configuration from another, without its secrets.
fn digest(plan: &Plan) -> String {
    let sum = Sha256::digest(format!("{plan:?}"));
    sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
