//! Where a request came from.

use tokio::task::futures::TaskLocalFuture;

/// Where a request came from, for counting tries: an address without its port. The server puts it into the request's
/// extensions, having looked through the proxies that it trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer(pub String);

tokio::task_local! {
    static PRESENT: Option<Peer>;
}

/// Work for a request that came from somewhere; see [`Peer::at`].
pub type At<F> = TaskLocalFuture<Option<Peer>, F>;

impl Peer {
    /// Runs work for a request that came from there, so that whoever writes down what was done knows where from. Tasks that it
    /// spawns do not know.
    pub fn at<F: Future>(peer: Option<Self>, work: F) -> At<F> {
        PRESENT.scope(peer, work)
    }

    /// Where the request came from that this task works for.
    #[must_use]
    pub fn current() -> Option<Self> {
        PRESENT.try_with(Clone::clone).ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_knows_where_its_request_came_from() {
        assert_eq!(Peer::current(), None);
        let here = Some(Peer("192.0.2.7".to_owned()));
        assert_eq!(Peer::at(here.clone(), async { Peer::current() }).await, here);
        assert_eq!(Peer::current(), None);
    }
}
