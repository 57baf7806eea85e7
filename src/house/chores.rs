//! What the house does by itself beside the commands that led to it: so much at once, and the rest when its turn comes, each
//! thing once, however often it was asked for.
//!
//! Late, never lost: what waits is told apart by what it is about, so there is never more of it than sessions and offers alive,
//! and the newest word on a thing replaces the one that waited. What the end of the process takes with it is asked for again by
//! whoever wants it of the next.
//!
//! What is *not* here: look-ups of journeys, which have queues of their own by host; and what sessions hear of the router.

use crate::engine::meters::OfTenant;
use crate::house::tenant::Tenant;
use segue_session::store::LookupKey;
use segue_session::{InteractionId, SessionId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// Chores of one tenant at once.
const AT_ONCE: usize = 256;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chore {
    /// Whoever is known at these keys is told to the session.
    Recognise(SessionId, BTreeSet<LookupKey>),
    /// A connector's part of a pop is fetched, and told to the desks that show the interaction.
    Enrich {
        session: SessionId,
        interaction: InteractionId,
        /// Which of the tenant's connectors.
        connector: usize,
    },
    /// All desks that are here look whether they missed anything.
    CatchUp,
}

/// What a chore is about: of one thing, one waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Session(SessionId),
    Part(InteractionId, usize),
    Desks,
}

/// A tenant's chores.
pub(super) struct Chores {
    waiting: Mutex<Waiting>,
    places: Arc<Semaphore>,
}

#[derive(Default)]
struct Waiting {
    order: VecDeque<About>,
    chores: BTreeMap<About, Chore>,
}

impl Default for Chores {
    fn default() -> Self {
        Self { waiting: Mutex::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Chores {
    /// Nothing is begun any more.
    pub(super) fn close(&self) {
        self.places.close();
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        Arc::clone(&self.places).try_acquire_owned()
    }

    fn put(&self, chore: Chore) {
        let about = chore.about();
        let mut waiting = self.lock();
        match (waiting.chores.get_mut(&about), chore) {
            (Some(Chore::Recognise(_, keys)), Chore::Recognise(_, more)) => keys.extend(more),
            (Some(former), chore) => *former = chore,
            (None, chore) => {
                waiting.order.push_back(about);
                waiting.chores.insert(about, chore);
            }
        }
    }

    fn len(&self) -> usize {
        self.lock().order.len()
    }

    fn next(&self) -> Option<Chore> {
        let mut waiting = self.lock();
        let about = waiting.order.pop_front()?;
        waiting.chores.remove(&about)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chore {
    fn about(&self) -> About {
        match self {
            Self::Recognise(session, _) => About::Session(*session),
            Self::Enrich { interaction, connector, .. } => About::Part(*interaction, *connector),
            Self::CatchUp => About::Desks,
        }
    }
}

impl Tenant {
    /// Has something done beside the command that led to it.
    pub(super) fn chore(self: &Arc<Self>, chore: Chore) {
        match self.chores.place() {
            Ok(place) => self.do_chores(place, Some(chore)),
            Err(TryAcquireError::Closed) => {}
            Err(TryAcquireError::NoPermits) => {
                self.meters.limit("chores");
                self.chores.put(chore);
                self.count_chores();
                self.go_on_with_chores();
            }
        }
    }

    /// A place that came free after somebody found none does what they left.
    fn go_on_with_chores(self: &Arc<Self>) {
        if self.chores.len() > 0
            && let Ok(place) = self.chores.place()
        {
            self.do_chores(place, None);
        }
    }

    fn do_chores(self: &Arc<Self>, place: OwnedSemaphorePermit, first: Option<Chore>) {
        let tenant = Arc::clone(self);
        tokio::spawn(async move {
            let mut next = first;
            while let Some(chore) = next.take().or_else(|| tenant.chores.next()) {
                tenant.count_chores();
                tenant.perform(chore).await;
            }
            drop(place);
            tenant.go_on_with_chores();
        });
    }

    fn count_chores(&self) {
        let of = OfTenant { tenant: self.id.to_string() };
        self.meters.chores.get_or_create(&of).set(i64::try_from(self.chores.len()).unwrap_or(i64::MAX));
    }

    async fn perform(self: &Arc<Self>, chore: Chore) {
        match chore {
            Chore::Recognise(session, keys) => self.recognise(session, &keys).await,
            Chore::Enrich { session, interaction, connector } => self.enrich(session, interaction, connector).await,
            Chore::CatchUp => self.catch_up_desks().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn session(n: u128) -> SessionId {
        SessionId(Uuid::from_u128(n))
    }

    fn key(n: u8) -> LookupKey {
        LookupKey { kind: segue_session::store::KeyKind::Phone, hash: [n; 16] }
    }

    fn part(connector: usize) -> Chore {
        Chore::Enrich { session: session(1), interaction: InteractionId(7), connector }
    }

    #[test]
    fn of_one_thing_one_waits_with_the_newest_word_on_it() {
        let chores = Chores::default();
        let known = |keys: &[u8]| Chore::Recognise(session(1), keys.iter().map(|n| key(*n)).collect());
        for chore in [known(&[1]), part(0), Chore::CatchUp, known(&[2]), part(0), part(1), Chore::CatchUp] {
            chores.put(chore);
        }
        let order: Vec<Chore> = std::iter::from_fn(|| chores.next()).collect();
        assert_eq!(order, [known(&[1, 2]), part(0), Chore::CatchUp, part(1)]);
    }
}
