//! Where a request came from.

/// Where a request came from, for counting tries: an address without its port. The server puts it into the request's
/// extensions, having looked through the proxies that it trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer(pub String);
