//! The process: started, killed, stopped, started again on what it left behind.

use super::{Business, WIDGET, token};
use segue_proto::chat::v1::Resumption;
use segue_proto::client::{Chat, Customer, Desk, Entry, Error, Screen};
use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// How long a daemon may take to serve.
const UP: Duration = Duration::from_secs(60);

/// Where the daemon keeps its sessions.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// In a file of its folder.
    Embedded,
    /// In the Redis at this URL.
    Redis(String),
}

impl Kept {
    /// The store's section of a configuration.
    pub(crate) fn section(&self, home: &Path) -> String {
        match self {
            Self::Embedded => format!("[store]\nkind = \"embedded\"\ndir = \"{}\"\n", home.join("data").display()),
            Self::Redis(url) => format!("[store]\nkind = \"redis\"\nurl = \"{url}\"\n"),
        }
    }
}

/// A daemon of our own. Dropping it kills the process and removes the folder.
pub(crate) struct Daemon {
    child: Option<Child>,
    home: tempfile::TempDir,
    /// Where it listens.
    pub(crate) at: At,
}

/// The address of a daemon, which outlives its process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At(pub(crate) SocketAddr);

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_segue"))
}

impl Daemon {
    /// One with the usual business, in its own file.
    pub(crate) async fn usual() -> Self {
        Self::start(&Business::default(), &Kept::Embedded).await
    }

    /// Starts one, and waits until it is ready.
    pub(crate) async fn start(business: &Business, kept: &Kept) -> Self {
        Self::of(|home, address| business.write(home, address, kept)).await
    }

    /// Starts one of another business, whose files `write` puts into a folder, and waits until it is ready.
    pub(crate) async fn of(write: impl FnOnce(&Path, SocketAddr)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        write(home.path(), address);
        let mut daemon = Self { child: None, home, at: At(address) };
        daemon.start_again().await;
        daemon
    }

    /// Starts it on what it left behind, on the same port; returns how long it took to serve.
    pub(crate) async fn start_again(&mut self) -> Duration {
        let begin = Instant::now();
        let log = OpenOptions::new().create(true).append(true).open(self.home.path().join("log")).unwrap();
        let mut command = program();
        command.args(["serve", "--config"]).arg(self.config()).env("RUST_BACKTRACE", "1");
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        self.child = Some(command.spawn().unwrap());
        while self.at.get("/readyz").await.is_none_or(|answer| !answer.starts_with("HTTP/1.1 200")) {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "the daemon ended ({ended:?}):\n{}", self.log());
            assert!(begin.elapsed() < UP, "the daemon does not serve:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        begin.elapsed()
    }

    /// kill -9, and waits until the process is gone.
    pub(crate) async fn kill(&mut self) {
        self.child.take().unwrap().kill().await.unwrap();
    }

    /// Asks it to stop (SIGTERM), and waits until it has; fails unless it says that all is well.
    pub(crate) async fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        let ended = tokio::time::timeout(Duration::from_secs(40), child.wait()).await.expect("it stops in time").unwrap();
        assert!(ended.success(), "it stopped with {ended}:\n{}", self.log());
    }

    /// Fails where the process has ended by itself.
    pub(crate) fn assert_alive(&mut self) {
        let ended = self.child.as_mut().unwrap().try_wait().unwrap();
        assert!(ended.is_none(), "the daemon ended ({ended:?}):\n{}", self.log());
    }

    /// Runs the program with other words on the same configuration.
    pub(crate) async fn run(&self, words: &[&str]) -> Output {
        program().args(words).arg("--config").arg(self.config()).stdin(Stdio::null()).output().await.unwrap()
    }

    /// Asks the running daemon by its own command line, with a token; what it printed. Fails where it was refused.
    pub(crate) async fn ask_as(&self, token: &str, words: &[&str]) -> String {
        let mut command = program();
        command.args(words).env("SEGUE_URL", self.at.http()).env("SEGUE_TOKEN", token).stdin(Stdio::null());
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Its configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.home.path().join("segue.toml")
    }

    /// Its folder.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

impl At {
    /// What a page answers, head and body; `None` where nobody listens.
    pub(crate) async fn get(&self, path: &str) -> Option<String> {
        let mut stream = tokio::net::TcpStream::connect(self.0).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    }

    /// The address for gRPC.
    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.0)
    }

    /// The address of a WebSocket.
    pub(crate) fn ws(&self, path: &str) -> String {
        format!("ws://{}{path}", self.0)
    }

    /// The app of a customer of ours.
    pub(crate) async fn app(&self, subject: &str) -> Result<Customer, Error> {
        Customer::connect(&self.http(), &token("app", subject)).await
    }

    /// The web page of a customer of ours who is signed in.
    pub(crate) async fn page(&self, subject: &str, former: Option<Resumption>) -> Result<Chat, Error> {
        Chat::open(&self.ws("/v1/chat"), Entry::Token(token("app", subject)), former).await
    }

    /// The web page of a visitor.
    pub(crate) async fn visitor(&self) -> Result<Chat, Error> {
        Chat::open(&self.ws("/v1/chat"), Entry::Widget(WIDGET.into()), None).await
    }

    /// The desk of an agent of ours.
    pub(crate) async fn desk(&self, agent: &str, former: Option<Screen>) -> Result<Desk, Error> {
        Desk::open(&self.ws("/v1/desk"), &token("agent", agent), former).await
    }
}
