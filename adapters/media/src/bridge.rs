//! Who hears whom: legs that are seated together.
//!
//! A [`Bridge`] is a table with seats. Who sits where is told; how the packets go follows from it: a leg that hears one other has that one's
//! packets passed on (written anew only where the codecs differ), a leg that hears several has them mixed. So a supervisor who listens in
//! does not make a mixed call of the two who talk. A program on a leg ([`Leg::play`]) goes before what the leg would hear here.

use crate::leg::{Error, Leg, LegKey};
use crate::pump::{Order, Pump};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::oneshot;

/// The most legs at one bridge.
pub const SEATS: usize = 16;

/// Names a bridge while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BridgeKey(u64);

/// What a leg is at a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Hears all, and is heard by all: a customer, an agent, a supervisor who barges in.
    Party,
    /// Hears the parties, and is heard by nobody.
    Monitor,
    /// Hears the parties, and is heard by this one alone.
    Whisper(LegKey),
}

/// A leg's seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Whose.
    pub leg: LegKey,
    /// What it is.
    pub role: Role,
    /// It is not heard.
    pub muted: bool,
    /// It is not heard, and hears nobody: on hold, with music by [`Leg::play`], or in a consultation elsewhere.
    pub held: bool,
}

/// Whether who sits there is heard by who sits here.
pub(crate) fn hears(here: &Seat, there: &Seat) -> bool {
    let heard = match there.role {
        Role::Party => true,
        Role::Monitor => false,
        Role::Whisper(to) => to == here.leg,
    };
    here.leg != there.leg && heard && !there.muted && !here.held && !there.held
}

/// Some legs together. Dropping it parts them; they live on.
#[derive(Debug)]
pub struct Bridge {
    key: BridgeKey,
    pump: Arc<Pump>,
    seats: Vec<Seat>,
    _alive: Arc<()>,
}

/// The pump's side: it is gone when no handle is left.
pub(crate) struct Table {
    pub(crate) key: BridgeKey,
    pub(crate) seats: Vec<Seat>,
    alive: Arc<()>,
}

impl Table {
    pub(crate) fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.alive) == 1
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Bridge {
    /// An empty one, where this leg's packets are moved; it is not seated yet.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub fn new(at: &Leg) -> Result<Self, Error> {
        let key = BridgeKey(NEXT.fetch_add(1, Ordering::Relaxed));
        let alive = Arc::new(());
        let table = Table { key, seats: Vec::new(), alive: Arc::clone(&alive) };
        at.pump.order(Order::Lay(Box::new(table)))?;
        Ok(Self { key, pump: Arc::clone(&at.pump), seats: Vec::new(), _alive: alive })
    }

    /// Its name.
    #[must_use]
    pub fn key(&self) -> BridgeKey {
        self.key
    }

    /// Who sits here.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// Seats a leg, or gives it another role. A leg that sits at another bridge leaves it; one that another pump moves is brought here first,
    /// in which case a few of its packets come late. Cancelling that closes the leg.
    ///
    /// # Errors
    /// Where a pump takes no orders, or all [`SEATS`] are taken.
    pub async fn seat(&mut self, leg: &mut Leg, role: Role) -> Result<(), Error> {
        if !Arc::ptr_eq(&self.pump, &leg.pump) {
            let (give, given) = oneshot::channel();
            leg.pump.order(Order::Leave(leg.key(), give))?;
            let line = given.await.map_err(|_| Error::Stopped)?;
            self.pump.order(Order::Open(line))?;
            leg.pump = Arc::clone(&self.pump);
        }
        let seat = Seat { leg: leg.key(), role, muted: false, held: false };
        let mut seats = self.seats.clone();
        if let Some(before) = seats.iter_mut().find(|before| before.leg == seat.leg) {
            before.role = role;
        } else if seats.len() < SEATS {
            seats.push(seat);
        } else {
            return Err(Error::NoSeat);
        }
        self.set(seats)
    }

    /// A leg leaves.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub fn unseat(&mut self, leg: LegKey) -> Result<(), Error> {
        self.set(self.seats.iter().copied().filter(|seat| seat.leg != leg).collect())
    }

    /// A leg is heard no more, or again.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub fn mute(&mut self, leg: LegKey, muted: bool) -> Result<(), Error> {
        self.change(leg, |seat| seat.muted = muted)
    }

    /// A leg is put on hold, or taken back.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub fn hold(&mut self, leg: LegKey, held: bool) -> Result<(), Error> {
        self.change(leg, |seat| seat.held = held)
    }

    fn change(&mut self, leg: LegKey, change: impl FnOnce(&mut Seat)) -> Result<(), Error> {
        let mut seats = self.seats.clone();
        seats.iter_mut().find(|seat| seat.leg == leg).map(change);
        self.set(seats)
    }

    fn set(&mut self, seats: Vec<Seat>) -> Result<(), Error> {
        self.pump.order(Order::Seat(self.key, seats.clone()))?;
        self.seats = seats;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(leg: u64, role: Role) -> Seat {
        Seat { leg: LegKey(leg), role, muted: false, held: false }
    }

    #[test]
    fn who_hears_whom() {
        let (customer, agent) = (seat(1, Role::Party), seat(2, Role::Party));
        let (monitor, whisper) = (seat(3, Role::Monitor), seat(4, Role::Whisper(LegKey(2))));
        assert!(hears(&customer, &agent) && hears(&agent, &customer) && !hears(&agent, &agent));
        assert!(hears(&monitor, &agent) && !hears(&agent, &monitor));
        assert!(hears(&agent, &whisper) && !hears(&customer, &whisper) && !hears(&monitor, &whisper) && hears(&whisper, &customer));
        let muted = Seat { muted: true, ..agent };
        assert!(!hears(&customer, &muted) && hears(&muted, &customer));
        let held = Seat { held: true, ..customer };
        assert!(!hears(&agent, &held) && !hears(&held, &agent));
    }
}
