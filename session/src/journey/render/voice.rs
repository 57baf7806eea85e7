//! The telephone: what is said, and which keys are listened for.
//!
//! Keys alone must do, for that is what every telephone has; what a recogniser hears comes back as the same inputs. What is typed is
//! read back before it counts, but never a secret.
//!
//! What is *not* here: sound, when keys were pressed, and for how long to wait for them.

use super::{Rendering, current, is_pick, number};
use crate::journey::words::{self, Phrase, Tongue, tongue};
use crate::journey::{Choice, Field, FieldKind, Input, Misfit, Prompt};
use crate::{Channel, FieldId, Language, Private};
use serde::{Deserialize, Serialize};

/// The telephone's rendering.
#[derive(Clone, Copy, Debug)]
pub struct Voice;

/// What is said, and what is listened for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spoken {
    /// What is said, in order.
    pub say: Vec<Utterance>,
    /// What is listened for; `None` where nothing is asked.
    pub listen: Option<Listen>,
}

/// A piece of what is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Utterance {
    /// A text to be spoken.
    Text(String),
    /// A sound by reference.
    Media(String),
}

/// What is listened for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listen {
    /// One of these.
    Pick(Vec<Pick>),
    /// Keys, ended by the hash key.
    Enter(Entry),
}

/// Something to pick by its keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// The keys: one, or the place where there are more than ten choices, or `#`.
    pub keys: String,
    /// What they do.
    pub does: Press,
}

/// What a key does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// Something for the journey.
    Input(Input),
    /// The same is asked again.
    Again,
    /// A person is asked for.
    Person,
}

/// A field that is filled by keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    pub field: FieldId,
    /// What kind of value.
    pub kind: FieldKind,
    /// What is typed is secret: it is not read back, and nothing is recorded meanwhile.
    pub masked: bool,
    /// The hash key alone leaves it out.
    pub skip: bool,
}

/// What comes of keys that were typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Entered {
    /// It counts.
    Take(Input),
    /// It is read back first.
    Check(Spoken),
}

impl Rendering for Voice {
    type Form = Spoken;

    fn render(&self, prompt: &Prompt, language: &Language) -> Spoken {
        let mut voice = Speaker { tongue: tongue(language), language, say: Vec::new() };
        let listen = match prompt {
            Prompt::Menu { ask, choices, misfit, .. } => {
                voice.misfit(misfit.as_ref());
                voice.text(ask);
                Some(voice.picks(choices, |choice| Input::Choose(choice.id.clone())))
            }
            Prompt::WaitOffer { ask, wait, choices, misfit, .. } => {
                voice.misfit(misfit.as_ref());
                voice.text(&super::with_wait(*wait, ask, language));
                Some(voice.picks(choices, |choice| Input::Choose(choice.id.clone())))
            }
            Prompt::Form { title, fields, current: id, misfit, confirm, .. } => match current(fields, id.as_ref()) {
                Some(field) if !confirm => {
                    voice.misfit(misfit.as_ref().filter(|misfit| misfit.field.as_ref() == Some(&field.id)));
                    Some(voice.field(field))
                }
                _ => voice.kept(title, fields, misfit.as_ref(), *confirm),
            },
            Prompt::Say { text, media_for, go_on, .. } => {
                match media_for.get(&Channel::Voice) {
                    // What is meant for every channel may be a picture; a sound of its own says what the text would.
                    Some(media) => voice.say.push(Utterance::Media(media.clone())),
                    None => voice.text(text),
                }
                go_on.then(|| voice.go_on())
            }
            Prompt::Line { text, .. } if text.is_empty() => {
                voice.text(Phrase::Person.in_words(language));
                None
            }
            Prompt::Busy { text, .. } | Prompt::Line { text, .. } | Prompt::End { text, .. } => {
                voice.text(text);
                None
            }
        };
        Spoken { say: voice.say, listen }
    }
}

impl Entry {
    /// What comes of these keys, without the hash that ended them.
    #[must_use]
    pub fn entered(&self, keys: &str, language: &Language) -> Entered {
        if keys.is_empty() && self.skip {
            return Entered::Take(Input::Continue);
        }
        let fill = Input::Fill(self.field.clone(), Private::new(self.value(keys, language)));
        // Nothing to read back: that it is empty, the field says itself.
        if self.masked || keys.is_empty() {
            return Entered::Take(fill);
        }
        let tongue = tongue(language);
        let [typed, right, again] = match tongue {
            Tongue::English => ["You typed:", "That is right", "Type it again"],
            Tongue::French => ["Vous avez tapé :", "C'est exact", "Taper à nouveau"],
            Tongue::German => ["Sie haben eingegeben:", "Das stimmt", "Noch einmal eingeben"],
        };
        let say = [format!("{typed} {}.", self.aloud(keys, tongue)), press(tongue, right, "1", false), press(tongue, again, "2", false)];
        let picks = [("1", Press::Input(fill)), ("2", Press::Again)].map(|(keys, does)| Pick { keys: keys.to_owned(), does });
        Entered::Check(Spoken { say: say.into_iter().map(Utterance::Text).collect(), listen: Some(Listen::Pick(picks.into())) })
    }

