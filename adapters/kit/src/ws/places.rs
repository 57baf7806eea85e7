//! Places for sockets: in all, kept for one kind, by address, and for those who have not said who they are.
//!
//! Customers are many and let in by less: a crowd of them must not take the places of the agents who would serve them.

use crate::network;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for the sockets of one protocol. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Places {
    /// For whoever comes, over all protocols.
    open: Arc<Semaphore>,
    /// For this protocol, where the others are full.
    kept: Arc<Semaphore>,
    /// For sockets of this protocol before their hello was admitted.
    strangers: Arc<Semaphore>,
    addresses: Arc<Addresses>,
}

/// How many sockets each address has, over all protocols.
#[derive(Debug)]
struct Addresses {
    most: usize,
    counts: Mutex<BTreeMap<String, usize>>,
}

/// A socket's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    _counted: Option<Counted>,
}

/// One of its address's sockets.
#[derive(Debug)]
struct Counted {
    address: String,
    addresses: Arc<Addresses>,
}

impl Places {
    /// `open` places in all, `per_address` for each address, and `strangers` for sockets that were not admitted yet.
    #[must_use]
    pub fn new(open: usize, per_address: usize, strangers: usize) -> Self {
        let addresses = Arc::new(Addresses { most: per_address, counts: Mutex::default() });
        Self { open: room(open), kept: room(0), strangers: room(strangers), addresses }
    }

    /// Places of another protocol, which shares these, but keeps so many for itself, and has its own for strangers.
    #[must_use]
    pub fn keeping(&self, kept: usize, strangers: usize) -> Self {
        Self { kept: room(kept), strangers: room(strangers), ..self.clone() }
    }

    /// A place for a socket from this address, and one among the strangers; `Err` names the limit that was reached.
    pub(super) fn take(&self, address: Option<&str>) -> Result<(Place, OwnedSemaphorePermit), &'static str> {
        let stranger = Arc::clone(&self.strangers).try_acquire_owned().map_err(|_| "sockets_unadmitted")?;
        let counted = address.map(|address| self.addresses.count(address).ok_or("sockets_per_address")).transpose()?;
        let open = Arc::clone(&self.open).try_acquire_owned();
        let permit = open.or_else(|_| Arc::clone(&self.kept).try_acquire_owned()).map_err(|_| "sockets")?;
        Ok((Place { _permit: permit, _counted: counted }, stranger))
    }
}

fn room(places: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)))
}

impl Addresses {
    fn count(self: &Arc<Self>, address: &str) -> Option<Counted> {
        let address = network(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Counted { address, addresses: Arc::clone(self) })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.addresses.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_leave_places_for_desks() {
        let chat = Places::new(2, 100, 100);
        let desk = chat.keeping(1, 100);
        let _customers = [chat.take(None).unwrap(), chat.take(None).unwrap()];
        assert_eq!(chat.take(None).err(), Some("sockets"));
        let kept = desk.take(None).unwrap();
        assert_eq!(desk.take(None).err(), Some("sockets"));
        drop(kept);
        assert!(desk.take(None).is_ok(), "it is given back");
    }

    #[test]
    fn an_address_takes_no_more_than_its_part() {
        let chat = Places::new(100, 2, 100);
        let desk = chat.keeping(10, 100);
        let held = [chat.take(Some("192.0.2.7")).unwrap(), desk.take(Some("192.0.2.7")).unwrap()];
        assert_eq!(chat.take(Some("192.0.2.7")).err(), Some("sockets_per_address"));
        assert!(chat.take(Some("192.0.2.8")).is_ok());
        drop(held);
        assert!(chat.take(Some("192.0.2.7")).is_ok(), "it is given back");
        let _six = [chat.take(Some("2001:db8::1")).unwrap(), chat.take(Some("2001:db8::2")).unwrap()];
        assert_eq!(chat.take(Some("2001:db8::3")).err(), Some("sockets_per_address"), "one household");
        assert!(chat.take(Some("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn strangers_have_few_places_until_they_are_admitted() {
        let chat = Places::new(100, 100, 1);
        let (_place, stranger) = chat.take(None).unwrap();
        assert_eq!(chat.take(None).err(), Some("sockets_unadmitted"));
        assert!(chat.keeping(0, 1).take(None).is_ok(), "another protocol has its own");
        drop(stranger);
        assert!(chat.take(None).is_ok());
    }
}
