//! Prompts towards the customer, and what the customer does with them.

use super::check::{self, FORM_VALUES, TEXT};
use super::session::expected_wait;
use super::word;
use crate::types::v1 as wire;
use segue_session::journey::{Choice, Field, Input, Misfit, Prompt};
use segue_session::{Channel, ChoiceId, FieldId, Private, Refusal};
use std::collections::BTreeSet;

/// A prompt for the wire, with the media for this channel.
#[must_use]
pub fn prompt(core: &Prompt, channel: Channel) -> wire::Prompt {
    use wire::prompt::Kind;
    let (step, kind) = match core {
        Prompt::Menu { step, ask, choices: all, misfit: bad } => {
            (step, Kind::Menu(wire::MenuPrompt { ask: ask.clone(), choices: choices(all), misfit: bad.as_ref().map(misfit) }))
        }
        Prompt::Form { step, title, fields, current, misfit: bad, confirm } => (
            step,
            Kind::Form(wire::FormPrompt {
                title: title.clone(),
                fields: fields.iter().map(field).collect(),
                current_field: current.as_ref().map(ToString::to_string).unwrap_or_default(),
                misfit: bad.as_ref().map(misfit),
                confirm: *confirm,
            }),
        ),
        Prompt::Say { step, text, media, media_for, go_on } => {
            let media = media_for.get(&channel).or(media.as_ref()).cloned().unwrap_or_default();
            (step, Kind::Say(wire::SayPrompt { text: text.clone(), media, go_on: *go_on }))
        }
        Prompt::Busy { step, text } => (step, Kind::Busy(wire::BusyPrompt { text: text.clone() })),
        Prompt::Line { step, text, .. } => (step, Kind::Line(wire::LinePrompt { text: text.clone() })),
        Prompt::WaitOffer { step, ask, wait, choices: all, misfit: bad } => (
            step,
            Kind::WaitOffer(wire::WaitOfferPrompt {
                ask: ask.clone(),
                choices: choices(all),
                misfit: bad.as_ref().map(misfit),
                expected_wait: wait.map(expected_wait),
            }),
        ),
        Prompt::End { step, text, outcome } => (step, Kind::End(wire::EndPrompt { text: text.clone(), outcome: outcome.clone() })),
    };
    wire::Prompt { step: step.to_string(), kind: Some(kind) }
}

fn choices(core: &[Choice]) -> Vec<wire::Choice> {
    core.iter()
        .map(|one| wire::Choice {
            choice_id: one.id.to_string(),
            key: one.key.map(String::from).unwrap_or_default(),
            label: one.label.clone(),
            short_label: one.short.clone().unwrap_or_default(),
            synonyms: one.synonyms.clone(),
            spoken_label: one.spoken.clone().unwrap_or_default(),
        })
        .collect()
}

fn field(core: &Field) -> wire::Field {
    wire::Field {
        field_id: core.id.to_string(),
        kind: word::field_kind(core.kind).into(),
        ask: core.ask.clone(),
        hint: core.hint.clone().unwrap_or_default(),
        choices: choices(&core.choices),
        optional: core.optional,
        sensitivity: word::sensitivity(core.sensitivity).into(),
        value: core.value.as_ref().map(|value| value.reveal().clone()),
        known: core.known,
    }
}

fn misfit(core: &Misfit) -> wire::Misfit {
    wire::Misfit { field_id: core.field.as_ref().map(ToString::to_string).unwrap_or_default(), why: core.why.clone() }
}

/// What a customer does, for the wire: what a button sends back.
#[must_use]
pub fn input(core: &Input) -> wire::StepInput {
    use wire::step_input::Kind;
    let value = |field: &FieldId, value: &Private<String>| wire::FieldValue { field_id: field.to_string(), value: value.reveal().clone() };
    let kind = match core {
        Input::Choose(choice) => Kind::Choose(choice.to_string()),
        Input::Typed(text) => Kind::Typed(text.reveal().clone()),
        Input::Fill(field, text) => Kind::Fill(value(field, text)),
        Input::FillAll(all) => Kind::FillAll(wire::FillAll { values: all.iter().map(|(field, text)| value(field, text)).collect() }),
        Input::Continue => Kind::GoOn(wire::GoOn {}),
        Input::Back => Kind::GoBack(wire::GoBack {}),
        Input::Restart => Kind::Restart(wire::Restart {}),
    };
    wire::StepInput { kind: Some(kind) }
}

/// What a customer does, from the wire.
///
/// # Errors
/// `InvalidArgument`, naming the field.
pub fn to_input(at: &str, wire: Option<wire::StepInput>) -> Result<Input, Refusal> {
    use wire::step_input::Kind;
    let path = |part: &str| format!("{at}.{part}");
    match check::required(&path("kind"), check::required(at, wire)?.kind)? {
        Kind::Choose(choice) => Ok(Input::Choose(check::name(&path("choose"), &choice, ChoiceId::parse)?)),
        Kind::Typed(text) => Ok(Input::Typed(check::text(&path("typed"), text, TEXT)?)),
        Kind::Fill(one) => to_value(&path("fill"), one).map(|(field, text)| Input::Fill(field, text)),
        Kind::FillAll(all) => to_values(&path("fill_all.values"), all.values).map(Input::FillAll),
        Kind::GoOn(_) => Ok(Input::Continue),
        Kind::GoBack(_) => Ok(Input::Back),
        Kind::Restart(_) => Ok(Input::Restart),
    }
}

