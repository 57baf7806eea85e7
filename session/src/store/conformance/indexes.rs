//! Promises about finding sessions, and about forgetting them.

use super::bench::{ALL, Bench, NOW, document, handle, journal, key, later, message, mutation, routing, session};
use crate::Time;
use crate::store::{DocumentWrite, Error, Found, Mutation, Seq, Version};

async fn write(bench: &Bench, write: DocumentWrite) {
    bench.ok(Mutation { documents: vec![write], ..mutation() }).await;
}

pub(super) async fn live(bench: Bench) {
    let list = async |after: Option<u32>, limit| bench.store.live(&bench.domain, after.map(session), limit).await.unwrap();
    for n in [4, 1, 3, 0, 2] {
        bench.create(session(n)).await;
    }
    assert_eq!(list(None, ALL).await, [0, 1, 2, 3, 4].map(session));
    assert_eq!(list(None, 2).await, [0, 1].map(session));
    assert_eq!(list(Some(1), 2).await, [2, 3].map(session));
    assert_eq!(list(Some(4), 2).await, []);
    assert_eq!(list(None, 0).await, []);
    write(&bench, DocumentWrite { live: false, ..document(session(2), 1, b"closed") }).await;
    assert_eq!(list(Some(1), ALL).await, [3, 4].map(session));
    write(&bench, document(session(2), 2, b"opened again")).await;
    assert_eq!(list(Some(1), ALL).await, [2, 3, 4].map(session));
}

pub(super) async fn due(bench: Bench) {
    let list = async |now, limit| bench.store.due(&bench.domain, now, limit).await.unwrap();
    let at = |n, expect, due| DocumentWrite { due, ..document(session(n), expect, b"") };
    for (n, due) in [(0, Some(later(30))), (1, Some(later(10))), (2, None), (3, Some(later(10))), (4, Some(Time(0)))] {
        write(&bench, at(n, 0, due)).await;
    }
    let pair = |ms, n| (later(ms), session(n));
    assert_eq!(list(later(9), ALL).await, [(Time(0), session(4))]);
    assert_eq!(list(later(10), ALL).await, [(Time(0), session(4)), pair(10, 1), pair(10, 3)], "at its very moment, ties by id");
    assert_eq!(list(later(99), 2).await, [(Time(0), session(4)), pair(10, 1)]);
    assert_eq!(list(later(99), 0).await, []);
    write(&bench, at(1, 1, Some(later(50)))).await;
    write(&bench, at(3, 1, None)).await;
    write(&bench, at(4, 1, Some(Time(0)))).await;
    assert_eq!(list(later(99), ALL).await, [(Time(0), session(4)), pair(30, 0), pair(50, 1)], "the new moment replaces the former");
}

pub(super) async fn lookups(bench: Bench) {
    // The ids say nothing of when: 3 began first.
    let with = |n, expect, keys| DocumentWrite { keys, born: later(100 - u64::from(n / 3)), ..document(session(n), expect, b"") };
    let place = |n| Found { born: later(100 - u64::from(n / 3)), session: session(n) };
    write(&bench, with(1, 0, vec![key(1), key(2)])).await;
    write(&bench, with(3, 0, vec![key(1), key(1)])).await;
    write(&bench, with(2, 0, vec![key(1)])).await;
    assert_eq!(bench.found(&key(1)).await, [2, 1, 3].map(session), "who began last first, and of two that began together the higher id");
    let page = async |after, limit| bench.store.find(&bench.domain, &key(1), after, limit).await.unwrap();
    assert_eq!(page(None, 2).await, [2, 1].map(place));
    assert_eq!(page(None, 0).await, []);
    assert_eq!(page(Some(place(2)), 1).await, [place(1)], "within those that began together");
    assert_eq!(page(Some(place(1)), ALL).await, [place(3)]);
    assert_eq!(page(Some(place(3)), ALL).await, []);
    assert_eq!(page(Some(Found { session: session(9), ..place(3) }), ALL).await, [place(3)], "after one that is not there");
    assert_eq!(bench.found(&key(2)).await, [session(1)]);
    let other_kind = crate::store::LookupKey { kind: key(2).kind, ..key(1) };
    assert_eq!(bench.found(&other_kind).await, [], "the same hash of another kind");
    write(&bench, with(1, 1, vec![key(2), key(3)])).await;
    assert_eq!(bench.found(&key(1)).await, [2, 3].map(session), "what is not named any more is dropped");
    assert_eq!(bench.found(&key(2)).await, [session(1)], "what stays, stays");
    assert_eq!(bench.found(&key(3)).await, [session(1)]);
    write(&bench, with(1, 2, vec![])).await;
    assert_eq!((bench.found(&key(2)).await, bench.found(&key(3)).await), (vec![], vec![]));
}

