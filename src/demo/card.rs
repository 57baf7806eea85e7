//! What the demo prints: links, tokens, and the first things to try.

use crate::config::plan::Tenant;
use crate::console::FILES;
use crate::doors::{MintError, mint};
use crate::serve::Running;
use segue_session::{Refusal, Role, Time};
use serde_json::{Map, json};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What to do with the pages.
const STORY: &str = "\
Live it: get help in Nora's app, report that the internet is not working, answer two questions. Press “Continue on another
device”, note the code, and close the app. On the firm's site press Help and type the code: you are asked the third question.
Ask for a person, and accept at Ada's desk, where all of it is before her.";

/// How long the demo's tokens hold.
const HOLDS: Duration = Duration::from_secs(24 * 3600);

/// Tokens and addresses of a running demo.
#[derive(Clone, Debug)]
pub struct Card {
    title: String,
    address: SocketAddr,
    widget: String,
    /// A customer's, with two factors.
    pub customer: String,
    /// Each agent's, by name.
    pub agents: Vec<(String, String)>,
    /// A supervisor's.
    pub supervisor: String,
    /// An administrator's.
    pub admin: String,
    data: String,
    /// Pages to open, each with what it is.
    pages: Vec<(String, String)>,
}

impl Card {
    /// Mints the tokens of a tenant.
    ///
    /// # Errors
    /// The tenant has no issuer of development.
    pub fn new(tenant: &Tenant, address: SocketAddr, data: &str, now: Time) -> Result<Self, MintError> {
        let customer = json!({
            "name": "Nora Berg", "phone": "+41443640101", "email": "nora@example.com", "number": "10203040", "tier": "gold",
            "amr": ["pwd", "otp"], "locale": "en",
        });
        let customer = customer.as_object().cloned().unwrap_or_default();
        let token =
            |role, subject: &str, more: &Map<_, _>| mint(tenant, role, subject, HOLDS, now, more).map(|minted| minted.token.into_inner());
        let agent = |name: &segue_session::AgentName| Ok((name.to_string(), token(Role::Agent, name.as_str(), &Map::new())?));
        Ok(Self {
            title: tenant.title.clone(),
            address,
            widget: tenant.widgets.first().cloned().unwrap_or_default(),
            customer: token(Role::App, "nora", &customer)?,
            agents: tenant.routing.agents.keys().map(agent).collect::<Result<_, MintError>>()?,
            supervisor: token(Role::Supervisor, "sam", &Map::new())?,
            admin: token(Role::Admin, "operator", &Map::new())?,
            data: data.to_owned(),
            pages: Vec::new(),
        })
    }

    /// The same card with links that sign a browser in, once each.
    ///
    /// # Errors
    /// As [`Running::login_key`].
    pub async fn with_links(mut self, running: &Running) -> Result<Self, Refusal> {
        let app = running.login_key(&self.customer).await?;
        self.pages.push(("Nora's app".into(), format!("http://{}/customer/#login={}", self.address, app.reveal())));
        self.pages.push(("the firm's site".into(), format!("http://{}/site/", self.address)));
        for (name, token) in &self.agents {
            let key = running.login_key(token).await?;
            self.pages.push((format!("{name}'s desk"), format!("http://{}/desk/#login={}", self.address, key.reveal())));
        }
        let sam = running.login_key(&self.supervisor).await?;
        self.pages.push(("the wallboard".into(), format!("http://{}/supervisor/#login={}", self.address, sam.reveal())));
        Ok(self)
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, address, widget, customer, agents, supervisor, admin, data, pages } = self;
        writeln!(f, "\n{title} is served on {address}; what happens is kept in {data}\n")?;
        if FILES.is_empty() {
            writeln!(f, "Its pages are not in this build: `make console`, and build again.\n")?;
        } else if !pages.is_empty() {
            writeln!(f, "Open in a browser (a link with a login signs in once, for a day):\n")?;
            for (what, link) in pages {
                writeln!(f, "  {what:<15}  {link}")?;
            }
            writeln!(f, "\n{STORY}\n")?;
        }
        writeln!(f, "  gRPC, gRPC-Web   http://{address}         segue.app.v1.AppService, segue.admin.v1.AdminService")?;
        writeln!(f, "  web chat         ws://{address}/v1/chat  widget key {widget}")?;
        writeln!(f, "  agents' desk     ws://{address}/v1/desk")?;
        writeln!(f, "  health, metrics  http://{address}/readyz  /livez  /metrics\n")?;
        writeln!(f, "Tokens, for a day (paste these lines into a shell):\n")?;
        if let Some(folder) = off_the_path() {
            writeln!(f, "export PATH=\"{}:$PATH\"", folder.display())?;
        }
        writeln!(f, "export SEGUE_URL=http://{address}")?;
        writeln!(f, "export SEGUE_TOKEN={admin}")?;
        writeln!(f, "export NORA={customer}")?;
        for (name, token) in agents {
            writeln!(f, "export {}={token}", name.to_uppercase())?;
        }
        writeln!(f, "export SAM={supervisor}\n")?;
        writeln!(f, "First things to try:\n")?;
        writeln!(f, "  segue sessions list                          every session, and how it stands")?;
        writeln!(f, "  segue interactions list                      who waits, and who has whom")?;
        writeln!(f, "  segue demo --story                           the main job, played against a daemon of its own")?;
        writeln!(f, "  curl -s $SEGUE_URL/metrics | grep ^segue_    what is counted")?;
        writeln!(f, "  curl -s -X POST -H \"authorization: Bearer $ADA\" $SEGUE_URL/v1/tickets    a one-use ticket for a socket\n")?;
        writeln!(f, "With grpcurl, a session as the app begins it; with wscat, a page that says hello and begins one:\n")?;
        writeln!(f, "  grpcurl -plaintext -H \"authorization: Bearer $NORA\" \\")?;
        writeln!(f, "    -d '{{\"requestId\": \"'$(uuidgen)'\", \"journey\": \"fault\"}}' {address} segue.app.v1.AppService/StartSession")?;
        writeln!(f, "  wscat -s segue.chat.v1.json -c ws://{address}/v1/chat")?;
        writeln!(f, "    {{\"hello\": {{\"protocol\": 1, \"widget\": \"{widget}\"}}}}")?;
        writeln!(f, "    {{\"id\": \"{}\", \"start\": {{\"journey\": \"fault\"}}}}\n", uuid::Uuid::new_v4())?;
        writeln!(f, "Ctrl-C stops it in order; a second Ctrl-C at once.")
    }
}

/// This program's folder, where the shell would not find it by name (a build that was not installed).
fn off_the_path() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    (!std::env::split_paths(&path).any(|known| known == folder)).then_some(folder)
}
