//! The app's screens as data: a list to pick from, a form to fill in, a card to read.

use super::{Rendering, is_pick, short};
use crate::journey::{Choice, Field, FieldKind, Input, Misfit, Prompt, words::Phrase};
use crate::{Channel, FieldId, Language, Private, StepId};
use serde::{Deserialize, Serialize};

/// The app's rendering.
#[derive(Clone, Copy, Debug, Default)]
pub struct App;

/// One screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// Pick one.
    List {
        /// At which step.
        step: StepId,
        /// The question.
        title: String,
        /// What can be picked, in order.
        items: Vec<AppItem>,
        /// Why the last answer did not fit.
        problem: Option<String>,
    },
    /// Fill in, all at once or one by one.
    Form {
        /// At which step.
        step: StepId,
        /// What the form is called.
        title: String,
        /// Its fields, in order.
        fields: Vec<AppField>,
        /// Where to put the cursor.
        focus: Option<FieldId>,
        /// What is asked above the kept answers, where they are to be confirmed.
        confirm: Option<String>,
        /// A problem that belongs to no single field.
        problem: Option<String>,
    },
    /// Read.
    Card {
        /// At which step.
        step: StepId,
        /// The text.
        text: String,
        /// An image or a sound by reference.
        media: Option<String>,
        /// The one button, where there is one.
        button: Option<AppItem>,
        /// Something is under way: show that.
        busy: bool,
        /// It is over: offer nothing more.
        last: bool,
    },
}

/// Something to tap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppItem {
    /// Its label.
    pub label: String,
    /// A shorter one, where there is one.
    pub short: Option<String>,
    /// What comes back when it is tapped.
    pub input: Input,
}

/// A field on a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppField {
    /// Which.
    pub id: FieldId,
    /// What kind of value.
    pub kind: FieldKind,
    /// Its label; with a mark where it may be left out.
    pub label: String,
    /// What help there is.
    pub hint: Option<String>,
    /// Its value, where it is filled; masked where it is secret.
    pub value: Option<Private<String>>,
    /// It was known and need not be asked.
    pub known: bool,
    /// It may be left out.
    pub optional: bool,
    /// What can be picked, for choices and yes or no.
    pub items: Vec<AppItem>,
    /// Hide what is typed.
    pub masked: bool,
    /// Why the last answer did not fit.
    pub problem: Option<String>,
}

impl Rendering for App {
    type Form = Screen;

    fn render(&self, prompt: &Prompt, language: &Language) -> Screen {
        match prompt {
            Prompt::Menu { step, ask, choices, misfit } => list(step, ask.clone(), choices, misfit.as_ref()),
            Prompt::WaitOffer { step, ask, wait, choices, misfit } => {
                list(step, super::with_wait(*wait, ask, language), choices, misfit.as_ref())
            }
            Prompt::Form { step, title, fields, current, misfit, confirm } => Screen::Form {
                step: step.clone(),
                title: title.clone(),
                fields: fields.iter().map(|f| field(f, misfit.as_ref(), language)).collect(),
                focus: current.clone(),
                confirm: confirm.then(|| Phrase::Confirm.in_words(language).to_owned()),
                problem: misfit.as_ref().filter(|m| m.field.is_none()).map(|m| m.why.clone()),
            },
            Prompt::Say { step, text, media, media_for, go_on } => Screen::Card {
                step: step.clone(),
                text: text.clone(),
                media: media_for.get(&Channel::App).or(media.as_ref()).cloned(),
                button: go_on.then(|| AppItem { label: Phrase::GoOn.in_words(language).to_owned(), short: None, input: Input::Continue }),
                busy: false,
                last: false,
            },
            Prompt::Busy { step, text } => card(step, text, true, false),
            Prompt::Line { step, text, awaited } => {
                let text = if text.is_empty() { Phrase::Person.in_words(language) } else { text };
                card(step, text, *awaited, false)
            }
            Prompt::End { step, text, .. } => card(step, text, false, true),
        }
    }
}

fn list(step: &StepId, title: String, choices: &[Choice], misfit: Option<&Misfit>) -> Screen {
    Screen::List {
        step: step.clone(),
        title,
        items: choices.iter().map(|c| item(c, Input::Choose(c.id.clone()))).collect(),
        problem: misfit.map(|m| m.why.clone()),
    }
}

fn card(step: &StepId, text: &str, busy: bool, last: bool) -> Screen {
    Screen::Card { step: step.clone(), text: text.to_owned(), media: None, button: None, busy, last }
}

fn item(choice: &Choice, input: Input) -> AppItem {
    AppItem { label: choice.label.clone(), short: Some(short(choice)).filter(|s| *s != choice.label).map(str::to_owned), input }
}

fn field(field: &Field, misfit: Option<&Misfit>, language: &Language) -> AppField {
    let fill = |choice: &Choice| Input::Fill(field.id.clone(), Private::new(choice.id.as_str().to_owned()));
    let label = if field.optional { format!("{} ({})", field.ask, Phrase::Optional.in_words(language)) } else { field.ask.clone() };
    let items = if is_pick(field.kind) { field.choices.iter().map(|c| item(c, fill(c))).collect() } else { Vec::new() };
    AppField {
        id: field.id.clone(),
        kind: field.kind,
        label,
        hint: field.hint.clone(),
        value: field.value.clone(),
        known: field.known,
        optional: field.optional,
        items,
        masked: field.kind == FieldKind::Secret,
        problem: misfit.filter(|m| m.field.as_ref() == Some(&field.id)).map(|m| m.why.clone()),
    }
}
