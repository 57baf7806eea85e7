//! The end, with a survey before it where one is named.

use super::{Flow, Walker};
use crate::Refusal;
use crate::journey::{Moved, definition::End};

impl Walker<'_> {
    /// An end within a journey that was put on top ends that one alone; any other ends all.
    pub(super) fn end(&mut self, end: &End) -> Result<Flow, Refusal> {
        if let Some(pushed) = self.at.frames.iter().rposition(|f| f.pushed) {
            self.at.frames.truncate(pushed);
            return self.settle();
        }
        match &end.survey {
            Some(survey) if self.library.current(survey).is_some() => {
                self.enter_journey(survey, true)?;
                Ok(Flow::Look)
            }
            _ => {
                self.finish(&end.outcome);
                Ok(Flow::Stop)
            }
        }
    }

    /// The journey is over, told once.
    pub(super) fn finish(&mut self, outcome: &str) {
        if self.at.ended.is_none() {
            self.at.ended = Some(outcome.to_owned());
            self.moved.push(Moved::Ended { outcome: outcome.to_owned() });
        }
    }
}
