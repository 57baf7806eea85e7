//! One-use tickets: what a page puts into a socket's first frame instead of its token.
//!
//! Held by the node that gave them, for a minute: a page opens its socket where it got its ticket. Only a hash is kept.

use crate::engine::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use segue_session::{Principal, Private, Reason, Refusal, TenantId, Time};
use sha2::{Digest, Sha256};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

/// How long a ticket can be used.
pub(super) const HOLDS_MS: u64 = 60_000;
/// How many may be unused at once.
const MOST: usize = 50_000;
/// How many of one tenant's may be unused at once.
const OF_TENANT: usize = 10_000;
/// How many of one holder of a token may be unused at once: so many pages open, or try to, within a minute.
pub(super) const OF_SUBJECT: usize = 32;
/// What tells a ticket from a token.
const MARK: &str = "ticket.";

/// A ticket as given, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// What to show at the door.
    pub value: Private<String>,
    /// Until when.
    pub until: Time,
}

/// What is kept of a ticket in its stead.
pub(super) type Hash = [u8; 32];

/// Tickets given and not used, with how many each tenant and each subject has of them.
#[derive(Debug, Default)]
struct Held {
    tickets: HashMap<Hash, (Principal, Time)>,
    /// The first to end comes first.
    ends: BTreeSet<(Time, Hash)>,
    of_tenant: HashMap<TenantId, usize>,
    of_subject: HashMap<(TenantId, Hash), usize>,
}

impl Held {
    fn put(&mut self, ticket: Hash, who: Principal, until: Time) {
        *self.of_tenant.entry(who.tenant.clone()).or_default() += 1;
        *self.of_subject.entry(subject(&who)).or_default() += 1;
        self.ends.insert((until, ticket));
        self.tickets.insert(ticket, (who, until));
    }

    fn remove(&mut self, ticket: &Hash) -> Option<(Principal, Time)> {
        let (who, until) = self.tickets.remove(ticket)?;
        self.ends.remove(&(until, *ticket));
        one_less(&mut self.of_tenant, who.tenant.clone());
        one_less(&mut self.of_subject, subject(&who));
        Some((who, until))
    }

    /// Forgets what can be used no more.
    fn sweep(&mut self, now: Time) {
        while let Some((until, ticket)) = self.ends.first().copied()
            && until <= now
        {
            self.remove(&ticket);
        }
    }

    /// Whether there is room for one more: nobody can use up what others need.
    fn room(&self, who: &Principal) -> Result<(), Refusal> {
        if self.of_subject.get(&subject(who)).is_some_and(|held| *held >= OF_SUBJECT) {
            let message = "too many of your tickets are unused; use one, or try again in a minute";
            return Err(Refusal::new(Reason::TooManyAttempts, message).retry_after(HOLDS_MS));
        }
        if self.tickets.len() >= MOST || self.of_tenant.get(&who.tenant).is_some_and(|held| *held >= OF_TENANT) {
            return Err(Refusal::new(Reason::Overloaded, "too many tickets are unused; try again in a moment").retry_after(5_000));
        }
        Ok(())
    }
}

/// Whose a ticket is.
fn subject(who: &Principal) -> (TenantId, Hash) {
    (who.tenant.clone(), hash(who.subject.reveal()))
}

fn one_less<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

/// Tickets given and not used.
#[derive(Debug)]
pub(super) struct Tickets {
    held: Mutex<Held>,
    clock: Clock,
}

impl Tickets {
    pub(super) fn new(clock: Clock) -> Self {
        Self { held: Mutex::default(), clock }
    }

    /// A ticket that lets this principal in once.
    pub(super) fn give(&self, who: Principal) -> Result<Ticket, Refusal> {
        let now = self.clock.now();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.sweep(now);
        held.room(&who)?;
        let value = format!("{MARK}{}", drawn()?);
        let until = Time(now.0.saturating_add(HOLDS_MS)).min(who.expires);
        held.put(hash(&value), who, until);
        Ok(Ticket { value: Private::new(value), until })
    }

    /// Takes a ticket, where the credential is one: it will not open again.
    pub(super) fn take(&self, credential: &str) -> Option<Result<Principal, Refusal>> {
        credential.starts_with(MARK).then(|| {
            let found = self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(credential));
            let found = found.filter(|(_, until)| *until > self.clock.now());
            let refused = || Refusal::new(Reason::Unauthenticated, "this ticket was used, is too old, or never was one");
            found.map(|(who, _)| who).ok_or_else(refused)
        })
    }
}

/// Text that nobody guesses.
pub(super) fn drawn() -> Result<String, Refusal> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::new(Reason::Internal, "no random numbers are to be had"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

pub(super) fn hash(value: &str) -> Hash {
    Sha256::digest(value.as_bytes()).into()
}
