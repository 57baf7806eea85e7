//! Whole walks, told as transcripts. One harness: a [`Story`] is a session's part of a journey, and writes down what happens.

mod demo;
mod faults;
mod properties;
mod versions;
mod walks;

use super::render::{Chat, Rendering};
use super::*;
use crate::{Answers, AssuranceLevel, LegId, LookupDone, Private, Refusal, RequestId, Source, Time};
use segue_router::Span;
use std::fmt::Write;
use uuid::Uuid;

/// Sunday, 22 November 2026, 09:00 UTC.
pub(crate) const START: Time = Time(1_795_338_000_000);

pub(crate) fn library(texts: &[(&str, &str)]) -> Library {
    let journeys = texts.iter().map(|(path, text)| compile(path, text).unwrap_or_else(|f| panic!("{}", list(&f))).0);
    Library::new(journeys.collect::<Vec<_>>()).region("CH")
}

pub(crate) fn demo() -> Library {
    library(&[
        ("fault.yaml", include_str!("../../../../examples/demo/journeys/fault.yaml")),
        ("billing.yaml", include_str!("../../../../examples/demo/journeys/billing.yaml")),
        ("main.yaml", include_str!("../../../../examples/demo/journeys/main.yaml")),
    ])
}

pub(crate) fn list(faults: &[Fault]) -> String {
    faults.iter().map(|f| format!("{f}\n")).collect()
}

pub(crate) struct Story {
    pub(crate) library: Library,
    pub(crate) at: Position,
    pub(crate) answers: Answers,
    pub(crate) customer: Attributes,
    pub(crate) claimed: Attributes,
    pub(crate) language: Language,
    pub(crate) level: AssuranceLevel,
    pub(crate) now: Time,
    pub(crate) last_request: Option<RequestId>,
    pub(crate) told: String,
    ids: u128,
}

impl Story {
    pub(crate) fn new(library: Library, language: &str) -> Self {
        Self {
            library,
            at: Position::default(),
            answers: Answers::new(),
            customer: Attributes::new(),
            claimed: Attributes::new(),
            language: language.into(),
            level: AssuranceLevel::None,
            now: START,
            last_request: None,
            told: String::new(),
            ids: 0,
        }
    }

    /// A journey of one file, from its start.
    pub(crate) fn of(text: &str) -> Self {
        let journey = compile("test", text).unwrap_or_else(|f| panic!("{}", list(&f))).0;
        let name = journey.name().clone();
        let mut story = Self::new(Library::new([journey]), "en");
        story.start(name.as_str());
        story
    }

    pub(crate) fn signed_in(mut self, attributes: &[(&str, &str)]) -> Self {
        self.level = AssuranceLevel::Substantial;
        self.customer = attributes.iter().map(|(k, v)| ((*k).to_owned(), Private::new(serde_json::json!(v)))).collect();
        self
    }

