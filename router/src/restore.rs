//! The router's truth as one value, to be stored and to begin from again.

use crate::index::Index;
use crate::router::Router;
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything a router holds. Equal snapshots decide equally.
///
/// Serialises in any format that serde knows; what is derived is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Snapshot(State);

/// A snapshot that contradicts itself, in words: it was not made by a router, or was damaged since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreError(String);

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "while restoring a snapshot: {}", self.0)
    }
}

impl std::error::Error for RestoreError {}

impl Router {
    /// The truth at this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.state.clone())
    }

    /// A router that goes on where the snapshot was taken: the same events lead to the same effects.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] when the snapshot breaks an invariant; see [`Router::check`].
    pub fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        let router = Self { index: Index::build(&snapshot.0), state: snapshot.0 };
        router.check().map_err(RestoreError)?;
        Ok(router)
    }
}
