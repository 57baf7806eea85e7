//! Who may issue tokens, and which widgets let visitors in.

use super::Checker;
use crate::config::load::Mode;
use crate::config::plan::{Issuer, IssuerKeys, Routing, Tenant};
use crate::config::raw::{self, Algorithm};
use jsonwebtoken::DecodingKey;
use segue_session::{Private, Role, TenantId};
use std::collections::{BTreeMap, BTreeSet};

const ROLES: [(&str, Role); 5] =
    [("app", Role::App), ("agent", Role::Agent), ("supervisor", Role::Supervisor), ("admin", Role::Admin), ("service", Role::Service)];

pub(super) fn resolve(tenant: &str, raw: &raw::Tenant, routing: &Routing, checker: &mut Checker<'_>) -> Vec<Issuer> {
    for (number, widget) in raw.widgets.iter().enumerate() {
        let number = number.to_string();
        let path = ["tenants", tenant, "widgets", &number];
        checker.name(&path, "a widget key", widget);
    }
    let issuers: Vec<_> = raw.issuers.iter().enumerate().map(|(number, issuer)| resolve_issuer(tenant, number, issuer, checker)).collect();
    let agents_can = issuers.iter().any(|issuer| issuer.roles.contains(&Role::Agent));
    if !agents_can && !routing.agents.is_empty() && checker.faults.is_empty() {
        checker.doubtful(&["tenants", tenant], "no issuer may sign in agents", "add \"agent\" to an issuer's `roles`");
    }
    issuers
}

fn resolve_issuer(tenant: &str, number: usize, raw: &raw::Issuer, checker: &mut Checker<'_>) -> Issuer {
    let number = number.to_string();
    let table = ["tenants", tenant, "issuers", &number];
    for (key, value) in [("issuer", &raw.issuer), ("audience", &raw.audience)] {
        if value.is_empty() {
            checker.wrong(&[&table[..], &[key]].concat(), "empty", "tokens without it are refused");
        }
    }
    let mut roles = BTreeSet::new();
    for (at, typed) in raw.roles.iter().enumerate() {
        match ROLES.iter().find(|(name, _)| name == typed) {
            Some((_, role)) => drop(roles.insert(*role)),
            None => checker.dangling(&[&table[..], &["roles", &at.to_string()]].concat(), "role", typed, &ROLES.map(|(name, _)| name)),
        }
    }
    if raw.roles.is_empty() {
        checker.doubtful(&table, "may sign in nobody", "add `roles`");
    }
    Issuer {
        issuer: raw.issuer.clone(),
        audience: raw.audience.clone(),
        keys: keys(&table, raw, checker),
        roles,
        attributes: raw.attributes.iter().cloned().collect(),
    }
}

fn keys(table: &[&str], raw: &raw::Issuer, checker: &mut Checker<'_>) -> IssuerKeys {
    let harmless = || IssuerKeys::Shared(Private::new(Vec::new()));
    if raw.algorithm == Algorithm::HS256 {
        for (key, given) in [("key", raw.key.is_some()), ("jwks", raw.jwks.is_some())] {
            if given {
                checker.wrong(&[table, &[key]].concat(), "HS256 knows a shared secret only", "change `algorithm`, or take the key out");
            }
        }
        let secret = checker.secret(table, "secret", raw.secret.as_ref(), raw.secret_file.as_ref());
        let Some(secret) = secret else {
            if raw.secret_file.is_none() {
                checker.wrong(table, "`secret` is missing", "HS256 needs `secret` or `secret_file`");
            }
            return harmless();
        };
        checker.strong(&[table, &["secret"]].concat(), &secret);
        if checker.exposed && checker.mode == Mode::Serve {
            let mend = "RS256 or ES256 with `jwks` keep the signing key at the issuer";
            checker.doubtful(&[table, &["algorithm"]].concat(), "whoever can check HS256 tokens can make them", mend);
        }
        return IssuerKeys::Shared(Private::new(secret.into_inner().into_bytes()));
    }
    if raw.secret.is_some() || raw.secret_file.is_some() {
        checker.wrong(&[table, &["algorithm"]].concat(), "a shared secret belongs to HS256", "take the secret out, or change `algorithm`");
    }
    let algorithm = if raw.algorithm == Algorithm::RS256 { "RS256" } else { "ES256" }.to_owned();
    match (&raw.key, &raw.jwks) {
        (Some(file), None) => {
            let path = [table, &["key"]].concat();
            let Some(pem) = checker.file(&path, file) else { return harmless() };
            if pem.contains("PRIVATE KEY") {
                checker.wrong(&path, "a private key", "the daemon checks tokens: give it the public half alone");
            } else if !reads(&algorithm, &pem) {
                checker.wrong(&path, format!("no public key for {algorithm} in it"), "PEM, beginning with -----BEGIN PUBLIC KEY-----");
            }
            IssuerKeys::Pem { algorithm, pem }
        }
        (None, Some(url)) => {
            let near = url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost") || url.starts_with("http://[::1]");
            if !url.starts_with("https://") && !near {
                checker.wrong(
                    &[table, &["jwks"]].concat(),
                    format!("{url:?} could be answered by anybody"),
                    "keys are fetched over https://",
                );
            }
            IssuerKeys::Jwks { algorithm, url: url.clone() }
        }
        (Some(_), Some(_)) => {
            checker.wrong(&[table, &["key"]].concat(), "`key` and `jwks` are both given", "keep one of them");
            harmless()
        }
        (None, None) => {
            checker.wrong(table, "no key to check its tokens", "add `jwks` (where to fetch keys) or `key` (a PEM file)");
            harmless()
        }
    }
}

fn reads(algorithm: &str, pem: &str) -> bool {
    if algorithm == "RS256" { DecodingKey::from_rsa_pem(pem.as_bytes()).is_ok() } else { DecodingKey::from_ec_pem(pem.as_bytes()).is_ok() }
}

/// A token's issuer, and a widget's key, lead to one tenant: two tenants may not share them.
pub(super) fn unique(tenants: &BTreeMap<TenantId, Tenant>, checker: &mut Checker<'_>) {
    let mut issuers = BTreeMap::new();
    let mut widgets = BTreeMap::new();
    for (id, tenant) in tenants {
        for (number, issuer) in tenant.issuers.iter().enumerate() {
            if let Some(other) = issuers.insert(issuer.issuer.clone(), id) {
                let number = number.to_string();
                let what = format!("\"{}\" issues for tenant \"{other}\" already", issuer.issuer);
                checker.wrong(&["tenants", id.as_str(), "issuers", &number, "issuer"], what, "the issuer alone tells the tenant: one each");
            }
        }
        for widget in &tenant.widgets {
            if let Some(other) = widgets.insert(widget.clone(), id) {
                let what = format!("\"{widget}\" belongs to tenant \"{other}\" already");
                checker.wrong(&["tenants", id.as_str(), "widgets"], what, "the key alone tells the tenant: one each");
            }
        }
    }
}
