//! A menu: the customer takes one of its choices, by id or by anything that stands for one.

use super::{Flow, Walker, wrong};
use crate::journey::{
    Input,
    definition::{Menu, Step},
    fields::choice,
    words::Why,
};
use crate::{FieldId, Reason, Refusal, Sensitivity, StepId, Value};

impl Walker<'_> {
    pub(super) fn menu(&mut self, id: &StepId, step: &Step, menu: &Menu, input: Input) -> Result<Flow, Refusal> {
        let found = match &input {
            Input::Choose(choice) => {
                let found = menu.choices.iter().find(|c| &c.id == choice);
                // A choice of another step comes from a screen that is out of date: that is nobody's error to count.
                Some(found.ok_or_else(|| Refusal::new(Reason::InvalidAnswer, "this choice is not offered here"))?)
            }
            Input::Typed(text) => choice::find(&menu.choices, text.reveal(), self.language),
            Input::Fill(..) | Input::FillAll(_) | Input::Continue => return Err(wrong("a choice is wanted here")),
            Input::Back | Input::Restart => None,
        };
        let Some(choice) = found else {
            return self.misfit(step, None, step.tries, Why::NotAChoice.in_words(self.language));
        };
        let Some(next) = &choice.next else { return Err(wrong("this choice leads nowhere")) };
        let value = Value::Text(choice.id.as_str().to_owned());
        self.answer(&FieldId::new(id.as_str()), value, Sensitivity::Usual, None)?;
        Ok(super::to(next))
    }
}
