use super::{EC, NOW, RSA, RSA_PUBLIC, SECRET, claims, gate};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use segue_adapter_kit::Doors as _;
use segue_session::{AssuranceLevel, Party, Private, Refusal};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn sign(header: &Header, claims: &Value, key: &EncodingKey) -> Private<String> {
    Private::new(jsonwebtoken::encode(header, claims, key).unwrap())
}

fn hs(claims: &Value) -> Private<String> {
    sign(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET.as_bytes()))
}

fn rs(claims: &Value) -> Private<String> {
    sign(&Header::new(Algorithm::RS256), claims, &EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap())
}

fn es(claims: &Value) -> Private<String> {
    sign(&Header::new(Algorithm::ES256), claims, &EncodingKey::from_ec_pem(EC.as_bytes()).unwrap())
}

/// A token with this header, signed by nobody.
fn unsigned(header: &Value, claims: &Value, signature: &str) -> Private<String> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    Private::new(format!("{}.{}.{signature}", part(header), part(claims)))
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[tokio::test]
async fn tokens_of_each_algorithm_are_admitted_to_their_own_tenant() {
    let (gate, _) = gate();
    for (token, tenant) in [
        (hs(&claims("https://hs.acme")), "acme"),
        (rs(&claims("https://rs.acme")), "acme"),
        (es(&claims("https://es.umbrella")), "umbrella"),
    ] {
        let who = gate.admit(&token).await.unwrap();
        assert_eq!(who.tenant.as_str(), tenant);
        assert_eq!(who.expires.0, (NOW + 3600) * 1000);
    }
}

#[tokio::test]
async fn a_tenant_in_the_token_changes_nothing() {
    let (gate, _) = gate();
    let claims = with(with(claims("https://hs.acme"), "tenant", json!("umbrella")), "segue_tenant", json!("umbrella"));
    assert_eq!(gate.admit(&hs(&claims)).await.unwrap().tenant.as_str(), "acme");
}

#[tokio::test]
async fn a_customer_is_what_the_claims_say_and_the_config_lists() {
    let (gate, _) = gate();
    let mut claims = claims("https://hs.acme");
    for (name, value) in [
        ("amr", json!(["pwd", "otp"])),
        ("auth_time", json!(NOW - 60)),
        ("locale", json!("fr")),
        ("segue_persona", json!("household-7")),
        ("segue_device", json!("phone-1")),
        ("name", json!("Nora Berg")),
        ("tier", json!("gold")),
        ("salary", json!(1)),
    ] {
        claims[name] = value;
    }
    let Party::Customer(customer) = gate.admit(&hs(&claims)).await.unwrap().party else { panic!("no customer") };
    assert_eq!(customer.customer.unwrap().as_str(), "nora");
    assert_eq!(customer.persona.unwrap().as_str(), "household-7");
    assert_eq!(customer.device.as_deref(), Some("phone-1"));
    assert_eq!(customer.language.unwrap().as_str(), "fr");
    assert_eq!(customer.attributes.keys().collect::<Vec<_>>(), ["name", "tier"], "what is not listed stays out");
    let [proof] = customer.proofs.as_slice() else { panic!("one proof") };
    assert_eq!((proof.method.as_str(), proof.level, proof.at.0), ("pwd+otp", AssuranceLevel::High, (NOW - 60) * 1000));
}

#[tokio::test]
async fn roles_are_bounded_by_the_issuer() {
    let (gate, _) = gate();
    let as_role = |issuer: &str, subject: &str, role: &str| with(with(claims(issuer), "sub", json!(subject)), "segue_role", json!(role));
    let told = |refusal: Refusal| format!("{}: {}", refusal.reason.name(), refusal.message);
    assert!(
        matches!(gate.admit(&hs(&as_role("https://hs.acme", "ada", "agent"))).await.unwrap().party, Party::Agent(agent) if agent.as_str() == "ada")
    );
    assert!(matches!(gate.admit(&rs(&as_role("https://rs.acme", "sam", "supervisor"))).await.unwrap().party, Party::Supervisor(_)));
    assert_eq!(gate.admit(&rs(&as_role("https://rs.acme", "root", "admin"))).await.unwrap().party, Party::Admin);
    let mut refused = Vec::new();
    for token in [
        hs(&as_role("https://hs.acme", "root", "admin")),
        hs(&as_role("https://hs.acme", "mallory", "agent")),
        hs(&as_role("https://hs.acme", "root", "root")),
        es(&as_role("https://es.umbrella", "ada", "agent")),
        hs(&as_role("https://hs.acme", "two words", "app")),
        hs(&as_role("https://hs.acme", "", "app")),
    ] {
        refused.push(told(gate.admit(&token).await.unwrap_err()));
    }
    insta::assert_snapshot!(refused.join("\n"));
}

