//! How far the daemon is, as probes are told.

use std::sync::Arc;
use tokio::sync::watch;

/// How far the daemon is. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<watch::Sender<Phase>>);

/// How far that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is up but the probes.
    Starting,
    /// It would work, but cannot just now, and why.
    Unfit(&'static str),
    /// It works.
    Ready,
    /// It goes away.
    Draining,
}

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Starting)))
    }
}

impl Readiness {
    /// It is up: and can work, or cannot just now, and why.
    pub fn stands(&self, unfit: Option<&'static str>) {
        self.0.send_replace(unfit.map_or(Phase::Ready, Phase::Unfit));
    }

    /// Nothing new, please.
    pub fn draining(&self) {
        self.0.send_replace(Phase::Draining);
    }

    pub(super) fn now(&self) -> Phase {
        *self.0.borrow()
    }
}
