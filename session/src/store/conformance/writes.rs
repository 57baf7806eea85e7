//! Promises about one write: versions, repeats, refusals.

use super::bench::{
    Bench, NOW, document, erasure, handle, journal, kept, key, later, message, mutation, outbox, request, routing, session,
};
use crate::store::{Error, Fence, Keep, MUTATION_LIMIT, Mutation, REQUEST_WINDOW_MS, Seq, TIME_LIMIT, Version};
use crate::{AgentName, Time};

pub(super) async fn bytes(bench: Bench) {
    let odd: Vec<Vec<u8>> =
        vec![vec![], vec![0], (0..=255).collect(), b"\r\n$-1\r\n*0\r\n".to_vec(), "{a}:b \u{1F600} \u{0}".into(), vec![0xff; 1 << 20]];
    let fence = bench.own(1).await;
    for (n, odd) in (0..).zip(&odd) {
        let id = session(n);
        let append = |text: &[u8]| crate::store::MessageAppend { session: id, body: text.to_vec() };
        bench
            .ok(Mutation {
                fence: Some(fence.clone()),
                documents: vec![document(id, 0, odd)],
                routing: vec![routing(id, 0, odd, &["ada"])],
                messages: vec![append(odd), append(b"and more")],
                inbox: vec![odd.clone()],
                journal: vec![crate::store::JournalAppend { session: Some(id), body: odd.clone() }],
                snapshot: Some(odd.clone()),
                kept: vec![crate::store::KeptWrite { key: format!("odd/{n} {{}}\u{0}"), body: Some(odd.clone()) }],
                request: Some(crate::store::Request { result: odd.clone(), ..request(n, u64::MAX, "") }),
                ..mutation()
            })
            .await;
        let stored = bench.stored(id).await;
        assert_eq!((&stored.content, &stored.routing, stored.last_message), (odd, odd, Seq(2)));
        let (store, domain) = (&bench.store, &bench.domain);
        assert_eq!(&store.messages(domain, id, Seq(0), 9).await.unwrap()[0].body, odd);
        assert_eq!(&store.inbox(domain, Seq(u64::from(n)), 9).await.unwrap()[0].body, odd);
        assert_eq!(&store.journal_of(domain, id, Seq(0), 9).await.unwrap()[0].body, odd);
        assert_eq!(&store.snapshot(domain).await.unwrap().unwrap().1, odd);
        assert_eq!(store.kept(domain, &format!("odd/{n}")).await.unwrap(), [(format!("odd/{n} {{}}\u{0}"), odd.clone())]);
        let copies = store.outbox(domain, &AgentName::new("ada"), Seq(u64::from(n) * 2), 9).await.unwrap().entries;
        assert_eq!((&copies[0].body, copies[0].message), (odd, Some((id, Seq(1)))));
        let repeat = bench.ok(Mutation { request: Some(request(n, u64::MAX, "")), ..mutation() }).await;
        assert_eq!(&repeat.result, odd);
    }
}

pub(super) async fn versions(bench: Bench) {
    let id = session(1);
    assert_eq!(bench.store.session(&bench.domain, id).await.unwrap(), None);
    for version in 0..20 {
        bench.ok(Mutation { documents: vec![document(id, version, &[u8::try_from(version).unwrap()])], ..mutation() }).await;
        assert_eq!(bench.stored(id).await.version, Version(version + 1));
    }
    for wrong in [0, 19, 21, u64::MAX] {
        let refused = bench.commit(Mutation { documents: vec![document(id, wrong, b"lost")], ..mutation() }).await.unwrap_err();
        let Error::Conflict { session, at, expected } = refused else { panic!("{refused}") };
        assert_eq!((session, at, expected), (id, Version(20), Version(wrong)));
    }
    assert_eq!(bench.stored(id).await.content, [19]);
    let absent = bench.commit(Mutation { documents: vec![erasure(session(2), 1)], ..mutation() }).await.unwrap_err();
    assert!(matches!(absent, Error::Conflict { at: Version(0), .. }), "{absent}");
    let both = bench.store.sessions(&bench.domain, &[session(2), id, session(2), id]).await.unwrap();
    assert_eq!(both.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false, true], "in the order asked");
}

