//! What must be so at a moment of rest, and at the end.

use super::memory::Memory;
use super::mutant::Mutant;
use super::rules::Rules;
use super::world::World;
use segue_router::Outcome;
use std::collections::BTreeMap;

macro_rules! hold {
    ($so:expr, $($what:tt)*) => {
        if !$so {
            return Err(format!($($what)*));
        }
    };
}

impl World<'_> {
    /// What was acknowledged is stored.
    pub(super) fn durable(&self) -> Result<(), String> {
        let known = self.known_requests();
        let lost = self.acknowledged.iter().find(|request| !known.contains(request));
        hold!(lost.is_none(), "{lost:?} was acknowledged, and is not stored");
        Ok(())
    }

    /// Between two stretches of time.
    pub(super) fn soundness(&self) -> Result<(), String> {
        hold!(!self.report.resumed_twice, "one suspension was resumed by two legs");
        hold!(self.report.told_unstored == 0, "a desk was told what was not stored");
        Ok(())
    }

    /// Whether nobody waits for anything any more.
    pub(super) fn rests(&self) -> bool {
        let idle = |desk: &super::people::Desk| desk.offers.is_empty() && desk.talks.is_empty() && desk.wraps.is_empty();
        let asked = self.customers.iter().any(|customer| customer.asked.is_some());
        let open = self.store.tables().sessions.values().any(|(_, session)| session.open().is_some());
        self.model.open() == 0 && !open && !asked && self.desks.iter().all(idle)
    }

    /// At the end, when the faults have been over for long.
    pub(super) fn settled(&self) -> Result<(), String> {
        self.durable()?;
        hold!(self.model.open() == 0, "{} interactions have not ended", self.model.open());
        hold!(self.model.rules == Rules::of(self.turn), "the last routing never came into force");
        for desk in &self.desks {
            let Some(owner) = self.nodes.iter().find_map(|node| node.memory.as_ref()) else { return Err("nobody decides".to_owned()) };
            let Some(agent) = owner.directory.agent(&desk.agent) else { continue };
            let (shows, has) = (desk.shows(), self.model.holdings(agent));
            hold!(shows == has, "the desk of {} shows {shows:?}, and they have {has:?}", desk.agent);
        }
        let unanswered = self.customers.iter().find_map(|customer| customer.asked.as_ref());
        hold!(unanswered.is_none(), "{unanswered:?} was never answered");
        self.counters()?;
        self.replays()
    }

    /// What sessions say of their interactions is what the checker says, one by one and counted.
    fn counters(&self) -> Result<(), String> {
        let (arrived, outcomes) = self.model.counts();
        hold!(outcomes.values().sum::<usize>() == arrived, "{arrived} arrived, and {outcomes:?} ended");
        let mut said: BTreeMap<Outcome, usize> = BTreeMap::new();
        for (_, session) in self.store.tables().sessions.values() {
            for record in &session.interactions {
                let (told, known) = (record.ended, self.model.outcome(record.id));
                // Who was cut off as their agent ended the talk keeps the place to come back to; the router counts a talk.
                let crossed = (told, known) == (Some(Outcome::Suspended), Some(Outcome::Handled));
                let same = told == known || crossed;
                hold!(same, "{} of session {} ended as {told:?}, and as {known:?} for the router", record.id, session.id);
                *said.entry(if crossed { Outcome::Handled } else { told.unwrap_or(Outcome::Abandoned) }).or_default() += 1;
            }
            let line = self.store.tables().lines.get(&session.id).map(|line| line.phase.clone());
            let over = line.as_ref().is_none_or(|phase| {
                use segue_session::Phase::{Assigned, Offered, Waiting};
                !matches!(phase, Waiting | Offered(_) | Assigned(_))
            });
            hold!(over, "session {} is told that it is {line:?}, and it is over", session.id);
            hold!(line.is_some() || session.interactions.is_empty(), "session {} was never told how it stands", session.id);
        }
        hold!(said == outcomes, "sessions count {said:?}, the checker {outcomes:?}");
        Ok(())
    }

    /// The whole journal again leads to the same.
    fn replays(&self) -> Result<(), String> {
        let mutant = self.settings.mutant.filter(|mutant| *mutant != Mutant::AnswersForgotten);
        let mut memory = Memory::new(mutant);
        for record in &self.store.tables().journal {
            memory.replay(record).map_err(|why| format!("the whole journal again: {why}"))?;
        }
        memory.router.check().map_err(|why| format!("the router of the whole journal: {why}"))
    }
}
