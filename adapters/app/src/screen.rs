//! The app's screens on the wire. What is on a screen is the journey's to say; here it is written down.

use segue_proto::app::v1::{AppView, CardScreen, FormScreen, Item, ListScreen, Screen, ScreenField, screen::Layout};
use segue_proto::convert::{prompt, session, word};
use segue_session::journey::render::{self, AppField, AppItem, Rendering as _};
use segue_session::{Channel, View};

/// A session as the app shows it.
#[must_use]
pub fn app_view(view: &View) -> AppView {
    let drawn = view.prompt.as_ref().map(|prompt| screen(render::App.render(prompt, &view.language)));
    AppView { session: Some(session::view(view, Channel::App)), screen: drawn }
}

/// A screen for the wire.
#[must_use]
pub fn screen(drawn: render::Screen) -> Screen {
    let (step, layout) = match drawn {
        render::Screen::List { step, title, items: all, problem } => {
            (step, Layout::List(ListScreen { title, items: items(all), problem: problem.unwrap_or_default() }))
        }
        render::Screen::Form { step, title, fields, focus, confirm, problem } => (
            step,
            Layout::Form(FormScreen {
                title,
                fields: fields.into_iter().map(field).collect(),
                focus: focus.map(|id| id.to_string()).unwrap_or_default(),
                confirm: confirm.unwrap_or_default(),
                problem: problem.unwrap_or_default(),
            }),
        ),
        render::Screen::Card { step, text, media, button, busy, last } => {
            (step, Layout::Card(CardScreen { text, media: media.unwrap_or_default(), button: button.map(item), busy, last }))
        }
    };
    Screen { step: step.to_string(), layout: Some(layout) }
}

fn field(field: AppField) -> ScreenField {
    ScreenField {
        field_id: field.id.to_string(),
        kind: word::field_kind(field.kind).into(),
        label: field.label,
        hint: field.hint.unwrap_or_default(),
        value: field.value.map(segue_session::Private::into_inner),
        known: field.known,
        optional: field.optional,
        items: items(field.items),
        masked: field.masked,
        problem: field.problem.unwrap_or_default(),
    }
}

fn items(all: Vec<AppItem>) -> Vec<Item> {
    all.into_iter().map(item).collect()
}

fn item(one: AppItem) -> Item {
    Item { label: one.label, short_label: one.short.unwrap_or_default(), input: Some(prompt::input(&one.input)) }
}
