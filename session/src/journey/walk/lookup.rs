//! A question to another system: asked here, answered by [`crate::LookupDone`], a deadline, or never.

use super::{Flow, Walker, step_of, to};
use crate::journey::{
    Awaiting, Moved,
    definition::{Does, Lookup},
    expr::Expr,
};
use crate::{Answer, LookupDone, LookupRequest, Private, Refusal, RequestId, Source, Time, Value};
use segue_router::Span;

/// The most bytes an answer of another system may have, as JSON.
const BODY_LIMIT: usize = 64 * 1024;
/// How much longer than the look-up itself its answer is awaited, so that the asker's own time-out comes first.
const GRACE: Span = Span::seconds(2);

impl Walker<'_> {
    /// Asks; under the same id where it is asked again, so that the other system can tell.
    pub(super) fn ask_system(&mut self, lookup: &Lookup, again: Option<RequestId>) -> Flow {
        let id = again.unwrap_or_else(|| RequestId((self.ids)()));
        let until = self.now.after(Span(lookup.wait_ms));
        let Some(request) = self.question(lookup, id, until) else { return to(&lookup.failed) };
        self.at.awaiting = Some(Awaiting { id, until: until.after(GRACE) });
        self.moved.push(Moved::Lookup(request));
        Flow::Stop
    }

    /// The question that is under way, as it was asked: under its id, and for as long as it was to last.
    pub(crate) fn under_way(&self) -> Option<LookupRequest> {
        let awaiting = self.at.awaiting.as_ref()?;
        let (journey, step) = self.here().ok()?;
        let Does::Lookup(lookup) = &step_of(&journey, &step).ok()?.does else { return None };
        self.question(lookup, awaiting.id, Time(awaiting.until.0.saturating_sub(GRACE.0)))
    }

    fn question(&self, lookup: &Lookup, id: RequestId, until: Time) -> Option<LookupRequest> {
        let scope = self.scope();
        let url = lookup.url.send(&scope, escaped)?;
        let member = |(name, expr): &(String, _)| Some((name.clone(), Expr::json(expr, &scope, true).ok()?));
        let body: Option<serde_json::Map<_, _>> = lookup.send.iter().map(member).collect();
        Some(LookupRequest {
            id,
            method: lookup.method,
            url: Private::new(url),
            body: Private::new(serde_json::Value::Object(body?)),
            until,
            retries: lookup.retries,
        })
    }

    /// What another system answered; nothing happens where it is no longer awaited.
    pub(crate) fn looked_up(&mut self, done: &LookupDone) -> Result<(), Refusal> {
        let awaited = self.at.awaiting.as_ref().is_some_and(|a| a.id == done.id);
        if !awaited {
            return Ok(());
        }
        self.branch(match &done.result {
            Ok(body) if body.reveal().to_string().len() > BODY_LIMIT => Err("too_large"),
            Ok(body) => Ok(body.reveal()),
            Err(name) => Err(name.as_str()),
        })
    }

    /// A deadline may have passed.
    pub(crate) fn expire(&mut self) -> Result<(), Refusal> {
        let due = self.at.awaiting.as_ref().is_some_and(|a| a.until <= self.now);
        if due { self.branch(Err("timeout")) } else { Ok(()) }
    }

    fn branch(&mut self, result: Result<&serde_json::Value, &str>) -> Result<(), Refusal> {
        let (journey, id) = self.here()?;
        let Does::Lookup(lookup) = &step_of(&journey, &id)?.does else {
            self.at.awaiting = None;
            return Ok(());
        };
        let next = match result {
            Ok(body) => {
                self.keep(lookup, body);
                &lookup.next
            }
            Err(name) => {
                self.answers.remove(&lookup.save);
                lookup.errors.get(name).unwrap_or(&lookup.failed)
            }
        };
        // Nobody may be there to prove more: where the way on wants a higher level, the failure's way is taken.
        if self.run_if_known(to(next))? { Ok(()) } else { self.run(to(&lookup.failed)) }
    }

    fn keep(&mut self, lookup: &Lookup, body: &serde_json::Value) {
        let answer = Answer {
            value: Private::new(Value::Json(body.clone())),
            sensitivity: lookup.sensitivity,
            source: Source::Lookup,
            at: self.now,
            level: self.level,
            until: None,
        };
        self.answers.insert(lookup.save.clone(), answer);
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986, so that a value can be no path and no query of its own.
fn escaped(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
