//! A daemon of our own to measure: a fresh folder, a free port, ended by pid when dropped.

use anyhow::Context as _;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::process::{Child, Command};

const SECRET: &str = "1a6202f5a6a1da98b825d366d855a28f0b36e2b6b50d6b01bfa706243a65b4f7";
const ISSUER: &str = "https://issuer.load.example";

/// How the daemon under test is set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// How many agents there are, named `agent0` …
    pub(crate) agents: usize,
    /// Units of capacity each; a chat takes 30.
    pub(crate) capacity: u32,
    /// Where sessions are kept: `embedded`, or a Redis URL.
    pub(crate) store: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self { agents: 10, capacity: 90, store: "embedded".into() }
    }
}

/// A running daemon.
pub(crate) struct Daemon {
    child: Child,
    binary: PathBuf,
    home: tempfile::TempDir,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Daemon {
    /// Starts one and waits until it is ready.
    pub(crate) async fn start(binary: &Path, setup: &Setup) -> anyhow::Result<Self> {
        let home = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        write_config(setup, address, home.path())?;
        let child = spawn(binary, home.path())?;
        let mut daemon = Self { child, binary: binary.to_owned(), home, address };
        daemon.ready(Duration::from_secs(30)).await?;
        Ok(daemon)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it the hard way, and waits until it is gone.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("while killing the daemon")
    }

    /// Starts it again on the same data; returns how long it took to serve.
    pub(crate) async fn start_again(&mut self) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        self.child = spawn(&self.binary, self.home.path())?;
        self.ready(Duration::from_secs(60)).await?;
        Ok(begin.elapsed())
    }

    /// Resident memory in bytes, as Linux tells it.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        let pid = self.pid().context("the daemon is gone")?;
        let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = text.lines().find(|l| l.starts_with("VmRSS:")).context("no VmRSS")?;
        let kb: u64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
        Ok(kb * 1024)
    }

    /// A token of a customer.
    pub(crate) fn customer(&self, name: &str) -> anyhow::Result<String> {
        token("app", name)
    }

    /// A token of an agent.
    pub(crate) fn agent(&self, number: usize) -> anyhow::Result<String> {
        token("agent", &format!("agent{number}"))
    }

    async fn ready(&mut self, within: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + within;
        while !answers(self.address).await {
            if let Some(end) = self.child.try_wait()? {
                let log = std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
                anyhow::bail!("the daemon ended with {end}:\n{log}");
            }
            anyhow::ensure!(Instant::now() < until, "the daemon was not ready within {within:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }
}

/// Writes the configuration into `home`; returns where it is.
pub(crate) fn write_config(setup: &Setup, address: SocketAddr, home: &Path) -> anyhow::Result<PathBuf> {
    std::fs::create_dir(home.join("journeys"))?;
    std::fs::write(home.join("journeys/form.yaml"), JOURNEY)?;
    let file = home.join("segue.toml");
    std::fs::write(&file, config(setup, address, home)?)?;
    Ok(file)
}

fn spawn(binary: &Path, home: &Path) -> anyhow::Result<Child> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(home.join("log"))?;
    Command::new(binary)
        .args(["serve", "--config"])
        .arg(home.join("segue.toml"))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("while starting {}; build it with `cargo build --release`", binary.display()))
}

/// Whether `/readyz` answers 200.
async fn answers(address: SocketAddr) -> bool {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else { return false };
    if stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.is_err() {
        return false;
    }
    let mut answer = [0_u8; 12];
    stream.read_exact(&mut answer).await.is_ok() && answer.ends_with(b"200")
}

fn token(role: &str, subject: &str) -> anyhow::Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = json!({
        "iss": ISSUER, "aud": "segue", "sub": subject, "iat": now, "exp": now + 86_400, "segue_role": role, "amr": ["pwd"],
    });
    Ok(jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes()))?)
}

fn config(setup: &Setup, address: SocketAddr, home: &Path) -> anyhow::Result<String> {
    let store = if setup.store == "embedded" {
        format!("kind = \"embedded\"\ndir = \"{}\"", home.join("data").display())
    } else {
        format!("kind = \"redis\"\nurl = \"{}\"", setup.store)
    };
    let mut text = format!(
        r#"secret = "{SECRET}"
[listen]
public = "{address}"
origins = ["*"]
[store]
{store}
[limits]
connections = 30000
sockets = 30000
sockets_per_address = 30000
sockets_unadmitted = 30000
commands = 20000
[telemetry]
log = "warn"
[tenants.load]
language = "en"
journeys = "{journeys}"
start = "form"
[[tenants.load.issuers]]
issuer = "{ISSUER}"
audience = "segue"
algorithm = "HS256"
secret = "{SECRET}"
roles = ["app", "agent", "admin"]
[tenants.load.sessions]
grace = "10s"
[tenants.load.queues.main]
offer_for = "60s"
wrap_up_for = "60s"
depth = 1000000
"#,
        journeys = home.join("journeys").display(),
    );
    for n in 0..setup.agents {
        write!(text, "[tenants.load.agents.agent{n}]\nqueues = [\"main\"]\ncapacity = {}\nskills = {{ form = 5 }}\n", setup.capacity)?;
    }
    Ok(text)
}

/// A form that takes about 2 KB of context when filled, then a person.
const JOURNEY: &str = r#"journey: form
title: { en: "A form" }
language: en
start: details
steps:
  details:
    form:
      title: { en: "Details" }
      fields:
        - { id: name, kind: text, ask: { en: "Your name?" } }
        - { id: story, kind: text, ask: { en: "What happened?" } }
        - { id: day, kind: date, ask: { en: "Since when?" } }
        - { id: urgent, kind: yes-no, ask: { en: "Is it urgent?" } }
      next: person
  person:
    route: { queue: main, needs: "form >= 1" }
"#;
