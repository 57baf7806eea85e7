//! How one leg follows its session: it keeps a place of its own, fetches on a ring, and is told what is newer.
//!
//! Invariants: the first view is told whole; no view is told after a newer one, and none without news in it; messages are told
//! in order, each once. A ring is taken before anything is fetched, so what comes meanwhile rings again.
//!
//! What is *not* here: the wire, what is not kept, and when to ask again for what could not be read.

use crate::{House, Wake, within};
use segue_session::journey::Prompt;
use segue_session::store::{Seq, Version};
use segue_session::{Channel, ExpectedWait, LegId, Line, Message, Principal, Refusal, SessionId, Standing, View};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::watch;

/// Messages in one page. Small, because a page is held while its reader is slow.
const PAGE: usize = 50;

/// What is next for a leg.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// How the session stands, whole; messages after this place follow.
    View(Box<View>, Seq),
    /// How it stands with the agents, and nothing else.
    Line(Box<View>),
    /// A message, with its place in the transcript.
    Message(Seq, Message),
}

/// One leg's side of a session.
#[derive(Debug)]
pub struct Follower {
    session: SessionId,
    shown: Option<Shown>,
    message: Seq,
    /// Whether the transcript was seen to be the one that the reader knows.
    checked: bool,
    /// The ring that was answered last.
    seen: Option<Wake>,
    /// The ring that is being answered, and the message up to which that goes.
    answering: Option<(Wake, Seq)>,
    /// Messages that were fetched and not told yet.
    page: VecDeque<(Seq, Message)>,
}

/// What tells a view from the one before, and what is asked of the last one.
#[derive(Debug)]
struct Shown {
    version: Version,
    routing: Version,
    active: bool,
    channels: Vec<Channel>,
    line: Option<Line>,
    /// What the prompt told of the wait, which changes without a version.
    wait: Option<ExpectedWait>,
}

impl Shown {
    fn of(view: &View) -> Self {
        let wait = match &view.prompt {
            Some(Prompt::WaitOffer { wait, .. }) => *wait,
            _ => None,
        };
        let active = view.standing == Standing::Active;
        let (channels, line) = (view.channels.clone(), view.line.clone());
        Self { version: view.version, routing: view.routing_version, active, channels, line, wait }
    }
}

impl Follower {
    /// One that has been told the messages up to here, and no view.
    #[must_use]
    pub const fn new(session: SessionId, message: Seq) -> Self {
        Self { session, shown: None, message, checked: false, seen: None, answering: None, page: VecDeque::new() }
    }

    /// One that comes back, having shown the content and the line at these versions.
    #[must_use]
    pub fn again(session: SessionId, message: Seq, version: Version, routing: Version) -> Self {
        let shown = Shown { version, routing, active: true, channels: Vec::new(), line: None, wait: None };
        Self { shown: Some(shown), ..Self::new(session, message) }
    }

