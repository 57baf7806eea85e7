//! Stand-ins for the daemon behind the ports, kept in memory, for adapters' own tests.
//!
//! They are honest where it matters to an adapter: [`ToyHouse`] applies commands with the real session core and rings its
//! doorbells as the daemon does; [`ToyDesks`] keeps real outboxes with numbers, epochs and trimming. They are not durable,
//! route nobody, and admit whoever [`ToyDoors`] was told of.

mod client;
mod desks;
mod doors;
mod house;

pub use client::{Client, eventually, serve};
pub use desks::ToyDesks;
pub use doors::ToyDoors;
pub use house::ToyHouse;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The tenant of everybody here.
pub const TENANT: &str = "acme";

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
