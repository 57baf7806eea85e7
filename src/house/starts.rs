//! How fast sessions may begin from one source, and how many of one customer's may be open: who never stops beginning must
//! not cost the others their place.
//!
//! Whoever is signed in is counted by subject. Strangers are counted by address (of an IPv6 address the /64), for each visit of
//! theirs has a subject of its own.
//!
//! What is *not* here: how much is under way in all.

use crate::house::port::LOOKED_THROUGH;
use crate::house::tenant::Tenant;
use segue_adapter_kit::{Pace, Peer, network};
use segue_session::store::KeyKind;
use segue_session::{Party, Principal, Reason, Refusal, SessionId, matter};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Of one customer: a second, for good, and at once.
const CUSTOMER: (u32, u32) = (1, 120);
/// Of all strangers of one address, who may be many behind it.
const ADDRESS: (u32, u32) = (10, 300);
/// Sources counted at once, each below 200 bytes. Past them newcomers share one count.
const SOURCES: usize = 100_000;
/// Sessions of one customer that may be open at once.
pub(super) const OPEN: usize = 100;

/// Where beginnings are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Customer(String),
    Address(String),
    Others,
}

/// Sessions that began lately, of one tenant.
#[derive(Debug, Default)]
pub(super) struct Starts(Mutex<BTreeMap<Source, Pace>>);

impl Starts {
    /// Counts a beginning.
    ///
    /// # Errors
    /// `LimitExceeded`, with the time to wait; it does not count then.
    fn begin(&self, who: &Principal, from: &str, now: Instant) -> Result<(), Refusal> {
        // Nothing panics while it is held; were it so, counts would still be counts.
        let mut sources = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut source, (rate, burst)) = match &who.party {
            Party::Customer(claims) if claims.customer.is_none() => (Source::Address(network(from)), ADDRESS),
            _ => (Source::Customer(who.subject.reveal().clone()), CUSTOMER),
        };
        if sources.len() >= SOURCES && !sources.contains_key(&source) {
            sources.retain(|_, pace| !pace.idle(now));
            if sources.len() >= SOURCES {
                source = Source::Others;
            }
        }
        let pace = sources.entry(source).or_insert_with(|| Pace::new(rate, burst, u32::MAX, now));
        if let Some(room) = pace.room(now) {
            let ms = u64::try_from((room - now).as_millis()).unwrap_or(u64::MAX).max(1);
            return Err(limit("starts", "sessions begin too fast from here; try again in a moment").retry_after(ms));
        }
        pace.take(now);
        Ok(())
    }
}

impl Tenant {
    /// Whether somebody may begin this session.
    ///
    /// # Errors
    /// `LimitExceeded`, naming `starts` or `open_sessions`.
    pub(super) async fn may_begin(&self, who: &Principal, session: SessionId) -> Result<(), Refusal> {
        let from = Peer::current().map(|Peer(address)| address).unwrap_or_default();
        let may = async {
            self.starts.begin(who, &from, Instant::now())?;
            if self.open_sessions(who, session).await? >= OPEN {
                let why = limit("open_sessions", "too many of your sessions are open; end or finish one first");
                return Err(why.about("most", OPEN.to_string()));
            }
            Ok(())
        };
        may.await.inspect_err(|refusal: &Refusal| {
            if let Some((_, limit)) = refusal.about.iter().find(|(key, _)| key == "limit") {
                self.meters.limit(limit);
            }
        })
    }

    /// How many sessions of a customer's are open, as far as that may reach the limit; none beside a session that there is
    /// already, for then this is a repeat.
    async fn open_sessions(&self, who: &Principal, session: SessionId) -> Result<usize, Refusal> {
        let Party::Customer(claims) = &who.party else { return Ok(0) };
        let Some(customer) = &claims.customer else { return Ok(0) };
        let key = self.keys.lookup(KeyKind::Customer, customer.as_str());
        // The index holds those that are over, too: only where there are many is it worth a look at each.
        let mut found = self.found(&key, OPEN).await?;
        if found.len() < OPEN {
            return Ok(0);
        }
        found = self.found(&key, LOOKED_THROUGH).await?;
        if found.contains(&session) {
            return Ok(0);
        }
        let stored = self.store.sessions(&self.id, &found).await.map_err(|error| self.failed(&error))?;
        let open = stored.into_iter().flatten().map(|stored| Ok(matter::is_open(&self.decode(stored)?.session)));
        open.filter(|open| !matches!(open, Ok(false))).collect::<Result<Vec<_>, Refusal>>().map(|open| open.len())
    }
}

fn limit(name: &'static str, why: &'static str) -> Refusal {
    Refusal::new(Reason::LimitExceeded, why).about("limit", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::tests::harness::{customer, visitor};
    use std::time::Duration;

    #[test]
    fn each_customer_begins_at_their_own_pace() {
        let (starts, now) = (Starts::default(), Instant::now());
        let [ada, bo] = ["ada", "bo"].map(customer);
        for n in 0..CUSTOMER.1 {
            assert_eq!(starts.begin(&ada, &format!("192.0.2.{n}"), now), Ok(()));
        }
        let refusal = starts.begin(&ada, "192.0.2.250", now).unwrap_err();
        assert_eq!((refusal.reason, refusal.retry_after_ms), (Reason::LimitExceeded, Some(1_000)));
        assert_eq!(starts.begin(&bo, "192.0.2.0", now), Ok(()), "not for others behind the same address");
        assert_eq!(starts.begin(&ada, "192.0.2.0", now + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn strangers_are_counted_by_where_they_come_from() {
        let (starts, now) = (Starts::default(), Instant::now());
        let begin = |n: u32, from: &str| starts.begin(&visitor(&format!("visitor {n}")), from, now);
        assert!((0..ADDRESS.1).all(|n| begin(n, &format!("2001:db8::{n:x}")).is_ok()));
        assert!(begin(ADDRESS.1, "2001:db8::ffff").is_err(), "one network");
        assert!(begin(ADDRESS.1, "2001:db8:0:1::1").is_ok() && begin(0, "192.0.2.7").is_ok());
    }
}
