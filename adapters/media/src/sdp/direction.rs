//! Which way the sound goes.

use std::fmt;

/// Which way the sound goes, seen from the side that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Direction {
    /// We send.
    pub send: bool,
    /// We want to receive.
    pub receive: bool,
}

impl Direction {
    /// A talk.
    pub const BOTH: Self = Self { send: true, receive: true };
    /// We put them on hold: they hear our music.
    pub const SEND: Self = Self { send: true, receive: false };
    /// They put us on hold.
    pub const RECEIVE: Self = Self { send: false, receive: true };
    /// Neither.
    pub const NONE: Self = Self { send: false, receive: false };

    /// What the attribute says, if it is one of the four.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::BOTH, Self::SEND, Self::RECEIVE, Self::NONE].into_iter().find(|direction| direction.name() == name)
    }

    const fn name(self) -> &'static str {
        match (self.send, self.receive) {
            (true, true) => "sendrecv",
            (true, false) => "sendonly",
            (false, true) => "recvonly",
            (false, false) => "inactive",
        }
    }

    /// Ours, in the light of theirs: never more than they take or give (RFC 3264, 6.1).
    pub(crate) const fn answers(self, theirs: Self) -> Self {
        Self { send: self.send && theirs.receive, receive: self.receive && theirs.send }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
