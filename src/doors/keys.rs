//! Issuers' keys: fixed ones, and JWK sets (RFC 7517) that are fetched.
//!
//! A set is fetched before it is needed and every ten minutes after; a `kid` that nobody knows fetches it again, but not
//! sooner than thirty seconds after the last time. A fetch that fails changes nothing: the last good set is kept.

use arc_swap::ArcSwap;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How often a set is fetched anyway.
pub(super) const EVERY: Duration = Duration::from_secs(600);
/// How soon an unknown `kid` may fetch it again.
pub(super) const REST: Duration = Duration::from_secs(30);
/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest set that is read, in bytes.
const SET_LIMIT: usize = 256 * 1024;
/// The most keys of a set that are kept.
const KEYS_LIMIT: usize = 100;

/// Where an issuer's keys come from.
pub(super) enum Keys {
    Fixed(Arc<DecodingKey>),
    Fetched(Arc<KeySet>),
}

/// Why a set could not be fetched.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("while fetching it")]
    Fetch(#[from] reqwest::Error),
    #[error("it is larger than {SET_LIMIT} bytes")]
    TooLarge,
    #[error("while reading it as a JWK set")]
    Read(#[from] serde_json::Error),
    #[error("none of its keys fits the issuer's algorithm")]
    Empty,
}

/// A set of keys that is fetched.
pub(super) struct KeySet {
    url: String,
    algorithm: Algorithm,
    /// How soon an unknown `kid` may fetch the set again.
    rest: Duration,
    keys: ArcSwap<BTreeMap<String, Arc<DecodingKey>>>,
    /// When it was last tried. Held while a fetch runs, so that there is one at a time.
    tried: Mutex<Option<Instant>>,
}

impl KeySet {
    pub(super) fn new(url: &str, algorithm: Algorithm, rest: Duration) -> Self {
        Self { url: url.to_owned(), algorithm, rest, keys: ArcSwap::default(), tried: Mutex::new(None) }
    }

    /// Whether it is fetched from there, for this algorithm.
    pub(super) fn is_of(&self, url: &str, algorithm: Algorithm) -> bool {
        self.url == url && self.algorithm == algorithm
    }

    /// The key of that id; of a set with one key, that one where the token names none.
    pub(super) async fn find(&self, kid: Option<&str>) -> Option<Arc<DecodingKey>> {
        if let Some(key) = self.held(kid) {
            return Some(key);
        }
        self.refresh(self.rest).await;
        self.held(kid)
    }

    fn held(&self, kid: Option<&str>) -> Option<Arc<DecodingKey>> {
        let keys = self.keys.load();
        match kid {
            Some(kid) => keys.get(kid).cloned(),
            None => keys.values().next().filter(|_| keys.len() == 1).cloned(),
        }
    }

    /// Fetches the set, unless that was tried less than `rest` ago.
    pub(super) async fn refresh(&self, rest: Duration) {
        let mut tried = self.tried.lock().await;
        if tried.is_some_and(|at| at.elapsed() < rest) {
            return;
        }
        *tried = Some(Instant::now());
        match fetch(&self.url, self.algorithm).await {
            Ok((keys, _)) => {
                tracing::debug!(url = self.url, keys = keys.len(), "an issuer's keys were fetched");
                self.keys.store(Arc::new(keys));
            }
            Err(error) => {
                let why = std::error::Error::source(&error).map_or_else(String::new, |source| format!(": {source}"));
                tracing::warn!(url = self.url, "an issuer's keys could not be fetched, the last good ones are kept: {error}{why}");
            }
        }
    }
}

/// What an issuer answers just now.
pub(crate) struct Probe {
    /// How many keys of the algorithm its set has.
    pub(crate) keys: usize,
    /// The second its own clock shows (RFC 9110, 6.6.1), in seconds since the Unix epoch.
    pub(crate) clock: Option<i64>,
}

/// Asks an issuer for its keys; in words, why they cannot be had.
pub(crate) async fn probe(algorithm: &str, url: &str) -> Result<Probe, String> {
    let algorithm = if algorithm == "RS256" { Algorithm::RS256 } else { Algorithm::ES256 };
    let told = |error: Error| std::error::Error::source(&error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
    fetch(url, algorithm).await.map(|(keys, clock)| Probe { keys: keys.len(), clock }).map_err(told)
}

/// Fetches a set once.
async fn fetch(url: &str, algorithm: Algorithm) -> Result<(BTreeMap<String, Arc<DecodingKey>>, Option<i64>), Error> {
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
    let mut response = client.get(url).send().await?.error_for_status()?;
    let date = response.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
    let clock = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp().as_second());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > SET_LIMIT {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let set: JwkSet = serde_json::from_slice(&body)?;
    let keys: BTreeMap<_, _> = set.keys.iter().filter_map(|jwk| usable(jwk, algorithm)).take(KEYS_LIMIT).collect();
    if keys.is_empty() { Err(Error::Empty) } else { Ok((keys, clock)) }
}

/// A key that signs, of the issuer's kind, with its id.
fn usable(jwk: &Jwk, algorithm: Algorithm) -> Option<(String, Arc<DecodingKey>)> {
    let signs = jwk.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let named = jwk.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let fits = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => algorithm == Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) => algorithm == Algorithm::ES256 && curve.curve == jsonwebtoken::jwk::EllipticCurve::P256,
        _ => false,
    };
    let key = DecodingKey::from_jwk(jwk).ok().filter(|_| signs && named && fits)?;
    Some((jwk.common.key_id.clone().unwrap_or_default(), Arc::new(key)))
}
