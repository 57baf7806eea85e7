//! Session timers: a call whose other end fell silent ends by itself (RFC 4028).

use crate::message::{Fields, Name, Request, Response};
use std::time::Duration;

/// The interval that we ask for, in seconds.
pub const LONGEST: u32 = 1800;
/// The shortest interval that we take, in seconds: shorter ones cost more than they show.
pub const SHORTEST: u32 = 90;

/// Who says that the call still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// We do.
    Us,
    /// They do.
    Them,
}

/// For how long a call stands without a word, and who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Seconds.
    pub interval: u32,
    /// Who.
    pub refresher: Refresher,
}

/// They want less than [`SHORTEST`]: 422 with `Min-SE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooShort;

/// What an answer of ours has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// What holds.
    pub expiry: Expiry,
    /// The answer's `Session-Expires`.
    pub value: String,
    /// Whether the answer says `Require: timer`: they are to refresh.
    pub require: bool,
}

impl Expiry {
    /// After how long to refresh, where we do it; else after how long without a refresh to hang up.
    #[must_use]
    pub fn due(self) -> Duration {
        let seconds = match self.refresher {
            Refresher::Us => self.interval / 2,
            // Their refresh may be under way for half a minute (section 10).
            Refresher::Them => self.interval.saturating_sub((self.interval / 3).min(32)),
        };
        Duration::from_secs(seconds.into())
    }

    /// What we answer to an `INVITE` or `UPDATE` with.
    ///
    /// # Errors
    ///
    /// [`TooShort`] where they know of timers and want one that is.
    pub fn answer(request: &Request) -> Result<Negotiated, TooShort> {
        let theirs = wanted(&request.fields);
        let knows = tags(&request.fields, &Name::Supported).any(|tag| tag.eq_ignore_ascii_case("timer"));
        let interval = match theirs {
            Some((seconds, _)) if seconds < SHORTEST && knows => return Err(TooShort),
            // A hop wants one of somebody who knows of none: we may not make it longer, but it can be as short as hops take.
            Some((seconds, _)) => seconds.max(least(&request.fields)),
            None => LONGEST.max(least(&request.fields)),
        };
        let refresher = match theirs {
            Some((_, Some(who))) if who.eq_ignore_ascii_case("uas") => Refresher::Us,
            Some(_) if knows => Refresher::Them,
            _ => Refresher::Us,
        };
        let name = if refresher == Refresher::Us { "uas" } else { "uac" };
        let value = format!("{interval};refresher={name}");
        Ok(Negotiated { expiry: Self { interval, refresher }, value, require: refresher == Refresher::Them })
    }

    /// What an answer of theirs to our `INVITE` or `UPDATE` means. `None`: there is no timer.
    #[must_use]
    pub fn answered(response: &Response) -> Option<Self> {
        let (seconds, refresher) = wanted(&response.fields)?;
        let theirs = refresher.is_some_and(|who| who.eq_ignore_ascii_case("uas"));
        Some(Self { interval: seconds.max(SHORTEST), refresher: if theirs { Refresher::Them } else { Refresher::Us } })
    }

    /// The interval to ask for after a 422: what they take at least. `None` where they do not say.
    #[must_use]
    pub fn after_too_short(response: &Response) -> Option<u32> {
        response.fields.first(&Name::MinSe).and_then(seconds)
    }

    /// Puts what we ask for into a request of ours.
    pub fn ask(fields: &mut Fields, interval: u32) {
        fields.push(Name::Supported, "timer");
        fields.push(Name::SessionExpires, interval.to_string());
        if interval > LONGEST {
            fields.push(Name::MinSe, interval.to_string());
        }
    }
}

/// `Session-Expires`, and who is to refresh.
fn wanted(fields: &Fields) -> Option<(u32, Option<&str>)> {
    let value = fields.first(&Name::SessionExpires)?;
    let who =
        value.split(';').skip(1).filter_map(|param| param.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("refresher"));
    Some((seconds(value)?, who.map(|(_, who)| who.trim())))
}

fn least(fields: &Fields) -> u32 {
    fields.first(&Name::MinSe).and_then(seconds).unwrap_or(SHORTEST).max(SHORTEST)
}

fn seconds(value: &str) -> Option<u32> {
    value.split(';').next()?.trim().parse().ok()
}

/// The option tags of all fields of a name.
fn tags<'a>(fields: &'a Fields, name: &'a Name) -> impl Iterator<Item = &'a str> {
    fields.all(name).flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Method;
    use bytes::Bytes;

    fn invite(fields: &[(Name, &str)]) -> Request {
        let fields = fields.iter().fold(Fields::default(), |fields, (name, value)| fields.with(name.clone(), *value));
        Request { method: Method::Invite, uri: "sip:b@h".to_owned(), fields, body: Bytes::new() }
    }

    fn answered(fields: &[(Name, &str)]) -> Result<(String, bool), TooShort> {
        Expiry::answer(&invite(fields)).map(|negotiated| (negotiated.value, negotiated.require))
    }

    #[test]
    fn whoever_knows_of_timers_refreshes_unless_they_say_otherwise() {
        let timer = (Name::Supported, "100rel, timer");
        assert_eq!(answered(std::slice::from_ref(&timer)), Ok(("1800;refresher=uas".to_owned(), false)));
        assert_eq!(answered(&[timer.clone(), (Name::SessionExpires, "600")]), Ok(("600;refresher=uac".to_owned(), true)));
        assert_eq!(answered(&[timer, (Name::SessionExpires, "600;refresher=uas")]), Ok(("600;refresher=uas".to_owned(), false)));
        assert_eq!(answered(&[(Name::SessionExpires, "600")]), Ok(("600;refresher=uas".to_owned(), false)));
        assert_eq!(answered(&[]), Ok(("1800;refresher=uas".to_owned(), false)));
    }

    #[test]
    fn too_short_is_refused_where_that_is_understood() {
        assert_eq!(answered(&[(Name::Supported, "timer"), (Name::SessionExpires, "60")]), Err(TooShort));
        assert_eq!(answered(&[(Name::SessionExpires, "60")]), Ok(("90;refresher=uas".to_owned(), false)));
        assert_eq!(answered(&[(Name::MinSe, "3600")]), Ok(("3600;refresher=uas".to_owned(), false)));
    }

    #[test]
    fn their_answer_says_who_refreshes_and_when_it_is_due() {
        let answer = |value: &str| invite(&[]).answer(200).with(Name::SessionExpires, value);
        let ours = Expiry::answered(&answer("1800;refresher=uac")).unwrap();
        assert_eq!((ours.refresher, ours.due()), (Refresher::Us, Duration::from_secs(900)));
        let theirs = Expiry::answered(&answer("1800 ; refresher = uas")).unwrap();
        assert_eq!((theirs.refresher, theirs.due()), (Refresher::Them, Duration::from_secs(1768)));
        assert_eq!(Expiry::answered(&invite(&[]).answer(200)), None);
        let short = Expiry { interval: 90, refresher: Refresher::Them };
        assert_eq!(short.due(), Duration::from_secs(60));
    }

    #[test]
    fn after_a_422_we_ask_for_what_they_take() {
        let refused = invite(&[]).answer(422).with(Name::MinSe, "3600");
        let mut fields = Fields::default();
        Expiry::ask(&mut fields, Expiry::after_too_short(&refused).unwrap());
        assert_eq!((fields.first(&Name::SessionExpires), fields.first(&Name::MinSe)), (Some("3600"), Some("3600")));
    }
}
