//! How much each source may send: a bucket for each address, which fills with time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

/// Most sources that are remembered. Beyond it, those whose bucket has filled again are forgotten.
const SOURCES: usize = 65_536;

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// The buckets.
#[derive(Debug)]
pub(super) struct Sources {
    per_second: f64,
    burst: f64,
    buckets: HashMap<IpAddr, Bucket>,
}

impl Sources {
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, burst: per_second * 2.0, buckets: HashMap::new() }
    }

    /// Whether this source may send one more message now.
    pub(super) fn may(&mut self, source: IpAddr, now: Instant) -> bool {
        let source = network(source);
        if self.buckets.len() >= SOURCES && !self.buckets.contains_key(&source) {
            self.forget(now);
            if self.buckets.len() >= SOURCES {
                return false;
            }
        }
        let (per_second, burst) = (self.per_second, self.burst);
        let bucket = self.buckets.entry(source).or_insert(Bucket { left: burst, at: now });
        bucket.left = (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * per_second).min(burst);
        bucket.at = now;
        let may = bucket.left >= 1.0;
        if may {
            bucket.left -= 1.0;
        }
        may
    }

    fn forget(&mut self, now: Instant) {
        let full = (self.burst / self.per_second.max(1.0)).max(1.0);
        self.buckets.retain(|_, bucket| now.saturating_duration_since(bucket.at).as_secs_f64() < full);
    }
}

/// Whoever has one IPv6 address has 2^64 of them: they share a bucket.
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_again_and_is_nobody_elses() {
        let (mut sources, start) = (Sources::new(10), Instant::now());
        let (one, two): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert_eq!((0..30).filter(|_| sources.may(one, start)).count(), 20);
        assert!(sources.may(two, start));
        let later = start + Duration::from_millis(500);
        assert_eq!((0..30).filter(|_| sources.may(one, later)).count(), 5);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let (mut sources, now) = (Sources::new(1), Instant::now());
        let may = (0..5u16).filter(|n| sources.may(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, *n).into(), now)).count();
        assert_eq!(may, 2);
        assert!(sources.may("2001:db8:1::1".parse().unwrap(), now));
    }

    #[test]
    fn sources_that_were_silent_make_room() {
        let (mut sources, now) = (Sources::new(1), Instant::now());
        for n in 0..SOURCES {
            sources.may(std::net::Ipv4Addr::from_bits(u32::try_from(n).unwrap()).into(), now);
        }
        let newcomer: IpAddr = "255.0.0.1".parse().unwrap();
        assert!(!sources.may(newcomer, now));
        assert!(sources.may(newcomer, now + Duration::from_secs(3)));
        assert_eq!(sources.buckets.len(), 1);
    }
}
