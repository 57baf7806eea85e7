//! Whose packets are taken: those of the first valid source, until something else is agreed (symmetric RTP, RFC 4961).
//!
//! The address in a description is often that of a network behind a translation; the first packet shows where it really comes from. From
//! then on everybody else is a stranger, whatever they send.

use std::net::SocketAddr;

/// The lock on a leg's source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Latch {
    /// What was agreed.
    told: Option<SocketAddr>,
    /// What was seen.
    seen: Option<SocketAddr>,
}

impl Latch {
    /// Something was agreed. Another address opens the lock; the same one leaves it, so that a refresh of a call is no opportunity.
    pub(super) fn agree(&mut self, told: Option<SocketAddr>) {
        if told.is_some() && told != self.told {
            *self = Self { told, seen: None };
        }
    }

    /// Whether a packet from there may be looked at.
    pub(super) fn admits(&self, from: SocketAddr) -> bool {
        self.seen.is_none_or(|seen| seen == from)
    }

    /// A valid packet came from there.
    pub(super) fn lock(&mut self, from: SocketAddr) {
        self.seen.get_or_insert(from);
    }

    /// Where to send.
    pub(super) fn remote(&self) -> Option<SocketAddr> {
        self.seen.or(self.told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_valid_source_holds_until_another_address_is_agreed() {
        let at = |port| SocketAddr::from(([192, 0, 2, 1], port));
        let mut latch = Latch::default();
        latch.agree(Some(at(4000)));
        assert!(latch.admits(at(9)) && latch.remote() == Some(at(4000)));
        latch.lock(at(5000));
        latch.lock(at(6000));
        assert!(latch.admits(at(5000)) && !latch.admits(at(4000)) && latch.remote() == Some(at(5000)));
        latch.agree(Some(at(4000)));
        latch.agree(None);
        assert!(!latch.admits(at(6000)), "a refresh, and a hold");
        latch.agree(Some(at(7000)));
        assert!(latch.admits(at(6000)) && latch.remote() == Some(at(7000)));
    }
}
