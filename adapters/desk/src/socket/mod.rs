//! One desk's socket: hello, then news and commands until it ends.

mod figures;
mod hello;
mod news;

use crate::translate::{self, Asked};
use crate::{Shared, Tab};
use figures::{Figures, stirred};
use hello::Admitted;
use segue_adapter_kit::ws::{CloseCode, End, Fault, Generation, Link, Stay};
use segue_adapter_kit::{Connection, Desks, Doors, Ephemeral, Retry, now, within};
use segue_proto::convert::{frame::id_of, timestamp};
use segue_proto::desk::v1::{self as wire, ack::Result as Answer, server_frame::Frame};
use segue_session::store::Seq;
use segue_session::{AgentName, DeskCommand, Principal, Private, Reason, Refusal, RequestId, SessionId};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast::error::RecvError;

/// Serves a socket until it ends.
pub(crate) async fn serve(shared: Shared, mut link: Link) -> (Link, End) {
    let end = match hello::hello(&shared, &mut link).await {
        Ok(admitted) => {
            let mut socket = Socket::new(&shared, link, *admitted);
            let end = Box::pin(socket.run()).await;
            link = socket.link;
            end
        }
        Err(end) => end,
    };
    (link, end)
}

/// A desk that said hello.
struct Socket {
    link: Link,
    doors: Arc<dyn Doors>,
    desks: Arc<dyn Desks>,
    who: Principal,
    me: AgentName,
    connection: Connection,
    /// The last entry that was sent.
    sent: Seq,
    /// For how long.
    stay: Stay,
    /// The tab's turn, where the desk named its tab.
    turn: Option<Generation<Tab>>,
    /// Entries that could not be read.
    again: Retry,
    /// Whether typing and receipts can still come.
    passing: bool,
    /// What a supervisor was told of queues and agents.
    figures: Option<Figures>,
}

/// What happened next.
enum Turn {
    Superseded,
    Move(u64),
    News,
    Stirred,
    Passed(Result<(SessionId, Ephemeral), RecvError>),
    Heard(String),
    Ended(End),
}

impl Socket {
    fn new(shared: &Shared, link: Link, admitted: Admitted) -> Self {
        let Admitted { who, me, mut connection, sent, turn } = admitted;
        let figures = connection.stir.take().map(Figures::new);
        let stay = Stay::new(shared.entrance.draining.clone(), who.expires, link.settings());
        let (doors, desks) = (Arc::clone(&shared.entrance.doors), Arc::clone(&shared.desks));
        Self { link, doors, desks, who, me, connection, sent, stay, turn, again: Retry::default(), passing: true, figures }
    }

    async fn run(&mut self) -> End {
        loop {
            if let Err(end) = self.next().await {
                return end;
            }
        }
    }

    async fn next(&mut self) -> Result<(), End> {
        match self.turn().await {
            Turn::Superseded => Err(End::Ours(CloseCode::Superseded)),
            Turn::Move(reconnect_after_ms) => self.send(Frame::Move(wire::Move { reconnect_after_ms })).await,
            Turn::News => self.catch_up().await,
            Turn::Stirred => self.tell_figures().await,
            Turn::Passed(Ok((session, what))) => self.send(translate::passed(session, &what)).await,
            Turn::Passed(Err(RecvError::Lagged(_))) => Ok(()),
            Turn::Passed(Err(RecvError::Closed)) => {
                self.passing = false;
                Ok(())
            }
            Turn::Heard(text) => self.heard(&text).await,
            Turn::Ended(end) => Err(end),
        }
    }

    async fn turn(&mut self) -> Turn {
        tokio::select! {
            () = superseded(&mut self.turn) => Turn::Superseded,
            over = self.stay.over() => over.map_or_else(Turn::Ended, Turn::Move),
            rung = self.connection.wake.changed(), if !self.again.waits() => match rung {
                Ok(()) => Turn::News,
                Err(_) => Turn::Ended(End::Ours(CloseCode::Unavailable)),
            },
            () = self.again.due() => Turn::News,
            () = stirred(&mut self.figures) => Turn::Stirred,
            passed = self.connection.ephemeral.recv(), if self.passing => Turn::Passed(passed),
            heard = self.link.next() => match heard {
                Ok(text) => Turn::Heard(text.as_str().to_owned()),
                Err(end) => Turn::Ended(end),
            },
        }
    }

