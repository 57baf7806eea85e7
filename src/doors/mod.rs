//! Who may come in, and what they may do: tokens, tickets, visitors, origins, and the table of permissions.
//!
//! Invariants: the tenant comes from the issuer's place in the configuration and from nowhere else; an issuer's algorithm is
//! fixed there; a ticket or a link opens once; what the table does not grant is refused; no call reaches the house but through
//! [`Guarded`].
//!
//! What is *not* here: whether a session is this customer's, or an assignment this agent's, and how much is under way. The house
//! knows that.

mod claims;
mod gate;
mod guard;
mod keys;
mod link;
mod mint;
mod table;
mod ticket;
mod token;

pub use gate::{Gate, keep_keys};
pub use guard::Guarded;
pub(crate) use guard::allow;
pub(crate) use keys::probe as probe_keys;
pub use mint::{Error as MintError, Minted, mint};
pub use table::{Action, permits, roles_of};
pub use ticket::Ticket;

pub use token::Error as KeyError;

#[cfg(test)]
mod tests;
