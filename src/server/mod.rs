//! The sockets of the daemon: one port for gRPC, gRPC-Web, WebSockets and HTTP; a second one, where wanted, for operators.
//!
//! `accept` takes connections within the limits and lets go of them in order, `pace` of bodies that drip; `proxies` knows who
//! asks; `front` sends each request where it belongs, and `methods` knows which gRPC ones there are;
//! `rest` answers the HTTP ones; `problem` says what went wrong, in one form.
//!
//! Invariants: a gRPC request never gets a page, whatever service it names; a connection that says nothing is closed; what
//! is refused is refused before a body is read.
//!
//! What is *not* here: what a request means. The adapters and `admin` know.

mod accept;
mod front;
mod methods;
mod pace;
pub(crate) mod problem;
mod proxies;
mod readiness;
mod rest;
mod tls;

pub use accept::{Accepting, Bound};
pub use front::Front;
pub use readiness::Readiness;
pub use rest::Rest;
pub(crate) use rest::{bearer, nowhere};
pub(crate) use tls::certificate_end;
pub use tls::{Error as TlsError, Tls};
