//! The customer goes: suspended, to come back to their place, or without a word.

use crate::router::Router;
use crate::state::Stage;
use crate::turn::Turn;
use crate::{InteractionId, Outcome, Stepped, WithdrawReason};

/// An agent who had it wraps up.
pub(crate) fn suspend(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId) -> Stepped {
    let stage = router.interaction(id)?.stage.clone();

    depart(router, turn, id, &stage);
    router.end(turn, id, Outcome::Suspended);
    Ok(())
}

/// Who hangs up on an agent was handled; who leaves before one answered has abandoned the line.
pub(crate) fn abandon(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId) -> Stepped {
    let interaction = router.interaction(id)?;
    let (stage, queue, since) = (interaction.stage.clone(), interaction.queue, interaction.since);

    depart(router, turn, id, &stage);
    let outcome = match stage {
        Stage::Assigned(_) => Outcome::Handled,
        Stage::Waiting | Stage::Reserved(_) | Stage::Offered(_) => {
            router.observe_service(queue, turn.now.since(since), false);
            Outcome::Abandoned
        }
    };
    router.end(turn, id, outcome);
    Ok(())
}

pub(super) fn depart(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId, stage: &Stage) {
    match stage {
        Stage::Waiting | Stage::Reserved(_) => router.leave_line(id),
        Stage::Offered(offer) => {
            router.take_back(turn, *offer, WithdrawReason::CustomerLeft);
        }
        Stage::Assigned(assignment) => router.begin_wrap_up(turn, id, assignment),
    }
}
