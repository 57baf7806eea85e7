//! Tokens of development issuers, for trying things out. Only HS256: other issuers keep their keys to themselves.

use crate::config::plan::{IssuerKeys, Tenant};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use segue_session::{Private, Role, Time};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No issuer of the tenant has a shared secret and may give the role.
    #[error("the tenant {tenant} has no HS256 issuer that may give the role {role}")]
    NoIssuer {
        /// Which tenant.
        tenant: String,
        /// Which role.
        role: String,
    },
    /// The signature failed.
    #[error("while signing the token")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// A token with what it says.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The token.
    pub token: Private<String>,
    /// Its claims.
    pub claims: Map<String, Value>,
}

/// A token for this subject and role, with more claims where they are given.
///
/// # Errors
/// See [`Error`].
pub fn mint(tenant: &Tenant, role: Role, subject: &str, lasts: Duration, now: Time, more: &Map<String, Value>) -> Result<Minted, Error> {
    let role_name = serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let found = tenant.issuers.iter().filter(|issuer| issuer.roles.contains(&role)).find_map(|issuer| match &issuer.keys {
        IssuerKeys::Shared(secret) => Some((issuer, secret)),
        IssuerKeys::Pem { .. } | IssuerKeys::Jwks { .. } => None,
    });
    let (issuer, secret) = found.ok_or_else(|| Error::NoIssuer { tenant: tenant.id.to_string(), role: role_name.clone() })?;
    let seconds = now.0 / 1000;
    let mut claims = more.clone();
    claims.insert("iss".into(), json!(issuer.issuer));
    claims.insert("aud".into(), json!(issuer.audience));
    claims.insert("sub".into(), json!(subject));
    claims.insert("iat".into(), json!(seconds));
    claims.insert("exp".into(), json!(seconds.saturating_add(lasts.as_secs())));
    claims.insert("segue_role".into(), json!(role_name));
    let key = EncodingKey::from_secret(secret.reveal());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)?;
    Ok(Minted { token: Private::new(token), claims })
}
