//! The one loop per domain: inbox → step → journal → release effects → next deadline.

pub mod clock;
pub mod meters;

pub use clock::Clock;
pub use meters::Meters;
