//! Between the chat's frames and the house's words, both ways. Pure: no socket, no clock, no port.

mod asked;
mod bubble;
mod coming;
#[cfg(test)]
mod golden;
mod told;

pub use asked::parse_client_frame;
pub(crate) use asked::{Asked, Asker, Credential, Manner, Opening, asked, opening};
pub(crate) use coming::{Coming, Returning};
pub(crate) use told::{Welcoming, ack, error, passed, told, welcome};
