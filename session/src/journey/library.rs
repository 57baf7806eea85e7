//! All journeys of one tenant, in all versions that a live session may stand on.
//!
//! What is *not* here: files, stores, and the walk itself.

use super::definition::Does;
use super::walk::{Walked, Walker};
use super::{Carried, Input, Journey, JourneyVersion, Moved, Position, Prompt, Walk, compile, prompt, words};
use crate::{Answers, FieldId, JourneyName, Language, LookupDone, Private, QueueName, Refusal, StepId, Time};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

/// Attributes of the customer or of the contact: `customer.…` and `claimed.…` in expressions.
pub type Attributes = BTreeMap<String, Private<serde_json::Value>>;

/// One tenant's journeys.
#[derive(Clone, Debug)]
pub struct Library {
    current: BTreeMap<JourneyName, JourneyVersion>,
    versions: BTreeMap<JourneyName, BTreeMap<JourneyVersion, Journey>>,
    region: Option<String>,
    zone: TimeZone,
}

impl Default for Library {
    fn default() -> Self {
        Self { current: BTreeMap::new(), versions: BTreeMap::new(), region: None, zone: TimeZone::UTC }
    }
}

impl Library {
    /// The journeys that are published now, one version each; the last of a name wins.
    pub fn new(journeys: impl IntoIterator<Item = Journey>) -> Self {
        let mut library = Self::default();
        journeys.into_iter().for_each(|journey| library.set_current(journey));
        library
    }

    pub(crate) fn set_current(&mut self, journey: Journey) {
        self.current.insert(journey.name().clone(), journey.version().clone());
        self.versions.entry(journey.name().clone()).or_default().insert(journey.version().clone(), journey);
    }

