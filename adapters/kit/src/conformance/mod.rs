//! The exam for channels: what each promises by itself, and the matrix over all of them.
//!
//! The matrix: a customer leaves at a place of a journey on channel A, for a cause, and comes back on channel B. They must
//! stand at the same place, with every answer, the same wait in line, the same transcript and no less assurance, and not be
//! asked anything twice; for every ordered pair of channels and every cause of suspension that can apply.
//!
//! Nothing here knows a wire. A [`ChannelUnderTest`] drives one channel over its real wire, as a customer's device would; the
//! [`Ground`] owns the daemon behind them, its clock and its agents. A channel that comes later brings a driver, and has its
//! row and column.

mod driver;
mod matrix;
mod places;
mod promises;
mod table;

pub use driver::{ChannelUnderTest, CustomerLeg, Fault, Ground, Record, Seen, SeenLine, Way, WayBack};
pub use matrix::matrix;
pub use places::{JOURNEY, LONG_LINE, Place, QUEUE};
pub use promises::{Promise, promises};
pub use table::{Cell, Matrix, Spot};
