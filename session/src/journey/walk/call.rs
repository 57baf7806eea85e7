//! Journeys that call one another, and journeys put on top by an agent.

use super::{Flow, Walker, step_of, to};
use crate::journey::definition::{Call, Does, Return};
use crate::{AssuranceLevel, JourneyName, Refusal, Source};

impl Walker<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Result<Flow, Refusal> {
        let scope = self.scope();
        let given: Vec<_> =
            call.with.iter().map(|(name, expr)| (name, expr.json(&scope, false).unwrap_or(serde_json::Value::Null))).collect();
        for (name, value) in given {
            self.put(name, value, Source::Journey, self.level);
        }
        self.enter_journey(&call.journey, false)?;
        Ok(Flow::Look)
    }

    /// Puts a journey above where the customer stands. A look-up under way below is asked again when they are back.
    pub(crate) fn push(&mut self, journey: &JourneyName) -> Result<(), Refusal> {
        self.enter_journey(journey, true)?;
        self.run(Flow::Look)
    }

    pub(super) fn return_from(&mut self, done: &Return) -> Result<Flow, Refusal> {
        let claimed = done.result.as_ref().is_some_and(|r| r.names().contains("claimed"));
        let result = done.result.as_ref().and_then(|r| r.json(&self.scope(), false).ok()).unwrap_or(serde_json::Value::Null);
        if self.at.frames.len() < 2 {
            self.finish("returned");
            return Ok(Flow::Stop);
        }
        let pushed = self.at.frames.pop().is_some_and(|f| f.pushed);
        if pushed {
            return self.settle();
        }
        let (journey, id) = self.here()?;
        match &step_of(&journey, &id)?.does {
            Does::Call(call) => {
                if let Some(save) = &call.save {
                    let level = if claimed { self.level.min(AssuranceLevel::Claimed) } else { self.level };
                    self.put(save, result, Source::Journey, level);
                }
                Ok(to(&call.next))
            }
            _ => Ok(Flow::Look),
        }
    }

    /// Back where the customer was before a journey was put on top.
    pub(super) fn settle(&mut self) -> Result<Flow, Refusal> {
        self.at.misfit = None;
        self.at.confirm = false;
        let (journey, id) = self.here()?;
        Ok(match &step_of(&journey, &id)?.does {
            Does::End(end) => {
                self.finish(&end.outcome);
                Flow::Stop
            }
            Does::Form(_) | Does::Lookup(_) => Flow::Look,
            _ => Flow::Stop,
        })
    }
}
