//! An agent at a desk: the few things the bars do, over the WebSocket.

use crate::daemon::Daemon;
use anyhow::Context as _;
use segue_proto::client::Frames;
use segue_proto::desk::v1 as desk;
use std::time::Duration;
use uuid::Uuid;

/// How long anything may take before the bar is given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A desk's socket.
pub(crate) struct Desk {
    frames: Frames<desk::ClientFrame, desk::ServerFrame>,
    /// How many wait in each queue, as the welcome told.
    pub(crate) waiting: u32,
}

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
    /// A wrap-up is over.
    WrappedUp,
    /// A message of a customer: in which session, its number.
    Message(String, u64),
}

impl Desk {
    /// Opens a desk and takes no work yet.
    pub(crate) async fn open(daemon: &Daemon, agent: usize) -> anyhow::Result<Self> {
        let mut frames = Frames::open(&format!("ws://{}/v1/desk", daemon.address), "segue.desk.v1.json").await?;
        let hello = desk::Hello {
            protocol: 1,
            credential: Some(desk::hello::Credential::Token(daemon.agent(agent)?)),
            resume: None,
            tab: Uuid::new_v4().to_string(),
        };
        frames.send(&frame(desk::client_frame::Frame::Hello(hello))).await?;
        let welcome = |f: desk::ServerFrame| match f.frame {
            Some(desk::server_frame::Frame::Welcome(w)) => Some(w),
            _ => None,
        };
        let welcome = frames.until(PATIENCE, welcome).await.context("no welcome")?;
        let queues = welcome.directory.map(|d| d.queues).unwrap_or_default();
        Ok(Self { frames, waiting: queues.iter().filter_map(|q| q.waiting).sum() })
    }

    /// Opens a desk that takes work.
    pub(crate) async fn ready(daemon: &Daemon, agent: usize) -> anyhow::Result<Self> {
        let mut desk = Self::open(daemon, agent).await?;
        desk.send(desk::client_frame::Frame::Present(desk::Present { presence: "ready".into() })).await?;
        Ok(desk)
    }

    /// Takes an offer.
    pub(crate) async fn accept(&mut self, offer_id: u64) -> anyhow::Result<()> {
        self.send(desk::client_frame::Frame::Accept(desk::Accept { offer_id })).await
    }

    /// Ends the talk and the wrap-up.
    pub(crate) async fn finish(&mut self, interaction: &str) -> anyhow::Result<()> {
        let interaction_id = interaction.to_owned();
        self.send(desk::client_frame::Frame::Finish(desk::Finish { interaction_id: interaction_id.clone() })).await?;
        let wrap_up = desk::WrapUp { interaction_id, ..Default::default() };
        self.send(desk::client_frame::Frame::WrapUp(wrap_up)).await
    }

    /// The next thing that a bar looks at.
    pub(crate) async fn next(&mut self) -> anyhow::Result<News> {
        loop {
            match self.frames.next().await?.frame {
                Some(desk::server_frame::Frame::Entry(entry)) => {
                    if let Some(news) = news(entry) {
                        return Ok(news);
                    }
                }
                Some(desk::server_frame::Frame::Error(error)) => anyhow::bail!("refused: {:?}", error.refusal),
                _ => {}
            }
        }
    }

    async fn send(&mut self, kind: desk::client_frame::Frame) -> anyhow::Result<()> {
        Ok(self.frames.send(&frame(kind)).await?)
    }
}

fn frame(frame: desk::client_frame::Frame) -> desk::ClientFrame {
    desk::ClientFrame { id: Uuid::new_v4().to_string(), frame: Some(frame) }
}

fn news(entry: desk::Entry) -> Option<News> {
    use desk::entry::Event;
    match entry.event? {
        Event::Offered(offer) => {
            let session = offer.pop?.session_id;
            Some(News::Offered { offer: offer.offer_id, session })
        }
        Event::Assigned(assigned) => Some(News::Assigned(assigned.interaction_id)),
        Event::WrapUpEnded(_) => Some(News::WrappedUp),
        Event::Message(message) => Some(News::Message(message.session_id, message.message?.sequence)),
        _ => None,
    }
}
