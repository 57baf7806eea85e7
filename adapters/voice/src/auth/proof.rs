//! The answer to a challenge of somebody else's: a trunk's, a registrar's.

use super::digest::{Algorithm, Sum, Values, quoted};
use crate::message::{Method, Name, Response};
use segue_session::Private;

/// As whom we come to somebody.
#[derive(Clone, Debug)]
pub struct Login {
    /// The name they know us by.
    pub user: String,
    /// What we both know.
    pub secret: Private<String>,
}

/// The field with which a request is asked again that was refused with 401 or 407, by the best sum that both know. `None` where none
/// is, or what they ask is more than we can. `ours` is drawn anew for each challenge; `count` rises with each use of it.
#[must_use]
pub fn prove(refusal: &Response, method: Method, uri: &str, login: &Login, ours: &str, count: u32) -> Option<(Name, String)> {
    let (asks, answers) = match refusal.code {
        401 => (Name::WwwAuthenticate, Name::Authorization),
        407 => (Name::ProxyAuthenticate, Name::ProxyAuthorization),
        _ => return None,
    };
    let challenges = refusal.fields.all(&asks).filter_map(Values::parse);
    let known = challenges.filter_map(|values| Algorithm::parse(values.get("algorithm")).map(|algorithm| (algorithm, values)));
    let (algorithm, values) = known.max_by_key(|(algorithm, _)| *algorithm)?;
    let (realm, nonce) = (values.get("realm")?, values.get("nonce")?);
    let count = format!("{count:08x}");
    let counted = match values.get("qop") {
        None => None,
        Some(offered) => Some(offered.split(',').any(|qop| qop.trim() == "auth").then_some((count.as_str(), ours))?),
    };
    let user = login.user.as_str();
    let proof = Sum { algorithm, user, realm, method: method.as_str(), uri, nonce, counted }.proof(login.secret.reveal());
    let mut value = format!(
        "Digest username={}, realm={}, nonce={}, uri={}, response=\"{proof}\", algorithm={}",
        quoted(user),
        quoted(realm),
        quoted(nonce),
        quoted(uri),
        algorithm.as_str()
    );
    if counted.is_some() {
        value.push_str(&format!(", qop=auth, nc={count}, cnonce={}", quoted(ours)));
    }
    if let Some(opaque) = values.get("opaque") {
        value.push_str(&format!(", opaque={}", quoted(opaque)));
    }
    Some((answers, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Fields, Request};
    use bytes::Bytes;

    fn refused(code: u16, challenges: &[&str]) -> Response {
        let request = Request { method: Method::Register, uri: String::new(), fields: Fields::default(), body: Bytes::new() };
        let name = if code == 401 { Name::WwwAuthenticate } else { Name::ProxyAuthenticate };
        challenges.iter().fold(request.answer(code), |answer, challenge| answer.with(name.clone(), *challenge))
    }

    fn proved(code: u16, challenges: &[&str]) -> Option<(Name, String)> {
        let login = Login { user: "bob".to_owned(), secret: Private::new("zanzibar".to_owned()) };
        prove(&refused(code, challenges), Method::Register, "sip:ss2.biloxi.example.com", &login, "mine", 1)
    }

    #[test]
    fn an_old_server_gets_an_old_answer() {
        let challenge = "Digest realm=\"atlanta.example.com\", qop=\"auth\",nonce=\"ea9c8e88df84f1cec4341ae6cbe5a359\", opaque=\"\", stale=FALSE, algorithm=MD5";
        let without =
            "Digest realm=\"atlanta.example.com\", nonce=\"ea9c8e88df84f1cec4341ae6cbe5a359\", opaque=\"\", stale=FALSE, algorithm=MD5";
        let (name, value) = proved(401, &[without]).unwrap();
        assert_eq!(name, Name::Authorization);
        assert!(!value.contains("qop") && value.contains("opaque=\"\""), "{value}");
        let (name, value) = proved(407, &[challenge]).unwrap();
        assert_eq!(name, Name::ProxyAuthorization);
        assert!(value.contains("qop=auth, nc=00000001, cnonce=\"mine\""), "{value}");
    }

    #[test]
    fn the_best_sum_that_both_know_is_taken() {
        let [md5, sha, other] = ["MD5", "SHA-256", "SHA-512-256"]
            .map(|name| format!("Digest realm=\"r\", nonce=\"n\", algorithm={name}, qop=\"auth,auth-int\""));
        assert!(proved(401, &[&other, &md5, &sha]).unwrap().1.contains("algorithm=SHA-256"));
        assert_eq!(proved(401, &[&other]), None);
        assert_eq!(proved(401, &["Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\""]), None);
        assert_eq!(proved(403, &[&md5]), None);
        assert_eq!(proved(401, &["Basic realm=\"r\""]), None);
    }
}
