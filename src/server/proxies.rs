//! Who really asks, where proxies stand between.
//!
//! Invariant: a header counts only as far as the hand that wrote it is trusted. The list of hops is read from its end, where
//! our own proxy wrote last; the first address that is not one of ours is the asker's, whatever stands before it.
//!
//! What is *not* here: PROXY protocol, and what the address is used for (tries of codes, the audit line).

use crate::config::plan::{Network, ProxyHeader};
use axum::http::{HeaderMap, header};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The most hops that are looked at: a chain longer than this is nobody's real one.
const HOPS: usize = 16;

/// Proxies that are trusted, and how they tell where a request came from. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Proxies {
    trusted: Arc<[Network]>,
    header: ProxyHeader,
}

impl Proxies {
    pub(super) fn new(trusted: &[Network], header: ProxyHeader) -> Self {
        Self { trusted: trusted.into(), header }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.holds(address))
    }

    /// Where a request on a connection from `peer` came from.
    pub(super) fn asker(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut asker = peer.to_canonical();
        if !self.trusts(asker) {
            return asker;
        }
        for hop in self.hops(headers).into_iter().rev().take(HOPS) {
            // A hop that hides itself (RFC 7239, 6.3) or cannot be read: what stands before it may be anybody's word.
            let Some(hop) = hop else { break };
            asker = hop.to_canonical();
            if !self.trusts(asker) {
                break;
            }
        }
        asker
    }

    /// Addresses in the order in which they were written; `None` for what is no address.
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        match self.header {
            ProxyHeader::Forwarded => list(headers, &header::FORWARDED).map(forwarded_for).collect(),
            ProxyHeader::XForwardedFor => {
                let name = header::HeaderName::from_static("x-forwarded-for");
                list(headers, &name).map(|hop| address(hop.trim())).collect()
            }
        }
    }
}

/// The elements of a header that is a list, over all its lines.
fn list<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).iter().flat_map(|value| value.to_str().unwrap_or("?").split(','))
}

/// The `for` of an element of `Forwarded` (RFC 7239, 4): `for="[2001:db8::1]:4711";proto=https`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(node.trim().trim_matches('"'))
}

/// An address with or without a port, with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(header: ProxyHeader, peer: &str, lines: &[&str]) -> String {
        let trusted: Vec<Network> = ["10.0.0.0/8", "2001:db8:ffff::/48"].map(|text| text.parse().unwrap()).into();
        let name = if header == ProxyHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, line.parse().unwrap());
        }
        Proxies::new(&trusted, header).asker(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_hands_are_believed() {
        let x = |peer: &str, lines: &[&str]| asker(ProxyHeader::XForwardedFor, peer, lines);
        assert_eq!(x("192.0.2.1", &["203.0.113.9"]), "192.0.2.1", "anybody can write a header");
        assert_eq!(x("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(x("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9", "a mapped address is the same one");
        assert_eq!(x("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9", "what the asker wrote before does not count");
        assert_eq!(x("10.0.0.1", &["1.1.1.1", "203.0.113.9"]), "203.0.113.9", "several lines are one list");
        assert_eq!(x("10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(x("10.0.0.1", &["1.1.1.1, nonsense"]), "10.0.0.1");
        assert_eq!(x("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(x("10.0.0.1", &["10.0.0.9"]), "10.0.0.9", "an operator's own machine");
    }

    #[test]
    fn forwarded_is_read_as_its_standard_says() {
        let f = |lines: &[&str]| asker(ProxyHeader::Forwarded, "10.0.0.1", lines);
        assert_eq!(f(&["for=203.0.113.9;proto=https;by=10.0.0.1"]), "203.0.113.9");
        assert_eq!(f(&["For=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::17");
        assert_eq!(f(&["for=1.1.1.1, for=203.0.113.9, for=\"[2001:db8:ffff::1]\""]), "203.0.113.9");
        assert_eq!(f(&["for=1.1.1.1, for=_hidden"]), "10.0.0.1");
        assert_eq!(f(&["for=1.1.1.1, for=unknown"]), "10.0.0.1");
        assert_eq!(f(&["proto=https"]), "10.0.0.1");
    }
}
