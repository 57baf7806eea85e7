//! Tells a leg's owner what happens, in order, without waiting for them.

use super::Counts;
use super::playing::Playing;
use crate::leg::{Event, LegKey, PlayEnd, Told};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Events that wait for an owner who does not listen.
const UNTOLD: usize = 64;

/// The way to a leg's owner.
pub(super) struct Teller {
    leg: LegKey,
    to: mpsc::Sender<Told>,
    waiting: VecDeque<Event>,
    counts: Arc<Counts>,
}

impl Teller {
    pub(super) fn new(leg: LegKey, to: mpsc::Sender<Told>, counts: Arc<Counts>) -> Self {
        Self { leg, to, waiting: VecDeque::new(), counts }
    }

    /// Tells an event, after those that wait. Of those that wait the oldest are kept: they are what the later ones follow from.
    pub(super) fn tell(&mut self, event: Event) {
        self.waiting.push_back(event);
        self.flush();
        if self.waiting.len() > UNTOLD {
            self.waiting.pop_back();
            Counts::add(&self.counts.untold, 1);
        }
    }

    /// Tells what waits, as far as there is room.
    pub(super) fn flush(&mut self) {
        while let Some(event) = self.waiting.front() {
            match self.to.try_send(Told { leg: self.leg, event: *event }) {
                Err(TrySendError::Full(_)) => return,
                // Nobody listens any more: the leg will close, or its owner does not care.
                Ok(()) | Err(TrySendError::Closed(_)) => self.waiting.pop_front(),
            };
        }
    }

    /// A program is over.
    pub(super) fn played(&mut self, playing: Option<Playing>, end: PlayEnd) {
        if let Some(playing) = playing {
            self.tell(Event::Played { play: playing.key, end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn what_finds_no_room_waits_in_order_and_then_is_counted() {
        let (to, mut told) = mpsc::channel(1);
        let counts = Arc::new(Counts::default());
        let mut teller = Teller::new(LegKey(1), to, Arc::clone(&counts));
        teller.tell(Event::Flows);
        for _ in 0..UNTOLD + 5 {
            teller.tell(Event::Quiet);
        }
        assert_eq!(counts.untold.load(Ordering::Relaxed), 5);
        assert_eq!(told.try_recv(), Ok(Told { leg: LegKey(1), event: Event::Flows }));
        let mut later = 0;
        loop {
            teller.flush();
            if told.try_recv().is_err() {
                break;
            }
            later += 1;
        }
        assert_eq!(later, UNTOLD);
    }
}
