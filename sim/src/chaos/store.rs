//! The modelled store: a log of mutations as bytes with their sums, and the tables that follow from it.
//!
//! - A mutation is applied wholly or not at all; what was acknowledged is on the disk.
//! - What is read from the disk is held against its sum: the last frame may be torn, and then never was; any other that does
//!   not fit is corrupt, and nothing is decided on it.
//!
//! What is *not* here: what a document means.

use super::memory::Record;
use super::mutant::Mutant;
use segue_router::Time;
use segue_session::{AgentName, InteractionId, Line, OfferId, RequestId, RouteRequest, Session, SessionId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The right to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fence {
    pub(super) epoch: u64,
    pub(super) nonce: u64,
    pub(super) node: usize,
}

/// An entry of a desk's outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Entry {
    Offered(OfferId, InteractionId, Time),
    Withdrawn(OfferId, InteractionId),
    Assigned(OfferId, InteractionId),
    CustomerLeft(InteractionId),
    WrapUpBegan(InteractionId),
    WrapUpEnded(InteractionId),
    Else,
}

/// Everything that changes, at once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Mutation {
    /// The owner's right, where the owner writes.
    pub(super) fence: Option<Fence>,
    /// Names the command, so that a repeat answers as the first time.
    pub(super) request: Option<RequestId>,
    /// A session's content, and the version it was read at.
    pub(super) document: Option<(u64, Session)>,
    pub(super) inbox: Vec<RouteRequest>,
    pub(super) inbox_read: Option<usize>,
    pub(super) journal: Vec<Record>,
    pub(super) lines: Vec<(SessionId, Line)>,
    pub(super) outbox: Vec<(AgentName, Entry)>,
    /// The owner's memory, covering the journal up to that entry.
    pub(super) picture: Option<(usize, Vec<u8>)>,
    /// A new owner, or the same one for longer: until when by its own clock.
    pub(super) lease: Option<(Fence, Time)>,
}

/// Why a mutation was not applied. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Somebody else decides now.
    Fenced,
    /// The document is at another version.
    Conflict,
    /// There is no room.
    Full,
}

/// What follows from the log.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) sessions: BTreeMap<SessionId, (u64, Session)>,
    pub(super) lines: BTreeMap<SessionId, Line>,
    pub(super) inbox: Vec<RouteRequest>,
    pub(super) inbox_read: usize,
    pub(super) journal: Vec<Record>,
    pub(super) outbox: BTreeMap<AgentName, Vec<Entry>>,
    pub(super) requests: std::collections::BTreeSet<RequestId>,
    pub(super) picture: Option<(usize, Vec<u8>)>,
    pub(super) holder: Option<(Fence, Time)>,
}

impl Tables {
    fn apply(&mut self, mutation: Mutation) {
        let Mutation { fence: _, request, document, inbox, inbox_read, journal, lines, outbox, picture, lease } = mutation;
        self.requests.extend(request);
        if let Some((version, session)) = document {
            self.sessions.insert(session.id, (version + 1, session));
        }
        self.inbox.extend(inbox);
        self.inbox_read = inbox_read.unwrap_or(self.inbox_read);
        self.journal.extend(journal);
        self.lines.extend(lines);
        for (agent, entry) in outbox {
            self.outbox.entry(agent).or_default().push(entry);
        }
        self.picture = picture.or(self.picture.take());
        self.holder = lease.or(self.holder.take());
    }
}

/// One mutation on the disk.
#[derive(Clone, Debug)]
struct Frame {
    bytes: Vec<u8>,
    sum: u64,
}

/// The store.
#[derive(Debug, Default)]
pub(super) struct Store {
    log: Vec<Frame>,
    /// Frames that a power loss leaves.
    synced: usize,
    tables: Tables,
    /// Rises when the log loses what it had: places of before mean nothing then.
    pub(super) run: u64,
    pub(super) full: bool,
    mutant: Option<Mutant>,
}