    /// The keys as the field reads them. A day is typed day first, whatever the region, for that is what is asked; the star is the
    /// decimal mark.
    fn value(&self, keys: &str, language: &Language) -> String {
        match (self.kind, keys.get(..2), keys.get(2..4), keys.get(4..)) {
            (FieldKind::Date, Some(day), Some(month), Some(year)) if year.len() == 4 && !keys.contains('*') => {
                format!("{year}-{month}-{day}")
            }
            (FieldKind::Money | FieldKind::Number, ..) => keys.replace('*', if words::decimal_comma(language) { "," } else { "." }),
            _ => keys.to_owned(),
        }
    }

    /// The keys one by one, as they are heard best.
    fn aloud(&self, keys: &str, tongue: Tongue) -> String {
        let star = match (self.kind, tongue) {
            (FieldKind::Money | FieldKind::Number, Tongue::English) => "point",
            (FieldKind::Money | FieldKind::Number, Tongue::French) => "virgule",
            (FieldKind::Money | FieldKind::Number, Tongue::German) => "Komma",
            (_, Tongue::English) => "star",
            (_, Tongue::French) => "étoile",
            (_, Tongue::German) => "Stern",
        };
        keys.chars().map(|key| if key == '*' { star.to_owned() } else { key.to_string() }).collect::<Vec<_>>().join(" ")
    }
}

struct Speaker<'a> {
    tongue: Tongue,
    language: &'a Language,
    say: Vec<Utterance>,
}

impl Speaker<'_> {
    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.say.push(Utterance::Text(text.to_owned()));
        }
    }

    fn misfit(&mut self, misfit: Option<&Misfit>) {
        if let Some(misfit) = misfit {
            self.text(&misfit.why);
        }
    }

    fn picks(&mut self, choices: &[Choice], input: impl Fn(&Choice) -> Input) -> Listen {
        let picks = choices.iter().enumerate().map(|(place, choice)| {
            let keys = number(choice, place);
            let said = match &choice.spoken {
                Some(spoken) => press(self.tongue, spoken, &keys, true),
                None => press(self.tongue, &choice.label, &keys, false),
            };
            self.say.push(Utterance::Text(said));
            Pick { keys, does: Press::Input(input(choice)) }
        });
        Listen::Pick(picks.collect())
    }

    fn go_on(&mut self) -> Listen {
        self.text(&press(self.tongue, Phrase::GoOn.in_words(self.language), "1", false));
        Listen::Pick(vec![Pick { keys: "1".to_owned(), does: Press::Input(Input::Continue) }])
    }

    fn field(&mut self, field: &Field) -> Listen {
        self.text(&field.ask);
        if let Some(hint) = &field.hint {
            self.text(hint);
        }
        if is_pick(field.kind) {
            let fill = |choice: &Choice| Input::Fill(field.id.clone(), Private::new(choice.id.as_str().to_owned()));
            let mut listen = self.picks(&field.choices, fill);
            if let (true, Listen::Pick(picks)) = (field.optional, &mut listen) {
                picks.push(self.skip());
            }
            return listen;
        }
        self.text(how(field.kind, self.tongue));
        if matches!(field.kind, FieldKind::Text | FieldKind::Email) {
            let mut picks = vec![Pick { keys: "0".to_owned(), does: Press::Person }];
            if field.optional {
                picks.push(self.skip());
            }
            return Listen::Pick(picks);
        }
        if field.optional {
            self.skip();
        }
        Listen::Enter(Entry { field: field.id.clone(), kind: field.kind, masked: field.kind == FieldKind::Secret, skip: field.optional })
    }

    fn skip(&mut self) -> Pick {
        self.text(match self.tongue {
            Tongue::English => "To leave it out, press the hash key alone.",
            Tongue::French => "Pour passer, tapez seulement dièse.",
            Tongue::German => "Zum Überspringen drücken Sie nur die Rautetaste.",
        });
        Pick { keys: "#".to_owned(), does: Press::Input(Input::Continue) }
    }

    /// What was answered before, to be confirmed. A secret is not said, nor that there is one.
    fn kept(&mut self, title: &str, fields: &[Field], misfit: Option<&Misfit>, confirm: bool) -> Option<Listen> {
        self.misfit(misfit);
        self.text(title);
        for field in fields.iter().filter(|field| field.kind != FieldKind::Secret && field.sensitivity != crate::Sensitivity::Secret) {
            if let Some(value) = &field.value {
                let value = value.reveal();
                let spaced = || value.chars().filter(|c| !c.is_whitespace()).map(String::from).collect::<Vec<_>>().join(" ");
                let aloud = if matches!(field.kind, FieldKind::Digits | FieldKind::Phone) { spaced() } else { value.clone() };
                self.text(&format!("{} {aloud}.", field.ask));
            }
        }
        if !confirm {
            return None;
        }
        self.text(Phrase::Confirm.in_words(self.language));
        let (yes, no) = words::yes_no(self.language);
        let answers = [(yes, "1", Input::Continue), (no, "2", Input::Typed(Private::new("no".to_owned())))];
        let picks = answers.map(|(words, keys, input)| {
            self.text(&press(self.tongue, words.first().copied().unwrap_or_default(), keys, false));
            Pick { keys: keys.to_owned(), does: Press::Input(input) }
        });
        Some(Listen::Pick(picks.into()))
    }
}

