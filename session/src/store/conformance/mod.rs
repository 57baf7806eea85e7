//! The stores' exam: numbered promises, each tried on every store.
//!
//! A promise is a sentence and a function that panics where it is broken. Each gets a domain of its own, so that they can
//! run on one store one after the other.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "an exam: a panic is the verdict")]

mod bench;
mod forgetting;
mod indexes;
mod leases;
mod logs;
mod races;
mod writes;

#[cfg(test)]
mod crash;
#[cfg(test)]
mod model;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod tests;

pub use bench::Bench;

use super::Store;
use std::pin::Pin;
use std::sync::Arc;

/// What a store promises.
pub struct Promise {
    /// What exactly.
    pub says: &'static str,
    /// Tries it; panics where it is broken.
    pub keep: fn(Bench) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

macro_rules! promises {
    ($($says:literal => $room:ident::$name:ident,)*) => {
        /// All promises; their numbers count from 1.
        pub const PROMISES: &[Promise] = &[$(Promise { says: $says, keep: |bench| Box::pin($room::$name(bench)) },)*];
    };
}

promises! {
    "what is read is what was written, byte for byte" => writes::bytes,
    "a version rises by one with each write, and a write at another one is told where it is" => writes::versions,
    "content and routing fields have versions of their own" => writes::two_versions,
    "of a refused mutation nothing is written" => writes::all_or_nothing,
    "a repeat is answered as the first time, and changes nothing" => writes::repeats,
    "a repeat is known after the version went on and the owner changed" => writes::late_repeats,
    "a request id with other content is refused" => writes::reused_requests,
    "a request is forgotten after the window, by the caller's time" => writes::forgotten_requests,
    "the owner's fields are written under the fence in force, and no other" => writes::fences,
    "a mutation of bad form is refused" => writes::bad_form,
    "the live index holds what is not final, by id" => indexes::live,
    "what is due comes most overdue first, and each session once" => indexes::due,
    "look-up keys follow the difference, newest session first" => indexes::lookups,
    "handles follow the difference, and hold until they end" => indexes::handles,
    "a handle in use cannot be taken; one that ended can" => indexes::taken_handles,
    "what is erased is in no index, has no routing fields and no transcript; its journal stays" => indexes::erasure,
    "nothing comes back after its erasure" => indexes::no_resurrection,
    "entries that tell of an erased session go from every outbox, and their places stay taken" => forgetting::outboxes,
    "an entry that tells of a session which is not there takes its place, and is not kept" => forgetting::late_entries,
    "a result that holds anything of a session goes with it" => forgetting::results,
    "kept texts are found by how their names begin" => indexes::kept,
    "messages are numbered per session without a gap" => logs::transcripts,
    "a message's copy reaches each agent of the session once, as of that mutation" => logs::copies,
    "an agent who joins gets what was said since the owner looked, once" => logs::joiners,
    "an outbox counts without a gap, own entries before copies" => logs::outboxes,
    "an outbox keeps its newest entries, however many come, and goes on counting" => logs::long_outboxes,
    "the ends of sessions and outboxes are where reading them ends" => logs::ends,
    "the inbox keeps its order, and its mark never goes back" => logs::inbox,
    "the journal counts per domain, and is found by session" => logs::journal_works,
    "a snapshot covers the journal up to its own mutation" => logs::snapshots,
    "trimming drops what nobody needs, and nothing else; counting goes on" => logs::trims,
    "snapshots go by age too, but never the newest; with each goes the journal before the next" => logs::ages,
    "one owner at a time, as long as the lease runs" => leases::one_owner,
    "a lease is prolonged by its owner alone, also after it ran out" => leases::renewal,
    "a lease given back is free at once" => leases::release,
    "the same owner asking again gets the same right" => leases::again,
    "a next life need not wait where the store is one process's; elsewhere a lease that runs is waited for, whatever the name" => leases::next_life,
    "who holds the lease can be told, and until when" => leases::holder,
    "two domains never see each other, whatever their names" => writes::domains,
    "of many writers at one version exactly one wins" => races::one_winner,
    "of racing resumes exactly one succeeds per session" => races::resumes,
    "racing messages are numbered without gap or double, in outboxes too" => races::messages,
    "of racing repeats one is applied, and all are answered alike" => races::repeats,
    "of racing owners exactly one gets the lease" => races::owners,
}

/// Tries every promise on the store, in order.
///
/// # Panics
/// At the first that is broken; its number and sentence were printed before.
pub async fn examine(store: Arc<dyn Store>) {
    for (number, promise) in (1..).zip(PROMISES) {
        eprintln!("{number:2}  {}", promise.says);
        (promise.keep)(Bench::new(Arc::clone(&store), &format!("exam-{number}"))).await;
    }
}
