//! The agent's screen over its WebSocket: keeps offers, assignments and transcripts as the house tells them.

use super::{Error, Frames, PATIENCE, fresh, text};
use crate::desk::v1::{self as desk, client_frame::Frame as Out, entry::Event, server_frame::Frame as In};
use crate::types::v1 as types;
use std::collections::BTreeMap;
use std::time::Duration;

/// An agent's desk.
#[derive(Debug)]
pub struct Desk {
    frames: Frames<desk::ClientFrame, desk::ServerFrame>,
    /// What the house said to the hello.
    pub welcome: desk::Welcome,
    /// What the agent sees.
    pub screen: Screen,
}

/// What an agent sees, and how far it goes: outlives the socket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Screen {
    /// Of which outbox.
    pub epoch: u64,
    /// The last entry seen.
    pub sequence: u64,
    /// How the agent stands.
    pub agent: desk::AgentStanding,
    /// Offers that stand, by id.
    pub offers: BTreeMap<u64, desk::Offer>,
    /// Assignments, by interaction.
    pub held: BTreeMap<String, Held>,
    /// For supervisors: queues, by name.
    pub queues: BTreeMap<String, desk::DirectoryQueue>,
    /// For supervisors: agents, by name.
    pub agents: BTreeMap<String, desk::Colleague>,
    /// Every entry's number in the order it came, over all sockets.
    pub seen: Vec<u64>,
    /// Why offers went away, newest last.
    pub withdrawn: Vec<(u64, &'static str)>,
}

/// An assignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// What is known.
    pub pop: desk::ScreenPop,
    /// The transcript, in the order it came.
    pub messages: Vec<types::Message>,
    /// Whether wrap-up has begun.
    pub wrapping_up: bool,
    /// How the customer left, where they did.
    pub left: Option<&'static str>,
}

impl Desk {
    /// Opens the socket at `ws://…/v1/desk` and says hello; goes on with a screen that a former socket left behind.
    ///
    /// # Errors
    /// As the socket's, and the house's refusal.
    pub async fn open(address: &str, token: &str, former: Option<Screen>) -> Result<Self, Error> {
        let mut frames: Frames<_, desk::ServerFrame> = Frames::open(address, "segue.desk.v1.json").await?;
        let hello = desk::Hello {
            protocol: 1,
            credential: Some(desk::hello::Credential::Token(token.into())),
            resume: former.as_ref().map(|s| desk::Resumption { epoch: s.epoch, sequence: s.sequence }),
            tab: fresh(),
        };
        frames.send(&desk::ClientFrame { id: fresh(), frame: Some(Out::Hello(hello)) }).await?;
        let welcome = match frames.next_within(PATIENCE).await?.frame {
            Some(In::Welcome(welcome)) => welcome,
            Some(In::Error(error)) => return Err(Error::Refused(Box::new(error.refusal.unwrap_or_default()))),
            _ => return Err(Error::Lacking("welcome")),
        };
        let continued = welcome.continued;
        let screen = Screen { epoch: welcome.epoch, ..former.unwrap_or_default() };
        let mut desk = Self { frames, welcome, screen };
        if !continued {
            desk.screen.agent = desk::AgentStanding::default();
            desk.until(PATIENCE, |s| !s.agent.agent.is_empty()).await?;
        }
        Ok(desk)
    }

    /// Vanishes without a word; what the agent saw is left.
    #[must_use]
    pub fn vanish(self) -> Screen {
        self.frames.vanish();
        self.screen
    }

    /// Gives a command and waits for its answer; whatever else comes is kept.
    ///
    /// # Errors
    /// The house's refusal, or the socket's end.
    pub async fn command(&mut self, frame: Out) -> Result<desk::Ack, Error> {
        let id = self.send(frame).await?;
        loop {
            match self.frames.next_within(PATIENCE).await?.frame {
                Some(In::Ack(ack)) if ack.id == id => return Ok(ack),
                Some(In::Error(error)) if error.id == id => return Err(Error::Refused(Box::new(error.refusal.unwrap_or_default()))),
                Some(other) => self.show(other).await?,
                None => {}
            }
        }
    }

    /// Keeps a frame; of an offer the house is told that the agent sees it.
    async fn show(&mut self, frame: In) -> Result<(), Error> {
        let offered = matches!(&frame, In::Entry(desk::Entry { event: Some(Event::Offered(_)), .. }));
        self.screen.keep(frame);
        if offered {
            let shown = desk::Shown { sequence: self.screen.sequence };
            self.frames.send(&desk::ClientFrame { id: String::new(), frame: Some(Out::Shown(shown)) }).await?;
        }
        Ok(())
    }

    /// Gives a command and does not wait; returns its id.
    ///
    /// # Errors
    /// The socket's end.
    pub async fn send(&mut self, frame: Out) -> Result<String, Error> {
        let id = fresh();
        self.frames.send(&desk::ClientFrame { id: id.clone(), frame: Some(frame) }).await?;
        Ok(id)
    }

    /// Reads on until something holds.
    ///
    /// # Errors
    /// The socket's end, or nothing of the kind within the time.
    pub async fn until(&mut self, time: Duration, mut holds: impl FnMut(&Screen) -> bool) -> Result<(), Error> {
        let end = tokio::time::Instant::now() + time;
        while !holds(&self.screen) {
            let left = end.saturating_duration_since(tokio::time::Instant::now());
            if let Some(frame) = self.frames.next_within(left).await?.frame {
                self.show(frame).await?;
            }
        }
        Ok(())
    }

    /// The next frame as it comes, kept as well.
    ///
    /// # Errors
    /// The socket's end.
    pub async fn next(&mut self) -> Result<In, Error> {
        loop {
            if let Some(frame) = self.frames.next().await?.frame {
                self.show(frame.clone()).await?;
                return Ok(frame);
            }
        }
    }

