//! Whether a mail may be answered by itself (RFC 3834): never an automatic one, each sender once a day, and no more than so many
//! an hour, whoever writes.
//!
//! The hourly cap ends a loop that none of the other rules sees. What was answered is told in a form to be stored, without an
//! address in clear: a loss of the process must not answer everybody anew.

use crate::mail::{Mail, Ours, Sign};
use crate::out::answered;
use segue_session::store::KeyKind;
use segue_session::{Keys, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// One sender gets one automatic answer in this time, in milliseconds.
pub const EACH_MS: u64 = 24 * 3_600_000;
/// The time of the cap, in milliseconds.
pub const CAP_MS: u64 = 3_600_000;

/// Why there is no automatic answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The mail says so itself.
    Asked(Sign),
    /// There is nobody to answer.
    Nobody,
    /// This sender had an answer less than a day ago.
    Answered,
    /// There were as many answers in this hour as there may be.
    Capped,
}

/// What was answered automatically.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Whom, by a keyed hash of the address, and when: those of the last day.
    senders: BTreeMap<[u8; 16], Time>,
    /// When, the oldest first: at most as many as the cap.
    recent: VecDeque<Time>,
}

impl Answered {
    /// Whether this mail may be answered automatically now, where `cap` answers may go out in an hour; if so, it counts as
    /// answered.
    ///
    /// # Errors
    /// Why it may not. Nothing has changed then.
    pub fn may(&mut self, mail: &Mail, ours: &Ours, keys: &Keys, now: Time, cap: usize) -> Result<(), Silence> {
        if let Some(sign) = mail.no_answer {
            return Err(Silence::Asked(sign));
        }
        let who = answered(mail, ours).ok_or(Silence::Nobody)?;
        let who = keys.lookup(KeyKind::Email, who.address.reveal()).hash;
        let within = |then: &Time, span: u64| now.0 < then.0.saturating_add(span);
        if self.senders.get(&who).is_some_and(|then| within(then, EACH_MS)) {
            return Err(Silence::Answered);
        }
        if self.recent.iter().filter(|then| within(then, CAP_MS)).count() >= cap {
            return Err(Silence::Capped);
        }
        self.senders.retain(|_, then| within(then, EACH_MS));
        self.recent.retain(|then| within(then, CAP_MS));
        self.senders.insert(who, now);
        self.recent.push_back(now);
        Ok(())
    }
}
