//! An agent does not take an offer: back to its place in line, and the agent is last resort for it for a while.

use crate::router::Router;
use crate::turn::Turn;
use crate::{AgentId, OfferId, Stepped, WithdrawReason};

pub(crate) fn decline(router: &mut Router, turn: &mut Turn<'_>, id: AgentId, number: OfferId) -> Stepped {
    let offer = router.open_offer(id, number, turn.now)?;

    router.touch(turn, id).misses = 0;
    router.cool(offer.interaction, id, turn.now);
    router.withdraw(turn, number, WithdrawReason::Declined);
    Ok(())
}
