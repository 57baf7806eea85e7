//! A wrap-up ends, or gets more time.

use crate::index::timers::Timer;
use crate::router::Router;
use crate::state::WrapUp;
use crate::turn::Turn;
use crate::{AgentId, Effect, InteractionId, Refusal, Stepped};

pub(crate) fn wrap_up(router: &mut Router, turn: &mut Turn<'_>, agent: AgentId, id: InteractionId, code: Option<u32>) -> Stepped {
    let wrap_up = router.own_wrap_up(agent, id)?;
    let code_required = router.state.plan.queues.get(&wrap_up.queue).is_some_and(|queue| queue.code_required);
    if code_required && code.is_none() {
        return Err(Refusal::CodeRequired(id));
    }

    router.end_wrap_up(turn, agent, id, code);
    Ok(())
}

/// Each extension moves the end by the queue's `wrap_up_extension`, counted from the end that stood.
pub(crate) fn extend(router: &mut Router, turn: &mut Turn<'_>, agent: AgentId, id: InteractionId) -> Stepped {
    let mut wrap_up = router.own_wrap_up(agent, id)?;
    if wrap_up.extensions >= router.state.plan.timings.extensions {
        return Err(Refusal::NoMoreExtensions(id));
    }

    let by = router.state.plan.queues.get(&wrap_up.queue).map(|queue| queue.wrap_up_extension).unwrap_or_default();
    router.index.timers.remove(&(wrap_up.until, Timer::WrapUp(agent, id)));
    wrap_up.extensions = wrap_up.extensions.saturating_add(1);
    wrap_up.until = wrap_up.until.after(by);
    router.index.timers.insert((wrap_up.until, Timer::WrapUp(agent, id)));
    router.touch(turn, agent).wrap_ups.insert(id, wrap_up);
    turn.out.push(Effect::BeginWrapUp { interaction: id, agent, until: wrap_up.until });
    Ok(())
}

impl Router {
    fn own_wrap_up(&self, agent: AgentId, id: InteractionId) -> Result<WrapUp, Refusal> {
        let holder = self.state.agents.get(&agent).ok_or(Refusal::UnknownAgent(agent))?;
        match holder.wrap_ups.get(&id) {
            Some(wrap_up) => Ok(*wrap_up),
            None if self.state.interactions.contains_key(&id) => Err(Refusal::WrongMoment(id)),
            None => Err(Refusal::UnknownInteraction(id)),
        }
    }
}
