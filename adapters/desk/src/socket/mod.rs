//! One desk's socket: hello, then news and commands until it ends.

mod figures;
mod hello;
mod news;

use crate::translate::{self, Asked, Fault};
use crate::{Shared, Tab};
use figures::{Figures, stirred};
use hello::Admitted;
use segue_adapter_kit::ws::{CloseCode, End, Generation, Link, instant_of, now};
use segue_adapter_kit::{Connection, Desks, Doors, Draining, Ephemeral, spread, within};
use segue_proto::convert::{frame::id_of, timestamp};
use segue_proto::desk::v1::{self as wire, ack::Result as Answer, server_frame::Frame};
use segue_session::store::Seq;
use segue_session::{AgentName, DeskCommand, Principal, Private, Reason, Refusal, RequestId, SessionId};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

/// Serves a socket until it ends.
pub(crate) async fn serve(shared: Shared, mut link: Link) -> (Link, End) {
    let draining = shared.entrance.draining.clone();
    let end = match hello::hello(&shared, &mut link).await {
        Ok(admitted) => {
            let mut socket = Socket::new(&shared, link, *admitted, draining);
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
    draining: Draining,
    who: Principal,
    me: AgentName,
    connection: Connection,
    /// The last entry that was sent.
    sent: Seq,
    /// When the token ends.
    expires: Instant,
    /// The tab's turn, where the desk named its tab.
    turn: Option<Generation<Tab>>,
    /// When the socket closes, once it was told to move.
    leave: Option<Instant>,
    /// When to ask again for entries that could not be read, and how often that failed.
    again: Option<(Instant, u32)>,
    /// Whether typing and receipts can still come.
    passing: bool,
    /// What a supervisor was told of queues and agents.
    figures: Option<Figures>,
}

/// What happened next.
enum Turn {
    Superseded,
    Drain,
    Leave,
    Expired,
    News,
    Stirred,
    Passed(Result<(SessionId, Ephemeral), RecvError>),
    Heard(String),
    Ended(End),
}

impl Socket {
    fn new(shared: &Shared, link: Link, admitted: Admitted, draining: Draining) -> Self {
        let Admitted { who, me, mut connection, sent, turn } = admitted;
        let figures = connection.stir.take().map(Figures::new);
        let expires = instant_of(who.expires);
        let (doors, desks) = (Arc::clone(&shared.entrance.doors), Arc::clone(&shared.desks));
        Self { link, doors, desks, draining, who, me, connection, sent, expires, turn, leave: None, again: None, passing: true, figures }
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
            Turn::Drain => self.tell_to_move().await,
            Turn::Leave => Err(End::Ours(CloseCode::Moving)),
            Turn::Expired => Err(End::Ours(CloseCode::TokenExpired)),
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
        let again = self.again.map(|(at, _)| at);
        tokio::select! {
            () = superseded(&mut self.turn) => Turn::Superseded,
            () = self.draining.wait(), if self.leave.is_none() => Turn::Drain,
            () = at(self.leave) => Turn::Leave,
            () = sleep_until(self.expires) => Turn::Expired,
            rung = self.connection.wake.changed(), if again.is_none() => match rung {
                Ok(()) => Turn::News,
                Err(_) => Turn::Ended(End::Ours(CloseCode::Unavailable)),
            },
            () = at(again) => Turn::News,
            () = stirred(&mut self.figures) => Turn::Stirred,
            passed = self.connection.ephemeral.recv(), if self.passing => Turn::Passed(passed),
            heard = self.link.next() => match heard {
                Ok(text) => Turn::Heard(text.as_str().to_owned()),
                Err(end) => Turn::Ended(end),
            },
        }
    }

    /// Says that this node goes away, and when to come back; the socket stays for a while, so that what is under way ends.
    async fn tell_to_move(&mut self) -> Result<(), End> {
        let settings = self.link.settings();
        let after = spread(settings.move_within, rand::random());
        self.leave = Some(Instant::now() + settings.move_grace);
        self.send(Frame::Move(wire::Move { reconnect_after_ms: millis(after) })).await
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
            self.expires = instant_of(fresh.expires);
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
    let text = text_of(frame)?;
    link.send(text).await
}

/// A frame as protobuf JSON.
fn text_of(frame: Frame) -> Result<String, End> {
    serde_json::to_string(&wire::ServerFrame { frame: Some(frame) }).map_err(|error| {
        tracing::error!(%error, "a frame for a desk has no JSON form");
        End::Ours(CloseCode::Internal)
    })
}

/// Waits for a moment that may not be set; then for ever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Waits until a newer socket of the same tab has come.
async fn superseded(turn: &mut Option<Generation<Tab>>) {
    match turn {
        Some(turn) => turn.superseded().await,
        None => std::future::pending().await,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