impl Store {
    pub(super) fn new(mutant: Option<Mutant>) -> Self {
        Self { mutant, ..Self::default() }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    pub(super) const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// How many mutations there were.
    pub(super) const fn len(&self) -> usize {
        self.log.len()
    }

    /// Applies a mutation; `Ok(true)` where it is a repeat, and nothing has changed.
    pub(super) fn commit(&mut self, mutation: Mutation) -> Result<bool, Refused> {
        if let Some(request) = &mutation.request
            && self.tables.requests.contains(request)
            && !self.is(Mutant::RepeatUnknown)
        {
            return Ok(true);
        }
        let owner = self.tables.holder.as_ref().map(|(fence, _)| fence);
        if mutation.fence.is_some() && mutation.fence.as_ref() != owner && !self.is(Mutant::FenceUnchecked) {
            return Err(Refused::Fenced);
        }
        if let Some((read, session)) = &mutation.document {
            let at = self.tables.sessions.get(&session.id).map_or(0, |(version, _)| *version);
            if at != *read && !self.is(Mutant::VersionUnchecked) {
                return Err(Refused::Conflict);
            }
        }
        if self.full {
            return Err(Refused::Full);
        }
        let bytes = rmp_serde::to_vec_named(&mutation).unwrap_or_default();
        self.log.push(Frame { sum: sum(&bytes), bytes });
        if !self.is(Mutant::AckBeforeDisk) || self.log.len().is_multiple_of(4) {
            self.synced = self.log.len();
        }
        self.tables.apply(mutation);
        Ok(false)
    }

    /// Takes the right to decide, where it is free by the taker's clock.
    pub(super) fn acquire(&mut self, node: usize, nonce: u64, now: Time, until: Time) -> Option<Fence> {
        if self.tables.holder.as_ref().is_some_and(|(fence, until)| *until > now && fence.node != node) || self.full {
            return None;
        }
        let last = self.tables.holder.as_ref().map_or(0, |(fence, _)| fence.epoch);
        let fence = match &self.tables.holder {
            Some((former, _)) if self.is(Mutant::EpochStays) => former.clone(),
            _ => Fence { epoch: last + 1, nonce, node },
        };
        let lease = Some((fence.clone(), until));
        self.commit(Mutation { lease, ..Mutation::default() }).ok().map(|_| fence)
    }

    /// The power goes: what is not on the disk is lost; half of `torn` may be.
    pub(super) fn lose_power(&mut self, torn: Option<Mutation>) {
        self.log.truncate(self.synced);
        if let Some(mutation) = torn {
            let taken = self.is(Mutant::TornTaken);
            let half = if taken { Mutation { document: None, lines: Vec::new(), outbox: Vec::new(), ..mutation } } else { mutation };
            let mut bytes = rmp_serde::to_vec_named(&half).unwrap_or_default();
            let whole = sum(&bytes);
            if taken {
                self.synced += 1;
            } else {
                bytes.truncate(bytes.len() / 2);
            }
            self.log.push(Frame { bytes, sum: whole });
        }
    }

    /// Flips a bit of a frame; the same again puts it right.
    pub(super) fn flip(&mut self, frame: usize, bit: usize) {
        let Some(frame) = self.log.get_mut(frame) else { return };
        let bytes = frame.bytes.len().max(1);
        if let Some(byte) = frame.bytes.get_mut((bit / 8) % bytes) {
            *byte ^= 1 << (bit % 8);
        }
    }

    /// A replica takes over that lacks the last mutations.
    pub(super) fn fail_over(&mut self, lost: usize) {
        self.log.truncate(self.log.len().saturating_sub(lost));
        self.synced = self.log.len();
        self.run += 1;
    }

    /// Reads the log from the disk. `Err` names a frame that is not what was written: nothing is to be decided on it.
    pub(super) fn open(&mut self) -> Result<(), usize> {
        let mut tables = Tables::default();
        let last = self.log.len().saturating_sub(1);
        for (at, frame) in self.log.iter().enumerate() {
            let whole = sum(&frame.bytes) == frame.sum || self.is(Mutant::SumUnchecked);
            let read = rmp_serde::from_slice::<Mutation>(&frame.bytes).ok().filter(|_| whole);
            match read {
                Some(mutation) => tables.apply(mutation),
                None if at == last && self.synced <= last => break,
                // Without sums, what cannot be read is taken for an end.
                None if self.is(Mutant::SumUnchecked) => break,
                None => return Err(at),
            }
        }
        self.log.truncate(self.synced);
        self.tables = tables;
        Ok(())
    }
}

/// FNV-1a, 64 bits.
pub(super) fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
