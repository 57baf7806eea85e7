//! By which law a length of time is drawn.

use crate::quantity::Length;
use crate::random::Source;
use serde::Deserialize;

/// How lengths of time are spread.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "law", rename_all = "snake_case", deny_unknown_fields)]
pub enum Law {
    /// Always the same.
    Fixed {
        /// That long.
        mean: Length,
    },
    /// Without memory: what most of queueing theory assumes.
    Exponential {
        /// The mean.
        mean: Length,
    },
    /// What handling times look like in most contact centres: none very short, a few very long.
    LogNormal {
        /// The mean.
        mean: Length,
        /// The standard deviation.
        sd: Length,
    },
    /// As they were measured: each draw is one of these.
    Trace {
        /// The measured lengths.
        lengths: Vec<Length>,
    },
}

impl Law {
    pub(crate) fn draw(&self, source: &mut Source) -> f64 {
        match self {
            Self::Fixed { mean } => mean.0,
            Self::Exponential { mean } => source.exponential(mean.0),
            Self::LogNormal { mean, sd } => {
                let variance = (sd.0 / mean.0).powi(2).ln_1p();
                (mean.0.ln() - variance / 2.0 + variance.sqrt() * source.normal()).exp()
            }
            Self::Trace { lengths } => lengths.get(source.below(lengths.len())).map_or(0.0, |length| length.0),
        }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Length {
        match self {
            Self::Fixed { mean } | Self::Exponential { mean } | Self::LogNormal { mean, .. } => *mean,
            Self::Trace { lengths } => Length(lengths.iter().map(|length| length.0).sum::<f64>() / lengths.len().max(1) as f64),
        }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Fixed { .. } => None,
            Self::Exponential { mean } | Self::LogNormal { mean, .. } if mean.0 <= 0.0 => Some("its mean must be longer than nothing"),
            Self::Exponential { .. } | Self::LogNormal { .. } => None,
            Self::Trace { lengths } if lengths.is_empty() => Some("its trace is empty"),
            Self::Trace { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Run};

    #[test]
    fn draws_have_the_mean_and_the_spread_they_say() {
        let mut source = Source::child(Run { seed: 1, replication: 0 }, Purpose::Handling, 0);
        let (mean, sd) = (Length::seconds(180.0), Length::seconds(120.0));
        for (law, spread) in [
            (Law::Fixed { mean }, 0.0),
            (Law::Exponential { mean }, mean.0),
            (Law::LogNormal { mean, sd }, sd.0),
            (Law::Trace { lengths: vec![Length(60_000.0), Length(300_000.0)] }, 120_000.0),
        ] {
            let draws: Vec<f64> = (0..200_000).map(|_| law.draw(&mut source)).collect();
            let average = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!((average / law.mean().0 - 1.0).abs() < 0.01, "{law:?}: {average}");
            assert!((variance.sqrt() - spread).abs() <= 0.02 * mean.0, "{law:?}: {}", variance.sqrt());
        }
    }

    #[test]
    fn purposes_do_not_disturb_each_other() {
        let run = Run { seed: 1, replication: 0 };
        let draw = |purpose, of| Source::child(run, purpose, of).unit();
        assert!((draw(Purpose::Handling, 0) - draw(Purpose::Handling, 0)).abs() < f64::EPSILON);
        assert!((draw(Purpose::Handling, 0) - draw(Purpose::Handling, 1)).abs() > f64::EPSILON);
        assert!((draw(Purpose::Handling, 0) - draw(Purpose::Patience, 0)).abs() > f64::EPSILON);
    }
}
