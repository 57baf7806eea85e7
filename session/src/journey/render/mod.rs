//! Renderings: one prompt, as each channel shows it. Pure: a prompt in, the channel's form out.
//!
//! The prompt carries what a rendering for e-mail needs as well.
//! A choice's id is what comes back, never its key or its place.
//!
//! What is *not* here: wire formats, sockets, and what the texts say.

mod app;
mod chat;
mod guide;
mod voice;

pub use app::{App, AppField, AppItem, Screen};
pub use chat::{Bubble, Chat, Reply};
pub use guide::Guide;
pub use voice::{Entered, Entry, Listen, Pick, Press, Spoken, Utterance, Voice};

use super::{Choice, Field, FieldKind, Prompt};
use crate::{ExpectedWait, Language};

/// How one channel shows a prompt.
pub trait Rendering {
    /// What the channel is given.
    type Form;
    /// The prompt in the channel's form; `language` is the prompt's own, for the house's few words.
    fn render(&self, prompt: &Prompt, language: &Language) -> Self::Form;
}

/// What a choice is called where there is little room.
#[must_use]
pub fn short(choice: &Choice) -> &str {
    choice.short.as_deref().unwrap_or(&choice.label)
}

/// What is typed for a choice: its key, or its place where it has none.
#[must_use]
pub fn number(choice: &Choice, index: usize) -> String {
    choice.key.map_or_else(|| index.saturating_add(1).to_string(), String::from)
}

/// What a wait offer asks, after how long one would wait.
fn with_wait(wait: Option<ExpectedWait>, ask: &str, language: &Language) -> String {
    format!("{} {ask}", crate::wait::in_words(wait, language))
}

/// The field that is asked now.
fn current<'p>(fields: &'p [Field], id: Option<&crate::FieldId>) -> Option<&'p Field> {
    fields.iter().find(|field| Some(&field.id) == id)
}

/// Whether a field is answered by taking one of its choices.
const fn is_pick(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Choice | FieldKind::YesNo)
}

#[cfg(test)]
mod tests;
