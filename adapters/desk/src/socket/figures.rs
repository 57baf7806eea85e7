//! How queues and agents stand, told to supervisors: whole at first, then what has changed, at most once a second.

use super::Socket;
use crate::translate;
use segue_adapter_kit::ws::End;
use segue_adapter_kit::{Colleague, DirectoryQueue, within};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Between two looks, however much goes on.
const PACE: Duration = Duration::from_secs(1);

/// What a supervisor was told of queues and agents.
pub(super) struct Figures {
    stir: watch::Receiver<u64>,
    queues: Vec<DirectoryQueue>,
    colleagues: Vec<Colleague>,
    /// When to look again at the earliest.
    next: Instant,
}

impl Figures {
    /// Of somebody who was told nothing yet.
    pub(super) fn new(mut stir: watch::Receiver<u64>) -> Self {
        stir.mark_changed();
        Self { stir, queues: Vec::new(), colleagues: Vec::new(), next: Instant::now() }
    }
}

/// Waits until queues or agents may stand otherwise than was told, where that is told at all. Cancel-safe.
pub(super) async fn stirred(figures: &mut Option<Figures>) {
    if let Some(figures) = figures {
        sleep_until(figures.next).await;
        if figures.stir.changed().await.is_ok() {
            return;
        }
    }
    std::future::pending().await
}

impl Socket {
    /// Looks, and tells what has changed. Where the house cannot tell just now it is asked again.
    pub(super) async fn tell_figures(&mut self) -> Result<(), End> {
        let limit = self.limit();
        let Some(figures) = &mut self.figures else { return Ok(()) };
        figures.next = Instant::now() + PACE;
        let both = async { Ok((self.desks.directory(&self.who).await?.queues, self.desks.colleagues(&self.who).await?)) };
        let (queues, colleagues) = match within(limit, both).await {
            Ok(both) => both,
            Err(refusal) => {
                tracing::debug!(reason = %refusal.reason.name(), "queues cannot be looked at; asking again");
                figures.stir.mark_changed();
                return Ok(());
            }
        };
        let changed = queues.iter().filter(|one| !figures.queues.contains(one));
        let known: HashSet<&Colleague> = figures.colleagues.iter().collect();
        let moved = colleagues.iter().filter(|one| !known.contains(one));
        let frame = translate::figures(changed, moved);
        (figures.queues, figures.colleagues) = (queues, colleagues);
        match frame {
            Some(frame) => self.send(frame).await,
            None => Ok(()),
        }
    }
}