fn holding(n: u32, expect: u64, handles: &[(u8, Time)]) -> DocumentWrite {
    let handles = handles.iter().map(|(hash, until)| handle(*hash, *until)).collect();
    DocumentWrite { handles, ..document(session(n), expect, b"") }
}

pub(super) async fn handles(bench: Bench) {
    write(&bench, holding(1, 0, &[(1, later(100_000)), (2, later(200_000))])).await;
    assert_eq!(bench.leads(1, NOW).await, Some(session(1)));
    assert_eq!(bench.leads(1, later(99_999)).await, Some(session(1)));
    assert_eq!(bench.leads(1, later(100_000)).await, None, "its end is not part of it");
    assert_eq!(bench.leads(9, NOW).await, None);
    write(&bench, holding(1, 1, &[(2, later(200_000)), (3, later(300_000))])).await;
    assert_eq!(bench.leads(1, NOW).await, None, "dropped");
    assert_eq!(bench.leads(2, NOW).await, Some(session(1)), "kept");
    assert_eq!(bench.leads(3, later(299_999)).await, Some(session(1)), "new");
    write(&bench, holding(1, 2, &[(2, later(400_000))])).await;
    assert_eq!(bench.leads(2, later(399_999)).await, Some(session(1)), "prolonged");
    assert_eq!(bench.leads(3, NOW).await, None);
}

pub(super) async fn taken_handles(bench: Bench) {
    write(&bench, holding(1, 0, &[(1, later(100_000))])).await;
    let take = |at, expect, until| Mutation { at, documents: vec![holding(2, expect, &[(1, until)])], ..mutation() };
    let refused = bench.commit(take(later(99_999), 0, later(500_000))).await;
    assert!(matches!(refused, Err(Error::HandleTaken(id)) if id == session(2)), "{refused:?}");
    bench.ok(take(later(100_000), 0, later(500_000))).await;
    assert_eq!(bench.leads(1, later(100_001)).await, Some(session(2)), "what ended is free");
    // The first still names it, and then does not any more: the second keeps it.
    bench.ok(Mutation { at: later(100_002), documents: vec![holding(1, 1, &[(1, later(100_000))])], ..mutation() }).await;
    assert_eq!(bench.leads(1, later(100_003)).await, Some(session(2)));
    bench.ok(Mutation { at: later(100_004), documents: vec![holding(1, 2, &[])], ..mutation() }).await;
    assert_eq!(bench.leads(1, later(100_005)).await, Some(session(2)));
    let within = Mutation { documents: vec![holding(3, 0, &[(7, later(9))]), holding(4, 0, &[(7, later(9))])], ..mutation() };
    assert!(matches!(bench.commit(within).await, Err(Error::HandleTaken(_))), "two at once");
}

pub(super) async fn erasure_of(bench: &Bench) {
    let fence = bench.own(1).await;
    let mut full = holding(1, 0, &[(1, later(900_000))]);
    (full.due, full.keys) = (Some(later(5)), vec![key(1)]);
    bench.ok(Mutation { documents: vec![full, document(session(2), 0, b"stays")], ..mutation() }).await;
    bench
        .ok(Mutation {
            fence: Some(fence),
            routing: vec![routing(session(1), 0, b"waits", &["ada"])],
            messages: vec![message(session(1), "hello"), message(session(2), "hello too")],
            journal: vec![journal(Some(session(1)), "arrived")],
            ..mutation()
        })
        .await;
    bench
        .ok(Mutation {
            documents: vec![super::bench::erasure(session(1), 1)],
            journal: vec![journal(Some(session(1)), "erased")],
            ..mutation()
        })
        .await;
}

