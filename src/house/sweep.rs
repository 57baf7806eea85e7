//! What is due: sessions' deadlines, legs that died with the former process, doorbells of places in line and lost rings.

use crate::house::tenant::Tenant;
use futures_util::future::join_all;
use segue_adapter_kit::Backoff;
use segue_router::Span;
use segue_session::{Actor, Command, Leg, LegStanding, Refusal, SessionId, Time};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

/// How often deadlines are looked at, and places told; in `listen::TURNS` of them each doorbell is held against the store.
const TURN: Duration = Duration::from_millis(250);
/// After how many turns it is forgotten who does not watch any more.
const FORGET: u64 = 16;
/// Sessions dealt with at once.
const AT_ONCE: usize = 100;
/// How long a session is left alone whose deadline cannot be dealt with.
const REST: Span = Span::seconds(60);
/// Live sessions read at once while looking for legs that died.
const PAGE: usize = 200;

/// Sessions whose deadlines were tried in vain, and until when each is left alone: they stay at the head of the index, and
/// must not keep anybody else from their turn.
type Resting = HashMap<SessionId, Time>;

/// Deals with what is due until told to stop.
pub(super) async fn sweep(tenant: Arc<Tenant>, mut stop: watch::Receiver<bool>) {
    let mut turns = turns();
    let mut resting = Resting::new();
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stop.changed() => return,
        }
        due(&tenant, &mut resting, &stop).await;
    }
}

/// Tells who waits of their place, and rings where a ring was lost, until told to stop. Apart from what is due: many who watch
/// must not hold up a deadline.
pub(super) async fn tell(tenant: Arc<Tenant>, mut stop: watch::Receiver<bool>) {
    let mut turns = turns();
    for turn in 0_u64.. {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stop.changed() => return,
        }
        tenant.tell_places().await;
        tenant.listen(turn).await;
        if turn % FORGET == 0 {
            tenant.bells.forget(tenant.silent_since());
        }
    }
}

fn turns() -> Interval {
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    turns
}

/// Gives each session for which something is due its timer, each once.
async fn due(tenant: &Arc<Tenant>, resting: &mut Resting, stop: &watch::Receiver<bool>) {
    let now = tenant.clock.now();
    resting.retain(|_, until| *until > now);
    while !*stop.borrow() {
        let rows = match tenant.store.due(&tenant.id, now, resting.len().saturating_add(AT_ONCE)).await {
            Ok(rows) => rows,
            Err(error) => {
                drop(tenant.failed(&error));
                return;
            }
        };
        let rows: Vec<_> = rows.into_iter().filter(|(_, session)| !resting.contains_key(session)).take(AT_ONCE).collect();
        // Together, so that the store writes them together.
        let timers = join_all(rows.iter().map(|(row, session)| tenant.timer(*session, *row, now))).await;
        for ((_, session), done) in rows.iter().zip(timers) {
            match done {
                Ok(true) => {}
                // Others were quicker, or the store is out of breath: the next turn finds it again.
                Err(refusal) if refusal.passes() => drop(resting.insert(*session, now)),
                Ok(false) | Err(_) => {
                    tenant.meters.stuck.inc();
                    tracing::warn!(tenant = tenant.id.as_str(), %session, "a deadline cannot be dealt with; it rests for a while");
                    resting.insert(*session, now.after(REST));
                }
            }
        }
        if rows.len() < AT_ONCE {
            return;
        }
    }
}

/// The sockets of the process before this one are gone: their legs are lost, each with its grace. Beside the serving, in
/// chunks, so that a hundred thousand sessions delay nobody. A store that fails is asked again, for nobody else will tell.
pub(super) async fn lose_legs(tenant: Arc<Tenant>, mut stop: watch::Receiver<bool>) {
    let mut after: Option<SessionId> = None;
    let mut lost = 0;
    let mut tries = 0;
    while !*stop.borrow() {
        match lose_page(&tenant, after).await {
            Ok(page) => {
                (after, tries) = (page.last, 0);
                lost += page.lost;
                if page.last.is_none() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            Err(refusal) => {
                tracing::warn!(tenant = tenant.id.as_str(), reason = refusal.reason.name(), "legs could not be told lost; asking again");
                let pause = Backoff::LINK.bound(tries);
                tries = tries.saturating_add(1);
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = stop.changed() => return,
                }
            }
        }
    }
    if lost > 0 {
        tracing::info!(tenant = tenant.id.as_str(), sessions = lost, "legs of the process before this one are lost; their graces run");
    }
}

/// A page of live sessions, looked through.
struct Looked {
    /// The last session of the page; `None` where nothing comes after it.
    last: Option<SessionId>,
    /// Sessions with legs that were lost.
    lost: usize,
}

/// Looks through the page after a session. Done twice, it does nothing the second time.
async fn lose_page(tenant: &Arc<Tenant>, after: Option<SessionId>) -> Result<Looked, Refusal> {
    let page = tenant.store.live(&tenant.id, after, PAGE).await.map_err(|error| tenant.failed(&error))?;
    let stored = tenant.store.sessions(&tenant.id, &page).await.map_err(|error| tenant.failed(&error))?;
    let reads = stored.into_iter().flatten().filter_map(|stored| tenant.decode(stored).ok());
    // What the process before this one asked for them, it hears no answer to.
    let reads = reads.inspect(|read| tenant.ask_again(&read.session));
    // Whoever comes back meanwhile is known by the verb, which looks again.
    let former = |leg: &Leg| leg.standing == LegStanding::Live && leg.life != tenant.life;
    let dead = reads.filter(|read| read.session.legs.iter().any(former)).map(|read| read.session.id);
    let losses = dead.map(|session| tenant.apply(Actor::House, session, None, Command::LoseFormer));
    let losses = join_all(losses).await;
    let lost = losses.iter().filter(|loss| loss.is_ok()).count();
    match losses.into_iter().filter_map(Result::err).find(Refusal::passes) {
        Some(refusal) => Err(refusal),
        None => Ok(Looked { last: page.last().copied().filter(|_| page.len() == PAGE), lost }),
    }
}
