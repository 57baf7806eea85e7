//! One-use links that sign a browser in: what the demo prints. Held by the node that gave them; only a hash is kept of a key.

use super::ticket::{Hash, drawn, hash};
use segue_session::{Private, Reason, Refusal, Time};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many may be unused at once.
const MOST: usize = 1_000;

/// Keys of links that were not used, with the token that each stands for.
#[derive(Debug, Default)]
pub(super) struct Links(Mutex<BTreeMap<Hash, (Private<String>, Time)>>);

impl Links {
    /// A key that stands for this token, once, until it ends.
    pub(super) fn give(&self, token: Private<String>, until: Time, now: Time) -> Result<Private<String>, Refusal> {
        let key = drawn()?;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, (_, until)| *until > now);
        if held.len() >= MOST {
            return Err(Refusal::new(Reason::Overloaded, "too many links are unused; try again later"));
        }
        held.insert(hash(&key), (token, until));
        Ok(Private::new(key))
    }

    /// The token behind a key, which opens no second time.
    pub(super) fn take(&self, key: &str, now: Time) -> Result<Private<String>, Refusal> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(key));
        let refused = || Refusal::new(Reason::Unauthenticated, "this link was used, is too old, or never was one");
        found.filter(|(_, until)| *until > now).map(|(token, _)| token).ok_or_else(refused)
    }
}