    /// Takes a presence.
    ///
    /// # Errors
    /// As [`Desk::command`].
    pub async fn present(&mut self, presence: &str) -> Result<(), Error> {
        self.command(Out::Present(desk::Present { presence: presence.into() })).await.map(drop)
    }

    /// Waits for an offer; returns it.
    ///
    /// # Errors
    /// As [`Desk::until`].
    pub async fn offered(&mut self) -> Result<desk::Offer, Error> {
        self.until(PATIENCE, |s| !s.offers.is_empty()).await?;
        self.screen.offers.values().next().cloned().ok_or(Error::Lacking("offer"))
    }

    /// Takes an offer.
    ///
    /// # Errors
    /// As [`Desk::command`].
    pub async fn accept(&mut self, offer: &desk::Offer) -> Result<(), Error> {
        self.command(Out::Accept(desk::Accept { offer_id: offer.offer_id })).await?;
        self.until(PATIENCE, |s| s.held.contains_key(&offer.interaction_id)).await
    }

    /// Does not take an offer.
    ///
    /// # Errors
    /// As [`Desk::command`].
    pub async fn decline(&mut self, offer: &desk::Offer, reason: &str) -> Result<(), Error> {
        self.command(Out::Decline(desk::Decline { offer_id: offer.offer_id, reason: reason.into() })).await.map(drop)
    }

    /// Says something; returns its number.
    ///
    /// # Errors
    /// As [`Desk::command`].
    pub async fn say(&mut self, session: &str, words: &str) -> Result<u64, Error> {
        let ack = self.command(Out::Say(desk::Say { session_id: session.into(), body: Some(text(words)) })).await?;
        match ack.result {
            Some(desk::ack::Result::Said(said)) => Ok(said.sequence),
            _ => Err(Error::Lacking("number")),
        }
    }

    /// Ends the talk.
    ///
    /// # Errors
    /// As [`Desk::command`].
    pub async fn finish(&mut self, interaction: &str) -> Result<(), Error> {
        self.command(Out::Finish(desk::Finish { interaction_id: interaction.into() })).await.map(drop)
    }

    /// Ends the wrap-up with a code.
    ///
    /// # Errors
    /// As [`Desk::command`].
    pub async fn wrap_up(&mut self, interaction: &str, code: &str) -> Result<(), Error> {
        let wrap_up = desk::WrapUp { interaction_id: interaction.into(), code: code.into(), note: String::new() };
        self.command(Out::WrapUp(wrap_up)).await.map(drop)
    }
}

impl Screen {
    fn keep(&mut self, frame: In) {
        match frame {
            In::Snapshot(snapshot) => self.begin(snapshot),
            In::Entry(entry) => {
                self.seen.push(entry.sequence);
                self.sequence = entry.sequence;
                if let Some(event) = entry.event {
                    self.apply(event);
                }
            }
            In::Figures(figures) => {
                self.queues.extend(figures.queues.into_iter().map(|queue| (queue.queue.clone(), queue)));
                self.agents.extend(figures.agents.into_iter().map(|agent| (agent.agent.clone(), agent)));
            }
            In::Welcome(_) | In::Ack(_) | In::Error(_) | In::Typing(_) | In::Receipt(_) | In::Move(_) | In::Pong(_) => {}
        }
    }

    fn begin(&mut self, snapshot: desk::Snapshot) {
        self.sequence = snapshot.sequence;
        self.agent = snapshot.agent.unwrap_or_default();
        self.offers = snapshot.offers.into_iter().map(|offer| (offer.offer_id, offer)).collect();
        let held = |a: desk::Assignment| {
            let wrapping_up = a.wrap_up_until.is_some();
            (a.interaction_id, Held { pop: a.pop.unwrap_or_default(), messages: a.messages, wrapping_up, left: None })
        };
        self.held = snapshot.assignments.into_iter().map(held).collect();
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Offered(offer) => drop(self.offers.insert(offer.offer_id, offer)),
            Event::Withdrawn(gone) => {
                self.offers.remove(&gone.offer_id);
                self.withdrawn.push((gone.offer_id, gone.reason().as_str_name()));
            }
            Event::Assigned(assigned) => {
                let pop = self.offers.remove(&assigned.offer_id).and_then(|offer| offer.pop).unwrap_or_default();
                self.held.insert(assigned.interaction_id, Held { pop, ..Held::default() });
            }
            Event::Updated(pop) => self.of_session(&pop.session_id.clone(), |held| held.pop = pop),
            Event::Message(message) => {
                if let Some(text) = message.message {
                    self.of_session(&message.session_id, |held| held.messages.push(text));
                }
            }
            Event::CustomerLeft(left) => {
                if let Some(held) = self.held.get_mut(&left.interaction_id) {
                    held.left = Some(left.outcome().as_str_name());
                }
            }
            Event::WrapUpBegan(wrap_up) => {
                if let Some(held) = self.held.get_mut(&wrap_up.interaction_id) {
                    held.wrapping_up = true;
                }
            }
            Event::WrapUpEnded(ended) => drop(self.held.remove(&ended.interaction_id)),
            Event::Agent(agent) => self.agent = agent,
            Event::Enriched(part) => self.of_session(&part.session_id.clone(), |held| {
                held.pop.enrichment.insert(part.connector, part.part.unwrap_or_default());
            }),
            Event::Noted(_) => {}
        }
    }

    fn of_session(&mut self, session: &str, change: impl FnOnce(&mut Held)) {
        if let Some(held) = self.held.values_mut().find(|held| held.pop.session_id == session) {
            change(held);
        }
    }
}
