//! Answers for now that must come: numbered, repeated until a `PRACK` names them (RFC 3262).

use crate::message::{Fields, Name, Request, Response, cseq};
use crate::transaction::{PATIENCE, T1};
use std::time::Instant;

/// Our answers for now to one `INVITE`: one under way at a time.
#[derive(Debug)]
pub struct Reliable {
    invite: u32,
    next: u32,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    number: u32,
    answer: Response,
    since: Instant,
    due: Instant,
}

/// What a `PRACK` acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// The answer that waits: 200.
    Ours,
    /// None of ours: 481.
    Nothing,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The answer is to be sent again.
    Repeat(Response),
    /// Nobody acknowledges it: the `INVITE` is to be refused (RFC 3262, section 3).
    Never,
}

impl Reliable {
    /// For the answers to this `INVITE`. Numbers begin with `first`, drawn from 1 to 2^31 - 1. `None` where the caller cannot
    /// acknowledge them.
    #[must_use]
    pub fn to(invite: &Request, first: u32) -> Option<Self> {
        let both = [Name::Supported, Name::Require];
        let knows = both
            .iter()
            .flat_map(|name| invite.fields.all(name))
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim().eq_ignore_ascii_case("100rel"));
        let (invite, _) = cseq(invite.fields.first(&Name::CSeq)?)?;
        knows.then_some(Self { invite, next: first.clamp(1, (1 << 31) - 1), waiting: None })
    }

    /// Numbers an answer for now. The one before must have been acknowledged: else it is given back, to be sent later.
    ///
    /// # Errors
    ///
    /// The answer, while another waits.
    pub fn send(&mut self, now: Instant, answer: Response) -> Result<Response, Box<Response>> {
        if self.waiting.is_some() {
            return Err(Box::new(answer));
        }
        let number = self.next;
        self.next += 1;
        let answer = answer.with(Name::Require, "100rel").with(Name::RSeq, number.to_string());
        self.waiting = Some(Waiting { number, answer: answer.clone(), since: now, due: now + T1 });
        Ok(answer)
    }

    /// A `PRACK` came.
    pub fn acknowledged(&mut self, prack: &Request) -> Acknowledged {
        let named = prack.fields.first(&Name::RAck).and_then(|value| {
            let mut words = value.split_ascii_whitespace();
            let (number, invite, method) = (words.next()?.parse::<u32>().ok()?, words.next()?.parse::<u32>().ok()?, words.next()?);
            (method == "INVITE").then_some((number, invite))
        });
        match (&self.waiting, named) {
            (Some(waiting), Some((number, invite))) if waiting.number == number && self.invite == invite => {
                self.waiting = None;
                Acknowledged::Ours
            }
            _ => Acknowledged::Nothing,
        }
    }

    /// When [`Reliable::tick`] is due next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|waiting| waiting.due)
    }

    /// What is due by now. Pauses double, as those of the `INVITE`'s last answer do.
    pub fn tick(&mut self, now: Instant) -> Option<Heard> {
        let waiting = self.waiting.as_mut().filter(|waiting| waiting.due <= now)?;
        if now.saturating_duration_since(waiting.since) >= PATIENCE {
            self.waiting = None;
            return Some(Heard::Never);
        }
        let pause = (waiting.due - waiting.since + T1).min(PATIENCE);
        waiting.due = (waiting.due + pause).min(waiting.since + PATIENCE);
        Some(Heard::Repeat(waiting.answer.clone()))
    }

    /// Puts into a `PRACK` of ours what it acknowledges. `None` where this answer need not be acknowledged, or one between is
    /// missing: it comes again. `last` is the number that was acknowledged last.
    #[must_use]
    pub fn acknowledge(answer: &Response, last: Option<u32>, prack: &mut Fields) -> Option<u32> {
        let must =
            answer.fields.all(&Name::Require).flat_map(|value| value.split(',')).any(|tag| tag.trim().eq_ignore_ascii_case("100rel"));
        let number: u32 = answer.fields.first(&Name::RSeq).filter(|_| must)?.parse().ok()?;
        if last.is_some_and(|last| last.checked_add(1) != Some(number)) {
            return None;
        }
        let (invite, method) = cseq(answer.fields.first(&Name::CSeq)?)?;
        prack.push(Name::RAck, format!("{number} {invite} {method}"));
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Method;
    use bytes::Bytes;
    use std::time::Duration;

    fn request(method: Method, name: Name, value: &str) -> Request {
        let fields = Fields::default().with(Name::CSeq, format!("7 {method}")).with(name, value);
        Request { method, uri: "sip:b@h".to_owned(), fields, body: Bytes::new() }
    }

    fn ringing() -> (Reliable, Response, Instant) {
        let invite = request(Method::Invite, Name::Supported, "timer, 100rel");
        let mut reliable = Reliable::to(&invite, 41).unwrap();
        let now = Instant::now();
        let sent = reliable.send(now, invite.answer(183)).unwrap();
        (reliable, sent, now)
    }

    #[test]
    fn an_answer_is_numbered_and_waits_for_its_prack() {
        let (mut reliable, sent, now) = ringing();
        assert_eq!((sent.fields.first(&Name::Require), sent.fields.first(&Name::RSeq)), (Some("100rel"), Some("41")));
        let another = request(Method::Invite, Name::Supported, "100rel").answer(180);
        assert!(reliable.send(now, another.clone()).is_err());
        for wrong in ["40 7 INVITE", "41 8 INVITE", "41 7 BYE", "41 7", "x"] {
            assert_eq!(reliable.acknowledged(&request(Method::Prack, Name::RAck, wrong)), Acknowledged::Nothing, "{wrong}");
        }
        assert_eq!(reliable.acknowledged(&request(Method::Prack, Name::RAck, "41  7  INVITE")), Acknowledged::Ours);
        assert_eq!(reliable.acknowledged(&request(Method::Prack, Name::RAck, "41 7 INVITE")), Acknowledged::Nothing);
        assert_eq!(reliable.send(now, another).unwrap().fields.first(&Name::RSeq), Some("42"));
    }

    #[test]
    fn it_is_repeated_with_pauses_that_double_and_given_up() {
        let (mut reliable, sent, begun) = ringing();
        let mut repeats = Vec::new();
        let last = loop {
            let due = reliable.deadline().unwrap();
            assert_eq!(reliable.tick(due - Duration::from_millis(1)), None);
            match reliable.tick(due).unwrap() {
                Heard::Repeat(answer) => assert_eq!(answer, sent),
                Heard::Never => break due,
            }
            repeats.push((due - begun).as_millis());
        };
        assert_eq!(repeats, [500, 1500, 3500, 7500, 15_500, 31_500]);
        assert_eq!(((last - begun), reliable.deadline()), (PATIENCE, None));
    }

    #[test]
    fn ours_are_sent_in_order_and_only_where_they_are_wanted() {
        let (_, answer, _) = ringing();
        let mut prack = Fields::default();
        assert_eq!(Reliable::acknowledge(&answer, None, &mut prack), Some(41));
        assert_eq!(prack.first(&Name::RAck), Some("41 7 INVITE"));
        assert_eq!(Reliable::acknowledge(&answer, Some(40), &mut Fields::default()), Some(41));
        assert_eq!(Reliable::acknowledge(&answer, Some(41), &mut Fields::default()), None);
        assert_eq!(Reliable::acknowledge(&answer, Some(39), &mut Fields::default()), None);
        let usual = request(Method::Invite, Name::Supported, "timer").answer(180);
        assert_eq!(Reliable::acknowledge(&usual, None, &mut Fields::default()), None);
        assert!(Reliable::to(&request(Method::Invite, Name::Supported, "timer"), 1).is_none());
    }
}
