//! The agent's guide: in plain text what the customer has before them, so that an agent can talk them through it.

use super::{Rendering, current, number};
use crate::journey::{Choice, Field, Misfit, Prompt, words::Phrase};
use crate::{Language, Sensitivity};
use std::fmt::Write as _;

/// The guide's rendering.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guide;

impl Rendering for Guide {
    type Form = String;

    fn render(&self, prompt: &Prompt, language: &Language) -> String {
        match prompt {
            Prompt::Menu { ask, choices, misfit, .. } => menu(ask.clone(), choices, misfit.as_ref()),
            Prompt::WaitOffer { ask, wait, choices, misfit, .. } => menu(super::with_wait(*wait, ask, language), choices, misfit.as_ref()),
            Prompt::Form { title, fields, current: id, misfit, confirm, .. } => {
                let mut text = title.clone();
                let asked = current(fields, id.as_ref()).map(|f| &f.id);
                for field in fields {
                    line(&mut text, field, asked == Some(&field.id), language);
                }
                if *confirm {
                    let _ = write!(text, "\n{}", Phrase::Confirm.in_words(language));
                }
                problem(&mut text, misfit.as_ref());
                text
            }
            Prompt::Say { text, go_on, .. } => {
                let button = go_on.then(|| format!("\n  [{}]", Phrase::GoOn.in_words(language)));
                format!("{text}{}", button.unwrap_or_default())
            }
            Prompt::Line { text, .. } if text.is_empty() => Phrase::Person.in_words(language).to_owned(),
            Prompt::Busy { text, .. } | Prompt::Line { text, .. } | Prompt::End { text, .. } => text.clone(),
        }
    }
}

fn menu(mut text: String, choices: &[Choice], misfit: Option<&Misfit>) -> String {
    list(&mut text, choices, "  ");
    problem(&mut text, misfit);
    text
}

// Writing to a string cannot fail; the results below are dropped for that reason.

fn list(text: &mut String, choices: &[Choice], indent: &str) {
    for (i, choice) in choices.iter().enumerate() {
        let _ = write!(text, "\n{indent}{}. {}", number(choice, i), choice.label);
    }
}

fn line(text: &mut String, field: &Field, asked: bool, language: &Language) {
    let mark = if asked { "→" } else { " " };
    let _ = write!(text, "\n{mark} {}", field.ask);
    match &field.value {
        Some(_) if field.sensitivity == Sensitivity::Secret => text.push_str(" ••••"),
        Some(value) => {
            let _ = write!(text, " {}", value.reveal());
        }
        None if field.optional => {
            let _ = write!(text, " ({})", Phrase::Optional.in_words(language));
        }
        None => {}
    }
    if asked {
        list(text, &field.choices, "    ");
    }
}

fn problem(text: &mut String, misfit: Option<&Misfit>) {
    if let Some(misfit) = misfit {
        let _ = write!(text, "\n! {}", misfit.why);
    }
}