    async fn heard(&mut self, text: &str) -> Result<(), End> {
        let frame = match translate::parse_client_frame(text) {
            Ok(frame) => frame,
            Err(refusal) => {
                self.refuse(id_of(text), refusal).await?;
                return self.link.garbled();
            }
        };
        // A command that is refused was read all the same: what an agent types must not cost them the desk.
        self.link.understood();
        match translate::asked(frame, &self.me) {
            Ok(asked) => self.does(asked).await,
            Err(Fault { id, refusal }) => self.refuse(id, refusal).await,
        }
    }

    async fn does(&mut self, asked: Asked) -> Result<(), End> {
        match asked {
            Asked::Command(id, command) => self.command(id, *command).await,
            Asked::Refresh(id, token) => self.refresh(id, token).await,
            Asked::Messages(id, session, after, most) => {
                let answer = within(self.limit(), self.desks.messages(&self.who, session, after, most)).await;
                self.answer(id, answer.map(|messages| translate::messages(id, &messages))).await
            }
            Asked::Directory(id) => {
                let both = async { Ok((self.desks.directory(&self.who).await?, self.desks.colleagues(&self.who).await?)) };
                let answer = within(self.limit(), both).await;
                let frame = answer.map(|(one, colleagues)| {
                    let result = Some(Answer::Directory(translate::directory(&one, &colleagues)));
                    Frame::Ack(wire::Ack { id: id.to_string(), sequence: 0, result })
                });
                self.answer(id, frame).await
            }
            Asked::Shown(up_to) => {
                let done = within(self.limit(), self.desks.shown(&self.who, up_to)).await;
                self.unanswered(done).await
            }
            Asked::Pass(session, what) => {
                let done = within(self.limit(), self.desks.pass(&self.who, session, what)).await;
                self.unanswered(done).await
            }
            Asked::Ping => self.send(Frame::Pong(wire::Pong { time: Some(timestamp(now())) })).await,
        }
    }

    async fn command(&mut self, id: RequestId, command: DeskCommand) -> Result<(), End> {
        let leaves = command == DeskCommand::SignOut;
        let answer = within(self.limit(), self.desks.command(&self.who, id, command)).await;
        let left = leaves && answer.is_ok();
        self.answer(id, answer.map(|ack| translate::ack(id, &ack))).await?;
        if left { Err(End::Ours(CloseCode::SignedOut)) } else { Ok(()) }
    }

    async fn refresh(&mut self, id: RequestId, token: Private<String>) -> Result<(), End> {
        let admitted = within(self.limit(), self.doors.admit(&token)).await;
        let answer = admitted.and_then(|fresh| {
            if fresh.tenant == self.who.tenant && fresh.party == self.who.party {
                Ok(fresh)
            } else {
                Err(Refusal::new(Reason::PermissionDenied, "the token is another agent's, or has another role"))
            }
        });
        let frame = answer.map(|fresh| {
            self.stay.renew(fresh.expires);
            let result = Some(Answer::Refreshed(wire::Refreshed { expire_time: Some(timestamp(fresh.expires)) }));
            self.who = fresh;
            Frame::Ack(wire::Ack { id: id.to_string(), sequence: 0, result })
        });
        self.answer(id, frame).await
    }

    /// How long a port may take to answer.
    const fn limit(&self) -> Duration {
        self.link.settings().command
    }

    async fn answer(&mut self, id: RequestId, answer: Result<Frame, Refusal>) -> Result<(), End> {
        match answer {
            Ok(frame) => self.send(frame).await,
            Err(refusal) => self.refuse(id.to_string(), refusal).await,
        }
    }

    /// What has no answer is answered where it was refused, so that a desk's developer sees why nothing happens.
    async fn unanswered(&mut self, done: Result<(), Refusal>) -> Result<(), End> {
        match done {
            Ok(()) => Ok(()),
            Err(refusal) => self.refuse(String::new(), refusal).await,
        }
    }

    async fn refuse(&mut self, id: String, refusal: Refusal) -> Result<(), End> {
        self.send(translate::error(&Fault { id, refusal })).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        send(&mut self.link, frame).await
    }
}

/// Sends a frame now.
async fn send(link: &mut Link, frame: Frame) -> Result<(), End> {
    link.send(&wire::ServerFrame { frame: Some(frame) }).await
}

/// Waits until a newer socket of the same tab has come.
async fn superseded(turn: &mut Option<Generation<Tab>>) {
    match turn {
        Some(turn) => turn.superseded().await,
        None => std::future::pending().await,
    }
}
