//! The customers who are there now, found by the number that their interaction's id carries.

use segue_router::{ExpectedWait, InteractionId, OfferId, Time};

/// A customer from arrival to the end of the talk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    pub(crate) id: InteractionId,
    pub(crate) stream: usize,
    /// In which interval they came.
    pub(crate) interval: usize,
    pub(crate) since: Time,
    /// How long they will talk, and how long the agent will wrap up, in milliseconds.
    pub(crate) handling: f64,
    pub(crate) wrap_up: f64,
    /// How long they will wait, in milliseconds.
    pub(crate) patience: Option<f64>,
    /// How often they came back.
    pub(crate) returns: u32,
    pub(crate) at: At,
    /// Whether they found no agent free.
    pub(crate) delayed: bool,
    /// What they were told, if they had to wait, and the mean of the latest waits at that moment.
    pub(crate) told: Option<(ExpectedWait, f64)>,
}

/// Where a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// In line.
    Waiting,
    /// On offer.
    Offered(OfferId),
    /// With an agent.
    Talking,
    /// Not here; may come back.
    Away,
}

/// All of them. A place that came free is used again, under another id.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    places: Vec<Option<Customer>>,
    free: Vec<usize>,
    count: u64,
}

/// The lower half of an id is the place; the upper half counts, so that who came first has the lower id.
#[expect(clippy::cast_possible_truncation, reason = "the half that is meant")]
const fn place(id: InteractionId) -> usize {
    id.0 as u32 as usize
}

impl Customers {
    /// A place for one more, with the id that goes with it.
    pub(crate) fn enter(&mut self, with: impl FnOnce(InteractionId) -> Customer) -> InteractionId {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        let id = self.next_id(place);
        self.places[place] = Some(with(id));
        id
    }

    /// Comes again, as somebody new.
    pub(crate) fn renew(&mut self, id: InteractionId) -> InteractionId {
        let new = self.next_id(place(id));
        if let Some(customer) = self.get_mut(id) {
            customer.id = new;
        }
        new
    }

    fn next_id(&mut self, place: usize) -> InteractionId {
        self.count += 1;
        InteractionId(u128::from(self.count) << 32 | place as u128)
    }

    pub(crate) fn get(&self, id: InteractionId) -> Option<&Customer> {
        self.places.get(place(id))?.as_ref().filter(|customer| customer.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: InteractionId) -> Option<&mut Customer> {
        self.places.get_mut(place(id))?.as_mut().filter(|customer| customer.id == id)
    }

    pub(crate) fn leave(&mut self, id: InteractionId) {
        if self.get(id).is_some() {
            self.places[place(id)] = None;
            self.free.push(place(id));
        }
    }

    /// Everybody who is in line now, in the order in which they came.
    pub(crate) fn waiting(&self) -> Vec<InteractionId> {
        let mut waiting: Vec<_> =
            self.places.iter().flatten().filter(|customer| customer.at == At::Waiting).map(|customer| customer.id).collect();
        waiting.sort_unstable();
        waiting
    }
}
