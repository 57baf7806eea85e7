//! The stage: a daemon process of our own, and tokens for everybody in the play.

use super::{Error, Teller};
use crate::config::plan::Plan;
use crate::doors::mint;
use segue_proto::chat::v1::Resumption;
use segue_proto::client::{Chat, Customer, Desk, Entry, Screen};
use segue_session::{Role, TenantId, Time};
use serde_json::{Map, Value, json};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// Where the daemon of the play keeps its sessions.
#[derive(Clone, Debug)]
pub enum StoreChoice {
    /// In a file, as by default.
    Embedded,
    /// In the Redis at this URL.
    Redis(String),
}

/// The customer of the play.
pub(crate) const MAYA: &str = "maya";

/// Graces and deadlines of the demo are for people; a play goes faster.
const FASTER: [(&str, &str); 4] = [
    ("SEGUE__TENANTS__DEMO__SESSIONS__GRACE", "1s"),
    ("SEGUE__TENANTS__DEMO__QUEUES__FAULTS__OFFER_FOR", "2s"),
    ("SEGUE__TENANTS__DEMO__ROUTING__COOL_OFF", "1s"),
    ("SEGUE__TENANTS__DEMO__ROUTING__MISSES", "1"),
];

/// The stage.
pub struct Stage {
    daemon: Child,
    binary: PathBuf,
    home: tempfile::TempDir,
    store: StoreChoice,
    address: SocketAddr,
    plan: Arc<Plan>,
    teller: Teller,
}

/// The demo's configuration with what the play changes.
fn variables(store: &StoreChoice) -> Vec<(String, String)> {
    let mut all: Vec<_> = FASTER.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    if let StoreChoice::Redis(url) = store {
        all.push(("SEGUE__STORE__KIND".to_owned(), "redis".to_owned()));
        all.push(("SEGUE__STORE__URL".to_owned(), url.clone()));
    }
    all
}

fn failed(doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Stage { doing, source: source.into() }
}

impl Stage {
    /// Sets it: starts this very program as a daemon of the demo's business, in a folder of its own.
    ///
    /// # Errors
    /// The folder, the configuration, or the daemon.
    pub async fn set(store: StoreChoice, teller: Teller) -> Result<Self, Error> {
        let binary = std::env::current_exe().map_err(failed("finding this program"))?;
        Self::set_with(binary, store, teller).await
    }

    /// The same with another program as the daemon.
    ///
    /// # Errors
    /// As [`Stage::set`].
    pub async fn set_with(binary: PathBuf, store: StoreChoice, teller: Teller) -> Result<Self, Error> {
        let home = tempfile::tempdir().map_err(failed("making a folder"))?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(failed("finding a free port"))?;
        let plan = crate::demo::plan(&home.path().join("data"), free, variables(&store))
            .map_err(|faults| Error::Stage { doing: "reading the demo's configuration", source: faults.lines().into() })?;
        let daemon = start(&binary, &home, free, &store)?;
        let mut stage = Self { daemon, binary, home, store, address: free, plan: Arc::new(plan), teller };
        stage.ready().await?;
        stage.tell("house", &format!("the daemon serves on {free}"));
        Ok(stage)
    }

    /// Says what somebody sees.
    pub fn tell(&self, who: &str, what: &str) {
        self.teller.tell(who, what);
    }

    /// Begins a scene.
    pub fn scene(&self, title: &str) {
        self.teller.scene(title);
    }

    /// kill -9.
    ///
    /// # Errors
    /// It could not be killed.
    pub async fn kill(&mut self) -> Result<(), Error> {
        self.daemon.kill().await.map_err(failed("killing the daemon"))
    }

    /// Starts the daemon again on what it left behind; returns how long it took to serve.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start_again(&mut self) -> Result<Duration, Error> {
        let begin = Instant::now();
        self.daemon = start(&self.binary, &self.home, self.address, &self.store)?;
        self.ready().await?;
        Ok(begin.elapsed())
    }

    /// Maya's app, signed in.
    ///
    /// # Errors
    /// The address does not answer.
    pub async fn app(&self, subject: &str) -> Result<Customer, Error> {
        use super::By as _;
        Customer::connect(&format!("http://{}", self.address), &self.token(Role::App, subject)?).await.by("the app")
    }

    /// A page in the browser.
    ///
    /// # Errors
    /// The house refuses the hello.
    pub async fn page(&self, entry: Entry, resume: Option<Resumption>) -> Result<Chat, segue_proto::client::Error> {
        Chat::open(&format!("ws://{}/v1/chat", self.address), entry, resume).await
    }

    /// An agent's desk.
    ///
    /// # Errors
    /// The house refuses the hello.
    pub async fn desk(&self, agent: &str, former: Option<Screen>) -> Result<Desk, Error> {
        use super::By as _;
        Desk::open(&format!("ws://{}/v1/desk", self.address), &self.token(Role::Agent, agent)?, former).await.by("the desk")
    }

    /// A token.
    ///
    /// # Errors
    /// The demo's issuer does not give the role.
    pub fn token(&self, role: Role, subject: &str) -> Result<String, Error> {
        let tenant = self.plan.tenants.get(&TenantId::from("demo")).ok_or_else(|| Error::Otherwise("the demo has no tenant".into()))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Time(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
        let more: Map<String, Value> = match role {
            Role::App => [("amr".to_owned(), json!(["pwd", "otp"])), ("tier".to_owned(), json!("gold"))].into_iter().collect(),
            _ => Map::new(),
        };
        let minted = mint(tenant, role, subject, Duration::from_secs(3600), now, &more);
        let minted = minted.map_err(|e| Error::Stage { doing: "minting a token", source: e.into() })?;
        Ok(minted.token.reveal().clone())
    }

    /// The widget key with which visitors come in.
    #[must_use]
    pub fn widget(&self) -> String {
        let mut widgets = self.plan.tenants.values().flat_map(|t| &t.widgets);
        widgets.next().cloned().unwrap_or_default()
    }

    /// Ends the daemon in order.
    ///
    /// # Errors
    /// It does not end.
    pub async fn end(mut self) -> Result<(), Error> {
        self.kill().await
    }

    async fn ready(&mut self) -> Result<(), Error> {
        let until = Instant::now() + Duration::from_secs(30);
        while !is_ready(self.address).await {
            if let Some(end) = self.daemon.try_wait().map_err(failed("looking at the daemon"))? {
                let log = std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
                return Err(Error::Otherwise(format!("the daemon ended with {end}:\n{log}")));
            }
            if Instant::now() > until {
                return Err(Error::Otherwise("the daemon did not serve within 30 s".into()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

/// Whether it says so itself: it answers probes before it serves.
async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        stream.write_all(format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    ask.await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

fn start(binary: &std::path::Path, home: &tempfile::TempDir, address: SocketAddr, store: &StoreChoice) -> Result<Child, Error> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(home.path().join("log")).map_err(failed("opening the log"))?;
    let again = log.try_clone().map_err(failed("opening the log"))?;
    let mut command = Command::new(binary);
    command.args(["demo", "--listen", &address.to_string(), "--data"]).arg(home.path().join("data"));
    command.envs(variables(store));
    command.stdin(Stdio::null()).stdout(log).stderr(again).kill_on_drop(true);
    command.spawn().map_err(failed("starting the daemon"))
}
