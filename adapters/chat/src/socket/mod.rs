//! One page's socket: hello, then news and commands until it ends.

mod commands;
mod hello;
mod here;
mod news;

use crate::Shared;
use crate::translate::{self, Manner};
use here::Here;
use segue_adapter_kit::ws::{CloseCode, End, Fault, Link, Stay};
use segue_adapter_kit::{Ephemeral, Retry, Watch, lost};
use segue_proto::chat::v1::{self as wire, server_frame::Frame};
use segue_session::{Principal, Refusal};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

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
    who: Principal,
    device: String,
    manner: Manner,
    /// Where tries of codes are counted.
    from: String,
    /// The leg that this socket is.
    here: Option<Here>,
    /// For how long.
    stay: Stay,
    /// What could not be read.
    again: Retry,
}

/// What happened next.
enum Turn {
    Superseded,
    Move(u64),
    News,
    Passed(Result<Ephemeral, RecvError>),
    Heard(String),
    Ended(End),
}

impl Socket {
    fn new(shared: Shared, link: Link, admitted: hello::Admitted, from: String) -> Self {
        let hello::Admitted { who, device, manner, here } = admitted;
        let stay = Stay::new(shared.entrance.draining.clone(), who.expires, link.settings());
        let mut socket = Self { shared, link, who, device, manner, from, here: None, stay, again: Retry::default() };
        if let Some((mut here, view)) = here {
            // The view of the attachment is not shown from here, but read again with the messages: one way for both.
            here.live = view.is_some();
            socket.here = Some(here);
            socket.again.now();
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
            Turn::Move(reconnect_after_ms) => self.send(Frame::Move(wire::Move { reconnect_after_ms })).await,
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
        let bell = bell(&mut self.here, !self.again.waits());
        tokio::select! {
            turn = bell => turn,
            over = self.stay.over() => over.map_or_else(Turn::Ended, Turn::Move),
            () = self.again.due() => Turn::News,
            heard = self.link.next() => match heard {
                Ok(text) => Turn::Heard(text.as_str().to_owned()),
                Err(end) => Turn::Ended(end),
            },
        }
    }

    /// The leg's connection is gone, unless a newer socket has the leg, or the session was over anyway.
    async fn lose(&mut self) {
        let Some(here) = self.here.take().filter(|here| here.live) else { return };
        let _alone = self.shared.legs.alone(&here.leg).await;
        if !here.turn.current() {
            return;
        }
        lost(&*self.shared.house, &self.who, here.session, here.leg, self.limit()).await;
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
    link.send(&wire::ServerFrame { frame: Some(frame) }).await
}
