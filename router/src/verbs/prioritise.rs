//! The rank of something waiting changes; its wait does not.

use crate::router::Router;
use crate::state::Stage;
use crate::turn::Turn;
use crate::{InteractionId, Priority, Refusal, Stepped};

pub(crate) fn prioritise(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId, priority: Priority) -> Stepped {
    let interaction = router.interaction(id)?;
    match interaction.stage {
        Stage::Waiting | Stage::Reserved(_) => {}
        Stage::Offered(_) | Stage::Assigned(_) => return Err(Refusal::WrongMoment(id)),
    }

    router.leave_line(id);
    router.enter_as(turn, id, |interaction, plan| {
        interaction.own_priority = priority;
        interaction.rank(plan);
    });
    turn.lined_up.push(id);
    Ok(())
}