pub(super) async fn erasure(bench: Bench) {
    erasure_of(&bench).await;
    let (store, domain) = (&bench.store, &bench.domain);
    assert_eq!(store.session(domain, session(1)).await.unwrap(), None);
    assert_eq!(store.messages(domain, session(1), Seq(0), ALL).await.unwrap(), []);
    assert_eq!(store.live(domain, None, ALL).await.unwrap(), [session(2)]);
    assert_eq!(store.due(domain, later(99), ALL).await.unwrap(), []);
    assert_eq!(bench.found(&key(1)).await, []);
    assert_eq!(bench.leads(1, NOW).await, None);
    assert_eq!(store.messages(domain, session(2), Seq(0), ALL).await.unwrap().len(), 1, "others keep theirs");
    let told: Vec<_> = store.journal_of(domain, session(1), Seq(0), ALL).await.unwrap().into_iter().map(|e| e.body).collect();
    assert_eq!(told, [b"arrived".to_vec(), b"erased".to_vec()]);
}

pub(super) async fn no_resurrection(bench: Bench) {
    erasure_of(&bench).await;
    let fence = Some(bench.store.acquire(&bench.domain, "node", 2, later(5000), 5000).await.unwrap().unwrap());
    let late = bench.commit(Mutation { documents: vec![document(session(1), 1, b"late")], ..mutation() }).await;
    assert!(matches!(late, Err(Error::Conflict { at: Version(0), .. })), "{late:?}");
    let late = bench.commit(Mutation { messages: vec![message(session(1), "late")], ..mutation() }).await;
    assert!(matches!(late, Err(Error::Absent(id)) if id == session(1)), "{late:?}");
    let late = bench.commit(Mutation { fence: fence.clone(), routing: vec![routing(session(1), 1, b"late", &[])], ..mutation() }).await;
    assert!(matches!(late, Err(Error::Conflict { at: Version(0), .. })), "{late:?}");
    let late = bench.commit(Mutation { fence, routing: vec![routing(session(1), 0, b"anew", &[])], ..mutation() }).await;
    assert!(matches!(late, Err(Error::Absent(_))), "{late:?}");
    let both =
        Mutation { documents: vec![super::bench::erasure(session(2), 1)], messages: vec![message(session(2), "last words")], ..mutation() };
    assert!(matches!(bench.commit(both).await, Err(Error::Absent(_))), "not in the same breath either");
    bench.create(session(1)).await;
    assert_eq!(bench.stored(session(1)).await.last_message, Seq(0), "a new life begins with nothing");
}

pub(super) async fn kept(bench: Bench) {
    let list = async |prefix: &str| {
        let texts = bench.store.kept(&bench.domain, prefix).await.unwrap();
        texts.into_iter().map(|(key, body)| format!("{key}={}", String::from_utf8_lossy(&body))).collect::<Vec<_>>()
    };
    let write = |key: &str, body| super::bench::kept(key, body);
    bench.ok(Mutation { kept: vec![write("journey/b/2", Some("two")), write("journey/a/1", Some("one"))], ..mutation() }).await;
    bench.ok(Mutation { kept: vec![write("journey", Some("")), write("k*", Some("star")), write("epoch", Some("7"))], ..mutation() }).await;
    assert_eq!(list("journey/").await, ["journey/a/1=one", "journey/b/2=two"]);
    assert_eq!(list("").await, ["epoch=7", "journey=", "journey/a/1=one", "journey/b/2=two", "k*=star"]);
    assert_eq!(list("*").await, [""; 0]);
    bench.ok(Mutation { kept: vec![write("epoch", Some("8")), write("journey/a/1", None), write("none", None)], ..mutation() }).await;
    assert_eq!(list("e").await, ["epoch=8"], "the last write wins");
    assert_eq!(list("journey/").await, ["journey/b/2=two"]);
}