    fn go(&mut self, said: &str, go: impl FnOnce(&Library, &mut Position, &mut Walk<'_>) -> Result<Vec<Moved>, Refusal>) -> &mut Self {
        writeln!(self.told, "> {said}").unwrap();
        let before = (self.at.clone(), self.answers.clone());
        let mut next = || {
            self.ids += 1;
            Uuid::from_u128(self.ids)
        };
        let mut walk = Walk {
            now: self.now,
            language: &self.language,
            answers: &mut self.answers,
            customer: &self.customer,
            claimed: &self.claimed,
            level: self.level,
            source: Source::Leg(LegId(Uuid::from_u128(7)), Channel::Chat),
            ids: &mut next,
        };
        match go(&self.library, &mut self.at, &mut walk) {
            Ok(moved) => moved.iter().for_each(|m| self.tell(m)),
            Err(refusal) => {
                assert_eq!(before, (self.at.clone(), self.answers.clone()), "a refusal changed something");
                let about: Vec<String> = refusal.about.iter().map(|(k, v)| format!("{k}={v}")).collect();
                writeln!(self.told, "  refused {}: {refusal} ({})", refusal.reason.name(), about.join(", ")).unwrap();
            }
        }
        self.show();
        self.now = self.now.after(Span::seconds(1));
        self
    }

    fn tell(&mut self, moved: &Moved) {
        let line = match moved {
            Moved::Address(..) => return,
            Moved::Answered(field) => format!("{field} = {}", self.shown(field)),
            Moved::Reached(_, step) => format!("at {step}"),
            Moved::Misfit(misfit) => format!("misfit {}", misfit.field.as_ref().map_or("-", |f| f.as_str())),
            Moved::Lookup(request) => {
                self.last_request = Some(request.id);
                let (url, body) = (request.url.reveal(), request.body.reveal());
                format!("{} {url} {body} within {} ms, {} retries", request.method, request.until.since(self.now).0, request.retries)
            }
            Moved::Route(wish) => {
                let callback = wish.callback.as_ref().map_or_else(|| "no".into(), |n| n.reveal().clone());
                let RouteWish { queue, needs, priority, priority_why, .. } = wish;
                format!("route to {queue}, needs [{needs}], priority {priority} ({priority_why}), call back: {callback}")
            }
            Moved::Suspend { notice } => format!("suspend: {notice}"),
            Moved::Ended { outcome } => format!("ended: {outcome}"),
        };
        writeln!(self.told, "  · {line}").unwrap();
    }

    pub(crate) fn shown(&self, field: &FieldId) -> String {
        let (Some(frame), Some(answer)) = (self.at.frames.last(), self.answers.get(field)) else { return "nothing".into() };
        let version = &frame.version;
        self.library.answer_in_words(&frame.journey, version, field, answer, &self.language).into_inner()
    }

    pub(crate) fn prompt(&self) -> Option<Prompt> {
        self.library.prompt(&self.at, &self.answers, &self.customer, &self.claimed, &self.language)
    }

    /// The field that is asked, and nothing else of the prompt.
    pub(crate) fn asked(&self) -> Option<FieldId> {
        match self.prompt()? {
            Prompt::Form { current, .. } => current,
            _ => None,
        }
    }

    fn show(&mut self) {
        let Some(prompt) = self.prompt() else { return };
        let bubble = Chat { buttons: false }.render(&prompt, &self.language);
        for line in bubble.text.lines() {
            writeln!(self.told, "    {line}").unwrap();
        }
    }

    pub(crate) fn start(&mut self, journey: &str) -> &mut Self {
        let journey = JourneyName::new(journey);
        self.go(&format!("start {journey}"), |library, at, walk| {
            let (started, moved) = library.start(&journey, walk)?;
            *at = started;
            Ok(moved)
        })
    }

    pub(crate) fn input(&mut self, said: &str, input: Input) -> &mut Self {
        self.go(said, |library, at, walk| library.step(at, input, walk))
    }

    pub(crate) fn types(&mut self, text: &str) -> &mut Self {
        self.input(&format!("types \"{text}\""), Input::Typed(text.to_owned().into()))
    }

    pub(crate) fn chooses(&mut self, id: &str) -> &mut Self {
        self.input(&format!("chooses {id}"), Input::Choose(id.into()))
    }

    pub(crate) fn fills(&mut self, field: &str, text: &str) -> &mut Self {
        self.input(&format!("fills {field} with \"{text}\""), Input::Fill(field.into(), text.to_owned().into()))
    }

    pub(crate) fn fills_all(&mut self, given: &[(&str, &str)]) -> &mut Self {
        let all = given.iter().map(|(f, t)| (FieldId::new(f), Private::new((*t).to_owned()))).collect();
        self.input(&format!("fills {given:?}"), Input::FillAll(all))
    }

    pub(crate) fn goes_on(&mut self) -> &mut Self {
        self.input("goes on", Input::Continue)
    }

    pub(crate) fn goes_back(&mut self) -> &mut Self {
        self.input("goes back", Input::Back)
    }

    pub(crate) fn begins_again(&mut self) -> &mut Self {
        self.input("begins again", Input::Restart)
    }

    pub(crate) fn looked_up(&mut self, result: Result<serde_json::Value, &str>) -> &mut Self {
        let said = match &result {
            Ok(body) => format!("the other system says {body}"),
            Err(name) => format!("the other system fails: {name}"),
        };
        let id = self.last_request.unwrap_or(RequestId(Uuid::nil()));
        let done = LookupDone { id, result: result.map(Private::new).map_err(str::to_owned) };
        self.go(&said, |library, at, walk| library.looked_up(at, &done, walk))
    }

    pub(crate) fn later(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.after(Span::seconds(seconds));
        self.go(&format!("{seconds} s later"), |library, at, walk| library.expire(at, walk))
    }

    pub(crate) fn resumes(&mut self) -> &mut Self {
        self.go("resumes", |library, at, walk| library.resume(at, walk))
    }

    pub(crate) fn pushes(&mut self, journey: &str) -> &mut Self {
        let name = JourneyName::new(journey);
        self.go(&format!("an agent pushes {journey}"), |library, at, walk| library.push(at, &name, walk))
    }

    pub(crate) fn agent_fills(&mut self, field: &str, text: &str) -> &mut Self {
        let text_of = Private::new(text.to_owned());
        self.go(&format!("an agent fills {field} with \"{text}\""), |library, at, walk| {
            walk.source = Source::Agent("ada".into());
            library.fill(at, &field.into(), &text_of, walk)
        })
    }
}
