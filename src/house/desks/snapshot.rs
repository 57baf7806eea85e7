//! The whole desk at one place of its outbox.

use crate::engine::{Histories, Machine, Sheets, standing};
use crate::house::tenant::Tenant;
use segue_adapter_kit::DeskStart;
use segue_router::{AgentId, Decision, Time};
use segue_session::outbound::{Face, Hold, code_required, desk_agent};
use segue_session::store::Seq;
use segue_session::{
    AgentName, DeskAgent, DeskAssignment, DeskOffer, DeskSnapshot, InteractionId, Message, Phase, Reason, Refusal, ScreenPop, SessionId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Messages of each transcript in a snapshot, at most.
const TAIL: u64 = 100;
/// Bytes of all transcripts in a snapshot, about: it goes in one frame, which a desk has five seconds to read. Each assignment
/// has its part; what does not fit is asked for page by page.
const TAIL_BYTES: usize = 256 << 10;

/// What the owner says of a desk; pops and transcripts are added outside the loop.
struct Outline {
    agent: DeskAgent,
    held: Vec<Held>,
}

/// Something an agent holds.
struct Held {
    session: SessionId,
    interaction: InteractionId,
    decision: Decision,
    phase: Phase,
    wrap_up_until: Option<Time>,
    code_required: bool,
    /// When the agent's part of the transcript ends, where it goes on without them.
    parted: Option<Time>,
}

impl Tenant {
    /// The whole desk. Entries after its place follow; what they tell again is told the same.
    pub(super) async fn snapshot(&self, agent: &AgentName) -> Result<DeskStart, Refusal> {
        // Taken first: whatever the owner adds from here on comes as an entry, too.
        let seq = self.newest(agent).await?;
        let name = agent.clone();
        let outline = self.engine().look(move |machine| outline(machine, &name)).await?;
        let outline = outline.ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such agent").about("agent", agent.as_str()))?;
        let wanted: BTreeSet<SessionId> = outline.held.iter().map(|held| held.session).collect();
        let failed = |error| self.failed(&error);
        let sheets = Sheets::load(&self.store, &self.id, wanted).await.map_err(failed)?;
        let histories = self.scenery.histories_of(&self.store, &self.id, &sheets).await.map_err(failed)?;
        let pops = self.pops(&outline, sheets, histories).await?;
        let mut snapshot = DeskSnapshot { seq, agent: outline.agent, offers: Vec::new(), assignments: Vec::new() };
        let part = TAIL_BYTES / outline.held.len().max(1);
        for held in outline.held {
            let Some((pop, last)) = pops.get(&held.interaction).cloned() else { continue };
            if let Phase::Offered(_) = held.phase {
                let Decision { offer, deadline, .. } = held.decision;
                snapshot.offers.push(DeskOffer { offer, interaction: held.interaction, deadline, pop });
                continue;
            }
            snapshot.assignments.push(DeskAssignment {
                interaction: held.interaction,
                pop,
                messages: newest(self.tail(held.session, last, held.parted).await?, part),
                wrap_up_until: held.wrap_up_until,
                code_required: held.code_required,
            });
        }
        Ok(DeskStart::Snapshot(Box::new(snapshot)))
    }

    /// The pops of everything held, with how far each transcript goes.
    async fn pops(
        &self,
        outline: &Outline,
        sheets: Sheets,
        histories: Histories,
    ) -> Result<BTreeMap<InteractionId, (ScreenPop, Seq)>, Refusal> {
        let (scenery, now) = (std::sync::Arc::clone(&self.scenery), self.clock.now());
        let held: Vec<(InteractionId, SessionId, Decision, Phase)> =
            outline.held.iter().map(|held| (held.interaction, held.session, held.decision.clone(), held.phase.clone())).collect();
        let made = self.engine().look(move |machine| {
            let pop = |(interaction, session, decision, phase): (InteractionId, SessionId, Decision, Phase)| {
                let sheet = sheets.get(session)?;
                let pop = scenery.pop(now, machine, sheet, &histories, &decision, &phase)?;
                Some((interaction, (pop, sheet.0.last_message)))
            };
            held.into_iter().filter_map(pop).collect()
        });
        made.await
    }

    async fn tail(&self, session: SessionId, last: Seq, parted: Option<Time>) -> Result<Vec<(Seq, Message)>, Refusal> {
        let after = Seq(last.0.saturating_sub(TAIL));
        let mut tail = self.transcript(session, after, crate::house::port::MESSAGES).await?;
        tail.retain(|(_, message)| parted.is_none_or(|parted| message.at <= parted));
        Ok(tail)
    }
}

/// The newest messages that fit into so many bytes; the last one always does.
fn newest(mut messages: Vec<(Seq, Message)>, most: usize) -> Vec<(Seq, Message)> {
    let mut bytes = 0_usize;
    let fits = |(_, message): &&(Seq, Message)| {
        bytes = bytes.saturating_add(rmp_serde::to_vec(message).map_or(0, |written| written.len()));
        bytes <= most
    };
    let kept = messages.iter().rev().take_while(fits).count().max(1);
    messages.drain(..messages.len().saturating_sub(kept));
    messages
}

fn outline(machine: &Machine, name: &AgentName) -> Option<Outline> {
    let id = machine.directory().agent(name)?;
    let names = machine.names();
    let face = machine.cases().face(id).cloned().or_else(|| {
        let change = machine.router().agent(id)?;
        Some(Face { change, since: Time(0) })
    })?;
    let held = machine.cases().held_by(id).filter_map(|(interaction, case)| held(machine, id, interaction, case)).collect();
    Some(Outline { agent: desk_agent(&names, &face)?, held })
}

fn held(machine: &Machine, agent: AgentId, interaction: InteractionId, case: &segue_session::outbound::Case) -> Option<Held> {
    let (decision, phase) = standing(machine, interaction, agent)?;
    let wrap_up_until = case.wrapping.get(&agent).map(|wrapping| wrapping.until);
    let code_required = code_required(&machine.names(), decision.queue);
    let parted = match machine.cases().hold(agent, case.session) {
        Some(Hold::Until(parted)) => Some(parted),
        Some(Hold::Whole) | None => None,
    };
    Some(Held { session: case.session, interaction, decision, phase, wrap_up_until, code_required, parted })
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::{MessageBody, Private, RequestId, Speaker};

    #[test]
    fn a_transcript_s_tail_is_bound_by_bytes_and_never_empty() {
        let message = |place: u64, bytes: usize| {
            let body = MessageBody::Text(Private::new("x".repeat(bytes)));
            let id = RequestId(uuid::Uuid::from_u128(u128::from(place)));
            (Seq(place), Message { id, from: Speaker::House, at: Time(place), body })
        };
        let places = |messages: Vec<(Seq, Message)>| messages.iter().map(|(place, _)| place.0).collect::<Vec<_>>();
        let small: Vec<_> = (1..=5).map(|place| message(place, 10)).collect();
        assert_eq!(places(newest(small, 1 << 20)), [1, 2, 3, 4, 5]);
        let large: Vec<_> = (1..=5).map(|place| message(place, 16 << 10)).collect();
        assert_eq!(places(newest(large.clone(), 40 << 10)), [4, 5], "the newest that fit");
        assert_eq!(places(newest(large, 100)), [5], "the last one always");
        assert!(newest(Vec::new(), 100).is_empty());
    }
}
