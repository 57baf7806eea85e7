//! The scenes, in the order in which they are played.

pub(super) mod crash;
pub(super) mod form;
pub(super) mod line;
pub(super) mod offers;
pub(super) mod race;
pub(super) mod talk;

use super::{Error, holds};
use segue_proto::types::v1::{SessionView, prompt, standing};

/// What is carried from scene to scene.
#[derive(Clone, Debug)]
pub(super) struct Matter {
    /// The session.
    pub(super) session: String,
    /// A signed link's token.
    pub(super) link: String,
    /// A code to type.
    pub(super) code: String,
}

/// Whether a session is suspended.
pub(super) fn suspended(view: &SessionView) -> bool {
    matches!(view.standing.as_ref().and_then(|s| s.kind.as_ref()), Some(standing::Kind::Suspended(_)))
}

/// Where a form stands: its step, the field asked for, and the values that are there, by field.
pub(super) struct Form {
    /// The step.
    pub(super) step: String,
    /// The field asked for.
    pub(super) current: String,
    /// Filled fields with their values.
    pub(super) filled: Vec<(String, String)>,
}

/// The form a session stands at.
pub(super) fn form(view: &SessionView) -> Result<Form, Error> {
    let prompt = view.prompt.clone().unwrap_or_default();
    let Some(prompt::Kind::Form(form)) = prompt.kind else {
        return Err(Error::Otherwise(format!("a form was expected, and step {:?} is none", prompt.step)));
    };
    let filled = form.fields.iter().filter_map(|f| Some((f.field_id.clone(), f.value.clone()?))).collect();
    Ok(Form { step: prompt.step, current: form.current_field, filled })
}

/// The first two answers are kept and the third question is asked.
pub(super) fn stands_at_the_third_field(view: &SessionView) -> Result<Form, Error> {
    let form = form(view)?;
    let names: Vec<_> = form.filled.iter().map(|(name, _)| name.as_str()).collect();
    holds(form.current == "restarted" && names == ["since", "light"], || {
        format!("the third field was expected; asked is {:?}, filled are {names:?}", form.current)
    })?;
    Ok(form)
}
