//! An agent at a desk, as the bars need it: what is put to it, and nothing kept.

use crate::daemon::Daemon;
use segue_proto::client::{Desk as Client, Error};
use segue_proto::desk::v1::{self as desk, client_frame::Frame as Out, entry::Event, server_frame::Frame as In};
use std::time::Duration;

/// How long anything may take before the bar is given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A desk's socket.
pub(crate) struct Desk(Client);

/// What a desk is told that a bar looks at.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// An offer: which, of which session.
    Offered {
        /// The offer.
        offer: u64,
        /// The session.
        session: String,
    },
    /// An offer was accepted: of what.
    Assigned(String),
    /// A message of a customer: in which session, its number.
    Message(String, u64),
}

impl Desk {
    /// Opens a desk and takes no work yet.
    pub(crate) async fn open(daemon: &Daemon, agent: usize) -> anyhow::Result<Self> {
        Ok(Self(Client::open(&format!("ws://{}/v1/desk", daemon.address), &daemon.agent(agent)?, None).await?))
    }

    /// Opens a desk that takes work.
    pub(crate) async fn ready(daemon: &Daemon, agent: usize) -> anyhow::Result<Self> {
        let mut desk = Self::open(daemon, agent).await?;
        desk.0.send(Out::Present(desk::Present { presence: "ready".into() })).await?;
        Ok(desk)
    }

    /// How many waited in all queues when the desk was opened.
    pub(crate) fn waiting(&self) -> u32 {
        self.0.welcome.directory.iter().flat_map(|d| &d.queues).filter_map(|q| q.waiting).sum()
    }

    /// Takes an offer.
    pub(crate) async fn accept(&mut self, offer_id: u64) -> anyhow::Result<()> {
        self.0.send(Out::Accept(desk::Accept { offer_id })).await?;
        Ok(())
    }

    /// Ends the talk and the wrap-up.
    pub(crate) async fn finish(&mut self, interaction: &str) -> anyhow::Result<()> {
        let interaction_id = interaction.to_owned();
        self.0.send(Out::Finish(desk::Finish { interaction_id: interaction_id.clone() })).await?;
        self.0.send(Out::WrapUp(desk::WrapUp { interaction_id, ..Default::default() })).await?;
        Ok(())
    }

    /// The next thing that a bar looks at.
    pub(crate) async fn next(&mut self) -> anyhow::Result<News> {
        loop {
            match self.0.next().await? {
                In::Snapshot(snapshot) => {
                    if let Some(offer) = snapshot.offers.into_iter().next() {
                        return news(Event::Offered(offer)).ok_or_else(|| anyhow::anyhow!("an offer without a pop"));
                    }
                }
                In::Entry(entry) => {
                    if let Some(news) = entry.event.and_then(news) {
                        return Ok(news);
                    }
                }
                In::Error(error) => return Err(Error::Refused(Box::new(error.refusal.unwrap_or_default())).into()),
                _ => {}
            }
        }
    }
}

fn news(event: Event) -> Option<News> {
    match event {
        Event::Offered(offer) => Some(News::Offered { offer: offer.offer_id, session: offer.pop?.session_id }),
        Event::Assigned(assigned) => Some(News::Assigned(assigned.interaction_id)),
        Event::Message(message) => Some(News::Message(message.session_id, message.message?.sequence)),
        _ => None,
    }
}
