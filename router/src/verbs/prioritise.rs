//! The rank of something waiting changes; its wait does not.

use crate::router::Router;
use crate::state::Stage;
use crate::turn::Turn;
use crate::{InteractionId, Priority, Refusal, Stepped};

pub(crate) fn prioritise(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId, priority: Priority) -> Stepped {
    let interaction = router.interaction(id)?;
    let queue = match interaction.stage {
        Stage::Waiting | Stage::Reserved(_) => interaction.queue,
        Stage::Offered(_) | Stage::Assigned(_) => return Err(Refusal::WrongMoment(id)),
    };

    let added = router.state.plan.queues.get(&queue).map(|plan| plan.priority).unwrap_or_default();
    router.leave_line(id);
    router.enter_as(turn, id, |interaction| {
        interaction.own_priority = priority;
        interaction.priority = priority.plus(added);
    });
    turn.lined_up.push(id);
    Ok(())
}