    /// Whether the session was active when it was shown last; as long as nothing was shown, it is.
    #[must_use]
    pub fn active(&self) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.active)
    }

    /// Whether the session had a live leg on this channel when it was shown last.
    #[must_use]
    pub fn is_on(&self, channel: Channel) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.channels.contains(&channel))
    }

    /// What a view brings: itself at first; then its change, or its line's, or nothing where it is not newer.
    pub fn view(&mut self, view: View) -> Option<Next> {
        let now = Shown::of(&view);
        let told = match &self.shown {
            Some(shown) if now.version < shown.version || now.routing < shown.routing => return None,
            Some(shown) if now.version == shown.version && now.wait == shown.wait && now.line == shown.line => None,
            Some(shown) if now.version == shown.version && now.wait == shown.wait => Some(Next::Line(Box::new(view))),
            Some(_) | None => Some(Next::View(Box::new(view), self.message)),
        };
        self.shown = Some(now);
        told
    }

    /// Forgets that the bell was answered, so that what is next is fetched anew.
    pub fn look_again(&mut self) {
        (self.seen, self.answering) = (None, None);
        self.page.clear();
    }

    /// What is newer than what was told, one thing after the other; `None` once nothing is, as far as the bell has rung. It is
    /// told as `leg` may see it, where that is live. Each answer of the house may take as long as `limit`.
    ///
    /// # Errors
    /// As the house's, and `DeadlineExceeded`. The next call begins anew; what was told is not told again.
    pub async fn next(
        &mut self,
        house: &dyn House,
        who: &Principal,
        leg: Option<LegId>,
        limit: Duration,
        bell: &mut watch::Receiver<Wake>,
    ) -> Result<Option<Next>, Refusal> {
        let next = async {
            loop {
                if let Some((place, message)) = self.turn_page() {
                    return Ok(Some(Next::Message(place, message)));
                }
                match self.answering {
                    Some((_, last)) if self.message < last => {
                        let page = within(limit, house.messages(who, self.session, self.message, PAGE)).await?;
                        if page.is_empty() {
                            // Nothing there yet, or nothing any more: the next ring tells.
                            self.answering = self.answering.map(|(wake, _)| (wake, self.message));
                        }
                        self.page = page.into();
                    }
                    Some((wake, _)) => (self.seen, self.answering) = (Some(wake), None),
                    None => {
                        let wake = *bell.borrow_and_update();
                        if self.seen == Some(wake) {
                            return Ok(None);
                        }
                        // A ring for a message alone needs no look at the session.
                        if self.seen.is_some_and(|seen| (seen.version, seen.routing) == (wake.version, wake.routing)) {
                            self.answering = Some((wake, wake.message));
                            continue;
                        }
                        let view = within(limit, house.view(who, self.session, leg)).await?;
                        if let Some(told) = self.answer(wake, view) {
                            return Ok(Some(told));
                        }
                    }
                }
            }
        };
        let next = next.await;
        if next.is_err() {
            self.look_again();
        }
        next
    }

    /// The next message that was fetched and not told yet.
    fn turn_page(&mut self) -> Option<(Seq, Message)> {
        while let Some((place, message)) = self.page.pop_front() {
            if place > self.message {
                self.message = place;
                return Some((place, message));
            }
        }
        None
    }

    /// Begins to answer a ring, with how the session stands.
    fn answer(&mut self, wake: Wake, view: View) -> Option<Next> {
        self.answering = Some((wake, view.last_message.max(wake.message)));
        if !self.checked && self.message > view.last_message {
            // A crash took messages that were kept in memory only: this is not the transcript the reader has seen.
            self.message = Seq(0);
        }
        self.checked = true;
        self.view(view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::{AgentName, AssuranceLevel, Channel, InteractionId, Language, Phase, QueueName, Span, StepId, Time};
    use uuid::Uuid;

    fn view(version: u64, routing: u64) -> View {
        View {
            session: SessionId(Uuid::from_u128(1)),
            version: Version(version),
            routing_version: Version(routing),
            standing: Standing::Active,
            language: Language::new("en"),
            prompt: None,
            line: None,
            last_message: Seq(0),
            level: AssuranceLevel::None,
            channels: vec![Channel::Chat],
        }
    }

    fn waiting(version: u64, routing: u64, ahead: u32, minutes: u64) -> View {
        let wait = ExpectedWait { p50: Span::seconds(60 * minutes), p90: Span::seconds(60 * minutes) };
        let line = Line {
            interaction: InteractionId(1),
            phase: Phase::Waiting,
            queue: QueueName::new("faults"),
            channel: Channel::Chat,
            since: Time(0),
            ahead: Some(ahead),
            expected_wait: Some(wait),
            callback: false,
        };
        View { line: Some(line), ..view(version, routing) }
    }

    fn kind(told: Option<&Next>) -> &'static str {
        match told {
            None => "nothing",
            Some(Next::View(..)) => "view",
            Some(Next::Line(..)) => "line",
            Some(Next::Message(..)) => "message",
        }
    }

    #[test]
    fn a_view_is_told_by_what_is_new_in_it_and_never_after_a_newer_one() {
        let offered = |minutes: Option<u64>| {
            let wait = minutes.map(|n| ExpectedWait { p50: Span(n), p90: Span(n) });
            let (step, ask) = (StepId::new("wait"), "Wait?".to_owned());
            View { prompt: Some(Prompt::WaitOffer { step, ask, wait, choices: Vec::new(), misfit: None }), ..view(4, 2) }
        };
        let with_agent = |mut view: View| {
            view.line.as_mut().unwrap().phase = Phase::Assigned(AgentName::new("ada"));
            view
        };
        let mut follower = Follower::new(SessionId(Uuid::from_u128(1)), Seq(0));
        let story = [
            (view(1, 0), "view"),
            (view(1, 0), "nothing"),
            (view(2, 0), "view"),
            (view(1, 0), "nothing"),
            (waiting(2, 1, 3, 7), "line"),
            (waiting(2, 1, 2, 7), "line"),
            (waiting(2, 1, 2, 6), "line"),
            (waiting(2, 1, 2, 6), "nothing"),
            (view(3, 0), "nothing"),
            (with_agent(waiting(3, 2, 0, 0)), "view"),
            (offered(None), "view"),
            (offered(Some(4)), "view"),
            (offered(Some(4)), "nothing"),
        ];
        for (n, (view, wanted)) in story.into_iter().enumerate() {
            assert_eq!(kind(follower.view(view).as_ref()), wanted, "the view at {n}");
        }
    }

    #[test]
    fn who_comes_back_is_told_what_is_newer_than_what_they_have_shown() {
        let back = || Follower::again(SessionId(Uuid::from_u128(1)), Seq(3), Version(2), Version(1));
        assert_eq!(kind(back().view(view(1, 1)).as_ref()), "nothing");
        assert_eq!(kind(back().view(view(2, 1)).as_ref()), "nothing");
        assert_eq!(kind(back().view(waiting(2, 1, 1, 1)).as_ref()), "line");
        assert_eq!(back().view(view(3, 1)), Some(Next::View(Box::new(view(3, 1)), Seq(3))));
    }
}
