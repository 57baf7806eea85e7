//! The talk ends: the interaction is over for the router, the agent wraps up.

use crate::router::Router;
use crate::turn::Turn;
use crate::{AgentId, InteractionId, Outcome, Stepped};

pub(crate) fn finish(router: &mut Router, turn: &mut Turn<'_>, agent: AgentId, id: InteractionId) -> Stepped {
    let assignment = router.own_assignment(agent, id)?;

    router.begin_wrap_up(turn, id, &assignment);
    router.end(turn, id, Outcome::Handled);
    Ok(())
}
