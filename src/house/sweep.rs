//! What is due: sessions' deadlines, legs that died with the former process, doorbells of places in line.

use crate::house::tenant::Tenant;
use futures_util::future::join_all;
use segue_session::{Actor, Command, LegStanding, SessionId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often deadlines are looked at, and places told.
const TURN: Duration = Duration::from_millis(250);
/// Sessions dealt with in one turn.
const AT_ONCE: usize = 100;
/// Live sessions read at once while looking for legs that died.
const PAGE: usize = 200;

/// Deals with what is due until told to stop.
pub(super) async fn sweep(tenant: Arc<Tenant>, mut stop: watch::Receiver<bool>) {
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stop.changed() => return,
        }
        let moved = std::mem::take(&mut *tenant.moved.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        tenant.bells.moved(&moved);
        // As long as a whole turn's worth was due, more may be.
        while due(&tenant).await == AT_ONCE && !*stop.borrow() {}
    }
}

/// Gives each session for which something is due its timer; how many there were.
async fn due(tenant: &Arc<Tenant>) -> usize {
    let due = match tenant.store.due(&tenant.id, tenant.clock.now(), AT_ONCE).await {
        Ok(due) => due,
        Err(error) => {
            drop(tenant.failed(&error));
            return 0;
        }
    };
    // Together, so that the store writes them together. Who is not dealt with now is found again in the next turn.
    let timers = due.into_iter().map(|(_, session)| tenant.apply(Actor::House, session, None, Command::Timer));
    join_all(timers).await.iter().filter(|applied| applied.is_ok()).count()
}

/// The sockets of the process before this one are gone: their legs are lost, each with its grace. Beside the serving, in
/// chunks, so that a hundred thousand sessions delay nobody.
pub(super) async fn lose_legs(tenant: Arc<Tenant>, born: segue_session::Time, stop: watch::Receiver<bool>) {
    let mut after: Option<SessionId> = None;
    let mut lost = 0;
    while !*stop.borrow() {
        let page = match tenant.store.live(&tenant.id, after, PAGE).await {
            Ok(page) => page,
            Err(error) => {
                drop(tenant.failed(&error));
                return;
            }
        };
        let stored = match tenant.store.sessions(&tenant.id, &page).await {
            Ok(stored) => stored,
            Err(error) => {
                drop(tenant.failed(&error));
                return;
            }
        };
        let reads = stored.into_iter().flatten().filter_map(|stored| tenant.decode(stored).ok());
        // A session that changed since belongs to somebody who is here.
        let dead = reads.filter(|read| read.session.updated < born).flat_map(|read| {
            let session = read.session.id;
            let legs = read.session.legs.into_iter().filter(|leg| leg.standing == LegStanding::Live);
            legs.map(move |leg| (session, leg.id))
        });
        let losses = dead.map(|(session, leg)| tenant.by_itself(session, None, Command::Lose(leg)));
        lost += join_all(losses).await.len();
        after = page.last().copied();
        if page.len() < PAGE {
            break;
        }
        tokio::task::yield_now().await;
    }
    if lost > 0 {
        tracing::info!(tenant = tenant.id.as_str(), legs = lost, "legs of the process before this one are lost; their graces run");
    }
}
