//! Which leg lives by which streams. The first stream of a leg brings it (back), the end of the last one loses it.
//!
//! Invariant: for one leg, coming and losing are told one after the other, in the order in which they happened here. So a
//! stream that is opened while the one before still breaks does not end up lost.

use crate::Settings;
use segue_adapter_kit::{House, Order, Target, ids, lost};
use segue_session::{Arriving, Channel, Claim, Command, LegId, Principal, Reason, Refusal, SessionId, Standing};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as TellingMutex, watch};

/// All legs that have streams here.
#[derive(Debug, Default)]
pub(crate) struct Legs(Mutex<HashMap<LegId, Arc<Place>>>);

/// One leg.
#[derive(Debug, Default)]
struct Place {
    /// How many streams it has; held while the house is told.
    streams: TellingMutex<usize>,
    /// How an order to end it stands.
    ending: watch::Sender<Ending>,
}

/// How an order to end a leg stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ending {
    /// There is none.
    #[default]
    No,
    /// It is under way: do not bring the leg back now.
    Asked,
    /// It was obeyed: the streams go.
    Done,
}

impl Legs {
    fn places(&self) -> std::sync::MutexGuard<'_, HashMap<LegId, Arc<Place>>> {
        // Nothing panics while it is held; a poisoned map is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream of a leg: brings the leg back where it has none.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        house: &Arc<dyn House>,
        settings: &Settings,
        who: &Principal,
        session: SessionId,
        leg: LegId,
    ) -> Result<Presence, Refusal> {
        let place = Arc::clone(self.places().entry(leg).or_default());
        let presence =
            Presence { legs: Arc::clone(self), house: Arc::clone(house), who: who.clone(), session, leg, limit: settings.deadline, place };
        let entered = presence.enter(settings.streams_per_leg).await;
        if entered.is_err() {
            presence.tidy();
        }
        entered.map(|()| presence)
    }

    /// Ends a leg on purpose, by `order`: its streams do not bring it back meanwhile, and go when it is done.
    pub(crate) async fn end<T>(&self, leg: LegId, order: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        let tell = |ending| {
            if let Some(place) = self.places().get(&leg) {
                place.ending.send_replace(ending);
            }
        };
        tell(Ending::Asked);
        let result = order.await;
        tell(if result.is_ok() { Ending::Done } else { Ending::No });
        result
    }
}

/// A stream's hold on its leg. [`Presence::leave`] must be called; the task that owns it is not cancelled from outside.
pub(crate) struct Presence {
    legs: Arc<Legs>,
    house: Arc<dyn House>,
    who: Principal,
    session: SessionId,
    leg: LegId,
    /// How long the house may take to answer.
    limit: Duration,
    place: Arc<Place>,
}

impl Presence {
    async fn enter(&self, most: usize) -> Result<(), Refusal> {
        let mut streams = self.place.streams.lock().await;
        if *streams >= most {
            return Err(Refusal::new(Reason::LimitExceeded, "too many streams on this leg")
                .about("limit", "streams_per_leg")
                .about("most", most.to_string()));
        }
        // Whoever may not see the session finds nothing here, however many streams of its owner's there are.
        active(&self.house.view(&self.who, self.session, None).await?.standing)?;
        if *streams == 0 {
            self.bring_back().await?;
        }
        *streams = streams.saturating_add(1);
        Ok(())
    }

    /// The leg is here: one that is live stays as it is, one that was lost is back, one that has ended (the session was
    /// moved) is told where the session is live. Only for a session that was just seen active: a mere look resumes nothing.
    pub(crate) async fn bring_back(&self) -> Result<(), Refusal> {
        let leg = Arriving { leg: self.leg, channel: Channel::App, address: None, language: None };
        self.order(Command::Resume { leg, by: Claim::SameLeg }).await
    }

    /// Which leg it is.
    pub(crate) const fn leg(&self) -> LegId {
        self.leg
    }

    /// Whether the leg is being ended on purpose.
    pub(crate) fn ending(&self) -> bool {
        *self.place.ending.borrow() != Ending::No
    }

    /// Waits until the leg has ended on purpose.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ending = self.place.ending.subscribe();
        async move {
            let _ = ending.wait_for(|ending| *ending == Ending::Done).await;
        }
    }

    /// The stream is over. `settled`: the session is not active any more, so there is no leg to lose.
    pub(crate) async fn leave(self, settled: bool) {
        let mut streams = self.place.streams.lock().await;
        *streams = streams.saturating_sub(1);
        if *streams == 0 && !settled && *self.place.ending.borrow() != Ending::Done {
            lost(&*self.house, &self.who, self.session, self.leg, self.limit).await;
        }
        drop(streams);
        self.tidy();
    }

    async fn order(&self, command: Command) -> Result<(), Refusal> {
        let order = Order { request: ids::own(), target: Target::Session(self.session), command };
        self.house.order(&self.who, order).await.map(drop)
    }

    /// Forgets the place when nobody else holds it.
    fn tidy(&self) {
        let mut places = self.legs.places();
        // Two: the map's and ours. Whoever comes takes theirs under the map's lock.
        if Arc::strong_count(&self.place) == 2 {
            places.remove(&self.leg);
        }
    }
}

/// Refuses to follow what is not going on.
fn active(standing: &Standing) -> Result<(), Refusal> {
    match standing {
        Standing::Active => Ok(()),
        Standing::Suspended(_) => Err(Refusal::new(Reason::SessionSuspended, "the session is suspended; resume it first")),
        Standing::Closed { .. } => Err(Refusal::new(Reason::SessionClosed, "the session is closed")),
        Standing::Expired { .. } => Err(Refusal::new(Reason::SessionExpired, "the session's time is over")),
    }
}