fn to_value(at: &str, wire: wire::FieldValue) -> Result<(FieldId, Private<String>), Refusal> {
    let field = check::name(&format!("{at}.field_id"), &wire.field_id, FieldId::parse)?;
    Ok((field, check::text(&format!("{at}.value"), wire.value, TEXT)?))
}

fn to_values(at: &str, wire: Vec<wire::FieldValue>) -> Result<Vec<(FieldId, Private<String>)>, Refusal> {
    check::count(at, wire.len(), FORM_VALUES)?;
    let mut seen = BTreeSet::new();
    let mut values = Vec::with_capacity(wire.len());
    for (i, one) in wire.into_iter().enumerate() {
        let at = format!("{at}[{i}]");
        let (field, text) = to_value(&at, one)?;
        if !seen.insert(field.clone()) {
            return Err(check::invalid(&format!("{at}.field_id"), "is there twice"));
        }
        values.push((field, text));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use segue_session::StepId;
    use std::collections::BTreeMap;
    use wire::step_input::Kind;

    fn any_input() -> impl Strategy<Value = Input> {
        let id = "[a-z][a-z0-9_]{0,12}";
        prop_oneof![
            id.prop_map(|id| Input::Choose(ChoiceId::new(&id))),
            "\\PC{0,40}".prop_map(|text| Input::Typed(text.into())),
            (id, "\\PC{0,40}").prop_map(|(id, text)| Input::Fill(FieldId::new(&id), text.into())),
            proptest::collection::btree_map(id, "\\PC{0,20}", 1..=FORM_VALUES)
                .prop_map(|all| Input::FillAll(all.into_iter().map(|(id, text)| (FieldId::new(&id), text.into())).collect())),
            Just(Input::Continue),
            Just(Input::Back),
            Just(Input::Restart),
        ]
    }

    proptest! {
        #[test]
        fn inputs_go_there_and_back(core in any_input()) {
            prop_assert_eq!(to_input("input", Some(input(&core))).unwrap(), core);
        }
    }

    fn refused(kind: Option<Kind>) -> String {
        to_input("input", Some(wire::StepInput { kind })).unwrap_err().message
    }

    fn value(field: &str, length: usize) -> wire::FieldValue {
        wire::FieldValue { field_id: field.into(), value: "v".repeat(length) }
    }

    fn values(n: usize) -> Kind {
        Kind::FillAll(wire::FillAll { values: (0..n).map(|i| value(&format!("f{i}"), TEXT)).collect() })
    }

    #[test]
    fn a_refusal_names_the_field() {
        assert_eq!(to_input("input", None).unwrap_err().message, "input is missing");
        assert_eq!(refused(None), "input.kind is missing");
        assert_eq!(refused(Some(Kind::Choose(String::new()))), "input.choose must be 1 to 128 bytes without blanks");
        assert_eq!(refused(Some(Kind::Choose("c".repeat(129)))), "input.choose must be 1 to 128 bytes without blanks");
        assert_eq!(refused(Some(Kind::Typed("t".repeat(TEXT + 1)))), "input.typed must be at most 16384 bytes");
        assert_eq!(refused(Some(Kind::Fill(value("", 1)))), "input.fill.field_id must be 1 to 128 bytes without blanks");
        assert_eq!(refused(Some(Kind::Fill(value("f", TEXT + 1)))), "input.fill.value must be at most 16384 bytes");
        assert_eq!(refused(Some(values(0))), "input.fill_all.values must hold 1 to 64 entries");
        assert_eq!(refused(Some(values(FORM_VALUES + 1))), "input.fill_all.values must hold 1 to 64 entries");
        let twice = Kind::FillAll(wire::FillAll { values: vec![value("f", 1), value("f", 2)] });
        assert_eq!(refused(Some(twice)), "input.fill_all.values[1].field_id is there twice");
    }

    #[test]
    fn inputs_at_their_limits_are_taken() {
        for kind in [Kind::Choose("c".repeat(128)), Kind::Typed("t".repeat(TEXT)), Kind::Fill(value("f", TEXT)), values(FORM_VALUES)] {
            assert!(to_input("input", Some(wire::StepInput { kind: Some(kind) })).is_ok());
        }
    }

    #[test]
    fn media_are_those_of_the_channel() {
        let say = Prompt::Say {
            step: StepId::new("hello"),
            text: "Hello".into(),
            media: Some("usual.png".into()),
            media_for: BTreeMap::from([(Channel::App, "app.png".to_owned())]),
            go_on: true,
        };
        for (channel, media) in [(Channel::App, "app.png"), (Channel::Chat, "usual.png")] {
            let Some(wire::prompt::Kind::Say(wire)) = prompt(&say, channel).kind else { panic!("a message") };
            assert_eq!(wire.media, media);
        }
    }
}
