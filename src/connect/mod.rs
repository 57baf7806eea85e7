//! Questions to other systems over HTTP: journeys' look-ups, and parts for screen pops.
//!
//! Only allow-listed hosts are asked, by https (plain http on loopback alone). Redirects are not followed: they would lead
//! around the list. Every question has one deadline over all its tries; every failure is the name of an error branch:
//! `timeout`, `refused`, `unreachable`, `status_NNN`, `too_large`, `not_json`.
//!
//! What is *not* here: what an answer means, and when a question is asked.

mod ask;
mod enrich;
#[cfg(test)]
mod tests;

use crate::config::plan::Connector;
use crate::engine::Meters;
use crate::engine::meters::OfResult;
use arc_swap::ArcSwap;
use ask::Question;
use reqwest::Url;
use segue_session::{LookupRequest, Private};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of an answer.
const ANSWER_BYTES: usize = 64 * 1024;

/// What can go wrong while calls are prepared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No client can be made: most likely the machine has no root certificates.
    #[error("while making an HTTP client")]
    Client(#[from] reqwest::Error),
}

/// Asks the other systems of one tenant.
pub struct Connect {
    client: reqwest::Client,
    hosts: BTreeSet<String>,
    connectors: ArcSwap<Vec<Connector>>,
    meters: Meters,
}

impl Connect {
    /// Prepares calls to these hosts only.
    ///
    /// # Errors
    ///
    /// [`Error::Client`].
    pub fn new(hosts: BTreeSet<String>, connectors: Vec<Connector>, meters: Meters) -> Result<Self, Error> {
        // The provider is the process's, whoever sets it first; ring is the only one built in.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .user_agent(concat!("segue/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, hosts, connectors: ArcSwap::from_pointee(connectors), meters })
    }

    /// Systems that add to the screen pop.
    pub fn connectors(&self) -> Arc<Vec<Connector>> {
        self.connectors.load_full()
    }

    /// Takes the connectors' secrets from a plan that was read anew; the connectors themselves stay as they are.
    pub fn renew(&self, plan: &[Connector]) {
        let mut connectors = Vec::clone(&self.connectors.load());
        for connector in &mut connectors {
            if let Some(anew) = plan.iter().find(|anew| anew.name == connector.name) {
                connector.authorization.clone_from(&anew.authorization);
            }
        }
        self.connectors.store(Arc::new(connectors));
    }

    /// Asks what a journey asks, for so long. A try that failed on the way is made again while the deadline allows, under the same
    /// idempotency key.
    ///
    /// # Errors
    ///
    /// The name of the error branch.
    pub async fn look_up(&self, request: &LookupRequest, wait: Duration) -> Result<Private<serde_json::Value>, String> {
        let question = Question {
            get: request.method.eq_ignore_ascii_case("GET"),
            url: &request.url,
            body: Some(&request.body),
            authorization: None,
            key: Some(request.id.0),
            wait,
            retries: request.retries,
        };
        self.counted(self.ask(question).await)
    }

    fn counted<T>(&self, answer: Result<T, String>) -> Result<T, String> {
        let result = answer.as_ref().err().map_or("ok", String::as_str);
        self.meters.connects.get_or_create(&OfResult::of(result)).inc();
        answer
    }
}

/// Whether a URL may be asked, or shown: its host stands on the list, with its port where the list names one.
#[must_use]
pub fn is_allowed(url: &str, hosts: &BTreeSet<String>) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    scheme && (hosts.contains(host) || with_port.is_some_and(|host| hosts.contains(&host)))
}
