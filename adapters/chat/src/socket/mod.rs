//! One page's socket: hello, then news and commands until it ends.

mod commands;
mod hello;
mod here;
mod news;

use crate::Shared;
use crate::translate::{self, Fault, Manner};
use here::Here;
use segue_adapter_kit::ws::{CloseCode, End, Link, instant_of};
use segue_adapter_kit::{Backoff, Draining, Ephemeral, Order, Target, Watch, ids, spread, within};
use segue_proto::chat::v1::{self as wire, server_frame::Frame};
use segue_session::{Command, Principal, Reason, Refusal};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, sleep_until};

/// How often the house is told that a leg is lost, where it does not answer. Nobody else tells it; after this the session's
/// idle time ends the leg.
const TRIES: u32 = 5;

/// Serves a socket until it ends.
pub(crate) async fn serve(shared: Shared, mut link: Link, from: String) -> (Link, End) {
    match hello::hello(&shared, &mut link).await {
        Ok(admitted) => {
            let mut socket = Socket::new(shared, link, *admitted, from);
            let end = Box::pin(socket.run()).await;
            socket.lose().await;
            (socket.link, end)
        }
        Err(end) => (link, end),
    }
}

/// A page that said hello.
struct Socket {
    shared: Shared,
    link: Link,
    draining: Draining,
    who: Principal,
    device: String,
    manner: Manner,
    /// Where tries of codes are counted.
    from: String,
    /// The leg that this socket is.
    here: Option<Here>,
    /// When the token ends.
    expires: Instant,
    /// When the socket closes, once it was told to move.
    leave: Option<Instant>,
    /// When to ask again for what could not be read, and how often that failed.
    again: Option<(Instant, u32)>,
}

/// What happened next.
enum Turn {
    Superseded,
    Drain,
    Leave,
    Expired,
    News,
    Passed(Result<Ephemeral, RecvError>),
    Heard(String),
    Ended(End),
}

impl Socket {
    fn new(shared: Shared, link: Link, admitted: hello::Admitted, from: String) -> Self {
        let hello::Admitted { who, device, manner, here } = admitted;
        let (expires, draining) = (instant_of(who.expires), shared.entrance.draining.clone());
        let mut socket = Self { shared, link, draining, who, device, manner, from, here: None, expires, leave: None, again: None };
        if let Some((mut here, view)) = here {
            // The view of the attachment is not shown from here, but read again with the messages: one way for both.
            here.live = view.is_some();
            socket.here = Some(here);
            socket.again = Some((Instant::now(), 0));
        }
        socket
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
            Turn::Passed(Ok(what)) => match translate::passed(&what) {
                Some(frame) => self.send(frame).await,
                None => Ok(()),
            },
            Turn::Passed(Err(RecvError::Lagged(_))) => Ok(()),
            Turn::Passed(Err(RecvError::Closed)) => {
                if let Some(here) = &mut self.here {
                    here.passing = false;
                }
                Ok(())
            }
            Turn::Heard(text) => self.heard(&text).await,
            Turn::Ended(end) => Err(end),
        }
    }

    async fn turn(&mut self) -> Turn {
        let again = self.again.map(|(at, _)| at);
        let bell = bell(&mut self.here, again.is_none());
        tokio::select! {
            turn = bell => turn,
            () = self.draining.wait(), if self.leave.is_none() => Turn::Drain,
            () = at(self.leave) => Turn::Leave,
            () = sleep_until(self.expires) => Turn::Expired,
            () = at(again) => Turn::News,
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

    /// The leg's connection is gone, unless a newer socket has the leg, or the session was over anyway.
    async fn lose(&mut self) {
        let Some(here) = self.here.take().filter(|here| here.live) else { return };
        let _alone = self.shared.legs.alone(&here.leg).await;
        if !here.turn.current() {
            return;
        }
        let order = Order { request: ids::own(), target: Target::Session(here.session), command: Command::Lose(here.leg) };
        for tries in 0..TRIES {
            match within(self.limit(), self.shared.house.order(&self.who, order.clone())).await {
                Err(refusal) if transient(refusal.reason) => sleep(Backoff::LINK.delay(tries, rand::random())).await,
                Err(refusal) => {
                    tracing::debug!(reason = %refusal.reason.name(), "a leg could not be told lost");
                    return;
                }
                Ok(_) => return,
            }
        }
        tracing::warn!(session = %here.session, "a leg could not be told lost; the session's idle time will end it");
    }

    /// How long a port may take to answer.
    const fn limit(&self) -> Duration {
        self.link.settings().command
    }

    async fn refuse(&mut self, id: String, refusal: Refusal) -> Result<(), End> {
        self.send(translate::error(&Fault { id, refusal })).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        send(&mut self.link, frame).await
    }
}

/// Waits for something from the session of this leg, where the socket is one.
async fn bell(here: &mut Option<Here>, listen: bool) -> Turn {
    let Some(Here { watch: Watch { wake, ephemeral }, turn, passing, live, .. }) = here else {
        return std::future::pending().await;
    };
    tokio::select! {
        () = turn.superseded() => Turn::Superseded,
        // A leg that is over has shown so; what others do with the session since is not for this page.
        rung = wake.changed(), if listen && *live => match rung {
            Ok(()) => Turn::News,
            Err(_) => Turn::Ended(End::Ours(CloseCode::Unavailable)),
        },
        passed = ephemeral.recv(), if *passing && *live => Turn::Passed(passed),
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
        tracing::error!(%error, "a frame for a page has no JSON form");
        End::Ours(CloseCode::Internal)
    })
}

/// Whether asking again after a while may help.
const fn transient(reason: Reason) -> bool {
    matches!(reason, Reason::Unavailable | Reason::Overloaded | Reason::DeadlineExceeded | Reason::VersionConflict)
}

/// Waits for a moment that may not be set; then for ever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