pub(super) async fn two_versions(bench: Bench) {
    let (id, fence) = (session(1), Some(bench.own(1).await));
    bench.create(id).await;
    assert_eq!(bench.stored(id).await.routing_version, Version(0));
    bench.ok(Mutation { fence: fence.clone(), routing: vec![routing(id, 0, b"waits", &[])], ..mutation() }).await;
    bench.ok(Mutation { documents: vec![document(id, 1, b"typed on")], ..mutation() }).await;
    bench.ok(Mutation { fence: fence.clone(), routing: vec![routing(id, 1, b"offered", &[])], ..mutation() }).await;
    let stored = bench.stored(id).await;
    assert_eq!((stored.version, stored.routing_version), (Version(2), Version(2)));
    assert_eq!((stored.content, stored.routing), (b"typed on".to_vec(), b"offered".to_vec()));
    let late = bench.commit(Mutation { fence, routing: vec![routing(id, 1, b"lost", &[])], ..mutation() }).await.unwrap_err();
    assert!(matches!(late, Error::Conflict { at: Version(2), expected: Version(1), .. }), "{late}");
}

/// A mutation that writes a little of everything.
fn everything(fence: &Fence) -> Mutation {
    let mut write = document(session(0), 1, b"changed");
    write.due = Some(later(7));
    (write.keys, write.handles) = (vec![key(1)], vec![handle(1, later(900_000))]);
    Mutation {
        fence: Some(fence.clone()),
        request: Some(request(77, 1, "done")),
        documents: vec![write, document(session(5), 0, b"another")],
        routing: vec![routing(session(0), 1, b"offered", &["ada", "bob"])],
        messages: vec![message(session(0), "hello")],
        inbox: vec![b"work".to_vec()],
        inbox_read: Some(Seq(1)),
        journal: vec![journal(Some(session(0)), "happened")],
        outbox: vec![outbox("ada", "an offer")],
        snapshot: Some(b"picture".to_vec()),
        kept: vec![kept("a/b", Some("text")), kept("epoch", None)],
        ..mutation()
    }
}

pub(super) async fn all_or_nothing(bench: Bench) {
    let fence = bench.own(1).await;
    let mut holder = document(session(1), 0, b"holds a handle");
    holder.handles = vec![handle(3, later(900_000))];
    bench.ok(Mutation { documents: vec![document(session(0), 0, b"first"), holder], ..mutation() }).await;
    bench
        .ok(Mutation {
            fence: Some(fence.clone()),
            routing: vec![routing(session(0), 0, b"waits", &["cyd"])],
            inbox: vec![b"before".to_vec()],
            kept: vec![kept("epoch", Some("1"))],
            request: Some(request(78, 1, "before")),
            ..mutation()
        })
        .await;
    let before = bench.picture().await;
    let good = everything(&fence);
    let mut stale = good.clone();
    stale.fence = Some(Fence { nonce: 2, ..fence.clone() });
    let mut late = good.clone();
    late.documents[1].expect = Version(4);
    let mut late_routing = good.clone();
    late_routing.routing[0].expect = Version(0);
    let mut taken = good.clone();
    taken.documents[1].handles = vec![handle(3, later(900_000))];
    let mut twice = good.clone();
    twice.documents[1].handles = vec![handle(1, later(900_000))];
    let mut nowhere = good.clone();
    nowhere.messages.push(message(session(6), "to nobody"));
    let mut unrouted = good.clone();
    unrouted.routing.push(routing(session(6), 0, b"", &[]));
    let mut reused = good.clone();
    reused.request = Some(request(78, 2, "other"));
    for (what, bad) in [
        ("stale fence", stale),
        ("late content", late),
        ("late routing fields", late_routing),
        ("handle in use", taken),
        ("handle claimed twice", twice),
        ("message for nobody", nowhere),
        ("routing fields for nobody", unrouted),
        ("request reused", reused),
    ] {
        assert!(bench.commit(bad).await.is_err(), "{what} is refused");
        assert_eq!(bench.picture().await, before, "{what} leaves no trace");
    }
    let done = bench.ok(good).await;
    assert_eq!((done.messages, done.inbox, done.journal), (vec![Seq(1)], Some(Seq(2)), Some(Seq(1))));
    assert_eq!(done.outbox, [(AgentName::new("ada"), Seq(2)), (AgentName::new("bob"), Seq(1))]);
    assert_ne!(bench.picture().await, before, "and unspoiled it is taken");
}

