//! Coming back: each step says whether it goes on here, at a checkpoint, after a confirmation, or not at all.

use super::{Flow, Walker, step_of, to};
use crate::journey::definition::{Does, ResumePolicy};
use crate::{Reason, Refusal};

impl Walker<'_> {
    pub(crate) fn resume(&mut self) -> Result<(), Refusal> {
        if self.at.ended.is_some() && !self.at.frames.iter().any(|f| f.pushed) {
            return Ok(());
        }
        self.at.misfit = None;
        self.at.level = self.level;
        if let Some(checkpoint) = self.called_back()? {
            return self.run(checkpoint);
        }
        self.at.confirm = false;
        let (journey, id) = self.here()?;
        let step = step_of(&journey, &id)?;
        if self.gate(&id, step).is_err() {
            // They stand there and are shown the question without its values; what they do is refused until they prove more.
            return Ok(());
        }
        match step.resume {
            ResumePolicy::Never => {
                let refusal = Refusal::new(Reason::StepNotResumable, "this step cannot be taken up again: please begin anew");
                return Err(refusal.about("step", id.as_str()));
            }
            ResumePolicy::Confirm => {
                if let Does::Form(form) = &step.does {
                    self.at.confirm = self.last_field(form).is_some();
                    return Ok(());
                }
            }
            ResumePolicy::Checkpoint | ResumePolicy::Here => {}
        }
        let flow = match &step.does {
            Does::Form(_) => Flow::Look,
            Does::Lookup(lookup) => {
                let again = self.at.awaiting.as_ref().map(|a| a.id);
                self.ask_system(lookup, again)
            }
            Does::WaitOffer(offer) => self.resume_wait_offer(&id, offer),
            Does::Suspend(suspend) => to(&suspend.next),
            _ => Flow::Stop,
        };
        if !self.run_if_known(flow)? {
            // The way on wants to know more surely who they are: they stay, and can go on by themselves once they have proven it.
            self.at.confirm = matches!(step.does, Does::Suspend(_));
        }
        Ok(())
    }

    /// The outermost journey that wants to go on at its checkpoint decides for all that it called.
    fn called_back(&mut self) -> Result<Option<Flow>, Refusal> {
        for depth in 0..self.at.frames.len() {
            let Some(frame) = self.at.frames.get(depth) else { break };
            let journey = self.version_of(frame)?;
            let step = step_of(&journey, &frame.step)?;
            if step.resume == ResumePolicy::Checkpoint {
                let checkpoint = frame.checkpoint.clone().unwrap_or_else(|| journey.0.start.clone());
                self.at.frames.truncate(depth.saturating_add(1));
                return Ok(Some(Flow::To(checkpoint)));
            }
        }
        Ok(None)
    }
}
