//! Tries of codes: what keeps 6 to 8 digits from being guessed, without locking out whoever shares an address.
//!
//! Only wrong tries count, and each costs a pause before the next. They are counted in three places, none of which the one who
//! tries can choose:
//!
//! - by *customer*: whoever is signed in, by subject, on whatever device;
//! - by *address* (of an IPv6 address the /64, which one house holds): the signed-in and the strangers apart, so a bad neighbour
//!   who is a stranger costs a signed-in customer nothing, and other strangers at most [`ADDRESS_PAUSE`] at a time;
//! - by *tenant*: all together. Many addresses, or many customers, do not make many tries.
//!
//! The sum, with the usual 10 free tries a source and 600 a tenant: one address gets about 75 wrong tries in an hour, one
//! customer about 22, all together about 1,200 in the first hour and 600 in each after it. With 8 digits and 10,000 live codes a
//! try hits with 1 in 10,000: a net of any size hits once in 17 hours, one address once in 5 days. With 6 digits the same needs
//! no more than 100 live codes. Whoever is slowed down has two ways that are never: the link, whose code of authentication has
//! 128 bits, and the list of their own matters once signed in.
//!
//! What is *not* here: what a code leads to.

use segue_adapter_kit::network;
use segue_session::{Party, Principal, Reason, Refusal, Time};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// After so long without a wrong try a source begins anew.
const FORGIVEN: Duration = Duration::from_secs(3_600);
/// The longest pause of a signed-in customer.
const CUSTOMER_PAUSE: Duration = Duration::from_secs(3_600);
/// The longest pause of an address: others may stand behind it.
const ADDRESS_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause between two wrong tries, all together.
const TENANT_PAUSE: Duration = Duration::from_secs(6);
/// Sources counted at once, each below 200 bytes. Past them newcomers share one count, so that a flood of addresses wins none.
const SOURCES: usize = 100_000;

/// How many wrong tries are free.
#[derive(Clone, Copy, Debug)]
pub(super) struct Free {
    /// For each source.
    pub(super) source: u32,
    /// For all of a tenant together, in an hour.
    pub(super) tenant: u32,
}

/// Where a try is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A customer who is signed in, by subject.
    Customer(String),
    /// Whoever is signed in behind an address.
    Customers(String),
    /// Whoever is not, behind an address.
    Strangers(String),
    /// Whoever came after too many others.
    Others,
}

/// The wrong tries of one source.
#[derive(Clone, Copy, Debug, Default)]
struct Wrong {
    count: u32,
    last: Time,
}

/// Wrong tries of one tenant's codes.
#[derive(Debug, Default)]
pub(super) struct Tries(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    sources: BTreeMap<Source, Wrong>,
    all: Wrong,
}

/// A try under way: counted as wrong until it led in, so that many at once win nothing.
#[must_use = "a try that is not taken back stays counted as wrong"]
pub(super) struct Try<'t> {
    tries: &'t Tries,
    sources: Vec<Source>,
}

/// Why a try has to wait.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// The limit's name.
    pub(super) limit: &'static str,
    /// For how long, in milliseconds.
    pub(super) ms: u64,
}

impl Wrong {
    /// How long until the next try, in milliseconds.
    fn wait(&self, now: Time, free: u32, most: Duration) -> u64 {
        let beyond = self.count.checked_sub(free);
        let pause = beyond.map_or(Duration::ZERO, |beyond| Duration::from_secs(1).saturating_mul(1 << beyond.min(30)).min(most));
        millis(pause).saturating_sub(now.since(self.last).0)
    }

    fn add(&mut self, now: Time) {
        if now.since(self.last).0 >= millis(FORGIVEN) {
            self.count = 0;
        }
        *self = Self { count: self.count.saturating_add(1), last: now };
    }
}

