//! Telephones for tests: each says one tone, hears all others, and presses keys; and a network that loses, delays and reorders.
//!
//! Who hears whom is then a question of frequencies: `phone.hears(&[440]).await` waits until 440 Hz, and none of the others of [`VOICES`], is
//! in the last 100 ms. Everything runs over real sockets on the loopback, in the runtime of the test.

mod network;
mod phone;

pub use network::{Network, Weather};
pub use phone::{Phone, VOICES};
