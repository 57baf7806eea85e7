//! What a session is made of. Data only; the verbs that change it are in [`crate::verbs`].

mod answer;
mod assurance;
mod desk;
mod leg;
mod message;
mod pop;
mod principal;
mod session;
mod view;

pub use answer::*;
pub use assurance::*;
pub use desk::*;
pub use leg::*;
pub use message::*;
pub use pop::*;
pub use principal::*;
pub use session::*;
pub use view::*;