/// How a field of this kind is filled.
const fn how(kind: FieldKind, tongue: Tongue) -> &'static str {
    let [english, french, german] = match kind {
        FieldKind::Date => [
            "Type two digits for the day, two for the month and four for the year, then press the hash key.",
            "Tapez deux chiffres pour le jour, deux pour le mois et quatre pour l'année, puis dièse.",
            "Geben Sie zwei Ziffern für den Tag, zwei für den Monat und vier für das Jahr ein, dann die Rautetaste.",
        ],
        FieldKind::Money | FieldKind::Number => [
            "Type it, with the star key for the decimal point, then press the hash key.",
            "Tapez-le, avec la touche étoile pour la virgule, puis dièse.",
            "Geben Sie es ein, mit der Sterntaste für das Komma, dann die Rautetaste.",
        ],
        FieldKind::Text | FieldKind::Email => [
            "This cannot be typed on a telephone. To talk to someone, press 0.",
            "Ceci ne peut pas être tapé sur un téléphone. Pour parler à quelqu'un, tapez 0.",
            "Das lässt sich am Telefon nicht eingeben. Um mit jemandem zu sprechen, drücken Sie die 0.",
        ],
        FieldKind::Digits | FieldKind::Phone | FieldKind::Secret | FieldKind::Choice | FieldKind::YesNo => {
            ["Type it, then press the hash key.", "Tapez-le, puis dièse.", "Geben Sie es ein, dann die Rautetaste."]
        }
    };
    match tongue {
        Tongue::English => english,
        Tongue::French => french,
        Tongue::German => german,
    }
}

/// What to press for something; `spoken` where it begins a sentence ("to pay by card").
fn press(tongue: Tongue, what: &str, keys: &str, spoken: bool) -> String {
    let mut letters = what.chars();
    let what = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    match (tongue, spoken) {
        (Tongue::English, true) => format!("{what}, press {keys}."),
        (Tongue::English, false) => format!("{what}: press {keys}."),
        (Tongue::French, true) => format!("{what}, tapez {keys}."),
        (Tongue::French, false) => format!("{what} : tapez {keys}."),
        (Tongue::German, true) => format!("{what}, drücken Sie die {keys}."),
        (Tongue::German, false) => format!("{what}: drücken Sie die {keys}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: FieldKind) -> Entry {
        Entry { field: FieldId::new("it"), kind, masked: kind == FieldKind::Secret, skip: false }
    }

    /// What is said to check the keys, and what counts once they are found right.
    fn checked(kind: FieldKind, keys: &str, language: &str) -> (String, String) {
        let Entered::Check(Spoken { say, listen: Some(Listen::Pick(picks)) }) = entry(kind).entered(keys, &Language::new(language)) else {
            panic!("not read back")
        };
        let (Some(Utterance::Text(said)), Some(Press::Input(Input::Fill(_, value)))) = (say.first(), picks.first().map(|pick| &pick.does))
        else {
            panic!("{say:?}")
        };
        assert_eq!(picks.get(1).map(|pick| &pick.does), Some(&Press::Again));
        (said.clone(), value.reveal().clone())
    }

    #[test]
    fn what_was_typed_is_read_back_key_by_key() {
        let told = |said: &str, value: &str| (said.to_owned(), value.to_owned());
        assert_eq!(checked(FieldKind::Digits, "0815", "en"), told("You typed: 0 8 1 5.", "0815"));
        assert_eq!(checked(FieldKind::Money, "12*50", "en"), told("You typed: 1 2 point 5 0.", "12.50"));
        assert_eq!(checked(FieldKind::Money, "12*50", "fr"), told("Vous avez tapé : 1 2 virgule 5 0.", "12,50"));
        assert_eq!(checked(FieldKind::Number, "7*5", "de"), told("Sie haben eingegeben: 7 Komma 5.", "7,5"));
    }

    #[test]
    fn a_day_is_typed_day_first_whatever_the_region() {
        assert_eq!(checked(FieldKind::Date, "05112026", "en-US").1, "2026-11-05");
        assert_eq!(checked(FieldKind::Date, "0511", "en").1, "0511");
    }

    #[test]
    fn a_secret_is_not_read_back_and_the_hash_alone_leaves_out_what_may_be() {
        let english = Language::new("en");
        assert!(matches!(entry(FieldKind::Secret).entered("4711", &english), Entered::Take(Input::Fill(..))));
        let optional = Entry { skip: true, ..entry(FieldKind::Money) };
        assert_eq!(optional.entered("", &english), Entered::Take(Input::Continue));
        assert!(matches!(entry(FieldKind::Money).entered("", &english), Entered::Take(Input::Fill(..))));
    }
}
