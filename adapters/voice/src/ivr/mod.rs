//! Self-service by keypad: which keys answer what is asked, and what is done where none or the wrong ones come.
//!
//! What is *not* here: sound, sessions, and what is asked, which is the journey's voice rendering.

mod ear;

pub use ear::{Ear, Heard, Miss, Patience};
