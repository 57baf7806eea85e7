//! What is asked or said at a position, neutral to rendering, in the customer's language.

use super::definition::{ChoiceSpec, Does, FieldSpec, Form, Journey};
use super::expr::Scope;
use super::text::Text;
use super::walk::form;
use super::words::{self, Phrase};
use super::{Attributes, Choice, Field, FieldKind, Frame, Library, Position, Prompt, fields};
use crate::{Answers, ChoiceId, Language, Private, Source, StepId};

struct View<'a> {
    at: &'a Position,
    frame: &'a Frame,
    scope: Scope<'a>,
    language: &'a Language,
    lead: String,
}

/// See [`Library::prompt`].
pub(crate) fn prompt(
    library: &Library,
    at: &Position,
    answers: &Answers,
    customer: &Attributes,
    claimed: &Attributes,
    language: &Language,
) -> Option<Prompt> {
    let frame = at.frames.last()?;
    let journey = library.get(&frame.journey, &frame.version)?;
    let step = journey.step(&frame.step)?;
    let today = library.day(frame.since).to_string();
    // Whoever is not known surely enough for the step sees its questions, but nothing that was answered.
    let (nothing, nobody) = (Answers::new(), Attributes::new());
    let shown = step.level <= at.level;
    let (answers, customer, claimed) = if shown { (answers, customer, claimed) } else { (&nothing, &nobody, &nobody) };
    let scope = Scope { answers, customer, claimed, language, level: at.level, today, journey: Some(journey) };
    let mut view = View { at, frame, scope, language, lead: String::new() };
    view.lead = view.carried(library);
    Some(view.of(&frame.step, &step.does, journey))
}

impl View<'_> {
    fn of(&self, step: &StepId, does: &Does, journey: &Journey) -> Prompt {
        let step = step.clone();
        let misfit = self.at.misfit.clone();
        match does {
            Does::Menu(menu) => {
                let choices = menu.choices.iter().map(|c| choice(c, self.language)).collect();
                Prompt::Menu { step, ask: self.led(&menu.ask), choices, misfit }
            }
            Does::Form(form) => self.form(step, form, journey),
            Does::Say(say) => Prompt::Say {
                step,
                text: self.led(&say.text),
                media: say.media.clone(),
                media_for: say.media_for.clone(),
                go_on: say.go_on,
            },
            Does::Lookup(lookup) => Prompt::Busy { step, text: self.led_or(lookup.say.as_ref(), Phrase::Moment) },
            Does::Route(route) => {
                let text = route.say.as_ref().map_or_else(|| self.lead.clone(), |say| self.led(say));
                Prompt::Line { step, text, awaited: true }
            }
            Does::WaitOffer(offer) => {
                let taken = self.scope.answers.get(step.as_str()).map(|a| a.value.reveal());
                let suspended = offer
                    .choices
                    .iter()
                    .find(|c| c.notice.is_some() && matches!(taken, Some(crate::Value::Text(id)) if id == c.choice.id.as_str()));
                if let Some(notice) = suspended.and_then(|c| c.notice.as_ref()) {
                    return self.notice(step, notice);
                }
                let choices = offer.choices.iter().map(|c| choice(&c.choice, self.language)).collect();
                Prompt::WaitOffer { step, ask: self.led(&offer.ask), wait: None, choices, misfit }
            }
            Does::Suspend(suspend) => self.notice(step, &suspend.notice),
            Does::End(end) => {
                let outcome = end.outcome.clone();
                Prompt::End { step, text: self.led_or(end.say.as_ref(), Phrase::Over), outcome }
            }
            // A walk rests at these only where a journey returned from its outermost step.
            Does::Return(_) | Does::Call(_) | Does::Decide(_) | Does::Set(_) => {
                let outcome = self.at.ended.clone().unwrap_or_default();
                Prompt::End { step, text: self.led_or(None, Phrase::Over), outcome }
            }
        }
    }

    fn notice(&self, step: StepId, text: &Text) -> Prompt {
        Prompt::Say { step, text: self.led(text), media: None, media_for: Default::default(), go_on: self.at.confirm }
    }

    fn form(&self, step: StepId, form: &Form, journey: &Journey) -> Prompt {
        let specs: Vec<&FieldSpec> = form.fields.iter().filter(|spec| form::applies(spec, &self.scope)).collect();
        let current = form::current(form, &self.scope, self.frame, None).map(|spec| spec.id.clone());
        let title = match &form.title {
            Some(title) => self.led(title),
            None => {
                let title = journey.title(self.language);
                let title = if title.is_empty() { Phrase::Details.in_words(self.language).to_owned() } else { title };
                joined(&self.lead, &title)
            }
        };
        Prompt::Form {
            step,
            title,
            fields: specs.iter().map(|spec| self.field(spec)).collect(),
            current: if self.at.confirm { None } else { current },
            misfit: self.at.misfit.clone(),
            confirm: self.at.confirm,
        }
    }

    fn field(&self, spec: &FieldSpec) -> Field {
        let filled = form::satisfied(spec, self.scope.answers, self.scope.level, None);
        let answer = self.scope.answers.get(&spec.id).filter(|_| filled);
        let choices = match spec.kind {
            FieldKind::YesNo => yes_no(self.language),
            _ => spec.of.iter().map(|c| choice(c, self.language)).collect(),
        };
        Field {
            id: spec.id.clone(),
            kind: spec.kind,
            ask: spec.ask.fill(self.language, &self.scope),
            hint: spec.hint.as_ref().map(|hint| hint.fill(self.language, &self.scope)),
            choices,
            optional: spec.optional,
            sensitivity: spec.sensitivity,
            value: answer.map(|a| Private::new(fields::show(Some(spec), a.value.reveal(), self.language))),
            known: answer.is_some_and(|a| a.source == Source::Claim),
        }
    }

    fn led(&self, text: &Text) -> String {
        joined(&self.lead, &text.fill(self.language, &self.scope))
    }

    fn led_or(&self, text: Option<&Text>, otherwise: Phrase) -> String {
        text.map_or_else(|| joined(&self.lead, otherwise.in_words(self.language)), |text| self.led(text))
    }

    /// The messages that were passed on the way here.
    fn carried(&self, library: &Library) -> String {
        let texts = self.at.said.iter().filter_map(|said| {
            let journey = library.get(&said.journey, &said.version)?;
            match &journey.step(&said.step)?.does {
                Does::Say(say) => Some(say.text.fill(self.language, &self.scope)),
                _ => None,
            }
        });
        texts.collect::<Vec<_>>().join("\n\n")
    }
}

