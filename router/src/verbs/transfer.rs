//! An agent gives an interaction away, blind: they wrap up their part, the customer keeps their place in line.
//!
//! The sender is last resort for it afterwards. To a named agent it is kept for them whatever their queues and
//! skills (somebody chose them), until they take it, do not take it, leave, or `Timings::transfer_for` has passed;
//! then it falls back to its place in line in its queue.

use crate::router::Router;
use crate::state::{Assignment, Reservation};
use crate::turn::Turn;
use crate::{AgentId, InteractionId, QueueId, Refusal, Requirement, Stepped};

pub(crate) fn transfer_to_queue(
    router: &mut Router,
    turn: &mut Turn<'_>,
    agent: AgentId,
    id: InteractionId,
    queue: QueueId,
    needs: Requirement,
) -> Stepped {
    let assignment = router.own_assignment(agent, id)?;
    router.admits(id, queue, &needs)?;

    hand_over(router, turn, id, &assignment);
    if let Some(interaction) = router.state.interactions.get_mut(&id) {
        interaction.move_to(&router.state.plan, queue, needs, turn.now);
    }
    router.line_up(turn, id);
    Ok(())
}

pub(crate) fn transfer_to_agent(router: &mut Router, turn: &mut Turn<'_>, agent: AgentId, id: InteractionId, to: AgentId) -> Stepped {
    let assignment = router.own_assignment(agent, id)?;
    if agent == to {
        return Err(Refusal::WrongMoment(id));
    }
    let interaction = router.interaction(id)?;
    let plan = router.state.plan.agents.get(&to).ok_or(Refusal::UnknownAgent(to))?;
    router.signed_in(to)?;
    if interaction.excluded.contains(&to) {
        return Err(Refusal::ExcludedByName(to));
    }
    let units = router.price(interaction.channel);
    if units > plan.capacity {
        return Err(Refusal::TooLarge(units));
    }

    hand_over(router, turn, id, &assignment);
    let until = turn.now.after(router.state.plan.timings.transfer_for);
    router.reserve(turn, id, Reservation { agent: to, until, by_name: true });
    Ok(())
}

fn hand_over(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId, assignment: &Assignment) {
    router.begin_wrap_up(turn, id, assignment);
    router.cool(id, assignment.agent, turn.now);
}
