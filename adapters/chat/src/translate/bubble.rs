//! Prompts as a chat shows them: a text with answers to tap, numbered for pages without buttons.

use segue_proto::chat::v1::{Bubble, QuickReply};
use segue_proto::convert::prompt;
use segue_proto::types::v1 as shared;
use segue_session::ChoiceId;
use segue_session::journey::Input;
use std::fmt::Write as _;

/// The bubble of a prompt. The neutral form goes along in the view; this holds nothing that is not in it.
pub(crate) fn bubble(wire: &shared::Prompt) -> Option<Bubble> {
    use shared::prompt::Kind;
    let plain = Bubble { step: wire.step.clone(), ..Bubble::default() };
    Some(match wire.kind.as_ref()? {
        Kind::Menu(menu) => choose(plain, &menu.ask, &menu.choices, menu.misfit.as_ref()),
        Kind::WaitOffer(offer) => choose(plain, &offer.ask, &offer.choices, offer.misfit.as_ref()),
        Kind::Form(form) => field(plain, form),
        Kind::Say(say) => {
            let replies = if say.go_on { vec![go_on()] } else { Vec::new() };
            Bubble { media: say.media.clone(), replies, ..text(plain, &say.text) }
        }
        Kind::Busy(busy) => Bubble { busy: true, ..text(plain, &busy.text) },
        Kind::Line(line) => Bubble { busy: true, ..text(plain, &line.text) },
        Kind::End(end) => Bubble { r#final: true, ..text(plain, &end.text) },
    })
}

fn text(plain: Bubble, said: &str) -> Bubble {
    Bubble { text: said.to_owned(), numbered_text: said.to_owned(), ..plain }
}

fn choose(plain: Bubble, ask: &str, choices: &[shared::Choice], misfit: Option<&shared::Misfit>) -> Bubble {
    let replies: Vec<_> = choices.iter().enumerate().map(|(i, choice)| reply(i, choice, Input::Choose(id(choice)))).collect();
    let numbered_text = numbered(ask, &replies);
    Bubble { text: ask.to_owned(), numbered_text, problem: why(misfit), replies, ..plain }
}

/// One field at a time, as people talk; a page that rather shows the form has it in the view.
fn field(plain: Bubble, form: &shared::FormPrompt) -> Bubble {
    let plain = Bubble { problem: why(form.misfit.as_ref()), ..plain };
    if form.confirm {
        return Bubble { replies: vec![go_on()], ..text(plain, &kept(form)) };
    }
    let Some(field) = form.fields.iter().find(|field| field.field_id == form.current_field) else {
        return text(plain, &form.title);
    };
    let fill = |choice: &shared::Choice| Input::Fill(segue_session::FieldId::new(&field.field_id), choice.choice_id.clone().into());
    let replies: Vec<_> = field.choices.iter().enumerate().map(|(i, choice)| reply(i, choice, fill(choice))).collect();
    let numbered_text = numbered(&field.ask, &replies);
    Bubble { text: field.ask.clone(), numbered_text, replies, field: Some(field.clone()), ..plain }
}

/// What was answered before, to be confirmed.
fn kept(form: &shared::FormPrompt) -> String {
    let mut kept = form.title.clone();
    for field in &form.fields {
        if let Some(value) = &field.value {
            let _ = write!(kept, "\n{} {value}", field.ask);
        }
    }
    kept
}

fn reply(index: usize, choice: &shared::Choice, input: Input) -> QuickReply {
    let label = if choice.short_label.is_empty() { &choice.label } else { &choice.short_label };
    // A menu's own key where it has one: what is typed is understood by key or by place, and the key wins.
    let key = if choice.key.is_empty() { index.saturating_add(1).to_string() } else { choice.key.clone() };
    QuickReply { label: label.clone(), key, input: Some(prompt::input(&input)) }
}

/// The button that goes on. A page words it itself.
fn go_on() -> QuickReply {
    QuickReply { label: String::new(), key: String::new(), input: Some(prompt::input(&Input::Continue)) }
}

fn numbered(ask: &str, replies: &[QuickReply]) -> String {
    let mut text = ask.to_owned();
    for reply in replies {
        let _ = write!(text, "\n{}. {}", reply.key, reply.label);
    }
    text
}

fn id(choice: &shared::Choice) -> ChoiceId {
    ChoiceId::new(&choice.choice_id)
}

fn why(misfit: Option<&shared::Misfit>) -> String {
    misfit.map(|misfit| misfit.why.clone()).unwrap_or_default()
}
