//! Between the desk's frames and the house's words, both ways. Pure: no socket, no clock, no port.

mod asked;
mod told;

pub use asked::{Asked, Fault, Opening, asked, opening, parse_client_frame};
pub use told::{Welcoming, ack, directory, entry, error, messages, passed, snapshot, welcome};