pub(super) async fn repeats(bench: Bench) {
    let fence = bench.own(1).await;
    bench.ok(Mutation { documents: vec![document(session(0), 0, b"first")], ..mutation() }).await;
    bench.ok(Mutation { fence: Some(fence.clone()), routing: vec![routing(session(0), 0, b"", &[])], ..mutation() }).await;
    let first = bench.ok(everything(&fence)).await;
    assert!(!first.repeat);
    assert_eq!(first.result, b"done");
    let before = bench.picture().await;
    let mut again = everything(&fence);
    again.request = Some(request(77, 1, "another result, drawn anew"));
    let second = bench.ok(again).await;
    assert!(second.repeat);
    assert_eq!(crate::store::Committed { repeat: false, ..second }, first, "as the first time");
    assert_eq!(bench.picture().await, before);
}

pub(super) async fn late_repeats(bench: Bench) {
    let fence = bench.own(1).await;
    let id = session(0);
    bench.create(id).await;
    let command = Mutation {
        fence: Some(fence.clone()),
        request: Some(request(1, 5, "resumed")),
        documents: vec![document(id, 1, b"resumed")],
        ..mutation()
    };
    bench.ok(command.clone()).await;
    bench.ok(Mutation { documents: vec![document(id, 2, b"went on")], ..mutation() }).await;
    bench.store.release(&bench.domain, &fence).await.unwrap();
    bench.store.acquire(&bench.domain, "other", 9, NOW, 5000).await.unwrap().unwrap();
    let repeat = bench.ok(Mutation { at: later(60_000), ..command }).await;
    assert!(repeat.repeat && repeat.result == b"resumed");
    assert_eq!(bench.stored(id).await.content, b"went on");
}

pub(super) async fn reused_requests(bench: Bench) {
    let journaled =
        |fingerprint| Mutation { request: Some(request(1, fingerprint, "")), journal: vec![journal(None, "once")], ..mutation() };
    bench.ok(journaled(u64::MAX)).await;
    let refused = bench.commit(journaled(u64::MAX - 1)).await.unwrap_err();
    assert!(matches!(refused, Error::RequestReused(id) if id == request(1, 0, "").id), "{refused}");
    assert_eq!(bench.store.journal(&bench.domain, Seq(0), 9).await.unwrap().len(), 1);
}

pub(super) async fn forgotten_requests(bench: Bench) {
    let at = |at| Mutation { at, request: Some(request(1, 1, "")), journal: vec![journal(None, "again")], ..mutation() };
    assert!(!bench.ok(at(NOW)).await.repeat);
    assert!(bench.ok(at(later(REQUEST_WINDOW_MS - 1))).await.repeat);
    assert!(bench.ok(at(Time(NOW.0 - 5))).await.repeat, "a clock that stepped back forgets nothing");
    assert!(!bench.ok(at(later(REQUEST_WINDOW_MS))).await.repeat);
    assert!(bench.ok(at(later(REQUEST_WINDOW_MS + 1))).await.repeat, "the window runs anew");
    bench.store.trim(&bench.domain, later(REQUEST_WINDOW_MS + 2), Keep { snapshots: 1, since: Time(0) }).await.unwrap();
    assert!(bench.ok(at(later(REQUEST_WINDOW_MS + 3))).await.repeat, "trimming forgets only what is old");
    assert!(!bench.ok(at(later(REQUEST_WINDOW_MS * 2))).await.repeat);
}

