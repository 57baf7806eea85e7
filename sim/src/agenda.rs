//! What will happen, in the order of time; at the same moment, in the order in which it was put down.

use segue_router::{AgentId, InteractionId, OfferId, Time};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that will happen unless something else comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The next of a stream may arrive.
    Arrival(usize),
    /// Somebody who left comes back.
    Return(InteractionId),
    /// A customer's patience ends.
    Leave(InteractionId),
    /// An agent answers an offer.
    Answer(AgentId, OfferId, InteractionId),
    /// A talk ends.
    Finish(AgentId, InteractionId),
    /// A wrap-up ends.
    WrapUp(AgentId, InteractionId),
    /// A team's shift begins.
    Begin(usize),
    /// A team's shift ends.
    End(usize),
    /// Another interval begins.
    Interval(usize),
}

#[derive(Debug)]
struct Due<W> {
    at: Time,
    order: u64,
    what: W,
}

impl<W> PartialEq for Due<W> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl<W> Eq for Due<W> {}

impl<W> Ord for Due<W> {
    /// Reversed: the heap has its greatest on top.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl<W> PartialOrd for Due<W> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Everything that will happen.
#[derive(Debug)]
pub(crate) struct Agenda<W> {
    due: BinaryHeap<Due<W>>,
    order: u64,
}

impl<W> Default for Agenda<W> {
    fn default() -> Self {
        Self { due: BinaryHeap::new(), order: 0 }
    }
}

impl<W> Agenda<W> {
    pub(crate) fn put(&mut self, at: Time, what: W) {
        self.order += 1;
        self.due.push(Due { at, order: self.order, what });
    }

    /// The next thing, when it is due by then.
    pub(crate) fn next_by(&mut self, end: Time) -> Option<(Time, W)> {
        let first = self.due.peek_mut()?;
        (first.at <= end).then(|| std::collections::binary_heap::PeekMut::pop(first)).map(|due| (due.at, due.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_order_of_time_then_of_putting_down() {
        let mut agenda = Agenda::default();
        for (at, stream) in [(5, 1), (3, 2), (5, 3), (9, 4)] {
            agenda.put(Time(at), What::Arrival(stream));
        }
        let mut came = Vec::new();
        while let Some((_, What::Arrival(stream))) = agenda.next_by(Time(5)) {
            came.push(stream);
        }
        assert_eq!(came, [2, 1, 3]);
        assert_eq!(agenda.next_by(Time(9)), Some((Time(9), What::Arrival(4))));
    }
}
