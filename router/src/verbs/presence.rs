//! What an agent chooses: to sign in, on which channels to take work, what to do next, to sign out.

use crate::router::Router;
use crate::state::Desk;
use crate::turn::Turn;
use crate::{AgentId, Presence, Refusal, Stepped, WithdrawReason};

/// Signing in twice (a second desk, or a desk that came back) is choosing a presence.
pub(crate) fn sign_in(router: &mut Router, turn: &mut Turn<'_>, id: AgentId, presence: Presence) -> Stepped {
    // Whoever left the plan finishes what they hold; they cannot come back to it.
    router.state.plan.agents.contains_key(&id).then_some(()).ok_or(Refusal::UnknownAgent(id))?;

    router.undo_lost(id);
    let now = turn.now;
    let agent = router.dress(turn, id);
    if agent.desk == Desk::Out {
        agent.idle_since = now;
    }
    agent.desk = Desk::In;
    router.choose(turn, id, presence);
    Ok(())
}

pub(crate) fn present(router: &mut Router, turn: &mut Turn<'_>, id: AgentId, presence: Presence) -> Stepped {
    router.signed_in(id)?;

    router.choose(turn, id, presence);
    Ok(())
}

/// Until the wish comes true nothing new is offered: otherwise the present work might never end.
pub(crate) fn present_next(router: &mut Router, turn: &mut Turn<'_>, id: AgentId, next: Option<Presence>) -> Stepped {
    router.signed_in(id)?;

    router.dress(turn, id).next = next;
    Ok(())
}

/// Who talks to a customer cannot walk out on them.
pub(crate) fn sign_out(router: &mut Router, turn: &mut Turn<'_>, id: AgentId) -> Stepped {
    router.signed_in(id)?;
    if let Some(talk) = router.state.agents.get(&id).and_then(|agent| agent.assignments.first()) {
        return Err(Refusal::StillAssigned(*talk));
    }

    router.dismiss(turn, id, WithdrawReason::AgentLeft);
    Ok(())
}

impl Router {
    /// Refuses an agent who is not signed in. A lost desk still is.
    pub(crate) fn signed_in(&self, id: AgentId) -> Stepped {
        match self.state.agents.get(&id) {
            None => Err(Refusal::UnknownAgent(id)),
            Some(agent) if agent.desk == Desk::Out => Err(Refusal::SignedOut(id)),
            Some(_) => Ok(()),
        }
    }

    /// A choice answers for everything before it: missed offers, and an earlier wish.
    fn choose(&mut self, turn: &mut Turn<'_>, id: AgentId, presence: Presence) {
        let now = turn.now;
        let agent = self.dress(turn, id);
        if std::mem::take(&mut agent.unresponsive) {
            agent.idle_since = now;
        }
        agent.misses = 0;
        agent.next = None;
        agent.choose(presence, now);
        let unwanted: Vec<_> = agent.offers.iter().copied().collect();
        for offer in unwanted {
            if self.off_channel(id, offer) {
                self.withdraw(turn, offer, WithdrawReason::AgentLeft);
            }
        }
    }

    fn off_channel(&self, id: AgentId, offer: crate::OfferId) -> bool {
        let interaction = self.state.offers.get(&offer).and_then(|offer| self.state.interactions.get(&offer.interaction));
        let agent = self.state.agents.get(&id);
        match (interaction, agent) {
            (Some(interaction), Some(agent)) => !agent.presence.channels.contains(&interaction.channel),
            (None, _) | (_, None) => false,
        }
    }
}
