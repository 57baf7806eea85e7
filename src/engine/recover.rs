//! From the store back to memory: the newest snapshot, the journal after it, the routing fields of what is held.

use crate::engine::journal::{Record, decode};
use crate::engine::machine::{Machine, Picture};
use crate::engine::owned::Ownership;
use segue_session::store::{Error as StoreError, Seq, Store};
use segue_session::{SessionId, TenantId};
use std::sync::Arc;

/// How many entries or sessions are read at once.
const PAGE: usize = 1000;

/// Why memory could not be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("while rebuilding from the store")]
    Store(#[from] StoreError),
    /// What was read is not what this program wrote.
    #[error("entry {place} of the journal cannot be read: {why}; start the build that wrote it and stop it in order, or restore the store")]
    Unreadable {
        /// Which entry; 0 is the snapshot.
        place: u64,
        /// Why.
        why: String,
    },
    /// The replay took another decision than the journal says.
    #[error("the replay differs at entry {place} of the journal: {why}; the store was changed from outside: restore it")]
    Differs {
        /// Which entry.
        place: u64,
        /// In what.
        why: String,
    },
}

/// Memory as it was when the last commit was stored.
pub(super) struct Recovered {
    pub(super) machine: Machine,
    pub(super) owned: Ownership,
    /// How far the inbox was dealt with.
    pub(super) inbox: Seq,
    /// The last place in the journal.
    pub(super) journal: u64,
    /// Whether another build wrote what this was rebuilt from: then a snapshot is due at once.
    pub(super) foreign: bool,
    /// Whether this build decided otherwise anywhere: then what is stored of sessions' lines is written anew.
    pub(super) differs: bool,
    /// Entries of the journal since the snapshot.
    pub(super) since_snapshot: u64,
}

/// Rebuilds the owner's memory.
pub(super) async fn recover(store: &Arc<dyn Store>, domain: &TenantId) -> Result<Recovered, Error> {
    let Begun { mut place, mut machine, ours } = begin(store.snapshot(domain).await?)?;
    let (mut since_snapshot, mut differs) = (0, false);
    loop {
        let page = store.journal(domain, place, PAGE).await?;
        let Some(last) = page.last().map(|entry| entry.seq) else { break };
        for entry in &page {
            let record: Record = decode(&entry.body).map_err(|why| Error::Unreadable { place: entry.seq.0, why })?;
            let Err(why) = machine.replay(&record) else { continue };
            if ours {
                return Err(Error::Differs { place: entry.seq.0, why });
            }
            tracing::warn!(
                tenant = domain.as_str(),
                place = entry.seq.0,
                why,
                "another build decided otherwise; this one's decision counts"
            );
            machine.adopt(&record);
            differs = true;
        }
        since_snapshot += page.len() as u64;
        place = last;
    }
    let inbox = store.inbox_read(domain).await?;
    let owned = learn(store, domain, &machine).await?;
    Ok(Recovered { machine, owned, inbox, journal: place.0, foreign: !ours, differs, since_snapshot })
}

/// Where a replay begins.
pub(super) struct Begun {
    /// The place in the journal after which to go on.
    pub(super) place: Seq,
    pub(super) machine: Machine,
    /// Whether this build wrote it.
    pub(super) ours: bool,
}

/// The machine of a snapshot, or an empty one.
pub(super) fn begin(snapshot: Option<(Seq, Vec<u8>)>) -> Result<Begun, Error> {
    let Some((place, body)) = snapshot else { return Ok(Begun { place: Seq(0), machine: Machine::default(), ours: true }) };
    let picture: Picture = decode(&body).map_err(|why| Error::Unreadable { place: 0, why })?;
    let ours = picture.is_ours();
    let machine = Machine::from_picture(picture).map_err(|why| Error::Unreadable { place: 0, why })?;
    Ok(Begun { place, machine, ours })
}

async fn learn(store: &Arc<dyn Store>, domain: &TenantId, machine: &Machine) -> Result<Ownership, Error> {
    let held: Vec<SessionId> = machine.cases().sessions().collect();
    let mut owned = Ownership::default();
    for part in held.chunks(PAGE) {
        let stored = store.sessions(domain, part).await?;
        for (session, stored) in part.iter().zip(&stored) {
            owned.learn(*session, stored.as_ref(), 0);
        }
    }
    Ok(owned)
}
