//! Streams: one task each, which holds its leg's presence, fetches on a ring, and tells what is newer.
//!
//! A stream ends in order after a view that is not active any more, after `moving`, and when its leg is ended; with a status
//! for everything else. What a slow reader has not read is bounded: a few events, and after a while the end.
//!
//! What is *not* here: what is news to a client (the kit tells), how it looks ([`crate::events`]), and what it says itself ([`crate::talk`]).

use crate::admit::{self, Caller};
use crate::events::Events;
use crate::legs::Presence;
use crate::service::{Shared, refused};
use crate::translate::Watching;
use futures_util::stream::{BoxStream, StreamExt as _};
use segue_adapter_kit::{Draining, Ephemeral, Follower, Next, Watch, instant_of, now, spread};
use segue_proto::app::v1::SessionEvent;
use segue_proto::error::outside;
use segue_session::{Channel, Reason, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, broadcast::error::RecvError, mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// Events that wait for a reader before the stream itself waits.
const WAITING: usize = 16;
/// As long as no stream lasts: a deadline for those without one.
const AGES: Duration = Duration::from_secs(365 * 24 * 3600);

/// What the client reads.
pub(crate) type Told<T> = BoxStream<'static, Result<T, Status>>;

/// One stream, from its opening to its end.
pub(crate) struct Stream<T> {
    /// What all streams share.
    pub(crate) shared: Arc<Shared>,
    /// Whose.
    pub(crate) caller: Caller,
    /// Where events go.
    pub(crate) tx: mpsc::Sender<T>,
    /// How an event looks on this stream.
    pub(crate) wrap: fn(SessionEvent) -> T,
    /// How long it may last, where the caller says so.
    pub(crate) lasts: Option<Duration>,
}

/// A stream about to begin.
pub(crate) struct Opened<T> {
    /// The stream.
    pub(crate) stream: Stream<T>,
    /// How its end is told.
    end: oneshot::Sender<Status>,
    /// What the client reads.
    told: Told<T>,
    /// Its room among all streams.
    room: OwnedSemaphorePermit,
}

impl<T: Send + 'static> Opened<T> {
    /// Opens one if there is room for it; a node that goes away takes no new ones.
    pub(crate) fn new(
        shared: &Arc<Shared>,
        caller: &Caller,
        wrap: fn(SessionEvent) -> T,
        lasts: Option<Duration>,
    ) -> Result<Self, Refusal> {
        if shared.draining.begun() {
            return Err(Refusal::new(Reason::Unavailable, "this node is going away; try another").retry_after(1000));
        }
        let Ok(room) = Arc::clone(&shared.streams).try_acquire_owned() else {
            shared.meter.limit_reached("app", "streams");
            return Err(Refusal::new(Reason::Overloaded, "too many streams are open; try again in a while").retry_after(1000));
        };
        let (tx, rx) = mpsc::channel(WAITING);
        // The end has a way of its own, so that it is told even to a reader who has left no room.
        let (end, ended) = oneshot::channel();
        let last = futures_util::stream::once(ended).filter_map(|status| async { status.ok().map(Err) });
        let told = ReceiverStream::new(rx).map(Ok).chain(last).boxed();
        Ok(Self { stream: Stream { shared: Arc::clone(shared), caller: caller.clone(), tx, wrap, lasts }, end, told, room })
    }

    /// Begins, in a task of its own.
    pub(crate) fn begin(self, watching: Watching, talk: impl Future<Output = Result<(), Refusal>> + Send + 'static) -> Told<T> {
        let Self { stream, end, told, room } = self;
        tokio::spawn(async move {
            stream.run(watching, end, talk).await;
            drop(room);
        });
        told
    }
}

/// How following came to its end without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The session is not active any more: there is no leg to lose.
    Settled,
    /// Otherwise.
    Over,
}

