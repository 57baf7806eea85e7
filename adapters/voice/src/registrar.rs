//! Where registered telephones are reached (RFC 3261, section 10). No clock: the time is told.
//!
//! Invariants: a refused registration changes nothing; a binding ends when its time is over, whether somebody looks or not; nobody
//! has more than [`CONTACTS`] of them.
//!
//! What is *not* here: who may register as whom, which is proved before, and calls.

use crate::message::{Address, Name, Request, Response, cseq};
use crate::transport::Flow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

/// Most telephones of one name.
pub const CONTACTS: usize = 10;
/// Most names.
pub const NAMES: usize = 65_536;
/// How long a registration holds that does not say, in seconds; also the longest.
pub const LONGEST: u32 = 3600;
/// The shortest that is taken, in seconds.
pub const SHORTEST: u32 = 60;

/// Where one telephone is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Binding {
    /// The URI that it gave, parameters included.
    pub uri: String,
    /// The way its registration came: through whatever translates addresses between.
    pub flow: Flow,
    /// Until when.
    pub until: Instant,
    call: String,
    number: u32,
}

/// Why a registration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unregistered {
    /// It is not as RFC 3261 wants it: 400.
    Malformed,
    /// It is older than what is there: 500.
    OutOfOrder,
    /// It is too short: 423 with [`SHORTEST`].
    TooShort,
    /// There would be too many: 403.
    TooMany,
}

impl Unregistered {
    /// The answer to the request.
    #[must_use]
    pub fn answer(self, request: &Request) -> Response {
        match self {
            Self::Malformed => request.answer(400),
            Self::OutOfOrder => request.answer(500),
            Self::TooShort => request.answer(423).with(Name::MinExpires, SHORTEST.to_string()),
            Self::TooMany => request.answer(403),
        }
    }
}

/// Who is reached where.
#[derive(Debug, Default)]
pub struct Registrar {
    names: BTreeMap<String, Vec<Binding>>,
}

impl Registrar {
    /// Takes a registration of this name's, and gives the answer: with all that is there now.
    ///
    /// # Errors
    ///
    /// Why it is refused; then nothing has changed.
    pub fn register(&mut self, now: Instant, name: &str, request: &Request, flow: Flow) -> Result<Response, Unregistered> {
        self.expire(now);
        let call = request.fields.first(&Name::CallId).ok_or(Unregistered::Malformed)?;
        let (number, _) = request.fields.first(&Name::CSeq).and_then(cseq).ok_or(Unregistered::Malformed)?;
        let mut bindings = self.names.get(name).cloned().unwrap_or_default();
        let ours = |binding: &Binding| binding.call == call;
        for (uri, seconds) in wanted(request, &bindings)? {
            let former = bindings.iter().position(|binding| binding.uri == uri);
            if former.and_then(|at| bindings.get(at)).is_some_and(|former| ours(former) && number <= former.number) {
                return Err(Unregistered::OutOfOrder);
            }
            if let Some(at) = former {
                bindings.remove(at);
            }
            if seconds > 0 {
                let until = now + Duration::from_secs(seconds.into());
                bindings.push(Binding { uri, flow, until, call: call.to_owned(), number });
            }
        }
        if bindings.len() > CONTACTS || (self.names.len() >= NAMES && !self.names.contains_key(name)) {
            return Err(Unregistered::TooMany);
        }
        let left = |binding: &Binding| binding.until.saturating_duration_since(now).as_secs();
        let contact =
            |answer: Response, binding: &Binding| answer.with(Name::Contact, format!("<{}>;expires={}", binding.uri, left(binding)));
        let answer = bindings.iter().fold(request.answer(200), contact);
        if bindings.is_empty() {
            self.names.remove(name);
        } else {
            self.names.insert(name.to_owned(), bindings);
        }
        Ok(answer)
    }

    /// Where a name is reached now, the newest first.
    #[must_use]
    pub fn reached(&self, now: Instant, name: &str) -> Vec<&Binding> {
        let bindings = self.names.get(name).map(Vec::as_slice).unwrap_or_default();
        bindings.iter().rev().filter(|binding| binding.until > now).collect()
    }

    /// Forgets a way that is gone: the telephones behind it are reached no more until they register again.
    pub fn gone(&mut self, flow: Flow) {
        self.keep(|binding| binding.flow != flow);
    }

    /// Forgets what is over.
    pub fn expire(&mut self, now: Instant) {
        self.keep(|binding| binding.until > now);
    }

    fn keep(&mut self, kept: impl Fn(&Binding) -> bool) {
        self.names.retain(|_, bindings| {
            bindings.retain(&kept);
            !bindings.is_empty()
        });
    }
}

/// Which URIs are to be reached for how many seconds; none to be forgotten.
fn wanted(request: &Request, bindings: &[Binding]) -> Result<Vec<(String, u32)>, Unregistered> {
    let values: Vec<&str> = request.fields.all(&Name::Contact).collect();
    // A time that is no number is the usual one (RFC 3261, section 10.2.1.1).
    let seconds = |value: &str| value.parse::<u32>().unwrap_or(LONGEST);
    let usual = request.fields.first(&Name::Expires).map_or(LONGEST, seconds);
    if values.contains(&"*") {
        let all = || bindings.iter().map(|binding| (binding.uri.clone(), 0)).collect();
        return if values.len() == 1 && request.fields.first(&Name::Expires) == Some("0") {
            Ok(all())
        } else {
            Err(Unregistered::Malformed)
        };
    }
    let mut wanted = Vec::new();
    for value in values {
        for contact in Address::list(value).ok_or(Unregistered::Malformed)? {
            let seconds = contact.params.value("expires").map_or(usual, seconds);
            if (1..SHORTEST).contains(&seconds) {
                return Err(Unregistered::TooShort);
            }
            wanted.push((contact.uri.to_owned(), seconds.min(LONGEST)));
        }
    }
    Ok(wanted)
}

