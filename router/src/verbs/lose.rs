//! A desk vanishes: a grace runs, in which nothing new is offered.
//!
//! Open offers stand until their own deadline or the end of the grace (the agent may still answer by telephone, or
//! be back in a second); assignments and wrap-ups stay. The tick that ends the grace signs the agent out.

use crate::index::timers::Timer;
use crate::router::Router;
use crate::state::Desk;
use crate::turn::Turn;
use crate::{AgentId, Refusal, Stepped};

pub(crate) fn lose(router: &mut Router, turn: &mut Turn<'_>, id: AgentId) -> Stepped {
    let desk = router.state.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?.desk;
    match desk {
        Desk::Out => Err(Refusal::SignedOut(id)),
        // The first loss counts: a desk that flaps cannot prolong its grace.
        Desk::Lost { .. } => Ok(()),
        Desk::In => {
            let until = turn.now.after(router.state.plan.timings.lost_for);
            router.touch(turn, id).desk = Desk::Lost { until };
            router.index.timers.insert((until, Timer::Lost(id)));
            Ok(())
        }
    }
}