impl<T: Send + 'static> Stream<T> {
    /// Follows until the end; `talk` goes on beside it, and its end is the stream's.
    async fn run(self, watching: Watching, end: oneshot::Sender<Status>, talk: impl Future<Output = Result<(), Refusal>> + Send) {
        let shared = Arc::clone(&self.shared);
        let began = Instant::now();
        shared.meter.socket_opened("app");
        let entered = shared.legs.enter(&shared.house, &shared.settings, &self.caller.who, watching.session, watching.leg).await;
        let (result, presence) = match entered {
            Err(refusal) => (Err(refusal), None),
            Ok(presence) => (self.both(watching, &presence, talk).await, Some(presence)),
        };
        let code = result.as_ref().map_or_else(|refusal| outside(refusal.reason).code_name(), |_| "OK");
        shared.meter.socket_closed("app", code, began.elapsed());
        let settled = result == Ok(End::Settled);
        if let Err(refusal) = &result {
            // The client may be gone; then there is nobody to tell.
            let _ = end.send(refused(refusal));
        }
        if let Some(presence) = presence {
            presence.leave(settled).await;
        }
    }

    async fn both(
        self,
        watching: Watching,
        presence: &Presence,
        talk: impl Future<Output = Result<(), Refusal>> + Send,
    ) -> Result<End, Refusal> {
        let watch = self.shared.house.watch(&self.caller.who, watching.session);
        let following = Following {
            presence,
            draining: self.shared.draining.clone(),
            follower: Follower::new(watching.session, watching.after),
            events: Events::new(watching.leg, watching.after, watching.continued),
            watch,
            stream: self,
        };
        tokio::select! {
            end = following.follow() => end,
            end = talk => end.map(|()| End::Over),
        }
    }

    /// Hands an event to the reader, who has a while to make room.
    async fn tell(&self, event: SessionEvent) -> Result<(), Refusal> {
        match tokio::time::timeout(self.shared.settings.slow, self.tx.send((self.wrap)(event))).await {
            // Where the reader is gone, the loop hears so by itself.
            Ok(_) => Ok(()),
            Err(_) => {
                self.shared.meter.limit_reached("app", "slow_reader");
                Err(Refusal::new(Reason::LimitExceeded, "the stream is read too slowly").about("limit", "slow_reader"))
            }
        }
    }
}

/// A stream that is under way.
struct Following<'a, T> {
    stream: Stream<T>,
    presence: &'a Presence,
    follower: Follower,
    events: Events,
    watch: Watch,
    draining: Draining,
}

/// What makes a stream look up.
enum News {
    Rung,
    Passed(Ephemeral),
    Missed,
    Quiet,
    Draining,
    Left,
    Expired,
    TooLate,
    Cut,
}

impl<T: Send + 'static> Following<'_, T> {
    async fn follow(mut self) -> Result<End, Refusal> {
        let ended = self.presence.ended();
        tokio::pin!(ended);
        let deadline = Instant::now() + self.stream.lasts.unwrap_or(AGES).min(AGES);
        let expires = instant_of(self.stream.caller.who.expires);
        loop {
            if self.catch_up().await? == Some(End::Settled) {
                return Ok(End::Settled);
            }
            let quiet = Instant::now() + self.stream.shared.settings.heartbeat;
            let news = tokio::select! {
                rung = self.watch.wake.changed() => if rung.is_ok() { News::Rung } else { News::Cut },
                passed = self.watch.ephemeral.recv() => match passed {
                    Ok(what) => News::Passed(what),
                    Err(RecvError::Lagged(_)) => News::Missed,
                    Err(RecvError::Closed) => News::Cut,
                },
                () = sleep_until(quiet) => News::Quiet,
                () = self.draining.wait() => News::Draining,
                () = self.stream.tx.closed() => News::Left,
                () = &mut ended => News::Left,
                () = sleep_until(expires) => News::Expired,
                () = sleep_until(deadline) => News::TooLate,
            };
            match news {
                News::Rung | News::Missed => {}
                News::Passed(what) => {
                    if let Some(event) = self.events.pass(what) {
                        self.stream.tell(event).await?;
                    }
                }
                News::Quiet => self.stream.tell(self.events.heartbeat(now())).await?,
                News::Draining => {
                    let after = spread(self.stream.shared.settings.move_within, rand::random());
                    self.stream.tell(self.events.moving(after)).await?;
                    return Ok(End::Over);
                }
                News::Left => return Ok(End::Over),
                News::Expired => return Err(Refusal::new(Reason::Unauthenticated, "the token has ended; come back with a fresh one")),
                News::TooLate => return Err(admit::too_late()),
                News::Cut => return Err(Refusal::new(Reason::Unavailable, "the node has lost its store; come back").retry_after(1000)),
            }
        }
    }

    /// Tells what is newer than what was told, if the bell has rung.
    async fn catch_up(&mut self) -> Result<Option<End>, Refusal> {
        let Self { stream, events, follower, watch, presence, .. } = self;
        let (shared, who) = (&stream.shared, &stream.caller.who);
        let leg = (!presence.ending()).then(|| presence.leg());
        let mut looked = false;
        while let Some(told) = follower.next(&*shared.house, who, leg, shared.settings.deadline, &mut watch.wake).await? {
            looked |= matches!(told, Next::View(..));
            stream.tell(events.told(told)).await?;
        }
        // Another stream of this leg may have broken elsewhere, later than this one came: then the leg counts as lost.
        if looked && follower.active() && !follower.is_on(Channel::App) && !presence.ending() {
            presence.bring_back().await?;
        }
        Ok((!follower.active()).then_some(End::Settled))
    }
}
