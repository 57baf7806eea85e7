//! Every id and every quantity is its own type, so that none can stand in for another.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty), $mark:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($mark, "{}"), self.0)
            }
        }
    };
}

number!(/// An agent, numbered by the tenant's directory; stable across configs.
    AgentId(u32), "agent ");
number!(/// A queue, numbered by the tenant's directory; stable across configs.
    QueueId(u32), "queue ");
number!(/// A skill, numbered by the tenant's directory; stable across configs.
    SkillId(u32), "skill ");
number!(/// An offer, numbered by the router in the order made; never used again.
    OfferId(u64), "offer ");
number!(/// Proficiency in a skill, 1 to 10; 0 is "does not have it".
    Level(u8), "level ");
number!(/// Units of capacity: a call is 100 of 100 by default, a chat 30.
    Units(u32), "");
number!(/// Rank in a queue; higher goes first. 0 is usual.
    Priority(i32), "priority ");
number!(/// The config a decision was made under: rises by one with each `Configure`.
    PlanVersion(u64), "plan ");

/// A moment: milliseconds since the Unix epoch, told by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub u64);

impl Span {
    /// `n` seconds.
    #[must_use]
    pub const fn seconds(n: u64) -> Self {
        Self(n.saturating_mul(1000))
    }
}

impl Time {
    /// The moment `span` later, saturating at the end of time.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long ago `earlier` was; zero when it lies ahead (a clock that stepped back).
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// One routable piece of work. 128 bits handed in by the caller (a UUID), never made here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InteractionId(pub u128);

impl fmt::Display for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interaction {:x}", self.0)
    }
}

// Sixteen bytes on the wire of the journal: MessagePack has no 128-bit integer.
impl Serialize for InteractionId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.to_be_bytes().serialize(s)
    }
}
impl<'de> Deserialize<'de> for InteractionId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <[u8; 16]>::deserialize(d).map(|b| Self(u128::from_be_bytes(b)))
    }
}

/// The kind of medium an interaction runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A telephone or browser call.
    Voice,
    /// Web chat.
    Chat,
    /// The mobile app's own chat.
    App,
    /// E-mail.
    Email,
}

impl Channel {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Voice, Self::Chat, Self::App, Self::Email];
}

impl Units {
    /// The sum, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, zero at the least.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Priority {
    /// The sum, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl OfferId {
    /// The next number.
    pub(crate) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
