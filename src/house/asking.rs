//! Journeys' questions to other systems: each asked once at a time, so many of one host at once, and none after its time.
//!
//! A journey's position says what it awaits. Whoever finds that nobody asks it (after a start, a repeat) asks it again under the
//! same id; one that is under way here is left alone.
//!
//! What is *not* here: what is asked, and what an answer leads to.

use crate::house::tenant::Tenant;
use segue_session::{Actor, Command, LookupDone, LookupRequest, Reason, RequestId, Session, SessionId, Time, awaited};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Questions to one host at once: a slow one holds up its own alone.
const AT_ONCE: usize = 64;
/// Questions to one host that are under way or wait for their turn; one more is refused.
const MOST: usize = 1024;

/// How long to wait before an answer is given again to a session whose store faltered.
const AGAIN: Duration = Duration::from_millis(200);

/// What is asked just now, by host.
#[derive(Debug, Default)]
pub(super) struct Asking(Mutex<BTreeMap<String, Host>>);

#[derive(Debug)]
struct Host {
    under_way: BTreeSet<RequestId>,
    turns: Arc<Semaphore>,
}

/// Whether a question is to be asked.
enum Begun {
    /// Once it is its turn.
    Now(Arc<Semaphore>),
    /// It is under way already.
    Already,
    /// Too many are asked of this host.
    Full,
}

impl Asking {
    fn begin(&self, host: &str, id: RequestId) -> Begun {
        let mut hosts = self.lock();
        let fresh = || Host { under_way: BTreeSet::new(), turns: Arc::new(Semaphore::new(AT_ONCE)) };
        let asked = hosts.entry(host.to_owned()).or_insert_with(fresh);
        if asked.under_way.contains(&id) {
            return Begun::Already;
        }
        if asked.under_way.len() >= MOST {
            return Begun::Full;
        }
        asked.under_way.insert(id);
        Begun::Now(Arc::clone(&asked.turns))
    }

    fn end(&self, host: &str, id: RequestId) {
        let mut hosts = self.lock();
        if let Some(asked) = hosts.get_mut(host) {
            asked.under_way.remove(&id);
            if asked.under_way.is_empty() {
                hosts.remove(host);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tenant {
    /// Asks what the session awaits, unless somebody does.
    pub(super) fn ask_again(self: &Arc<Self>, session: &Session) {
        if let Some(request) = awaited(session, &self.library, self.clock.now()) {
            self.look_up(session.id, request);
        }
    }

    /// Asks another system, and gives the journey its answer.
    pub(super) fn look_up(self: &Arc<Self>, session: SessionId, request: LookupRequest) {
        let host = host_of(request.url.reveal());
        let turns = match self.asking.begin(&host, request.id) {
            Begun::Now(turns) => Some(turns),
            Begun::Already => return,
            Begun::Full => {
                self.meters.limit("lookups");
                None
            }
        };
        let tenant = Arc::clone(self);
        tokio::spawn(async move {
            let id = request.id;
            let result = match turns {
                Some(turns) => {
                    let result = tenant.answer(&turns, &request).await;
                    tenant.asking.end(&host, id);
                    result
                }
                None => Err("refused".to_owned()),
            };
            tenant.tell_journey(session, request.until, LookupDone { id, result }).await;
        });
    }

    /// Gives a journey its answer. Where that passes, it is given again for as long as the question was to last; what is too
    /// much for the session is an answer that failed.
    pub(super) async fn tell_journey(self: &Arc<Self>, session: SessionId, until: Time, mut done: LookupDone) {
        loop {
            // Boxed: a look-up's answer may lead to another look-up.
            let told = Box::pin(self.apply(Actor::House, session, None, Command::LookedUp(done.clone()))).await;
            let Err(refusal) = told else { return };
            if refusal.reason == Reason::LimitExceeded && done.result.is_ok() {
                done.result = Err("too_large".to_owned());
            } else if refusal.passes() && self.clock.now() < until {
                tokio::time::sleep(AGAIN).await;
            } else {
                let reason = refusal.reason.name();
                return tracing::warn!(tenant = self.id.as_str(), %session, reason, "a journey did not take another system's answer");
            }
        }
    }

    /// The answer, where its turn comes and it is given in time: what the journey does not await any more is not asked.
    async fn answer(&self, turns: &Semaphore, request: &LookupRequest) -> Result<segue_session::Private<serde_json::Value>, String> {
        let left = || Duration::from_millis(request.until.since(self.clock.now()).0);
        let turn = tokio::time::timeout(left(), turns.acquire()).await;
        let (Ok(Ok(_turn)), wait) = (turn, left()) else { return Err("timeout".to_owned()) };
        if wait.is_zero() {
            return Err("timeout".to_owned());
        }
        self.connect.look_up(request, wait).await
    }
}

/// By what questions are told apart: the host alone, whatever the path says of a customer.
fn host_of(url: &str) -> String {
    reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_question_is_asked_once_at_a_time_and_a_slow_host_fills_its_own_queue() {
        let (asking, nth) = (Asking::default(), |n: usize| RequestId(Uuid::from_u128(n as u128)));
        assert!(matches!(asking.begin("slow", nth(0)), Begun::Now(_)));
        assert!(matches!(asking.begin("slow", nth(0)), Begun::Already));
        for n in 1..MOST {
            assert!(matches!(asking.begin("slow", nth(n)), Begun::Now(_)), "{n}");
        }
        assert!(matches!(asking.begin("slow", nth(MOST)), Begun::Full));
        assert!(matches!(asking.begin("quick", nth(MOST)), Begun::Now(_)));
        asking.end("slow", nth(0));
        assert!(matches!(asking.begin("slow", nth(MOST)), Begun::Now(_)));
        (0..=MOST).for_each(|n| asking.end("slow", nth(n)));
        asking.end("quick", nth(MOST));
        assert!(asking.lock().is_empty(), "nothing is left of whom nobody asks");
    }
}
