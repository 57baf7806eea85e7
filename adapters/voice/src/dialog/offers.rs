//! Whose offer is under way: one at a time, and what is said where two meet (RFC 3264, section 4; RFC 3261, section 14; RFC 3311,
//! section 5.2).

use std::time::Duration;

/// Whose offer waits for its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offers {
    /// Nobody's: either may offer.
    #[default]
    Settled,
    /// Ours.
    Ours,
    /// Theirs.
    Theirs,
}

/// Why an offer is not taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glare {
    /// Ours is under way: 491.
    Met,
    /// An earlier one of theirs is not answered: 500 with a `Retry-After`.
    Early,
}

impl Glare {
    /// The answer's code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Met => 491,
            Self::Early => 500,
        }
    }

    /// For how long to wait after a 491 of theirs: whoever named the call waits longer, so that the two do not meet again
    /// (RFC 3261, section 14.1). `random` is anything.
    #[must_use]
    pub fn pause(we_named_the_call: bool, random: u32) -> Duration {
        // In steps of 10 ms: 2.1 to 4 s, or 0 to 2 s.
        let steps = if we_named_the_call { 210 + u64::from(random % 191) } else { u64::from(random % 201) };
        Duration::from_millis(steps * 10)
    }
}

impl Offers {
    /// We offer. `false` where one is under way: ours waits.
    #[must_use]
    pub fn offer(&mut self) -> bool {
        let may = *self == Self::Settled;
        if may {
            *self = Self::Ours;
        }
        may
    }

    /// They offer.
    ///
    /// # Errors
    ///
    /// The glare, where one is under way.
    pub fn offered(&mut self) -> Result<(), Glare> {
        match self {
            Self::Settled => {
                *self = Self::Theirs;
                Ok(())
            }
            Self::Ours => Err(Glare::Met),
            Self::Theirs => Err(Glare::Early),
        }
    }

    /// The offer under way is answered or refused; what was agreed before holds until another is.
    pub fn settle(&mut self) {
        *self = Self::Settled;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_offer_is_under_way_at_a_time() {
        let mut offers = Offers::default();
        assert!(offers.offer() && !offers.offer());
        assert_eq!(offers.offered().map_err(Glare::code), Err(491));
        offers.settle();
        assert_eq!(offers.offered(), Ok(()));
        assert_eq!(offers.offered().map_err(Glare::code), Err(500));
        assert!(!offers.offer());
    }

    #[test]
    fn two_that_met_do_not_meet_again() {
        for random in 0..1000 {
            let (first, second) = (Glare::pause(false, random), Glare::pause(true, random));
            assert!(first <= Duration::from_secs(2) && second >= Duration::from_millis(2100) && second <= Duration::from_secs(4));
        }
    }
}
