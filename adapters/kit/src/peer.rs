//! Where a request came from.

use std::net::{IpAddr, Ipv6Addr};
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

/// An address as it is counted: whole, or the /64 of an IPv6 one, for whoever has one of its addresses has them all (RFC 4291,
/// 2.5.4). An IPv4 address in IPv6's clothes is itself.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(six)) if six.to_ipv4_mapped().is_none() => {
            format!("{}/64", Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << 64)))
        }
        Ok(address) => address.to_canonical().to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_one_address_of_a_network_has_them_all() {
        for (address, counted) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8::2:3", "2001:db8::/64"),
            ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
            ("not an address", "not an address"),
        ] {
            assert_eq!(network(address), counted);
        }
    }

    #[tokio::test]
    async fn work_knows_where_its_request_came_from() {
        assert_eq!(Peer::current(), None);
        let here = Some(Peer("192.0.2.7".to_owned()));
        assert_eq!(Peer::at(here.clone(), async { Peer::current() }).await, here);
        assert_eq!(Peer::current(), None);
    }
}
