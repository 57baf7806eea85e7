//! A message: the customer goes on from it, or it goes along with what is asked next.

use super::{Flow, Walker, to, wrong};
use crate::journey::{Input, definition::Say};
use crate::{Refusal, StepId};

impl Walker<'_> {
    pub(super) fn say(&self, say: &Say, input: &Input) -> Result<Flow, Refusal> {
        match input {
            Input::Continue | Input::Typed(_) => Ok(to(&say.next)),
            Input::Choose(_) | Input::Fill(..) | Input::FillAll(_) | Input::Back | Input::Restart => {
                Err(wrong("there is nothing to answer here: go on"))
            }
        }
    }

    pub(super) fn arrive_say(&mut self, id: &StepId, say: &Say) -> Flow {
        if say.go_on {
            return Flow::Stop;
        }
        self.carry_message(id);
        to(&say.next)
    }
}
