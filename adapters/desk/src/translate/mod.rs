//! Between the desk's frames and the house's words, both ways. Pure: no socket, no clock, no port.

mod asked;
#[cfg(test)]
mod golden;
mod told;

pub use asked::parse_client_frame;
pub(crate) use asked::{Asked, Opening, asked, opening};
pub(crate) use told::{Welcoming, ack, directory, entry, error, figures, messages, passed, snapshot, welcome};
