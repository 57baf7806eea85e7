//! Chance, from one seed: each purpose of each stream draws from a child generator of its own.
//!
//! So two scenarios that differ in their agents alone meet the very same customers, who come at the same moments,
//! talk as long and have as much patience: the difference between them is not blurred by luck.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What a child generator is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// The time to the next arrival, and whether it is thinned out.
    Arrivals = 1,
    /// How long customers talk.
    Handling = 2,
    /// How long agents wrap up.
    WrapUp = 3,
    /// How long customers wait before they leave.
    Patience = 4,
    /// Whether and when those who left come back.
    Retry = 5,
    /// How long agents take to answer an offer.
    Answer = 6,
    /// Everything of a run under faults.
    Chaos = 7,
}

/// Which run of a scenario: all of it that chance depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) replication: u64,
}

/// One child generator.
#[derive(Debug)]
pub(crate) struct Source {
    generator: ChaCha8Rng,
    /// Normal variables come in pairs.
    spare: Option<f64>,
}

impl Source {
    /// The same four numbers give the same draws on any machine; others give draws that have nothing to do with them.
    pub(crate) fn child(run: Run, purpose: Purpose, of: usize) -> Self {
        let mut key = [0; 32];
        let words = [run.seed, run.replication, purpose as u64, of as u64];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self { generator: ChaCha8Rng::from_seed(key), spare: None }
    }

    /// Uniform in (0, 1].
    pub(crate) fn unit(&mut self) -> f64 {
        let bits = (self.generator.next_u64() >> 11) + 1;
        bits as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Exponential with this mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    /// Standard normal, by Marsaglia's polar method.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// One of `count`, each as likely as the other.
    #[expect(clippy::cast_possible_truncation, reason = "rounded down to below `count`")]
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((1.0 - self.unit()) * count as f64) as usize
    }
}
