//! From verified claims to a principal. Nothing here looks at a signature.

use crate::config::plan::Issuer;
use segue_session::{
    AgentName, AssuranceLevel, CustomerClaims, CustomerId, Language, Party, PersonaId, Principal, Private, Proof, Reason, Refusal, Role,
    TenantId, Time,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a token says (RFC 7519; OpenID Connect Core 1.0; our own begin with `segue_`).
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    /// NumericDate: seconds, a fraction allowed.
    pub(super) exp: f64,
    pub(super) nbf: Option<f64>,
    pub(super) iat: Option<f64>,
    auth_time: Option<f64>,
    #[serde(default)]
    amr: Vec<String>,
    acr: Option<String>,
    locale: Option<String>,
    segue_role: Option<String>,
    segue_persona: Option<String>,
    segue_device: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Seconds of a NumericDate as our time; what is not a time is the beginning of time.
pub(super) fn moment(seconds: f64) -> Time {
    // A cast from float saturates, and is 0 for what is not a number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    Time((seconds * 1000.0) as u64)
}

fn denied(message: &str) -> Refusal {
    Refusal::new(Reason::PermissionDenied, message)
}

/// Who the claims speak of, within what their issuer may say.
pub(super) fn principal(claims: Claims, tenant: &TenantId, issuer: &Issuer, now: Time) -> Result<Principal, Refusal> {
    let expires = moment(claims.exp);
    let role = role(claims.segue_role.as_deref()).ok_or_else(|| denied("the token claims a role that does not exist"))?;
    if !issuer.roles.contains(&role) {
        return Err(denied("the token's issuer may not give this role"));
    }
    let subject = Private::new(claims.sub.clone());
    let unusable = || Refusal::new(Reason::Unauthenticated, "the token's subject cannot be used as a name");
    let party = match role {
        Role::App => {
            let customer = CustomerId::parse(&claims.sub).ok_or_else(unusable)?;
            Party::Customer(customer_claims(claims, customer, issuer, now))
        }
        Role::Agent => Party::Agent(AgentName::parse(&claims.sub).ok_or_else(unusable)?),
        Role::Supervisor => Party::Supervisor(AgentName::parse(&claims.sub).ok_or_else(unusable)?),
        Role::Admin => Party::Admin,
        Role::Service => Party::Service,
    };
    Ok(Principal { tenant: tenant.clone(), subject, party, expires })
}

/// A token that names no role is a customer's: identity providers know nothing of ours.
fn role(claimed: Option<&str>) -> Option<Role> {
    match claimed {
        None | Some("app") => Some(Role::App),
        Some("agent") => Some(Role::Agent),
        Some("supervisor") => Some(Role::Supervisor),
        Some("admin") => Some(Role::Admin),
        Some("service") => Some(Role::Service),
        Some(_) => None,
    }
}

fn customer_claims(claims: Claims, customer: CustomerId, issuer: &Issuer, now: Time) -> CustomerClaims {
    let proof = Proof {
        method: if claims.amr.is_empty() { "sign_in".to_owned() } else { claims.amr.join("+") },
        level: level(&claims.amr, claims.acr.as_deref()),
        issuer: issuer.issuer.clone(),
        at: claims.auth_time.or(claims.iat).map_or(now, moment).min(now),
        until: moment(claims.exp),
    };
    let listed = |(name, value): (String, Value)| issuer.attributes.contains(&name).then(|| (name, Private::new(value)));
    let language = claims.locale.as_deref().and_then(Language::parse);
    let mut attributes: std::collections::BTreeMap<_, _> = claims.rest.into_iter().filter_map(listed).collect();
    if let Some(locale) = claims.locale.filter(|_| issuer.attributes.contains("locale")) {
        attributes.insert("locale".to_owned(), Private::new(Value::from(locale)));
    }
    CustomerClaims {
        customer: Some(customer),
        persona: claims.segue_persona.as_deref().and_then(PersonaId::parse),
        device: claims.segue_device,
        proofs: vec![proof],
        language,
        attributes,
    }
}

/// What a sign-in is worth: what the issuer says (`acr`), else by the kinds of factors used (`amr`, RFC 8176).
fn level(amr: &[String], acr: Option<&str>) -> AssuranceLevel {
    let said = acr.map(str::to_lowercase);
    match said.as_deref().map(|acr| acr.rsplit(['/', ':', '-']).next().unwrap_or(acr)) {
        // OpenID Connect Core 1.0, 2: "0" is a long-lived cookie, which proves little.
        Some("0" | "low" | "aal1" | "loa1") => return AssuranceLevel::Low,
        Some("substantial" | "loa2") => return AssuranceLevel::Substantial,
        Some("high" | "aal2" | "aal3" | "loa3" | "loa4") => return AssuranceLevel::High,
        _ => {}
    }
    let uses = |kinds: &[&str]| amr.iter().any(|method| kinds.contains(&method.as_str()));
    let knows = uses(&["pwd", "pin", "kba"]);
    let has = uses(&["otp", "sms", "tel", "hwk", "swk", "sc", "pop"]);
    let is = uses(&["fpt", "face", "iris", "retina", "vbm"]);
    if uses(&["mfa"]) || [knows, has, is].into_iter().filter(|used| *used).count() > 1 {
        AssuranceLevel::High
    } else {
        AssuranceLevel::Substantial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_acr_then_factors() {
        let of = |amr: &[&str], acr| level(&amr.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>(), acr);
        assert_eq!(of(&[], None), AssuranceLevel::Substantial);
        assert_eq!(of(&["pwd"], None), AssuranceLevel::Substantial);
        assert_eq!(of(&["pwd", "pin"], None), AssuranceLevel::Substantial, "two of one kind are one factor");
        assert_eq!(of(&["pwd", "otp"], None), AssuranceLevel::High);
        assert_eq!(of(&["mfa"], None), AssuranceLevel::High);
        assert_eq!(of(&["mfa"], Some("http://eidas.europa.eu/LoA/low")), AssuranceLevel::Low, "the issuer's own word wins");
        assert_eq!(of(&[], Some("urn:example:AAL2")), AssuranceLevel::High);
        assert_eq!(of(&[], Some("0")), AssuranceLevel::Low);
    }

    #[test]
    fn moments_saturate() {
        assert_eq!(moment(1.5), Time(1500));
        assert_eq!(moment(-1.0), Time(0));
        assert_eq!(moment(f64::NAN), Time(0));
        assert_eq!(moment(f64::INFINITY), Time(u64::MAX));
    }
}
