//! A daemon process of the exam's own: its business, its store, its tokens. It can be killed and started again.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use segue_adapter_kit::conformance::{JOURNEY, LONG_LINE, QUEUE};
use serde_json::json;
use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// The agent who takes what is offered.
pub(crate) const AGENT: &str = "ada";
const SECRET: &str = "only for tests: the exam's tokens are signed with it";
/// How long a daemon may take to serve.
const UP: Duration = Duration::from_secs(60);

/// The daemon. Dropping it kills the process and removes its folder.
pub(crate) struct Daemon {
    child: Child,
    home: tempfile::TempDir,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// A token of the exam's issuer, signed in with two factors.
pub(crate) fn token(role: &str, subject: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": "https://id.exam.example", "aud": "segue", "sub": subject, "iat": now, "exp": now + 3600,
        "segue_role": role, "amr": ["pwd", "otp"],
    });
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

impl Daemon {
    /// Starts one in which sessions are idle after `idle`, and waits until it serves.
    pub(crate) async fn start(idle: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        std::fs::create_dir(home.path().join("journeys")).unwrap();
        std::fs::write(home.path().join("journeys/exam.yaml"), JOURNEY).unwrap();
        std::fs::write(home.path().join("segue.toml"), config(&home, address, idle)).unwrap();
        let mut daemon = Self { child: spawn(&home), home, address };
        daemon.ready().await;
        daemon
    }

    /// kill -9, and a start on what it left behind, at the same address.
    pub(crate) async fn kill_and_start(&mut self) {
        self.child.kill().await.unwrap();
        self.child = spawn(&self.home);
        self.ready().await;
    }

    async fn ready(&mut self) {
        let begin = Instant::now();
        while !self.serves().await {
            let log = || std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the daemon ended ({ended:?}):\n{}", log());
            assert!(begin.elapsed() < UP, "the daemon does not serve:\n{}", log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn serves(&self) -> bool {
        let Ok(mut stream) = tokio::net::TcpStream::connect(self.address).await else { return false };
        let mut answer = String::new();
        let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
        asked.is_ok() && stream.read_to_string(&mut answer).await.is_ok() && answer.starts_with("HTTP/1.1 200")
    }
}

fn spawn(home: &tempfile::TempDir) -> Child {
    let log = OpenOptions::new().create(true).append(true).open(home.path().join("log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    command.args(["serve", "--config"]).arg(home.path().join("segue.toml")).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

fn config(home: &tempfile::TempDir, address: SocketAddr, idle: &str) -> String {
    let home = home.path().display();
    format!(
        r#"secret = "only for tests: what handles and look-ups derive from"
[listen]
public = "{address}"
[store]
dir = "{home}/data"
[limits]
code_tries = 1000000
[telemetry]
log = "warn"
[tenants.exam]
journeys = "{home}/journeys"
[[tenants.exam.issuers]]
issuer = "https://id.exam.example"
audience = "segue"
algorithm = "HS256"
secret = "{SECRET}"
roles = ["app", "agent", "admin"]
[tenants.exam.sessions]
grace = "1s"
idle = "{idle}"
[tenants.exam.queues.{QUEUE}]
wrap_up_for = "1s"
[tenants.exam.queues.{LONG_LINE}]
[tenants.exam.agents.{AGENT}]
queues = ["{QUEUE}"]
capacity = 1000000
[tenants.exam.agents.away]
queues = ["{LONG_LINE}"]
"#
    )
}