    /// Adds older versions from their stored texts, so that sessions pinned to them go on. Texts that no longer compile are left
    /// out; sessions on them are refused by `JourneyUnknown`.
    #[must_use]
    pub fn with<'t>(mut self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        for text in texts {
            if let Ok((journey, _)) = compile("stored", text) {
                // What is published stands: a stored text of the same version may say another `upgrade`.
                let versions = self.versions.entry(journey.name().clone()).or_default();
                versions.entry(journey.version().clone()).or_insert(journey);
            }
        }
        self
    }

    /// Sets the region (ISO 3166 alpha-2) that telephone numbers without a country code belong to, where the customer's language
    /// names none.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        Self { region: Some(region.to_uppercase()), ..self }
    }

    /// Sets the time zone (IANA name) that decides which day is today; UTC where it is not known.
    #[must_use]
    pub fn zone(self, name: &str) -> Self {
        Self { zone: TimeZone::get(name).unwrap_or(TimeZone::UTC), ..self }
    }

    pub(crate) fn default_region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The day it is at a time.
    pub(crate) fn day(&self, time: Time) -> Date {
        let moment = i64::try_from(time.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(moment).date()
    }

    /// The current version of a journey.
    #[must_use]
    pub fn current(&self, journey: &JourneyName) -> Option<&Journey> {
        self.get(journey, self.current.get(journey)?)
    }

    /// A version of a journey.
    #[must_use]
    pub fn get(&self, journey: &JourneyName, version: &JourneyVersion) -> Option<&Journey> {
        self.versions.get(journey)?.get(version)
    }

    /// The names of the journeys that are published now.
    pub fn names(&self) -> impl Iterator<Item = &JourneyName> {
        self.current.keys()
    }

    /// What is wrong between journeys: calls to journeys that are not here, and calls in a circle or too deep.
    #[must_use]
    pub fn faults(&self) -> Vec<super::Fault> {
        super::check::calls(self)
    }

    /// Begins a journey and walks it to the first place where it must stop.
    ///
    /// # Errors
    /// `JourneyUnknown`; `AssuranceTooLow` where its first step wants more (the level is in `about`); `LimitExceeded`.
    pub fn start(&self, journey: &JourneyName, walk: &mut Walk<'_>) -> Result<(Position, Vec<Moved>), Refusal> {
        let mut at = Position::default();
        let moved = self.walk(&mut at, walk, |w| w.start(journey))?;
        Ok((at, moved))
    }

    /// Takes one input. An answer that does not fit is no refusal: it comes back as [`Moved::Misfit`] and is told in the prompt.
    ///
    /// # Errors
    /// `WrongStep` where the input has no place; `InvalidAnswer` for a choice that is not offered; `AssuranceTooLow` where the
    /// next step wants more; `JourneyUnknown`; `LimitExceeded`. Nothing has changed then.
    pub fn step(&self, at: &mut Position, input: Input, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        self.walk(at, walk, |w| w.input(input))
    }

    /// Takes what a look-up returned; nothing happens where the journey no longer awaits it.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn looked_up(&self, at: &mut Position, done: &LookupDone, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        self.walk(at, walk, |w| w.looked_up(done))
    }

    /// The customer came back: carries them to a new version where that says so, applies the steps' resume policies, asks a
    /// look-up that was under way again (under the same id), and passes over what is known by now. Who is not known surely enough for the step stands there all the same, and is shown
    /// its questions without the answers.
    ///
    /// # Errors
    /// `StepNotResumable`, and as [`Self::step`].
    pub fn resume(&self, at: &mut Position, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        let mut carried = at.clone();
        let stands = self.carry(&mut carried);
        let mut moved = self.walk(&mut carried, walk, |w| w.resume())?;
        if let Carried::Moved(steps) = stands {
            moved.splice(0..0, steps.into_iter().map(|(journey, step)| Moved::Reached(journey, step)));
        }
        *at = carried;
        Ok(moved)
    }

    /// The talk that a route step asked for is over: the journey goes on at the step's `next`, where it has one.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn talked(&self, at: &mut Position, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        self.walk(at, walk, |w| w.talked())
    }

    /// A deadline may have passed: an awaited look-up takes its `timeout` branch. Nothing happens before it is due.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn expire(&self, at: &mut Position, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        self.walk(at, walk, |w| w.expire())
    }

    /// Puts a journey above where the customer stands; when it returns or ends they are where they were.
    ///
    /// # Errors
    /// `JourneyUnknown`; `LimitExceeded` where the stack is full; and as [`Self::step`].
    pub fn push(&self, at: &mut Position, journey: &JourneyName, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        self.walk(at, walk, |w| w.push(journey))
    }

    /// Fills in or corrects one field on the customer's behalf; `walk.source` says who does it. The customer is moved on only
    /// where they were being asked this very field.
    ///
    /// # Errors
    /// `NotFound` where no journey on the stack has the field; `InvalidAnswer` where the text does not fit, with the reason.
    pub fn fill(&self, at: &mut Position, field: &FieldId, text: &Private<String>, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        self.walk(at, walk, |w| w.fill(field, text.reveal()))
    }

    /// What the journeys would wish for somebody who asks for a person out of turn; `None` where none of them routes.
    #[must_use]
    pub fn wish_ahead(&self, at: &Position, walk: &mut Walk<'_>) -> Option<super::RouteWish> {
        Walker::new(self, at.clone(), walk).wish_ahead()
    }

    /// The look-up that the journey awaits, to be asked under the same id where nobody asks it any more.
    pub fn under_way(&self, at: &Position, walk: &mut Walk<'_>) -> Option<crate::LookupRequest> {
        Walker::new(self, at.clone(), walk).under_way()
    }

    /// In which queue somebody who asks for a person here would wait; `None` where no journey on the stack routes.
    #[must_use]
    pub fn queue_ahead(&self, at: &Position) -> Option<&QueueName> {
        super::walk::route_ahead(self, at).map(|route| &route.queue)
    }

    /// Runs one walk on copies, and takes them over only when nothing was refused.
    fn walk<'w>(
        &'w self,
        at: &mut Position,
        walk: &'w mut Walk<'_>,
        go: impl FnOnce(&mut Walker<'_>) -> Result<(), Refusal>,
    ) -> Result<Vec<Moved>, Refusal> {
        let mut walker = Walker::new(self, at.clone(), walk);
        go(&mut walker)?;
        let Walked { at: reached, answers, moved } = walker.done();
        *at = reached;
        *walk.answers = answers;
        Ok(moved)
    }

    /// What is asked or said now; `None` where the position's journey or step is not in this library.
    #[must_use]
    pub fn prompt(
        &self,
        at: &Position,
        answers: &Answers,
        customer: &Attributes,
        claimed: &Attributes,
        language: &Language,
    ) -> Option<Prompt> {
        prompt::prompt(self, at, answers, customer, claimed, language)
    }

    /// The language really shown to a customer who wishes for this one, in a version of a journey; see [`Journey::spoken_to`].
    #[must_use]
    pub fn spoken_to(&self, journey: Option<&Journey>, wish: &Language) -> Language {
        journey.map_or_else(|| words::canonical(wish.as_str()), |journey| journey.spoken_to(wish))
    }

    /// What the journey is called; its name where the version is not known here.
    #[must_use]
    pub fn title(&self, journey: &JourneyName, version: &JourneyVersion, language: &Language) -> String {
        self.get(journey, version).map_or_else(|| journey.as_str().to_owned(), |j| j.title(language))
    }

    /// What a step asks or says, in one line without values; its id where it has no words.
    #[must_use]
    pub fn step_in_words(&self, journey: &JourneyName, version: &JourneyVersion, step: &StepId, language: &Language) -> String {
        let words = self.get(journey, version).and_then(|j| prompt::step_in_words(j, step, language));
        words.unwrap_or_else(|| step.as_str().to_owned())
    }

    /// The question that a field, or a menu (under its step's id), asks; without values.
    #[must_use]
    pub fn asked(&self, journey: &JourneyName, version: &JourneyVersion, field: &FieldId, language: &Language) -> Option<String> {
        let journey = self.get(journey, version)?;
        if let Some((_, spec)) = journey.field(field) {
            return Some(spec.ask.bare(language));
        }
        match &journey.step(&StepId::new(field.as_str()))?.does {
            Does::Menu(menu) => Some(menu.ask.bare(language)),
            Does::WaitOffer(offer) => Some(offer.ask.bare(language)),
            _ => None,
        }
    }

    /// An answer as text in somebody's language, masked where it is secret: a choice by its label, a day and an amount as the
    /// language writes them.
    #[must_use]
    pub fn answer_in_words(
        &self,
        journey: &JourneyName,
        version: &JourneyVersion,
        field: &FieldId,
        answer: &crate::Answer,
        language: &Language,
    ) -> Private<String> {
        let journey = self.get(journey, version);
        Private::new(prompt::answer_in_words(journey, field, answer, language))
    }

    /// When the position must be looked at again by [`Self::expire`].
    #[must_use]
    pub fn due(&self, at: &Position) -> Option<Time> {
        at.awaiting.as_ref().map(|a| a.until)
    }
}
