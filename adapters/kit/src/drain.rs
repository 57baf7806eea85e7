//! Stopping in order: whoever holds a [`Draining`] hears when to let go.

use tokio::sync::watch;

/// The side that says stop.
#[derive(Debug)]
pub struct Drain(watch::Sender<bool>);

/// The side that hears it.
#[derive(Clone, Debug)]
pub struct Draining(watch::Receiver<bool>);

impl Drain {
    /// A pair; clone the second for each listener.
    #[must_use]
    pub fn new() -> (Self, Draining) {
        let (tx, rx) = watch::channel(false);
        (Self(tx), Draining(rx))
    }
    /// Says stop.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }
    /// Waits until every listener has let go.
    pub async fn finished(&self) {
        self.0.closed().await;
    }
}

impl Draining {
    /// Whether it was said.
    #[must_use]
    pub fn begun(&self) -> bool {
        *self.0.borrow()
    }
    /// Waits until it is said (or the other side is gone, which means the same).
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
