//! Back to its place in line, whoever has it. They are last resort for it, or it would come straight back.

use crate::router::Router;
use crate::state::Stage;
use crate::turn::Turn;
use crate::{InteractionId, Refusal, Stepped, WithdrawReason};

pub(crate) fn requeue(router: &mut Router, turn: &mut Turn<'_>, id: InteractionId) -> Stepped {
    match router.interaction(id)?.stage {
        Stage::Waiting => Err(Refusal::WrongMoment(id)),
        Stage::Reserved(_) => {
            router.fall_back(turn, id);
            Ok(())
        }
        Stage::Offered(number) => {
            if let Some(offer) = router.state.offers.get(&number) {
                router.cool(id, offer.agent, turn.now);
            }
            router.withdraw(turn, number, WithdrawReason::Moved);
            Ok(())
        }
        Stage::Assigned(assignment) => {
            router.give_back(turn, id, &assignment, WithdrawReason::Moved);
            Ok(())
        }
    }
}