#[tokio::test]
async fn what_does_not_hold_is_refused_and_says_why() {
    let (gate, _) = gate();
    let good = || claims("https://hs.acme");
    let rs_claims = || claims("https://rs.acme");
    let tampered = {
        let token = hs(&good()).into_inner();
        let (head, rest) = token.split_once('.').unwrap();
        let signature = rest.rsplit_once('.').unwrap().1;
        let forged = URL_SAFE_NO_PAD.encode(with(good(), "sub", json!("somebody-else")).to_string());
        Private::new(format!("{head}.{forged}.{signature}"))
    };
    let crit = Header { kid: None, ..Header::new(Algorithm::HS256) };
    let mut crit = serde_json::to_value(crit).unwrap();
    crit["crit"] = json!(["exp"]);
    let cases = [
        ("not a token", Private::new("hello".to_owned())),
        ("nothing", Private::new(String::new())),
        ("too long", Private::new("a".repeat(9_000))),
        ("two parts", Private::new("e30.e30".to_owned())),
        ("four parts", Private::new("e30.e30.e30.e30".to_owned())),
        ("no signature", unsigned(&json!({ "alg": "HS256" }), &good(), "")),
        ("alg none", unsigned(&json!({ "alg": "none" }), &good(), "")),
        ("alg None", unsigned(&json!({ "alg": "None" }), &good(), "")),
        ("tampered claims", tampered),
        ("another key", sign(&Header::new(Algorithm::HS256), &good(), &EncodingKey::from_secret(b"some other key of thirty-two bytes"))),
        // The public key is no secret: signing HS256 with it must not pass for RS256.
        ("public key as a secret", sign(&Header::new(Algorithm::HS256), &rs_claims(), &EncodingKey::from_secret(RSA_PUBLIC.as_bytes()))),
        ("RS256 at an HS256 issuer", rs(&good())),
        ("ES256 at an RS256 issuer", es(&rs_claims())),
        ("HS512 at an HS256 issuer", sign(&Header::new(Algorithm::HS512), &good(), &EncodingKey::from_secret(SECRET.as_bytes()))),
        ("critical header", unsigned(&crit, &good(), "c2ln")),
        (
            "another type",
            sign(
                &Header { typ: Some("logout+jwt".into()), ..Header::new(Algorithm::HS256) },
                &good(),
                &EncodingKey::from_secret(SECRET.as_bytes()),
            ),
        ),
        ("unknown issuer", hs(&with(good(), "iss", json!("https://evil.example")))),
        ("another's audience", hs(&with(good(), "aud", json!("billing")))),
        ("no audience", hs(&without(good(), "aud"))),
        ("no subject", hs(&without(good(), "sub"))),
        ("no end", hs(&without(good(), "exp"))),
        ("an end that is no number", hs(&with(good(), "exp", json!("tomorrow")))),
        ("ended", hs(&with(good(), "exp", json!(NOW - 6)))),
        ("not begun", hs(&with(good(), "nbf", json!(NOW + 6)))),
        ("made in the future", hs(&with(good(), "iat", json!(NOW + 60)))),
    ];
    let mut told = String::new();
    for (case, token) in cases {
        let refusal = gate.admit(&token).await.expect_err(case);
        told += &format!("{case:<26} {}: {}\n", refusal.reason.name(), refusal.message);
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn clocks_may_differ_a_little_and_tokens_end() {
    let (gate, seconds) = gate();
    let token = hs(&with(claims("https://hs.acme"), "nbf", json!(NOW + 4)));
    assert!(gate.admit(&token).await.is_ok());
    seconds.store(NOW + 3604, Ordering::Relaxed);
    assert!(gate.admit(&token).await.is_ok());
    seconds.store(NOW + 3605, Ordering::Relaxed);
    assert!(gate.admit(&token).await.is_err());
}

#[tokio::test]
async fn several_audiences_are_fine_when_ours_is_among_them() {
    let (gate, _) = gate();
    let token = hs(&with(claims("https://hs.acme"), "aud", json!(["billing", "segue"])));
    assert!(gate.admit(&token).await.is_ok());
}
