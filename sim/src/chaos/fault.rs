//! The faults that befall a run, by name.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $name:literal,)*) => {
        /// Something that goes wrong, now and then, until the faults stop.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($(#[$doc])* $fault),* }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$fault),*];

            /// Its name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$fault => $name),* }
            }
        }
    };
}

faults! {
    /// A node ends before its write reaches the store.
    CrashBefore = "crash-before",
    /// A node ends after its write reached the store, before it heard so.
    CrashAfter = "crash-after",
    /// Node and store end in the middle of a write: half of it is on the disk.
    Torn = "torn",
    /// A bit of what was written flips, and the store is opened anew.
    Flip = "flip",
    /// The disk is full for a while.
    Full = "full",
    /// The store does not answer in time: the write may have happened or not.
    Unknown = "unknown",
    /// The store's replica takes over without the last writes, which it had acknowledged.
    Failover = "failover",
    /// A node and the store do not reach each other for a while.
    Partition = "partition",
    /// A node reaches the store, but no answer comes back, for a while.
    OneWay = "one-way",
    /// Requests and answers get lost.
    Loss = "loss",
    /// Requests come twice.
    Duplicate = "duplicate",
    /// Requests overtake each other.
    Reorder = "reorder",
    /// A node stands still for longer than its lease, then goes on where it was.
    Slow = "slow",
    /// A node's clock steps an hour forward or back.
    Clock = "clock",
    /// A desk's socket breaks and comes back.
    Flap = "flap",
    /// An agent signs in a second time, from another desk.
    SignIn = "sign-in",
    /// An agent takes an offer when its time is over.
    Late = "late",
    /// A customer leaves in the moment in which an agent accepts.
    Glare = "glare",
    /// Another routing comes into force.
    Reload = "reload",
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.iter().map(|fault| fault.name()).collect::<Vec<_>>().join(", ");
        Self::ALL.iter().find(|fault| fault.name() == text).copied().ok_or_else(|| format!("there is no such fault; known: {}", known()))
    }
}

/// All of them.
#[must_use]
pub fn all() -> BTreeSet<Fault> {
    Fault::ALL.iter().copied().collect()
}
