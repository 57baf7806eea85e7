//! An agent takes an offer: it becomes an assignment, and the units stay held.

use crate::router::Router;
use crate::state::{Assignment, Stage};
use crate::turn::Turn;
use crate::{AgentId, Effect, OfferId, Stepped};

pub(crate) fn accept(router: &mut Router, turn: &mut Turn<'_>, id: AgentId, number: OfferId) -> Stepped {
    let offer = router.open_offer(id, number, turn.now)?;

    router.close_offer(turn, number, &offer);
    let (now, interaction) = (turn.now, offer.interaction);
    let agent = router.touch(turn, id);
    agent.assignments.insert(interaction);
    agent.misses = 0;
    agent.idle_since = now;
    // It came back to somebody who was still wrapping up their first part: they go on where they were.
    let resumed = agent.wrap_ups.contains_key(&interaction);
    if resumed {
        router.end_wrap_up(turn, id, interaction, None);
    }
    let Some(held) = router.state.interactions.get_mut(&interaction) else { return Ok(()) };
    held.stage = Stage::Assigned(Assignment { offer: number, agent: id, units: offer.units, since: now });
    held.cooling.clear();
    let (queue, since) = (held.queue, held.since);
    turn.out.push(Effect::Assign { offer: number, interaction, agent: id, since });
    router.observe_service(queue, now.since(since), true);
    Ok(())
}
