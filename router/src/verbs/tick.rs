//! Deadlines that passed, each once, in order. Steps of timelines and matching follow; see `settle`.

use crate::index::timers::Timer;
use crate::router::Router;
use crate::state::Desk;
use crate::turn::Turn;
use crate::{AgentId, InteractionId, OfferId, Stepped, Time, WithdrawReason, limits};

pub(crate) fn tick(router: &mut Router, turn: &mut Turn<'_>) -> Stepped {
    for _ in 0..limits::TIMERS {
        let Some((at, timer)) = router.index.timers.first().copied() else { break };
        if at > turn.now {
            break;
        }
        router.index.timers.pop_first();
        match timer {
            Timer::Offer(offer) => expire(router, turn, offer),
            Timer::WrapUp(agent, interaction) => router.end_wrap_up(turn, agent, interaction, None),
            Timer::Lost(agent) => router.dismiss(turn, agent, WithdrawReason::AgentLeft),
            Timer::Transfer(interaction) => router.fall_back(turn, interaction),
            Timer::CoolOff(interaction) => warm_up(router, turn, interaction, at),
        }
    }
    Ok(())
}

/// A miss counts against an agent who was there to see the offer; a lost desk was not.
fn expire(router: &mut Router, turn: &mut Turn<'_>, number: OfferId) {
    let Some(offer) = router.state.offers.get(&number).copied() else { return };
    if count_miss(router, turn, offer.agent) {
        router.cool(offer.interaction, offer.agent, turn.now);
    }
    router.withdraw(turn, number, WithdrawReason::Expired);
}

fn count_miss(router: &mut Router, turn: &mut Turn<'_>, id: AgentId) -> bool {
    let limit = router.state.plan.timings.misses;
    let agent = router.touch(turn, id);
    if agent.desk != Desk::In {
        return false;
    }
    agent.misses = agent.misses.saturating_add(1);
    agent.unresponsive |= agent.misses >= limit;
    true
}

/// Who has cooled off by then is an agent like any other again. Its place is as it was: there is nothing to tell.
fn warm_up(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId, at: Time) {
    router.leave_line(id);
    router.enter_as(turn, id, |interaction, _| interaction.cooling.retain(|_, until| *until > at));
}
