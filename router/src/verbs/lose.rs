//! A desk vanishes: a grace runs, in which nothing new is offered.
//!
//! Open offers stand until their own deadline or the end of the grace (the agent may still answer by telephone, or
//! be back in a second), and assignments wait for their agent. The tick that ends the grace signs the agent out and
//! returns both to their place in line; wrap-ups stay, until they end by themselves.
//!
//! Who left the plan amid a talk is signed out already and cannot come back: their talks return at once.

use crate::index::timers::Timer;
use crate::router::Router;
use crate::state::Desk;
use crate::turn::Turn;
use crate::{AgentId, Refusal, Stepped};

pub(crate) fn lose(router: &mut Router, turn: &mut Turn<'_>, id: AgentId) -> Stepped {
    let agent = router.state.agents.get(&id).ok_or(Refusal::UnknownAgent(id))?;
    match agent.desk {
        Desk::Out if agent.assignments.is_empty() => Err(Refusal::SignedOut(id)),
        Desk::Out => {
            router.give_all_back(turn, id);
            Ok(())
        }
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
