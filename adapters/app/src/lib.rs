//! The mobile app's gRPC service.
