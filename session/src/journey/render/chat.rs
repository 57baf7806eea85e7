//! Chat bubbles: a text with answers to tap; where there are no buttons, the answers are numbered in the text.

use super::{Rendering, current, is_pick, number, short};
use crate::journey::{Choice, Field, Input, Misfit, Prompt, words::Phrase};
use crate::{Channel, Language, Private};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The chat's rendering.
#[derive(Clone, Copy, Debug)]
pub struct Chat {
    /// Whether the page can show buttons.
    pub buttons: bool,
}

/// What is said in one go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bubble {
    /// The text; with the numbered answers where there are no buttons.
    pub text: String,
    /// The answers to tap; empty where there are no buttons.
    pub replies: Vec<Reply>,
    /// An image or a sound by reference.
    pub media: Option<String>,
    /// What is typed next is secret: hide it.
    pub masked: bool,
}

/// An answer to tap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What it says.
    pub label: String,
    /// What may be typed instead.
    pub typed: String,
    /// What comes back when it is tapped.
    pub input: Input,
}

impl Rendering for Chat {
    type Form = Bubble;

    fn render(&self, prompt: &Prompt, language: &Language) -> Bubble {
        match prompt {
            Prompt::Menu { ask, choices, misfit, .. } => {
                self.bubble(misfit.as_ref(), ask, replies(choices, |c| Input::Choose(c.id.clone())))
            }
            Prompt::WaitOffer { ask, wait, choices, misfit, .. } => {
                let ask = super::with_wait(*wait, ask, language);
                self.bubble(misfit.as_ref(), &ask, replies(choices, |c| Input::Choose(c.id.clone())))
            }
            Prompt::Form { title, fields, current: id, misfit, confirm, .. } => match current(fields, id.as_ref()) {
                Some(field) if !confirm => self.field(field, misfit.as_ref(), language),
                _ => self.kept(title, fields, misfit.as_ref(), *confirm, language),
            },
            Prompt::Say { text, media, media_for, go_on, .. } => {
                let label = Phrase::GoOn.in_words(language);
                let go_on = go_on.then(|| Reply { label: label.to_owned(), typed: label.to_owned(), input: Input::Continue });
                let media = media_for.get(&Channel::Chat).or(media.as_ref()).cloned();
                Bubble { text: text.clone(), replies: go_on.into_iter().filter(|_| self.buttons).collect(), media, masked: false }
            }
            Prompt::Line { text, .. } if text.is_empty() => self.bubble(None, Phrase::Person.in_words(language), Vec::new()),
            Prompt::Busy { text, .. } | Prompt::Line { text, .. } | Prompt::End { text, .. } => self.bubble(None, text, Vec::new()),
        }
    }
}

impl Chat {
    fn bubble(self, misfit: Option<&Misfit>, ask: &str, replies: Vec<Reply>) -> Bubble {
        let mut text = misfit.map(|m| format!("{} ", m.why)).unwrap_or_default();
        text.push_str(ask);
        if !self.buttons {
            for reply in &replies {
                // Writing to a string cannot fail.
                let _ = write!(text, "\n{}. {}", reply.typed, reply.label);
            }
        }
        Bubble { text, replies: if self.buttons { replies } else { Vec::new() }, media: None, masked: false }
    }

    /// One field at a time, as people talk.
    fn field(self, field: &Field, misfit: Option<&Misfit>, language: &Language) -> Bubble {
        let misfit = misfit.filter(|m| m.field.as_ref() == Some(&field.id));
        let mut ask = field.ask.clone();
        if let Some(hint) = &field.hint {
            let _ = write!(ask, " ({hint})");
        }
        let fill = |c: &Choice| Input::Fill(field.id.clone(), Private::new(c.id.as_str().to_owned()));
        let mut answers = if is_pick(field.kind) { replies(&field.choices, fill) } else { Vec::new() };
        let label = Phrase::Skip.in_words(language);
        if field.optional && !self.buttons {
            let _ = write!(ask, " [{label}]");
        } else if field.optional {
            answers.push(Reply { label: label.to_owned(), typed: label.to_owned(), input: Input::Continue });
        }
        Bubble { masked: field.kind == crate::journey::FieldKind::Secret, ..self.bubble(misfit, &ask, answers) }
    }

    /// What was answered before, to be confirmed.
    fn kept(self, title: &str, fields: &[Field], misfit: Option<&Misfit>, confirm: bool, language: &Language) -> Bubble {
        let mut text = title.to_owned();
        for (field, value) in fields.iter().filter_map(|f| f.value.as_ref().map(|v| (f, v.reveal()))) {
            let _ = write!(text, "\n{} {value}", field.ask);
        }
        if !confirm {
            return self.bubble(misfit, &text, Vec::new());
        }
        let _ = write!(text, "\n{}", Phrase::Confirm.in_words(language));
        let (yes, no) = crate::journey::words::yes_no(language);
        let reply = |id: &str, words: &[&str], typed: &str, input: Input| Reply {
            label: words.first().copied().unwrap_or(id).to_owned(),
            typed: typed.to_owned(),
            input,
        };
        let typed_no = Input::Typed(Private::new("no".to_owned()));
        self.bubble(misfit, &text, vec![reply("yes", yes, "1", Input::Continue), reply("no", no, "2", typed_no)])
    }
}

fn replies(choices: &[Choice], input: impl Fn(&Choice) -> Input) -> Vec<Reply> {
    let reply = |(i, c): (usize, &Choice)| Reply { label: short(c).to_owned(), typed: number(c, i), input: input(c) };
    choices.iter().enumerate().map(reply).collect()
}
