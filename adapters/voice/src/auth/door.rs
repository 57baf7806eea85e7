//! Who asks? Challenges for those who do not say, and what is wrong with those who do.

use super::digest::{Algorithm, Sum, Values, quoted};
use crate::message::{Name, Request};
use hmac::{Hmac, KeyInit, Mac};
use segue_session::Private;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How long a nonce may be used.
const NONCE: Duration = Duration::from_secs(300);
/// Most nonces in use that are remembered; beyond it, everybody is asked anew.
const USED: usize = 65_536;

/// Why nobody is known to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproved {
    /// They do not say who they are, or to another realm: to be challenged.
    Silent,
    /// They knew the secret, but the nonce is too old, or its count was used: to be challenged with a new one.
    Stale,
    /// The proof is wrong.
    Wrong,
}

/// A realm's door.
pub struct Door {
    realm: String,
    key: [u8; 32],
    used: BTreeMap<(u64, String), u32>,
}

impl Door {
    /// The door of a realm. `key` signs the nonces: drawn, and forgotten with the process.
    #[must_use]
    pub fn new(realm: &str, key: [u8; 32]) -> Self {
        Self { realm: realm.to_owned(), key, used: BTreeMap::new() }
    }

    /// What to ask for, the best first: values of `WWW-Authenticate`, with 401. `now` is the time since the Unix epoch.
    #[must_use]
    pub fn challenges(&self, now: Duration, source: IpAddr, stale: bool) -> Vec<String> {
        let nonce = self.nonce(now.as_secs(), source);
        let stale = if stale { ", stale=true" } else { "" };
        let realm = quoted(&self.realm);
        let one = |algorithm: Algorithm| {
            format!("Digest realm={realm}, nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}", algorithm.as_str())
        };
        vec![one(Algorithm::Sha256), one(Algorithm::Md5)]
    }

    /// Who asks, by the secret that `secret` knows of them.
    ///
    /// # Errors
    ///
    /// What is not proved.
    pub fn check(
        &mut self,
        now: Duration,
        source: IpAddr,
        request: &Request,
        secret: impl FnOnce(&str) -> Option<Private<String>>,
    ) -> Result<String, Unproved> {
        let values = request.fields.all(&Name::Authorization).filter_map(Values::parse);
        let values = values.into_iter().find(|values| values.get("realm") == Some(&self.realm)).ok_or(Unproved::Silent)?;
        let get = |name| values.get(name).ok_or(Unproved::Wrong);
        let (user, nonce, uri, count) = (get("username")?, get("nonce")?, get("uri")?, get("nc")?);
        let algorithm = Algorithm::parse(values.get("algorithm")).ok_or(Unproved::Wrong)?;
        let number = u32::from_str_radix(count, 16).ok().filter(|_| count.len() == 8).ok_or(Unproved::Wrong)?;
        // Whoever forwards may have changed the request's own URI; what was proved must be about the same user and host.
        if get("qop")? != "auth" || !same_target(uri, &request.uri) {
            return Err(Unproved::Wrong);
        }
        let counted = Some((count, get("cnonce")?));
        let sum = Sum { algorithm, user, realm: &self.realm, method: request.method.as_str(), uri, nonce, counted };
        let known = secret(user);
        // Whoever is not known costs as much time as whoever is.
        let proof = sum.proof(known.as_ref().map_or("", |secret| secret.reveal()));
        let same: bool = proof.as_bytes().ct_eq(get("response")?.as_bytes()).into();
        if !same || known.is_none() {
            return Err(Unproved::Wrong);
        }
        self.spend(now, source, nonce, number)?;
        Ok(user.to_owned())
    }

    /// Uses a count of a nonce of ours, once.
    fn spend(&mut self, now: Duration, source: IpAddr, nonce: &str, number: u32) -> Result<(), Unproved> {
        let given = nonce.split_once('-').and_then(|(at, _)| u64::from_str_radix(at, 16).ok()).ok_or(Unproved::Stale)?;
        let ours: bool = self.nonce(given, source).as_bytes().ct_eq(nonce.as_bytes()).into();
        if !ours || given > now.as_secs() || now.as_secs() - given >= NONCE.as_secs() {
            return Err(Unproved::Stale);
        }
        let oldest = now.saturating_sub(NONCE).as_secs();
        self.used = self.used.split_off(&(oldest, String::new()));
        let key = (given, nonce.to_owned());
        let last = self.used.get(&key).copied().unwrap_or_default();
        if number <= last || (last == 0 && self.used.len() >= USED) {
            return Err(Unproved::Stale);
        }
        self.used.insert(key, number);
        Ok(())
    }

