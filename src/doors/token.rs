//! Tokens of issuers (RFC 7519): the algorithm is the issuer's, `iss` and `kid` are look-up keys and nothing more.

use super::claims::{self, Claims};
use super::keys::{self, KeySet, Keys};
use crate::config::plan::{Issuer, IssuerKeys, Plan};
use crate::engine::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use segue_session::{Principal, Private, Reason, Refusal, TenantId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest token that is looked at.
const TOKEN_LIMIT: usize = 8 * 1024;
/// How far clocks may differ, in milliseconds.
const LEEWAY_MS: u64 = 5_000;

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("while reading the key of issuer {issuer}")]
pub struct Error {
    issuer: String,
    #[source]
    source: jsonwebtoken::errors::Error,
}

/// An issuer with its keys ready.
struct Known {
    tenant: TenantId,
    issuer: Issuer,
    algorithm: Algorithm,
    keys: Keys,
}

/// All issuers of all tenants, by `iss`.
pub(super) struct Issuers {
    known: BTreeMap<String, Known>,
    clock: Clock,
}

/// The part of the header that is looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// The part of the claims that is looked at before the signature.
#[derive(Deserialize)]
struct Unverified {
    iss: String,
}

fn refused(message: &str) -> Refusal {
    Refusal::new(Reason::Unauthenticated, message)
}

impl Issuers {
    /// Issuers of a plan. Sets of keys that a former plan fetched from the same place are kept.
    pub(super) fn new(plan: &Plan, clock: Clock, former: Option<&Self>) -> Result<Self, Error> {
        let mut known = BTreeMap::new();
        for tenant in plan.tenants.values() {
            for issuer in &tenant.issuers {
                let (algorithm, keys) = ready(&issuer.keys, former).map_err(|source| Error { issuer: issuer.issuer.clone(), source })?;
                let entry = Known { tenant: tenant.id.clone(), issuer: issuer.clone(), algorithm, keys };
                known.insert(issuer.issuer.clone(), entry);
            }
        }
        Ok(Self { known, clock })
    }

    /// Sets of keys that are fetched.
    pub(super) fn key_sets(&self) -> impl Iterator<Item = &Arc<KeySet>> {
        self.known.values().filter_map(|known| if let Keys::Fetched(set) = &known.keys { Some(set) } else { None })
    }

    /// Verifies a token.
    pub(super) async fn admit(&self, token: &Private<String>) -> Result<Principal, Refusal> {
        let token = token.reveal();
        if token.len() > TOKEN_LIMIT {
            return Err(refused("the token is too long").about("limit", TOKEN_LIMIT.to_string()));
        }
        let (header, unverified) = peek(token).ok_or_else(|| refused("this is no token"))?;
        let known = self.known.get(&unverified.iss).ok_or_else(|| refused("nobody knows the token's issuer"))?;
        if !same(known.algorithm, &header.alg) {
            return Err(refused("the token is not signed the way its issuer signs"));
        }
        if header.crit.is_some() || !header.typ.as_deref().is_none_or(fits_type) {
            return Err(refused("the token's header asks for something that is not done here"));
        }
        let key = match &known.keys {
            Keys::Fixed(key) => Arc::clone(key),
            Keys::Fetched(set) => set.find(header.kid.as_deref()).await.ok_or_else(|| refused("nobody knows the token's key"))?,
        };
        let data = jsonwebtoken::decode::<Claims>(token, &key, &validation(known)).map_err(|error| refused(spoken(&error)))?;
        let now = self.clock.now();
        let claims = data.claims;
        if claims::moment(claims.exp).0.saturating_add(LEEWAY_MS) <= now.0 {
            return Err(refused("the token has ended"));
        }
        if [claims.nbf, claims.iat].into_iter().flatten().any(|at| claims::moment(at).0 > now.0.saturating_add(LEEWAY_MS)) {
            return Err(refused("the token's time has not come"));
        }
        claims::principal(claims, &known.tenant, &known.issuer, now)
    }
}

fn ready(from: &IssuerKeys, former: Option<&Issuers>) -> Result<(Algorithm, Keys), jsonwebtoken::errors::Error> {
    let asymmetric = |name: &str| if name == "RS256" { Algorithm::RS256 } else { Algorithm::ES256 };
    Ok(match from {
        IssuerKeys::Shared(secret) => (Algorithm::HS256, Keys::Fixed(Arc::new(DecodingKey::from_secret(secret.reveal())))),
        IssuerKeys::Pem { algorithm, pem } => {
            let algorithm = asymmetric(algorithm);
            let read = if algorithm == Algorithm::RS256 { DecodingKey::from_rsa_pem } else { DecodingKey::from_ec_pem };
            (algorithm, Keys::Fixed(Arc::new(read(pem.as_bytes())?)))
        }
        IssuerKeys::Jwks { algorithm, url } => {
            let algorithm = asymmetric(algorithm);
            let kept = former.and_then(|former| former.key_sets().find(|set| set.is_of(url, algorithm)).cloned());
            (algorithm, Keys::Fetched(kept.unwrap_or_else(|| Arc::new(KeySet::new(url, algorithm, keys::REST)))))
        }
    })
}

/// Reads what must be known before the signature can be checked.
fn peek(token: &str) -> Option<(Header, Unverified)> {
    let mut parts = token.split('.');
    let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    Some((serde_json::from_slice(&read(header)?).ok()?, serde_json::from_slice(&read(claims)?).ok()?))
}

fn same(algorithm: Algorithm, name: &str) -> bool {
    match algorithm {
        Algorithm::HS256 => name == "HS256",
        Algorithm::RS256 => name == "RS256",
        Algorithm::ES256 => name == "ES256",
        _ => false,
    }
}

fn fits_type(typ: &str) -> bool {
    ["jwt", "at+jwt", "application/at+jwt"].contains(&typ.to_lowercase().as_str())
}

/// Times are held against our own clock, which tests can set.
fn validation(known: &Known) -> Validation {
    let mut validation = Validation::new(known.algorithm);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.set_audience(&[&known.issuer.audience]);
    validation.set_issuer(&[&known.issuer.issuer]);
    validation.validate_exp = false;
    validation
}

fn spoken(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => "the token's signature does not hold",
        ErrorKind::InvalidAudience => "the token is for somebody else",
        ErrorKind::InvalidIssuer => "nobody knows the token's issuer",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks one of exp, aud, iss, sub",
        ErrorKind::InvalidAlgorithm => "the token is not signed the way its issuer signs",
        _ => "the token cannot be read",
    }
}
