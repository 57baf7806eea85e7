//! A daemon process of our own, as an operator would run it: its business, its store, its tokens; for the tests that look at
//! the product from outside.
//!
//! What is *not* here: what a test wants to know.
#![allow(dead_code, unused_imports, reason = "each test takes what it needs")]

mod business;
mod daemon;
mod tokens;

pub(crate) use business::{Business, FIELDS, FOREIGN, OURS, WIDGET, issuer, secret};
pub(crate) use daemon::{At, Daemon, Kept};
pub(crate) use tokens::{Claims, forged, token, token_of};

use std::future::Future;
use std::time::{Duration, Instant};

/// Waits until something holds, looking again every few milliseconds; fails with `what` when it never does.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds().await {
        assert!(Instant::now() < until, "did not come true within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A number from the environment, or the usual one.
pub(crate) fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// Chance from a seed, so that a run can be had again (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice that fall the same for the same seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The dice of a test: from `SEGUE_SEED`, or from the clock. The seed is printed, to be given again.
    pub(crate) fn of_test() -> Self {
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let seed = number("SEGUE_SEED", u64::from(clock.subsec_nanos()));
        println!("once more with SEGUE_SEED={seed}");
        Self(seed)
    }

    /// Other dice, of their own.
    pub(crate) const fn fork(&mut self) -> Self {
        Self(self.next())
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of these.
    pub(crate) fn of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[usize::try_from(self.below(these.len() as u64)).unwrap()]
    }
}
