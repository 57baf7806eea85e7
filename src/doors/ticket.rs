//! One-use tickets: what a page puts into a socket's first frame or address instead of its token.
//!
//! Held by the node that gave them, for a minute: a page opens its socket where it got its ticket. Only a hash is kept.

use crate::engine::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dashmap::DashMap;
use segue_session::{Principal, Private, Reason, Refusal, Time};
use sha2::{Digest, Sha256};

/// How long a ticket can be used.
pub(super) const HOLDS_MS: u64 = 60_000;
/// How many may be unused at once.
const MOST: usize = 50_000;
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

/// Tickets given and not used.
#[derive(Debug)]
pub(super) struct Tickets {
    held: DashMap<[u8; 32], (Principal, Time)>,
    clock: Clock,
}

impl Tickets {
    pub(super) fn new(clock: Clock) -> Self {
        Self { held: DashMap::new(), clock }
    }

    /// A ticket that lets this principal in once.
    pub(super) fn give(&self, who: Principal) -> Result<Ticket, Refusal> {
        let now = self.clock.now();
        if self.held.len() >= MOST {
            self.held.retain(|_, (_, until)| *until > now);
        }
        if self.held.len() >= MOST {
            return Err(Refusal::new(Reason::Overloaded, "too many tickets are unused; try again in a moment").retry_after(5_000));
        }
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|_| Refusal::new(Reason::Internal, "no random numbers are to be had"))?;
        let value = format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes));
        let until = Time(now.0.saturating_add(HOLDS_MS)).min(who.expires);
        self.held.insert(hash(&value), (who, until));
        Ok(Ticket { value: Private::new(value), until })
    }

    /// Takes a ticket, where the credential is one: it will not open again.
    pub(super) fn take(&self, credential: &str) -> Option<Result<Principal, Refusal>> {
        credential.starts_with(MARK).then(|| {
            let found = self.held.remove(&hash(credential)).filter(|(_, (_, until))| *until > self.clock.now());
            let refused = || Refusal::new(Reason::Unauthenticated, "this ticket was used, is too old, or never was one");
            found.map(|(_, (who, _))| who).ok_or_else(refused)
        })
    }
}

fn hash(value: &str) -> [u8; 32] {
    Sha256::digest(value.as_bytes()).into()
}
