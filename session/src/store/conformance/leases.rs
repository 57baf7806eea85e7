//! Promises about the right to decide.

use super::bench::{Bench, NOW, later, mutation};
use crate::Time;
use crate::store::{Error, Fence, Mutation, Seq};

/// Long enough for the exam, also where the server's own clock counts along.
const LEASE: u64 = 60_000;

async fn acquire(bench: &Bench, node: &str, nonce: u64, now: Time) -> Option<Fence> {
    bench.store.acquire(&bench.domain, node, nonce, now, LEASE).await.unwrap()
}

pub(super) async fn one_owner(bench: Bench) {
    let first = acquire(&bench, "a", u64::MAX, NOW).await.unwrap();
    assert_eq!(first, Fence { epoch: 1, nonce: u64::MAX, node: "a".to_owned() });
    assert_eq!(acquire(&bench, "b", 2, NOW).await, None);
    assert_eq!(acquire(&bench, "b", 2, later(LEASE - 1)).await, None);
    let second = acquire(&bench, "b", 2, later(LEASE)).await.unwrap();
    assert_eq!(second.epoch, 2);
    assert_eq!(acquire(&bench, "a", u64::MAX, later(LEASE + 1)).await, None, "now the other has to wait");
    let stale = bench.commit(Mutation { fence: Some(first), inbox_read: Some(Seq(1)), ..mutation() }).await;
    assert!(matches!(stale, Err(Error::Fenced { epoch: 2 })), "{stale:?}");
}

pub(super) async fn renewal(bench: Bench) {
    let first = acquire(&bench, "a", 1, NOW).await.unwrap();
    let renew = async |fence: &Fence, now| bench.store.renew(&bench.domain, fence, now, LEASE).await.unwrap();
    assert!(renew(&first, later(30_000)).await);
    assert_eq!(acquire(&bench, "b", 2, later(LEASE)).await, None, "it runs longer now");
    assert!(renew(&first, later(200_000)).await, "it ran out, but nobody took it");
    assert_eq!(acquire(&bench, "b", 2, later(200_001)).await, None);
    let second = acquire(&bench, "b", 2, later(300_000)).await.unwrap();
    assert!(!renew(&first, later(300_001)).await, "another's now");
    assert!(!renew(&Fence { nonce: 3, ..second.clone() }, later(300_001)).await);
    assert!(renew(&second, later(300_001)).await);
    let other = Bench::new(bench.store.clone(), "nobody's");
    assert!(!other.store.renew(&other.domain, &second, NOW, LEASE).await.unwrap(), "nobody's");
}

pub(super) async fn release(bench: Bench) {
    let first = acquire(&bench, "a", 1, NOW).await.unwrap();
    bench.store.release(&bench.domain, &Fence { nonce: 9, ..first.clone() }).await.unwrap();
    assert_eq!(acquire(&bench, "b", 2, NOW).await, None, "nobody gives back another's");
    bench.store.release(&bench.domain, &first).await.unwrap();
    bench.ok(Mutation { fence: Some(first.clone()), inbox_read: Some(Seq(0)), ..mutation() }).await;
    let second = acquire(&bench, "b", 2, NOW).await.unwrap();
    assert_eq!(second.epoch, 2);
    bench.store.release(&bench.domain, &first).await.unwrap();
    assert_eq!(acquire(&bench, "a", 3, NOW).await, None, "a late release takes nothing away");
}

pub(super) async fn again(bench: Bench) {
    let first = acquire(&bench, "a:1 \u{e9}", 1, NOW).await.unwrap();
    assert_eq!(acquire(&bench, "a:1 \u{e9}", 1, later(5)).await, Some(first), "the first answer may have been lost");
    assert_eq!(acquire(&bench, "a:1", 1, later(6)).await, None, "another's, though its name begins alike");
}

pub(super) async fn next_life(bench: Bench) {
    let first = acquire(&bench, "segue", 1, NOW).await.unwrap();
    let second = acquire(&bench, "segue", 2, later(1)).await;
    if bench.store.exclusive() {
        assert_eq!(second.map(|fence| (fence.epoch, fence.nonce)), Some((2, 2)), "who took it before is dead");
        return;
    }
    assert_eq!(second, None, "a second process of the same name steals nothing");
    let renewed = bench.store.renew(&bench.domain, &first, later(2), LEASE).await;
    assert!(renewed.unwrap(), "the first goes on");
    assert_eq!(acquire(&bench, "segue", 2, later(LEASE)).await, None, "as long as it goes on");
    let taken = acquire(&bench, "segue", 2, later(LEASE + 2)).await.unwrap();
    assert_eq!((taken.epoch, taken.nonce), (2, 2), "its end is waited for, and no longer");
}

pub(super) async fn holder(bench: Bench) {
    let holder = async || bench.store.holder(&bench.domain).await.unwrap();
    assert_eq!(holder().await, None);
    let fence = acquire(&bench, "a:1 \u{e9}", u64::MAX, NOW).await.unwrap();
    assert_eq!(holder().await, Some(("a:1 \u{e9}".to_owned(), later(LEASE))));
    assert!(bench.store.renew(&bench.domain, &fence, later(5), LEASE).await.unwrap());
    assert_eq!(holder().await, Some(("a:1 \u{e9}".to_owned(), later(LEASE + 5))));
    bench.store.release(&bench.domain, &fence).await.unwrap();
    assert_eq!(holder().await, None, "given back");
}
