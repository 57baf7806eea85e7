//! Going back, and beginning again. Answers are kept when going back: what was given is shown, not asked anew.

use super::{Flow, Walker, step_of, wrong};
use crate::journey::definition::Does;
use crate::{Refusal, Source};

impl Walker<'_> {
    pub(super) fn back(&mut self, does: &Does) -> Result<(), Refusal> {
        match does {
            Does::Route(_) => return Err(wrong("a person was asked for")),
            Does::End(_) | Does::Return(_) => return Err(wrong("the journey is over")),
            Does::Form(form) => {
                if let Some(field) = self.field_before(form) {
                    self.at.misfit = None;
                    self.at.confirm = false;
                    self.top()?.again = Some(field);
                    return Ok(());
                }
            }
            _ => {}
        }
        self.back_to_shown()
    }

    /// The step that was shown before, in this journey or in the one that called it.
    fn back_to_shown(&mut self) -> Result<(), Refusal> {
        loop {
            let frame = self.top()?;
            if let Some(shown) = frame.shown.pop() {
                self.reach(shown)?;
                let (journey, id) = self.here()?;
                let step = step_of(&journey, &id)?;
                self.gate(&id, step)?;
                if let Does::Form(form) = &step.does {
                    let last = self.last_field(form);
                    self.top()?.again = last;
                }
                return Ok(());
            }
            if frame.pushed || self.at.frames.len() < 2 {
                return Err(wrong("there is nothing to go back to"));
            }
            self.at.frames.pop();
        }
    }

    /// Begins again with the newest version. What was signed or filled in by an agent is kept.
    /// Whoever waits for a person keeps their place in line, which is not the journey's to give up.
    pub(super) fn restart(&mut self) -> Result<(), Refusal> {
        let first = self.at.frames.first().map(|f| f.journey.clone()).ok_or_else(|| wrong("there is no journey under way"))?;
        self.answers.retain(|_, answer| matches!(answer.source, Source::Claim | Source::Agent(_)));
        self.at.frames.clear();
        self.at.ended = None;
        self.at.awaiting = None;
        self.enter_journey(&first, false)?;
        self.run(Flow::Look)
    }
}
