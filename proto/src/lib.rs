//! The wire: protobuf files, generated code, and conversions to and from the session core.
//!
//! One package per folder under `segue/`, re-exported by name: [`app::v1`], [`types::v1`] … Binary on gRPC, protobuf JSON
//! (`serde`) on WebSockets. `Debug` never shows a message's content. [`DESCRIPTORS`] holds everything with its comments, for reflection and for the docs.
//!
//! [`convert`] leads to and from the core, [`error`] tells refusals.
//!
//! What is *not* here: sockets, services, and what a command means.

#[cfg(feature = "client")]
pub mod client;
pub mod convert;
pub mod error;

/// Generated from the files under `segue/`; the modules follow the packages.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::use_self,
    clippy::uninlined_format_args,
    reason = "generated"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
}

pub use generated::segue::r#type as types;
pub use generated::segue::*;
/// A moment on the wire.
pub use pbjson_types::Timestamp;

/// Every package with its comments, as an encoded `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