pub(super) async fn fences(bench: Bench) {
    let id = session(0);
    bench.create(id).await;
    let with = |fence: &Fence| Mutation {
        fence: Some(fence.clone()),
        routing: vec![routing(id, 0, b"mine", &[])],
        inbox_read: Some(Seq(1)),
        ..mutation()
    };
    let nobody = Fence { epoch: 1, nonce: 1, node: "node".to_owned() };
    assert!(matches!(bench.commit(with(&nobody)).await, Err(Error::Fenced { epoch: 0 })), "nobody owns it yet");
    let old = bench.own(1).await;
    bench.store.release(&bench.domain, &old).await.unwrap();
    let new = bench.store.acquire(&bench.domain, "other", 1, NOW, 5000).await.unwrap().unwrap();
    assert!(matches!(bench.commit(with(&old)).await, Err(Error::Fenced { epoch: 2 })), "a frozen owner that wakes up");
    for forged in [Fence { nonce: 7, ..new.clone() }, Fence { epoch: 3, ..new.clone() }, Fence { node: "node".into(), ..new.clone() }] {
        assert!(matches!(bench.commit(with(&forged)).await, Err(Error::Fenced { epoch: 2 })), "equal in all parts, or nothing");
    }
    bench.ok(with(&new)).await;
}

pub(super) async fn bad_form(bench: Bench) {
    let (id, fence) = (session(0), Some(bench.own(1).await));
    let mut far = document(id, 0, b"");
    far.due = Some(Time(TIME_LIMIT + 1));
    for (what, bad) in [
        ("routing fields without a fence", Mutation { routing: vec![routing(id, 0, b"", &[])], ..mutation() }),
        ("a mark without a fence", Mutation { inbox_read: Some(Seq(1)), ..mutation() }),
        ("a snapshot without a fence", Mutation { snapshot: Some(vec![]), ..mutation() }),
        ("a session twice", Mutation { documents: vec![document(id, 0, b"1"), document(id, 1, b"2")], ..mutation() }),
        ("routing fields twice", Mutation { fence, routing: vec![routing(id, 0, b"", &[]), routing(id, 1, b"", &[])], ..mutation() }),
        ("a time without end", Mutation { documents: vec![far], ..mutation() }),
        ("too much", Mutation { inbox: vec![vec![0; MUTATION_LIMIT + 1]], ..mutation() }),
    ] {
        let refused = bench.commit(bad).await;
        assert!(matches!(refused, Err(Error::Malformed(_))), "{what}: {refused:?}");
    }
    assert_eq!(bench.ok(mutation()).await, crate::store::Committed::default(), "nothing to do is done at once");
}

pub(super) async fn domains(bench: Bench) {
    let names = ["a", "b", "a}", "{a}", "a}:s", "a:s", "a/b", "%", "%7d", "", "\u{e9}t\u{e9}", "a\u{0}", "ab"];
    let mut benches = Vec::new();
    for (n, name) in (0_u64..).zip(names) {
        let other = Bench::new(bench.store.clone(), name);
        let fence = other.own(n).await;
        assert_eq!(fence.epoch, 1, "{name:?} has no owner before its first");
        other.ok(Mutation { documents: vec![document(session(0), 0, name.as_bytes())], ..mutation() }).await;
        other.ok(Mutation { fence: Some(fence.clone()), routing: vec![routing(session(0), 0, b"", &[])], ..mutation() }).await;
        let mut all = everything(&fence);
        all.kept = vec![kept("name", Some(name))];
        let done = other.ok(all).await;
        assert!(!done.repeat, "{name:?} shares no requests");
        assert_eq!((done.messages, done.inbox, done.journal), (vec![Seq(1)], Some(Seq(1)), Some(Seq(1))), "{name:?} counts for itself");
        benches.push((name, other));
    }
    for (name, other) in &benches {
        assert_eq!(other.store.kept(&other.domain, "").await.unwrap(), [("name".to_owned(), (*name).into())]);
        assert_eq!(other.store.live(&other.domain, None, 9).await.unwrap(), [session(0), session(5)]);
        assert_eq!(other.leads(1, NOW).await, Some(session(0)));
        assert_eq!(other.outbox("ada").await, ["an offer", "hello"]);
    }
    let (_, first) = &benches[0];
    first.ok(Mutation { documents: vec![erasure(session(0), 2)], ..mutation() }).await;
    for (name, other) in &benches[1..] {
        assert!(other.store.session(&other.domain, session(0)).await.unwrap().is_some(), "{name:?} keeps its own");
    }
}