fn joined(lead: &str, text: &str) -> String {
    if lead.is_empty() { text.to_owned() } else { format!("{lead}\n\n{text}") }
}

fn choice(spec: &ChoiceSpec, language: &Language) -> Choice {
    Choice {
        id: spec.id.clone(),
        key: spec.key,
        label: spec.label.bare(language),
        short: spec.short.as_ref().map(|t| t.bare(language)),
        spoken: spec.spoken.as_ref().map(|t| t.bare(language)),
        synonyms: spec.synonyms.pick(language),
    }
}

/// Yes and no as choices, so that a channel with buttons can show them.
fn yes_no(language: &Language) -> Vec<Choice> {
    let (yes, no) = words::yes_no(language);
    [("yes", '1', yes), ("no", '2', no)]
        .into_iter()
        .map(|(id, key, words)| Choice {
            id: ChoiceId::new(id),
            key: Some(key),
            label: words.first().copied().unwrap_or(id).to_owned(),
            short: None,
            spoken: None,
            synonyms: words.iter().skip(1).map(|w| (*w).to_owned()).collect(),
        })
        .collect()
}

/// What a step asks or says, in one line without values; see [`Library::step_in_words`].
pub(crate) fn step_in_words(journey: &Journey, id: &StepId, language: &Language) -> Option<String> {
    let step = journey.step(id)?;
    let text = step.title.as_ref().or(match &step.does {
        Does::Menu(menu) => Some(&menu.ask),
        Does::Form(form) => form.title.as_ref().or_else(|| form.fields.first().map(|f| &f.ask)),
        Does::Say(say) => Some(&say.text),
        Does::Lookup(lookup) => lookup.say.as_ref(),
        Does::Route(route) => route.say.as_ref(),
        Does::WaitOffer(offer) => Some(&offer.ask),
        Does::Suspend(suspend) => Some(&suspend.notice),
        Does::End(end) => end.say.as_ref(),
        Does::Decide(_) | Does::Set(_) | Does::Call(_) | Does::Return(_) => None,
    });
    let line = text?.bare(language);
    let line = line.lines().next().unwrap_or_default().trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// See [`Library::answer_in_words`].
pub(crate) fn answer_in_words(journey: Option<&Journey>, field: &crate::FieldId, answer: &crate::Answer, language: &Language) -> String {
    let value = answer.value.reveal();
    if answer.sensitivity == crate::Sensitivity::Secret {
        return fields::MASK.into();
    }
    let spec = journey.and_then(|j| j.field(field)).map(|(_, spec)| spec);
    let step = journey.and_then(|j| j.step(&StepId::new(field.as_str()))).map(|s| &s.does);
    if let (crate::Value::Text(id), Some(does)) = (value, step) {
        let choices: Vec<&ChoiceSpec> = match does {
            Does::Menu(menu) => menu.choices.iter().collect(),
            Does::WaitOffer(offer) => offer.choices.iter().map(|c| &c.choice).collect(),
            _ => Vec::new(),
        };
        if let Some(choice) = choices.iter().find(|c| c.id.as_str() == id) {
            return choice.label.bare(language);
        }
    }
    fields::show(spec, value, language)
}
