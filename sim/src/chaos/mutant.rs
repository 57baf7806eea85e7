//! Planted mutants: faults of the program itself, one at a time, to prove that the checker sees them.
//!
//! Each is one wrong line in the modelled engine, store or desk, or between them and the router.

use std::fmt;
use std::str::FromStr;

macro_rules! mutants {
    ($($(#[$doc:meta])* $mutant:ident = $name:literal,)*) => {
        /// A planted fault of the program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mutant { $($(#[$doc])* $mutant),* }

        impl Mutant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$mutant),*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$mutant => $name),* }
            }
        }
    };
}

mutants! {
    // Between the configuration and the router.
    /// Every agent may hold one chat more than the plan says.
    CapacityOffByOne = "capacity-off-by-one",
    /// Caps on a channel are forgotten.
    CapForgotten = "cap-forgotten",
    /// Agents count as one level better than they are.
    LevelOffByOne = "level-off-by-one",
    /// Everybody serves every queue.
    EveryQueue = "every-queue",
    /// The queues' priorities are forgotten.
    PriorityForgotten = "priority-forgotten",
    /// Offers stand for twice as long.
    OfferStandsLonger = "offer-stands-longer",
    /// A new routing is said to be in force, and is not.
    ReloadForgotten = "reload-forgotten",
    /// Misses are not counted.
    MissesForgotten = "misses-forgotten",
    // Between the sessions and the router.
    /// Who came last goes first.
    LastInFirstOut = "last-in-first-out",
    /// What is asked of agents is forgotten.
    NeedsForgotten = "needs-forgotten",
    /// A kept place is forgotten: whoever comes back waits anew.
    PlaceForgotten = "place-forgotten",
    /// Who left is kept in line.
    LeaveForgotten = "leave-forgotten",
    /// A suspension counts as leaving.
    SuspensionIsLeaving = "suspension-is-leaving",
    /// Nobody is told that a presence was chosen.
    PresenceForgotten = "presence-forgotten",
    // In the engine's loop.
    /// No deadline ever fires.
    LostTimer = "lost-timer",
    /// A desk that vanished is not missed.
    LossForgotten = "loss-forgotten",
    /// Desks hear before it is stored.
    ReleaseBeforeCommit = "release-before-commit",
    /// Memory is kept when it is unknown whether a write happened.
    MemoryKept = "memory-kept",
    /// The mark in the inbox is not stored.
    MarkForgotten = "mark-forgotten",
    /// One entry of the inbox is passed over, where there are several.
    EntrySkipped = "entry-skipped",
    /// The inbox is taken from its end.
    InboxReversed = "inbox-reversed",
    /// What desks were answered is forgotten with the memory.
    AnswersForgotten = "answers-forgotten",
    /// A record goes missing on its way to the journal.
    RecordDropped = "record-dropped",
    /// An entry for a desk goes missing on its way to the outbox.
    OutboxDropped = "outbox-dropped",
    /// Lines of sessions are not written.
    LineForgotten = "line-forgotten",
    /// A snapshot covers one entry of the journal too many.
    SnapshotTooLate = "snapshot-too-late",
    /// A snapshot covers one entry of the journal too few.
    SnapshotTooEarly = "snapshot-too-early",
    /// Sessions do not hear what became of their interactions.
    ContentsUntold = "contents-untold",
    /// Time goes back with the clock.
    TimeGoesBack = "time-goes-back",
    // In the store.
    /// Anybody may write as the owner.
    FenceUnchecked = "fence-unchecked",
    /// An owner takes over without a new epoch.
    EpochStays = "epoch-stays",
    /// The version that was read is not asked for.
    VersionUnchecked = "version-unchecked",
    /// A repeat is a new request.
    RepeatUnknown = "repeat-unknown",
    /// It is acknowledged before it is on the disk.
    AckBeforeDisk = "ack-before-disk",
    /// Half a write counts as a whole one.
    TornTaken = "torn-taken",
    /// Sums are not held against what is read.
    SumUnchecked = "sum-unchecked",
    // At the desk.
    /// Whoever comes back to a desk gets one entry too few.
    CursorTooFar = "cursor-too-far",
    /// A desk that comes back gives its former command another id.
    RepeatRenamed = "repeat-renamed",
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mutant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.iter().map(|mutant| mutant.name()).collect::<Vec<_>>().join(", ");
        Self::ALL.iter().find(|mutant| mutant.name() == text).copied().ok_or_else(|| format!("there is no such mutant; known: {}", known()))
    }
}
