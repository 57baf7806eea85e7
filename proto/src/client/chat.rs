//! The web page over its WebSocket: keeps the view, the line and the transcript as the house tells them.

use super::{Error, Frames, PATIENCE, fresh, text};
use crate::chat::v1::{self as chat, client_frame::Frame as Out, server_frame::Frame as In};
use crate::types::v1::{self as types, step_input::Kind};
use std::time::Duration;

/// A page in the chat.
#[derive(Debug)]
pub struct Chat {
    frames: Frames<chat::ClientFrame, chat::ServerFrame>,
    /// What the house said to the hello.
    pub welcome: chat::Welcome,
    /// The session and leg, once there is one.
    pub attached: chat::Attached,
    /// How the session stands, as last told.
    pub view: chat::View,
    /// Every message in the order it came.
    pub messages: Vec<types::Message>,
    /// Whether an agent types.
    pub typing: bool,
}

/// By which right a page says hello.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Signed in.
    Token(String),
    /// A visitor.
    Widget(String),
}

impl Chat {
    /// Opens the socket at `ws://…/v1/chat`, says hello, and takes up a former leg where one is named.
    ///
    /// # Errors
    /// As the socket's, and the house's refusal.
    pub async fn open(address: &str, entry: Entry, resume: Option<chat::Resumption>) -> Result<Self, Error> {
        let mut frames: Frames<_, chat::ServerFrame> = Frames::open(address, "segue.chat.v1.json").await?;
        let credential = Some(match entry {
            Entry::Token(token) => chat::hello::Credential::Token(token),
            Entry::Widget(key) => chat::hello::Credential::Widget(key),
        });
        let hello = chat::Hello { protocol: 1, credential, resume, device: "a browser".into(), ..chat::Hello::default() };
        frames.send(&chat::ClientFrame { id: fresh(), frame: Some(Out::Hello(hello)) }).await?;
        let welcome = match frames.next_within(PATIENCE).await?.frame {
            Some(In::Welcome(welcome)) => welcome,
            Some(In::Error(error)) => return Err(Error::Refused(Box::new(error.refusal.unwrap_or_default()))),
            _ => return Err(Error::Lacking("welcome")),
        };
        let attached = welcome.resumed.clone().unwrap_or_default();
        Ok(Self { frames, welcome, attached, view: chat::View::default(), messages: Vec::new(), typing: false })
    }

    /// Where this page is, to be handed to [`Chat::open`] after the socket was lost.
    #[must_use]
    pub fn place(&self) -> chat::Resumption {
        chat::Resumption {
            session_id: self.attached.session_id.clone(),
            leg_id: self.attached.leg_id.clone(),
            last_message: self.messages.last().map_or(0, |m| m.sequence),
            version: 0,
            routing_version: 0,
        }
    }

    /// The session as last seen.
    #[must_use]
    pub fn seen(&self) -> types::SessionView {
        self.view.session.clone().unwrap_or_default()
    }

    /// Gives a command and waits for its answer; whatever else comes is kept.
    ///
    /// # Errors
    /// The house's refusal, or the socket's end.
    pub async fn command(&mut self, frame: Out) -> Result<chat::Ack, Error> {
        let id = fresh();
        self.frames.send(&chat::ClientFrame { id: id.clone(), frame: Some(frame) }).await?;
        loop {
            match self.frames.next_within(PATIENCE).await?.frame {
                Some(In::Ack(ack)) if ack.id == id => {
                    if let Some(chat::ack::Result::Attached(attached)) = &ack.result {
                        self.attached = attached.clone();
                    }
                    return Ok(ack);
                }
                Some(In::Error(error)) if error.id == id => return Err(Error::Refused(Box::new(error.refusal.unwrap_or_default()))),
                Some(other) => self.keep(other),
                None => {}
            }
        }
    }

    /// Reads on until something holds.
    ///
    /// # Errors
    /// The socket's end, or nothing of the kind within the time.
    pub async fn until(&mut self, time: Duration, mut holds: impl FnMut(&Self) -> bool) -> Result<(), Error> {
        let end = tokio::time::Instant::now() + time;
        while !holds(self) {
            let left = end.saturating_duration_since(tokio::time::Instant::now());
            if let Some(frame) = self.frames.next_within(left).await?.frame {
                self.keep(frame);
            }
        }
        Ok(())
    }

    fn keep(&mut self, frame: In) {
        match frame {
            In::View(view) => self.view = view,
            In::Line(change) => {
                if let Some(session) = &mut self.view.session {
                    session.line = change.line;
                }
            }
            In::Message(message) => self.messages.push(message),
            In::Typing(typing) => self.typing = typing.on,
            In::Welcome(_) | In::Ack(_) | In::Error(_) | In::Receipt(_) | In::Move(_) | In::Pong(_) => {}
        }
    }

    /// Begins a session.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn start(&mut self, journey: &str) -> Result<(), Error> {
        self.command(Out::Start(chat::Start { journey: journey.into(), claimed: None })).await.map(drop)
    }

    /// Comes back by any right.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn resume(&mut self, by: chat::resume::By) -> Result<(), Error> {
        self.command(Out::Resume(chat::Resume { by: Some(by) })).await.map(drop)
    }

    /// Joins a live session, signed in.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn attach(&mut self, session: &str) -> Result<(), Error> {
        let by = Some(chat::attach::By::SessionId(session.into()));
        self.command(Out::Attach(chat::Attach { by, move_here: false })).await.map(drop)
    }

    /// Types something at the present step.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn typed(&mut self, words: &str) -> Result<(), Error> {
        self.step(Kind::Typed(words.into())).await
    }

    /// Does something at the present step.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn step(&mut self, kind: Kind) -> Result<(), Error> {
        self.command(Out::Step(types::StepInput { kind: Some(kind) })).await.map(drop)
    }

    /// Says something; returns its number.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn say(&mut self, words: &str) -> Result<u64, Error> {
        let ack = self.command(Out::Say(chat::Say { body: Some(text(words)) })).await?;
        match ack.result {
            Some(chat::ack::Result::Said(said)) => Ok(said.sequence),
            _ => Err(Error::Lacking("number")),
        }
    }

    /// Asks for a person.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn ask_for_person(&mut self) -> Result<(), Error> {
        self.command(Out::AskForPerson(chat::AskForPerson::default())).await.map(drop)
    }

    /// Stops here; returns a link's token and a code.
    ///
    /// # Errors
    /// As [`Chat::command`].
    pub async fn suspend(&mut self) -> Result<Vec<types::Handle>, Error> {
        let handle_kinds = vec![types::HandleKind::Link.into(), types::HandleKind::Code.into()];
        let ack = self.command(Out::Suspend(chat::Suspend { handle_kinds })).await?;
        match ack.result {
            Some(chat::ack::Result::Handles(handles)) => Ok(handles.handles),
            _ => Err(Error::Lacking("handles")),
        }
    }

    /// Vanishes without a word.
    pub fn vanish(self) {
        self.frames.vanish();
    }
}
