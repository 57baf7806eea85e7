//! The one loop per domain: inbox → step → journal → release effects → next deadline.

mod answered;
pub mod clock;
mod input;
pub mod journal;
mod machine;
pub mod meters;
mod numbers;

pub use clock::Clock;
pub use meters::Meters;
