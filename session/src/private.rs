//! Personal data and secrets, hidden by type: `Debug` and `Display` never show them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that must not reach a log, a metric, a trace or a panic. [`Private::reveal`] is what to look for in a review.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Hides the value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// Shows the value to code that delivers it to somebody who may see it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(private)")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(private)")
    }
}
