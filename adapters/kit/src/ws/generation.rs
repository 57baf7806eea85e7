//! Which of several sockets of one tab or leg counts: the newest. The others are told.
//!
//! A browser that lost its network opens a new socket long before the server notices that the old one is dead. Without
//! this the dead one would, when it is found dead at last, report the live one's leg as lost.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedMutexGuard, watch};

/// How many forgotten doors are kept before they are cleared away.
const DOORS: usize = 64;

/// The newest socket of each key, on this node.
#[derive(Debug)]
pub struct Generations<K>(Arc<Mutex<Held<K>>>);

#[derive(Debug)]
struct Held<K> {
    drawn: u64,
    newest: HashMap<K, (u64, watch::Sender<bool>)>,
    doors: HashMap<K, Weak<tokio::sync::Mutex<()>>>,
}

/// One socket's turn at its key.
#[derive(Debug)]
pub struct Generation<K: Hash + Eq> {
    key: K,
    number: u64,
    superseded: watch::Receiver<bool>,
    home: Arc<Mutex<Held<K>>>,
}

impl<K> Clone for Generations<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Generations<K> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Held { drawn: 0, newest: HashMap::new(), doors: HashMap::new() })))
    }
}

impl<K: Hash + Eq + Clone> Generations<K> {
    /// Takes the key over; who held it is told.
    #[must_use]
    pub fn take(&self, key: K) -> Generation<K> {
        let (tell, superseded) = watch::channel(false);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.drawn += 1;
        let number = held.drawn;
        if let Some((_, former)) = held.newest.insert(key.clone(), (number, tell)) {
            former.send_replace(true);
        }
        Generation { key, number, superseded, home: Arc::clone(&self.0) }
    }

    /// Waits until nobody else does something about the key, and keeps others waiting until the guard is dropped. Who comes
    /// back and who is found lost at the same moment pass here one after the other, so that the loss is told before the
    /// return or not at all.
    pub async fn alone(&self, key: &K) -> OwnedMutexGuard<()> {
        let door = {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if held.doors.len() > held.newest.len().saturating_add(DOORS) {
                held.doors.retain(|_, door| door.strong_count() > 0);
            }
            let known = held.doors.get(key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let door = Arc::default();
                held.doors.insert(key.clone(), Arc::downgrade(&door));
                door
            })
        };
        door.lock_owned().await
    }

    /// How many keys are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).newest.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Hash + Eq> Generation<K> {
    /// Waits until a newer socket has taken over. Cancel-safe.
    pub async fn superseded(&mut self) {
        // An error means that the sender is gone, which happens only after it said so.
        let _ = self.superseded.wait_for(|s| *s).await;
    }

    /// Whether this is the newest.
    #[must_use]
    pub fn current(&self) -> bool {
        !*self.superseded.borrow()
    }
}

impl<K: Hash + Eq> Drop for Generation<K> {
    fn drop(&mut self) {
        let mut held = self.home.lock().unwrap_or_else(PoisonError::into_inner);
        if held.newest.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            held.newest.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Generations;

    #[tokio::test]
    async fn the_newest_counts_and_the_older_is_told() {
        let all = Generations::default();
        let mut first = all.take("tab");
        let other = all.take("another tab");
        let second = all.take("tab");
        first.superseded().await;
        assert!(!first.current() && second.current() && other.current());
        drop(first);
        assert_eq!(all.len(), 2, "the older one's end does not free the newer one's key");
        drop((second, other));
        assert!(all.is_empty());
    }

    #[tokio::test]
    async fn one_at_a_time_and_forgotten_doors_are_cleared() {
        let all = Generations::default();
        let first = all.alone(&0).await;
        let waits = all.alone(&0);
        tokio::pin!(waits);
        assert!(futures_util::poll!(waits.as_mut()).is_pending());
        drop(first);
        drop(waits.await);
        for key in 0..1000 {
            drop(all.alone(&key).await);
        }
        assert!(all.0.lock().unwrap().doors.len() <= super::DOORS + 2);
    }
}
