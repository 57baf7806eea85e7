//! Names and ids. Every one is its own type; the lengths are bounded where they come from outside.

use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};
use uuid::Uuid;

pub use segue_router::{Channel, ExpectedWait, InteractionId, OfferId, Outcome, Priority, Readiness, Span, Time, Units, WithdrawReason};

/// The most bytes a name may have.
pub const NAME_LIMIT: usize = 128;

macro_rules! name {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);
        impl $name {
            /// Takes the name as it is; [`Self::parse`] is for names from outside.
            #[must_use]
            pub fn new(name: &str) -> Self { Self(name.into()) }
            /// A name from outside: 1 to [`NAME_LIMIT`] bytes of printable text without blanks.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                let fits = !name.is_empty() && name.len() <= NAME_LIMIT;
                (fits && name.chars().all(|c| !c.is_whitespace() && !c.is_control())).then(|| Self::new(name))
            }
            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl std::borrow::Borrow<str> for $name { fn borrow(&self) -> &str { &self.0 } }
        impl From<&str> for $name { fn from(name: &str) -> Self { Self::new(name) } }
    )*};
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> { Uuid::parse_str(text).map(Self) }
        }
    )*};
}

name! {
    /// One business served by the daemon; also the routing domain.
    TenantId,
    /// A customer, as the tenant's own systems call them (the subject of a signed claim).
    CustomerId,
    /// One customer in one relationship and role towards the tenant.
    PersonaId,
    /// An agent, as in the tenant's config.
    AgentName,
    /// A queue, as in the tenant's config.
    QueueName,
    /// A skill, as in the tenant's config.
    SkillName,
    /// A journey, as in its file.
    JourneyName,
    /// A step of a journey.
    StepId,
    /// A field or an answer's name.
    FieldId,
    /// A choice of a menu or a choice field.
    ChoiceId,
    /// A language tag of BCP 47, as short as it can be: `en`, `fr`, `pt-BR`.
    Language,
}

id! {
    /// A session. A version-7 UUID, so that ids sort by birth.
    SessionId,
    /// A leg of a session.
    LegId,
    /// Names one command, so that a repeat is known as such (AIP-155).
    RequestId,
}

/// The UUID form of an interaction's id, for the wire and for people.
#[must_use]
pub fn interaction_uuid(id: InteractionId) -> Uuid {
    Uuid::from_u128(id.0)
}
