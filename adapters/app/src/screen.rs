//! Prompts as screens: a list, a card or a form, as data. An app that draws these three draws every journey.

use segue_proto::app::v1::{
    AppView, Button, CardLayout, FormLayout, ListLayout, OfferLeaving, OfferPerson, Row, Screen, SubmitForm, button::Action, screen::Layout,
};
use segue_proto::convert::{prompt, session};
use segue_proto::types::v1 as wire;
use segue_session::journey::Input;
use segue_session::{Channel, ChoiceId, View};

/// A session as the app shows it.
#[must_use]
pub fn app_view(view: &View) -> AppView {
    let session = session::view(view, Channel::App);
    AppView { screen: session.prompt.as_ref().and_then(screen), session: Some(session) }
}

/// The screen of a prompt.
#[must_use]
pub fn screen(prompt: &wire::Prompt) -> Option<Screen> {
    use wire::prompt::Kind;
    let plain = Screen { step: prompt.step.clone(), ..Screen::default() };
    Some(match prompt.kind.as_ref()? {
        Kind::Menu(menu) => Screen { buttons: vec![person()], ..list(plain, &menu.ask, &menu.choices, menu.misfit.as_ref()) },
        Kind::WaitOffer(offer) => list(plain, &offer.ask, &offer.choices, offer.misfit.as_ref()),
        Kind::Form(one) => form(plain, one),
        Kind::Say(say) => Screen {
            text: say.text.clone(),
            layout: Some(Layout::Card(CardLayout { media: say.media.clone(), r#final: false })),
            buttons: if say.go_on { vec![step(&Input::Continue), person()] } else { vec![person()] },
            ..plain
        },
        Kind::Busy(busy) => Screen { text: busy.text.clone(), busy: true, layout: Some(Layout::Card(CardLayout::default())), ..plain },
        Kind::Line(line) => Screen {
            text: line.text.clone(),
            busy: true,
            layout: Some(Layout::Card(CardLayout::default())),
            buttons: vec![button(Action::LeaveLine(OfferLeaving {}))],
            ..plain
        },
        Kind::End(end) => {
            Screen { text: end.text.clone(), layout: Some(Layout::Card(CardLayout { media: String::new(), r#final: true })), ..plain }
        }
    })
}

fn list(plain: Screen, ask: &str, choices: &[wire::Choice], misfit: Option<&wire::Misfit>) -> Screen {
    let row = |choice: &wire::Choice| Row {
        label: choice.label.clone(),
        input: Some(prompt::input(&Input::Choose(ChoiceId::new(&choice.choice_id)))),
    };
    Screen {
        title: ask.to_owned(),
        problem: why(misfit),
        layout: Some(Layout::List(ListLayout { rows: choices.iter().map(row).collect() })),
        ..plain
    }
}

/// Kept answers that are to be confirmed get a button of their own; changing one of them is a submission like any other.
fn form(plain: Screen, form: &wire::FormPrompt) -> Screen {
    let submit = button(Action::Submit(SubmitForm {}));
    Screen {
        title: form.title.clone(),
        problem: why(form.misfit.as_ref()),
        layout: Some(Layout::Form(FormLayout {
            fields: form.fields.clone(),
            current_field: form.current_field.clone(),
            problem_field: form.misfit.as_ref().map(|misfit| misfit.field_id.clone()).unwrap_or_default(),
            confirm: form.confirm,
        })),
        buttons: if form.confirm { vec![step(&Input::Continue), submit, person()] } else { vec![submit, person()] },
        ..plain
    }
}

fn why(misfit: Option<&wire::Misfit>) -> String {
    misfit.map(|misfit| misfit.why.clone()).unwrap_or_default()
}

fn step(input: &Input) -> Button {
    button(Action::Step(prompt::input(input)))
}

fn person() -> Button {
    button(Action::AskForPerson(OfferPerson {}))
}

fn button(action: Action) -> Button {
    Button { label: String::new(), action: Some(action) }
}