impl Tries {
    /// Begins a try.
    ///
    /// # Errors
    /// How long to wait first; the try does not count then.
    pub(super) fn begin(&self, who: &Principal, from: &str, now: Time, free: Free) -> Result<Try<'_>, Wait> {
        let mut state = self.state();
        let sources: Vec<Source> = sources(who, from).into_iter().map(|source| state.known_as(source, now)).collect();
        let of_source = |source| state.sources.get(source).map_or(0, |wrong| wrong.wait(now, free.source, source.longest()));
        let own = sources.iter().map(of_source).max().unwrap_or_default();
        if own > 0 {
            return Err(Wait { limit: "code_tries", ms: own });
        }
        let ms = state.all.wait(now, free.tenant, TENANT_PAUSE);
        if ms > 0 {
            return Err(Wait { limit: "code_tries_tenant", ms });
        }
        state.all.add(now);
        for source in &sources {
            state.sources.entry(source.clone()).or_default().add(now);
        }
        Ok(Try { tries: self, sources })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while holding it; were it so, counts would still be counts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The source under which a try is counted: its own where there is room.
    fn known_as(&mut self, source: Source, now: Time) -> Source {
        if self.sources.len() < SOURCES || self.sources.contains_key(&source) {
            return source;
        }
        self.sources.retain(|_, wrong| now.since(wrong.last).0 < millis(FORGIVEN));
        if self.sources.len() < SOURCES { source } else { Source::Others }
    }
}

impl Source {
    /// Its longest pause.
    const fn longest(&self) -> Duration {
        match self {
            Self::Customer(_) => CUSTOMER_PAUSE,
            Self::Customers(_) | Self::Strangers(_) | Self::Others => ADDRESS_PAUSE,
        }
    }
}

impl Try<'_> {
    /// The code led in, or nobody could say whether it does: it was no guess.
    pub(super) fn take_back(self) {
        let mut state = self.tries.state();
        // One less, and no more: who holds a code of their own must not wash others' guesses away with it.
        state.all.count = state.all.count.saturating_sub(1);
        for source in &self.sources {
            if let Some(wrong) = state.sources.get_mut(source) {
                wrong.count = wrong.count.saturating_sub(1);
            }
        }
    }
}

impl Wait {
    /// As a refusal.
    pub(super) fn refusal(&self) -> Refusal {
        Refusal::new(Reason::TooManyAttempts, "too many codes were wrong; use the link, sign in, or wait").retry_after(self.ms)
    }
}

