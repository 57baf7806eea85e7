//! Every id and every quantity is its own type, so that none can stand in for another.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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

// MessagePack, the wire of the journal, has no 128-bit integer: sixteen bytes there, hexadecimal digits in text.
impl Serialize for InteractionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&format_args!("{:032x}", self.0))
        } else {
            serializer.serialize_bytes(&self.0.to_be_bytes())
        }
    }
}

impl<'de> Deserialize<'de> for InteractionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(InteractionIdVisitor)
        } else {
            deserializer.deserialize_bytes(InteractionIdVisitor)
        }
    }
}

struct InteractionIdVisitor;

impl Visitor<'_> for InteractionIdVisitor {
    type Value = InteractionId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sixteen bytes or 32 hexadecimal digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<InteractionId, E> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        number.map(InteractionId).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<InteractionId, E> {
        let bytes = <[u8; 16]>::try_from(bytes).map_err(|_| E::invalid_length(bytes.len(), &self))?;
        Ok(InteractionId(u128::from_be_bytes(bytes)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interaction_id_is_bytes_on_the_wire_and_digits_in_text() {
        let id = InteractionId(0x0190_0000_0000_7000_8000_0000_0000_00ff);
        let bytes = rmp_serde::to_vec(&id).unwrap();
        assert_eq!(bytes.len(), 18, "a header of two and sixteen");
        assert_eq!(rmp_serde::from_slice::<InteractionId>(&bytes).unwrap(), id);
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(text, "\"019000000000700080000000000000ff\"");
        assert_eq!(serde_json::from_str::<InteractionId>(&text).unwrap(), id);
        for bad in ["\"ff\"", "\"+19000000000700080000000000000ff\"", "7", "\"\""] {
            assert!(serde_json::from_str::<InteractionId>(bad).is_err(), "{bad}");
        }
        assert!(rmp_serde::from_slice::<InteractionId>(&bytes[..17]).is_err());
    }

    #[test]
    fn a_clock_that_stepped_back_makes_no_negative_wait() {
        assert_eq!(Time(5).since(Time(9)), Span(0));
        assert_eq!(Time(u64::MAX).after(Span(1)), Time(u64::MAX));
    }
}