/// Not where: that is somebody's home.
impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binding").field("transport", &self.flow.transport).field("until", &self.until).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Fields, Method};
    use crate::transport::Transport;
    use bytes::Bytes;

    fn flow(socket: u64) -> Flow {
        Flow { transport: Transport::Tcp, socket, peer: "192.0.2.7:5060".parse().unwrap() }
    }

    fn register(number: u32, fields: &[(Name, &str)]) -> Request {
        let first = Fields::default().with(Name::CallId, "phone").with(Name::CSeq, format!("{number} REGISTER"));
        let fields = fields.iter().fold(first, |all, (name, value)| all.with(name.clone(), *value));
        Request { method: Method::Register, uri: "sip:h".to_owned(), fields, body: Bytes::new() }
    }

    /// What is registered after a request, or why not.
    fn after(registrar: &mut Registrar, now: Instant, number: u32, fields: &[(Name, &str)]) -> Result<Vec<String>, u16> {
        let request = register(number, fields);
        let answer = registrar.register(now, "ada", &request, flow(1)).map_err(|why| why.answer(&request).code)?;
        Ok(answer.fields.all(&Name::Contact).map(str::to_owned).collect())
    }

    #[test]
    fn a_telephone_is_reached_until_its_time_is_over() {
        let (mut registrar, now) = (Registrar::default(), Instant::now());
        let contact = (Name::Contact, "<sip:ada@desk;ob>;expires=100, sip:ada@home");
        assert_eq!(
            after(&mut registrar, now, 1, &[contact]),
            Ok(vec!["<sip:ada@desk;ob>;expires=100".to_owned(), "<sip:ada@home>;expires=3600".to_owned()])
        );
        let uris = |registrar: &Registrar, now| registrar.reached(now, "ada").iter().map(|binding| binding.uri.clone()).collect::<Vec<_>>();
        assert_eq!(uris(&registrar, now), ["sip:ada@home", "sip:ada@desk;ob"]);
        assert_eq!(uris(&registrar, now + Duration::from_secs(100)), ["sip:ada@home"]);
        assert_eq!(after(&mut registrar, now + Duration::from_secs(100), 2, &[]), Ok(vec!["<sip:ada@home>;expires=3500".to_owned()]));
        registrar.expire(now + Duration::from_secs(3600));
        assert!(registrar.names.is_empty());
    }

    #[test]
    fn it_comes_again_goes_and_all_go() {
        let (mut registrar, now) = (Registrar::default(), Instant::now());
        let one = (Name::Contact, "<sip:ada@desk>");
        assert!(after(&mut registrar, now, 1, std::slice::from_ref(&one)).is_ok());
        assert_eq!(after(&mut registrar, now, 1, std::slice::from_ref(&one)), Err(500));
        assert_eq!(
            after(&mut registrar, now, 2, &[one.clone(), (Name::Expires, "120")]),
            Ok(vec!["<sip:ada@desk>;expires=120".to_owned()])
        );
        assert_eq!(after(&mut registrar, now, 3, &[one.clone(), (Name::Expires, "0")]), Ok(vec![]));
        assert!(after(&mut registrar, now, 4, std::slice::from_ref(&one)).is_ok());
        assert_eq!(after(&mut registrar, now, 5, &[(Name::Contact, "*"), (Name::Expires, "0")]), Ok(vec![]));
        assert!(registrar.names.is_empty());
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let (mut registrar, now) = (Registrar::default(), Instant::now());
        assert!(after(&mut registrar, now, 1, &[(Name::Contact, "<sip:ada@desk>")]).is_ok());
        let many = (0..CONTACTS).map(|n| format!("<sip:ada@phone{n}>")).collect::<Vec<_>>().join(", ");
        let refused: [(&[(Name, &str)], u16); 5] = [
            (&[(Name::Contact, "*")], 400),
            (&[(Name::Contact, "*"), (Name::Expires, "10")], 400),
            (&[(Name::Contact, "*"), (Name::Contact, "<sip:ada@desk>"), (Name::Expires, "0")], 400),
            (&[(Name::Contact, "<sip:ada@home>, <sip:ada@desk>;expires=59")], 423),
            (&[(Name::Contact, &many)], 403),
        ];
        for (fields, code) in refused {
            assert_eq!(after(&mut registrar, now, 2, fields), Err(code));
            assert_eq!(registrar.reached(now, "ada").len(), 1);
        }
        assert_eq!(registrar.reached(now, "bo").len(), 0);
    }

    #[test]
    fn a_way_that_is_gone_reaches_nobody() {
        let (mut registrar, now) = (Registrar::default(), Instant::now());
        assert!(after(&mut registrar, now, 1, &[(Name::Contact, "<sip:ada@desk>")]).is_ok());
        registrar.gone(flow(2));
        assert_eq!(registrar.reached(now, "ada").len(), 1);
        registrar.gone(flow(1));
        assert_eq!(registrar.reached(now, "ada").len(), 0);
    }
}
