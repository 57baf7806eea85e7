//! What a bar measured: one line of JSON at the end, for people and machines alike.

use hdrhistogram::Histogram;
use serde::Serialize;
use std::time::Duration;

/// The outcome of one bar.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The bar's name.
    pub(crate) bar: &'static str,
    /// The figure that counts.
    pub(crate) value: f64,
    /// In which unit.
    pub(crate) unit: &'static str,
    /// The same figure of the floor, measured in the same run; `None` where there is none.
    pub(crate) floor: Option<f64>,
    /// `value` to `floor` (or the other way round where more is better): the figure that travels between machines.
    pub(crate) ratio: Option<f64>,
    /// What is to be reached.
    pub(crate) goal: &'static str,
    /// Whether it was.
    pub(crate) holds: bool,
    /// Everything else that was measured.
    pub(crate) detail: serde_json::Map<String, serde_json::Value>,
}

impl Report {
    /// The line.
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Latencies from one microsecond to a minute, three digits.
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    /// An empty one.
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1, 60_000_000, 3)?))
    }
    /// Adds one.
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
    }
    /// Adds all of another.
    pub(crate) fn merge(&mut self, other: &Self) -> anyhow::Result<()> {
        Ok(self.0.add(&other.0)?)
    }
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }
    /// The quantile, in milliseconds.
    pub(crate) fn ms(&self, quantile: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "microseconds below a minute fit a double exactly")]
        let micros = self.0.value_at_quantile(quantile) as f64;
        micros / 1000.0
    }
    /// p50, p90, p99, p99.9 and the longest, for `detail`.
    pub(crate) fn summary(&self) -> serde_json::Value {
        serde_json::json!({
            "count": self.count(),
            "p50_ms": self.ms(0.5),
            "p90_ms": self.ms(0.9),
            "p99_ms": self.ms(0.99),
            "p999_ms": self.ms(0.999),
            "max_ms": self.ms(1.0),
        })
    }
}
