//! What can be read off a session without changing it.

use crate::{InteractionId, InteractionRecord, Leg, LegId, LegStanding, Line, Phase, Session, Standing};
use segue_router::{Channel, Outcome};

impl Session {
    /// Whether somebody is here, or was a moment ago.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self.standing, Standing::Active)
    }
    /// Whether it is over for good.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self.standing, Standing::Closed { .. } | Standing::Expired { .. })
    }
    /// A leg, live or past.
    #[must_use]
    pub fn leg(&self, leg: LegId) -> Option<&Leg> {
        self.legs.iter().find(|l| l.id == leg)
    }
    /// Legs that are attached, oldest first.
    pub fn live(&self) -> impl DoubleEndedIterator<Item = &Leg> {
        self.legs.iter().filter(|l| l.standing == LegStanding::Live)
    }
    /// Legs that are attached or within their grace, oldest first.
    pub fn present(&self) -> impl DoubleEndedIterator<Item = &Leg> {
        self.legs.iter().filter(|l| !matches!(l.standing, LegStanding::Ended { .. }))
    }
    /// Channels of the legs that are attached, each once, in their order.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let on: std::collections::BTreeSet<_> = self.live().map(|l| l.channel).collect();
        on.into_iter().collect()
    }
    /// The interaction that is not over, if there is one; there is at most one.
    #[must_use]
    pub fn open(&self) -> Option<&InteractionRecord> {
        self.interactions.iter().rev().find(|i| i.ended.is_none())
    }
    /// An interaction.
    #[must_use]
    pub fn interaction(&self, id: InteractionId) -> Option<&InteractionRecord> {
        self.interactions.iter().rev().find(|i| i.id == id)
    }
    /// Whether nothing is left to do: the journey ended, or an agent has dealt with it, and nobody is awaited.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let ended = self.position.as_ref().is_some_and(|p| p.ended.is_some());
        self.open().is_none() && (ended || self.was_settled_in_talk())
    }
    /// Whether an agent has dealt with it, and the customer began nothing after the talk.
    #[must_use]
    pub fn was_settled_in_talk(&self) -> bool {
        let newer =
            |i: &InteractionRecord| self.position.as_ref().and_then(|p| p.frames.last()).is_some_and(|f| Some(f.since) > i.ended_at);
        self.interactions.last().is_some_and(|i| i.ended == Some(Outcome::Handled) && !newer(i))
    }
    /// Whether there was a talk that is over, its wrap-up too, and nobody was asked for since: nobody would read what is said now.
    #[must_use]
    pub fn talk_is_over(&self, told: Option<&Line>) -> bool {
        let left = self.interactions.last().is_some_and(|i| matches!(i.ended, Some(Outcome::Abandoned | Outcome::Overflowed)));
        !left && self.line(told).is_some_and(|line| line.phase == Phase::Ended)
    }
    /// How the newest interaction stands: what the session knows goes before what the router's owner has told, which may be
    /// older; where the owner has told nothing yet, it waits.
    #[must_use]
    pub fn line(&self, told: Option<&Line>) -> Option<Line> {
        let record = self.open().or_else(|| self.interactions.last())?;
        let told = told.filter(|l| l.interaction == record.id);
        let phase = match (record.ended, told.map(|l| &l.phase)) {
            (None, Some(phase)) => phase.clone(),
            (None, None) => Phase::Waiting,
            (Some(Outcome::Suspended), _) => Phase::Suspended,
            (Some(_), Some(phase @ (Phase::WrappingUp(_) | Phase::Refused(_)))) => phase.clone(),
            (Some(_), _) => Phase::Ended,
        };
        Some(Line {
            interaction: record.id,
            phase,
            queue: told.map_or_else(|| record.queue.clone(), |l| l.queue.clone()),
            channel: record.channel,
            since: record.since,
            ahead: told.and_then(|l| l.ahead),
            expected_wait: told.and_then(|l| l.expected_wait),
            callback: record.callback.is_some(),
        })
    }
}
