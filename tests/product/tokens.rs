//! Tokens of the tenants' issuers, good ones and bad ones.

use super::business::{OURS, issuer, secret};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// What a token says.
pub(crate) type Claims = Map<String, Value>;

/// A good token of ours.
pub(crate) fn token(role: &str, subject: &str) -> String {
    token_of(OURS, role, subject, &Claims::new())
}

/// A token of a tenant's issuer; what `more` says wins over the usual. `null` leaves a claim out.
pub(crate) fn token_of(tenant: &str, role: &str, subject: &str, more: &Claims) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let usual = json!({
        "iss": issuer(tenant), "aud": "segue", "sub": subject, "iat": now, "exp": now + 3600,
        "segue_role": role, "amr": ["pwd", "otp"],
    });
    let mut claims = usual.as_object().unwrap().clone();
    claims.extend(more.clone());
    claims.retain(|_, value| !value.is_null());
    let key = EncodingKey::from_secret(secret(tenant).as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}

/// Tokens that must not be believed, each with what is wrong about it.
pub(crate) fn forged(role: &str, subject: &str) -> Vec<(&'static str, String)> {
    let with = |key: &str, value: Value| {
        let mut more = Claims::new();
        more.insert(key.into(), value);
        token_of(OURS, role, subject, &more)
    };
    let good = token(role, subject);
    let (body, signature) = good.rsplit_once('.').unwrap();
    let (head, claims) = body.split_once('.').unwrap();
    // {"alg":"none"}, in base64url.
    let none = "eyJhbGciOiJub25lIn0";
    let mut flipped: Vec<char> = signature.chars().collect();
    flipped[4] = if flipped[4] == 'A' { 'B' } else { 'A' };
    vec![
        ("it is over", with("exp", json!(1_000_000_000))),
        ("it never ends", with("exp", Value::Null)),
        ("it begins later", with("nbf", json!(u32::MAX))),
        ("it is for others", with("aud", json!("elsewhere"))),
        ("it is for nobody", with("aud", Value::Null)),
        ("nobody issued it", with("iss", Value::Null)),
        ("a stranger issued it", with("iss", json!("https://evil.example"))),
        ("our name, the other tenant's key", with("iss", json!(issuer(super::FOREIGN)))),
        ("it is about nobody", with("sub", Value::Null)),
        ("no such role", with("segue_role", json!("emperor"))),
        ("not signed, by its own word", format!("{none}.{claims}.")),
        ("not signed", format!("{head}.{claims}.")),
        ("its signature was touched", format!("{body}.{}", flipped.into_iter().collect::<String>())),
        ("no token at all", "garbage".to_owned()),
    ]
}