fn sources(who: &Principal, from: &str) -> Vec<Source> {
    match &who.party {
        Party::Customer(claims) if claims.customer.is_some() => {
            vec![Source::Customer(who.subject.reveal().clone()), Source::Customers(network(from))]
        }
        Party::Customer(_) | Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => {
            vec![Source::Strangers(network(from))]
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::{CustomerClaims, CustomerId, Private, TenantId};

    const FREE: Free = Free { source: 3, tenant: 1_000_000 };

    fn principal(customer: Option<&str>) -> Principal {
        let customer = customer.map(CustomerId::new);
        let subject = customer.as_ref().map_or("visitor", CustomerId::as_str).to_owned();
        let claims = CustomerClaims { customer, ..CustomerClaims::default() };
        Principal { tenant: TenantId::new("acme"), subject: Private::new(subject), party: Party::Customer(claims), expires: Time(u64::MAX) }
    }

    /// Wrong tries that are let through, trying at every moment for so long.
    fn guesses(tries: &Tries, who: &Principal, from: impl Fn(u64) -> String, hours: u64, free: Free) -> u64 {
        let (mut now, mut through) = (0, 0);
        while now < hours * 3_600_000 {
            match tries.begin(who, &from(through), Time(10_000_000 + now), free) {
                Ok(_wrong) => through += 1,
                Err(wait) => now += wait.ms,
            }
        }
        through
    }

    #[test]
    fn wrong_tries_cost_a_growing_pause() {
        let (tries, visitor) = (Tries::default(), principal(None));
        let mut waits = Vec::new();
        let mut now = Time(10_000_000);
        for _ in 0..12 {
            let wait = tries.begin(&visitor, "192.0.2.1", now, FREE).map(drop).err().map_or(0, |wait| wait.ms);
            waits.push(wait);
            now = Time(now.0 + wait);
        }
        assert_eq!(waits, [0, 0, 0, 1_000, 0, 2_000, 0, 4_000, 0, 8_000, 0, 16_000]);
        let later = Time(now.0 + millis(FORGIVEN));
        assert!(tries.begin(&visitor, "192.0.2.1", later, FREE).is_ok(), "a quiet hour is forgiven");
    }

    #[test]
    fn a_bad_neighbour_costs_others_little() {
        let (tries, visitor, now) = (Tries::default(), principal(None), Time(10_000_000));
        while tries.begin(&visitor, "192.0.2.1", now, FREE).is_ok() {}
        assert!(tries.begin(&principal(Some("nora")), "192.0.2.1", now, FREE).is_ok(), "who is signed in counts for themselves");
        assert!(tries.begin(&visitor, "192.0.2.2", now, FREE).is_ok(), "another address");
        assert_eq!(guesses(&tries, &visitor, |_| "192.0.2.1".into(), 3, FREE) / 60, 3, "a minute at most");
    }

    #[test]
    fn right_codes_are_free_and_wash_nothing_away() {
        let (tries, visitor, now) = (Tries::default(), principal(None), Time(10_000_000));
        for _ in 0..100 {
            tries.begin(&visitor, "192.0.2.1", now, FREE).map_err(|_| "refused").unwrap().take_back();
        }
        for _ in 0..3 {
            let _wrong = tries.begin(&visitor, "192.0.2.1", now, FREE);
        }
        assert!(tries.begin(&visitor, "192.0.2.1", now, FREE).is_err(), "the free ones are used up");
    }

    #[test]
    fn many_at_once_win_nothing() {
        let (tries, visitor, now) = (Tries::default(), principal(None), Time(10_000_000));
        let under_way: Vec<_> = (0..100).filter_map(|_| tries.begin(&visitor, "192.0.2.1", now, FREE).ok()).collect();
        assert_eq!(under_way.len(), 3);
    }

    #[test]
    fn many_addresses_do_not_make_many_tries() {
        let usual = Free { source: 10, tenant: 600 };
        let net = |n: u64| format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
        let tries = Tries::default();
        let first = guesses(&tries, &principal(None), net, 1, usual);
        assert!((1_100..1_300).contains(&first), "{first} in the first hour");
        let alone = guesses(&Tries::default(), &principal(None), |_| "192.0.2.1".into(), 1, usual);
        assert!((60..90).contains(&alone), "{alone} of one address");
        let customer = guesses(&Tries::default(), &principal(Some("mallory")), net, 1, usual);
        assert!((20..25).contains(&customer), "{customer} of one customer");
    }

    #[test]
    fn a_device_is_whatever_one_says_and_wins_nothing() {
        let (tries, now) = (Tries::default(), Time(10_000_000));
        let on = |device: u32| {
            let mut who = principal(Some("mallory"));
            if let Party::Customer(claims) = &mut who.party {
                claims.device = Some(format!("device {device}"));
            }
            who
        };
        let through = (0..100).filter(|&device| tries.begin(&on(device), &format!("192.0.2.{device}"), now, FREE).is_ok()).count();
        assert_eq!(through, 3);
    }

    #[test]
    fn many_customers_do_not_make_many_tries() {
        let usual = Free { source: 10, tenant: 600 };
        let (tries, now) = (Tries::default(), Time(10_000_000));
        let nth = |n: u64| principal(Some(&format!("customer {n}")));
        let through = (0..100).filter(|&n| tries.begin(&nth(n), "192.0.2.1", now, usual).is_ok()).count();
        assert_eq!(through, 10, "behind one address");
        let elsewhere = |n: u64| format!("10.0.{}.{}", n >> 8 & 255, n & 255);
        let through = (0..1_000).filter(|&n| tries.begin(&nth(n), &elsewhere(n), now, usual).is_ok()).count();
        assert_eq!(through, 590, "all together");
        assert!(tries.begin(&principal(None), "192.0.2.2", now, usual).is_err(), "strangers are counted with them");
    }
}
