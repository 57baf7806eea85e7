//! The wire: protobuf files, generated code, and conversions to and from the session core.
