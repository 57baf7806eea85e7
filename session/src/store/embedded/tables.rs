//! What the file holds: one B-tree per kind of thing, every key beginning with the domain.
//!
//! What is *not* here: when they are written.

use crate::Time;
use crate::store::{HandleKey, LookupKey};
use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

/// The layout of the file; a file with another one is refused.
pub(super) const SCHEMA: u64 = 4;

/// Facts about the file itself: `schema`, and how far into which log it holds everything.
pub(super) const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");
/// The log's generation, in [`META`].
pub(super) const LOG_GENERATION: &str = "log_generation";
/// The place in the log, in [`META`].
pub(super) const LOG_PLACE: &str = "log_place";

/// A place in a domain's log.
type Place = (&'static str, u64);
/// A session of a domain.
type Session = (&'static str, u128);

macro_rules! tables {
    ($($(#[$doc:meta])* $field:ident $name:ident: $key:ty => $value:ty;)*) => {
        $($(#[$doc])* pub(super) const $name: TableDefinition<'static, $key, $value> = TableDefinition::new(stringify!($field));)*

        /// All tables, open for writing in one transaction.
        pub(super) struct Tables<'t> {
            $($(#[$doc])* pub(super) $field: Table<'t, $key, $value>,)*
            /// Whether the transaction has anything to commit.
            pub(super) dirty: bool,
        }

        impl<'t> Tables<'t> {
            /// Opens all, creating those that are not there yet.
            pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::TableError> {
                Ok(Self { $($field: transaction.open_table($name)?,)* dirty: false })
            }
        }

        /// All keys and values there are, one after the other.
        #[cfg(any(test, feature = "conformance"))]
        pub(super) fn everything(view: &redb::ReadTransaction) -> Result<Vec<u8>, super::fault::Halt> {
            let mut bytes = Vec::new();
            $(pour(&view.open_table($name)?, &mut bytes)?;)*
            Ok(bytes)
        }
    };
}

tables! {
    /// version, the index record (see [`Indexed`]), content.
    documents DOCUMENTS: Session => (u64, &'static [u8], &'static [u8]);
    /// version, agents (a list of names), fields.
    routing ROUTING: Session => (u64, Vec<&'static str>, &'static [u8]);
    /// Transcripts.
    messages MESSAGES: (&'static str, u128, u64) => &'static [u8];
    /// Sessions that are not final.
    live LIVE: Session => ();
    /// By the moment something is due.
    due DUE: (&'static str, u64, u128) => ();
    /// domain, kind, hash, when the session began, session.
    lookups LOOKUPS: (&'static str, &'static str, u128, u64, u128) => ();
    /// By hash: the session, until when.
    handles HANDLES: Session => (u128, u64);
    /// Work for the owner.
    inbox INBOX: Place => &'static [u8];
    /// What happened: about which session, what.
    journal JOURNAL: Place => (Option<u128>, &'static [u8]);
    /// The journal's places by session.
    journal_of JOURNAL_OF: (&'static str, u128, u64) => ();
    /// domain, agent, place: of which message it is a copy, or of which sessions it tells; what it says.
    outbox OUTBOX: (&'static str, &'static str, u64) => (Option<(u128, u64)>, Vec<u128>, &'static [u8]);
    /// Which agents' outboxes tell of a session, and from which place on.
    told TOLD: (&'static str, u128, &'static str) => u64;
    /// By the last journal place that they cover: when it was taken, the picture.
    snapshots SNAPSHOTS: Place => (u64, &'static [u8]);
    /// when, fingerprint, the session it is forgotten with, what came of it (a [`crate::store::Committed`]).
    requests REQUESTS: Session => (u64, u64, Option<u128>, &'static [u8]);
    /// Requests by the session they are forgotten with.
    requests_of REQUESTS_OF: (&'static str, u128, u128) => ();
    /// Requests by when.
    request_times REQUEST_TIMES: (&'static str, u64, u128) => ();
    /// Small texts of the domain.
    kept KEPT: (&'static str, &'static str) => &'static [u8];
    /// The last place taken in each log: `journal`, `inbox`, `inbox_read`.
    counters COUNTERS: (&'static str, &'static str) => u64;
    /// The last place taken in each agent's outbox.
    outbox_counters OUTBOX_COUNTERS: (&'static str, &'static str) => u64;
    /// The last owner: epoch, nonce, node, the end of the lease.
    owners OWNERS: &'static str => (u64, u64, &'static str, u64);
}

#[cfg(any(test, feature = "conformance"))]
fn pour<K: redb::Key + 'static, V: redb::Value + 'static>(
    table: &impl ReadableTable<K, V>,
    bytes: &mut Vec<u8>,
) -> Result<(), redb::StorageError> {
    for row in table.iter()? {
        let (key, value) = row?;
        bytes.extend_from_slice(K::as_bytes(&key.value()).as_ref());
        bytes.extend_from_slice(V::as_bytes(&value.value()).as_ref());
    }
    Ok(())
}

/// Under which entries of the indexes a document stands, kept with it so that the difference can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Indexed {
    pub(super) born: Time,
    pub(super) live: bool,
    pub(super) due: Option<Time>,
    pub(super) keys: Vec<LookupKey>,
    pub(super) handles: Vec<HandleKey>,
}

/// The number of the last message of a transcript; 0 where there is none.
pub(super) fn last_message(
    messages: &impl ReadableTable<(&'static str, u128, u64), &'static [u8]>,
    domain: &str,
    session: u128,
) -> Result<u64, redb::StorageError> {
    let mut all = messages.range((domain, session, 0)..=(domain, session, u64::MAX))?;
    Ok(all.next_back().transpose()?.map_or(0, |(key, _)| key.value().2))
}

/// A counter's value; 0 where it never counted.
pub(super) fn counter(
    counters: &impl ReadableTable<(&'static str, &'static str), u64>,
    domain: &str,
    name: &str,
) -> Result<u64, redb::StorageError> {
    Ok(counters.get((domain, name))?.map_or(0, |n| n.value()))
}
