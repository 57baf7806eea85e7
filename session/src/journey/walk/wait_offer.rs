//! A wait offer: stay in line, be called back, suspend with notice, or leave a message.

use super::{Flow, Walker, to, wrong};
use crate::journey::{
    Input, Moved,
    definition::{ChoiceSpec, Step, WaitOffer},
    fields::choice,
    words::Why,
};
use crate::{FieldId, Reason, Refusal, Sensitivity, StepId, Value};

impl Walker<'_> {
    pub(super) fn wait_offer(&mut self, id: &StepId, step: &Step, offer: &WaitOffer, input: Input) -> Result<Flow, Refusal> {
        let id = FieldId::new(id.as_str());
        let specs: Vec<&ChoiceSpec> = offer.choices.iter().map(|c| &c.choice).collect();
        let found = match &input {
            Input::Choose(wanted) => {
                let found = specs.iter().find(|c| &c.id == wanted).map(|c| &c.id);
                Some(found.ok_or_else(|| Refusal::new(Reason::InvalidAnswer, "this choice is not offered here"))?)
            }
            Input::Typed(text) => choice::find(specs.iter().copied(), text.reveal(), self.language).map(|c| &c.id),
            Input::Fill(..) | Input::FillAll(_) | Input::Continue => return Err(wrong("a choice is wanted here")),
            Input::Back | Input::Restart => None,
        };
        let Some(taken) = found.and_then(|id| offer.choices.iter().find(|c| &c.choice.id == id)) else {
            return self.misfit(step, None, step.tries, Why::NotAChoice.in_words(self.language));
        };
        self.answer(&id, Value::Text(taken.choice.id.as_str().to_owned()), Sensitivity::Usual, None)?;
        match (&taken.notice, &taken.choice.next) {
            (Some(notice), _) => {
                let notice = notice.fill(self.language, &self.scope());
                self.moved.push(Moved::Suspend { notice });
                Ok(Flow::Stop)
            }
            (None, Some(next)) => Ok(to(next)),
            (None, None) => Err(wrong("this choice leads nowhere")),
        }
    }

    /// Coming back after suspending from a wait offer: on, where it says where to; else the offer is made again.
    pub(super) fn resume_wait_offer(&mut self, id: &StepId, offer: &WaitOffer) -> Flow {
        let suspended = matches!(self.answers.get(id.as_str()).map(|a| a.value.reveal()), Some(Value::Text(t)) if t == "suspend");
        let taken = offer.choices.iter().find(|c| suspended && c.choice.id.as_str() == "suspend");
        let Some(taken) = taken else { return Flow::Stop };
        self.answers.remove(id.as_str());
        taken.choice.next.as_ref().map_or(Flow::Stop, to)
    }
}
