//! The console: its built pages, and how a browser signs in to them.
//!
//! Invariants: a page comes with a policy under which nothing runs or styles but our own files; what has a hash in its name
//! never changes; a browser's login is a cookie that no script reads, and that counts only for requests of our own pages.
//!
//! What is *not* here: the sockets (`adapters/`), who may do what (`doors`), and the pages' own source (`console/`).

mod cookie;
mod files;
mod login;
mod pages;

pub(crate) use cookie::presented;
pub use files::{FILES, File};
pub(crate) use login::routes as logins;
pub(crate) use pages::routes as pages;

#[cfg(test)]
mod tests;