    /// When it was given, and our sign that it was, to this source.
    fn nonce(&self, at: u64, source: IpAddr) -> String {
        // A key of any length does.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return String::new() };
        mac.update(&at.to_be_bytes());
        mac.update(source.to_canonical().to_string().as_bytes());
        let sign = mac.finalize().into_bytes();
        let sign: String = sign.iter().take(16).map(|octet| format!("{octet:02x}")).collect();
        format!("{at:x}-{sign}")
    }
}

/// Whether two URIs name the same user at the same host, whatever their parameters.
fn same_target(one: &str, two: &str) -> bool {
    let target = |text: &str| {
        crate::message::Uri::parse(text).ok().map(|uri| (uri.user_unescaped(), format!("{:?}", uri.host).to_ascii_lowercase()))
    };
    one == two || target(one).is_some_and(|of_one| target(two) == Some(of_one))
}

#[cfg(test)]
mod tests {
    use super::super::{Login, prove};
    use super::*;
    use crate::message::{Fields, Method};
    use bytes::Bytes;

    const NOW: Duration = Duration::from_secs(1_800_000_000);

    fn source() -> IpAddr {
        "192.0.2.7".parse().unwrap()
    }

    fn register() -> Request {
        Request { method: Method::Register, uri: "sip:segue.example".to_owned(), fields: Fields::default(), body: Bytes::new() }
    }

    fn secret(user: &str) -> Option<Private<String>> {
        (user == "ada").then(|| Private::new("lovelace".to_owned()))
    }

    /// A request with the answer to the door's challenge, counted so.
    fn answering(door: &Door, now: Duration, which: usize, user: &str, secret: &str, count: u32) -> Request {
        let mut request = register();
        let challenge = door.challenges(now, source(), false).remove(which);
        let refusal = request.answer(401).with(Name::WwwAuthenticate, challenge);
        let login = Login { user: user.to_owned(), secret: Private::new(secret.to_owned()) };
        let (name, value) = prove(&refusal, request.method, &request.uri, &login, "theirs", count).unwrap();
        request.fields.push(name, value);
        request
    }

    #[test]
    fn who_knows_the_secret_is_known_with_either_sum() {
        let mut door = Door::new("a \"realm\"", [7; 32]);
        for (which, later) in [(0, Duration::ZERO), (1, Duration::from_secs(1))] {
            let request = answering(&door, NOW + later, which, "ada", "lovelace", 1);
            assert_eq!(door.check(NOW + Duration::from_secs(2), source(), &request, secret), Ok("ada".to_owned()));
        }
    }

    #[test]
    fn who_says_nothing_is_silent_and_who_lies_is_wrong() {
        let mut door = Door::new("realm", [7; 32]);
        assert_eq!(door.check(NOW, source(), &register(), secret), Err(Unproved::Silent));
        let elsewhere = answering(&Door::new("other", [7; 32]), NOW, 0, "ada", "lovelace", 1);
        assert_eq!(door.check(NOW, source(), &elsewhere, secret), Err(Unproved::Silent));
        for (user, word) in [("ada", "byron"), ("eve", "lovelace"), ("eve", "")] {
            let request = answering(&door, NOW, 0, user, word, 1);
            assert_eq!(door.check(NOW, source(), &request, secret), Err(Unproved::Wrong), "{user}");
        }
        let mut moved = answering(&door, NOW, 0, "ada", "lovelace", 1);
        moved.uri = "sip:elsewhere.example".to_owned();
        assert_eq!(door.check(NOW, source(), &moved, secret), Err(Unproved::Wrong));
    }

    #[test]
    fn a_nonce_is_one_sources_for_a_while_and_each_count_is_used_once() {
        let mut door = Door::new("realm", [7; 32]);
        let request = answering(&door, NOW, 0, "ada", "lovelace", 5);
        assert!(door.check(NOW, source(), &request, secret).is_ok());
        assert_eq!(door.check(NOW, source(), &request, secret), Err(Unproved::Stale));
        let earlier = answering(&door, NOW, 0, "ada", "lovelace", 4);
        assert_eq!(door.check(NOW, source(), &earlier, secret), Err(Unproved::Stale));
        let next = answering(&door, NOW, 0, "ada", "lovelace", 6);
        assert_eq!(door.check(NOW, "192.0.2.8".parse().unwrap(), &next, secret), Err(Unproved::Stale));
        assert_eq!(door.check(NOW + NONCE, source(), &next, secret), Err(Unproved::Stale));
        assert!(door.check(NOW + NONCE - Duration::from_secs(1), source(), &next, secret).is_ok());
        assert!(door.challenges(NOW, source(), true).iter().all(|challenge| challenge.ends_with("stale=true")));
    }
}
