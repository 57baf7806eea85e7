//! All journeys of one tenant, in all versions that a live session may stand on.
//!
//! What is *not* here: files, stores, and the walk itself.

use super::{Input, Journey, JourneyVersion, Moved, Position, Prompt, Walk};
use crate::{Answers, FieldId, JourneyName, Language, LookupDone, Private, Reason, Refusal, StepId};
use std::collections::BTreeMap;

/// Attributes of the customer or of the contact: `customer.…` and `claimed.…` in expressions.
pub type Attributes = BTreeMap<String, Private<serde_json::Value>>;

/// One tenant's journeys.
#[derive(Clone, Debug, Default)]
pub struct Library {
    current: BTreeMap<JourneyName, JourneyVersion>,
    versions: BTreeMap<(JourneyName, JourneyVersion), Journey>,
}

/// What a body not yet written answers; gone with the engine's delivery.
fn unwritten() -> Refusal {
    Refusal::new(Reason::Unavailable, "the journey engine is not delivered yet")
}

#[expect(unused_variables, reason = "bodies follow")]
#[expect(clippy::unused_self, reason = "bodies follow")]
impl Library {
    /// The journeys that are published now, one version each; the last of a name wins.
    pub fn new(journeys: impl IntoIterator<Item = Journey>) -> Self {
        let mut library = Self::default();
        for journey in journeys {
            library.current.insert(journey.name().clone(), journey.version().clone());
            library.versions.insert((journey.name().clone(), journey.version().clone()), journey);
        }
        library
    }
    /// Adds older versions from their stored texts, so that sessions pinned to them go on. Texts that no longer compile are left out.
    #[must_use]
    pub fn with<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        self
    }
    /// Sets the region (ISO 3166 alpha-2) that telephone numbers without a country code belong to.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        self
    }
    /// The current version of a journey.
    #[must_use]
    pub fn current(&self, journey: &JourneyName) -> Option<&Journey> {
        self.get(journey, self.current.get(journey)?)
    }
    /// A version of a journey.
    #[must_use]
    pub fn get(&self, journey: &JourneyName, version: &JourneyVersion) -> Option<&Journey> {
        self.versions.get(&(journey.clone(), version.clone()))
    }
    /// Begins a journey and walks it to the first place where it must stop.
    ///
    /// # Errors
    /// `JourneyUnknown`; `AssuranceTooLow` where its first step wants more.
    pub fn start(&self, journey: &JourneyName, walk: &mut Walk<'_>) -> Result<(Position, Vec<Moved>), Refusal> {
        Err(unwritten())
    }
    /// Takes one input. An answer that does not fit is no refusal: it comes back as [`Moved::Misfit`].
    ///
    /// # Errors
    /// `WrongStep` where the input has no place; `AssuranceTooLow`; `JourneyUnknown`; `LimitExceeded`. Nothing changed then.
    pub fn step(&self, at: &mut Position, input: Input, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        Err(unwritten())
    }
    /// Takes what a look-up returned; nothing happens where the journey no longer awaits it.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn looked_up(&self, at: &mut Position, done: &LookupDone, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        Err(unwritten())
    }
    /// The customer came back: applies the step's resume policy, asks a lost look-up again, and skips what is known by now.
    ///
    /// # Errors
    /// `StepNotResumable`, and as [`Self::step`].
    pub fn resume(&self, at: &mut Position, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        Err(unwritten())
    }
    /// A deadline may have passed: an awaited look-up takes its `timeout` branch. Nothing happens before it is due.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn expire(&self, at: &mut Position, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        Err(unwritten())
    }
    /// Puts a journey above where the customer stands; when it returns they are where they were.
    ///
    /// # Errors
    /// `JourneyUnknown`; `LimitExceeded` where the stack is full; and as [`Self::step`].
    pub fn push(&self, at: &mut Position, journey: &JourneyName, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        Err(unwritten())
    }
    /// Fills in or corrects one field on the customer's behalf; `walk.source` says who does it. The customer is moved on only
    /// where they were being asked this very field.
    ///
    /// # Errors
    /// `NotFound` where no journey on the stack has the field; `InvalidAnswer` where the text does not fit.
    pub fn fill(&self, at: &mut Position, field: &FieldId, text: &Private<String>, walk: &mut Walk<'_>) -> Result<Vec<Moved>, Refusal> {
        Err(unwritten())
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
        None
    }
    /// What the journey is called; its name where the version is not known here.
    #[must_use]
    pub fn title(&self, journey: &JourneyName, version: &JourneyVersion, language: &Language) -> String {
        String::new()
    }
    /// What a step asks or says, in one line without values; its id where it has no words.
    #[must_use]
    pub fn step_in_words(&self, journey: &JourneyName, version: &JourneyVersion, step: &StepId, language: &Language) -> String {
        String::new()
    }
    /// The question that a field, or a menu (under its step's id), asks.
    #[must_use]
    pub fn asked(&self, journey: &JourneyName, version: &JourneyVersion, field: &FieldId, language: &Language) -> Option<String> {
        None
    }
    /// When the position must be looked at again by [`Self::expire`].
    #[must_use]
    pub fn due(&self, at: &Position) -> Option<crate::Time> {
        at.awaiting.as_ref().map(|a| a.until)
    }
}
