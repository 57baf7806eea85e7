//! Promises about what goes with an erased session, beside its own rows.

use super::bench::{ALL, Bench, document, erasure, journal, message, mutation, outbox, request, routing, session};
use crate::store::{Mutation, OutboxAppend, Request, Seq};
use crate::{AgentName, SessionId};

pub(super) fn about(agent: &str, body: &str, sessions: &[u32]) -> OutboxAppend {
    OutboxAppend { about: sessions.iter().map(|n| session(*n)).collect(), ..outbox(agent, body) }
}

pub(super) async fn erase(bench: &Bench, id: SessionId, expect: u64) {
    bench.ok(Mutation { documents: vec![erasure(id, expect)], ..mutation() }).await;
}

/// What is left of an outbox, with the places, and where it ends.
async fn left(bench: &Bench, agent: &str) -> (Vec<(u64, String)>, u64) {
    let outbox = bench.store.outbox(&bench.domain, &AgentName::new(agent), Seq(0), ALL).await.unwrap();
    let entries = outbox.entries.iter().map(|e| (e.seq.0, String::from_utf8_lossy(&e.body).into_owned()));
    (entries.collect(), outbox.end.0)
}

pub(super) async fn outboxes(bench: Bench) {
    let fence = Some(bench.own(1).await);
    let documents = [1, 2].map(|n| document(session(n), 0, b"new")).to_vec();
    bench
        .ok(Mutation {
            fence,
            documents,
            routing: vec![routing(session(1), 0, b"", &["ada", "bob"]), routing(session(2), 0, b"", &["bob"])],
            outbox: vec![about("ada", "an offer", &[1]), about("cyd", "quotes it", &[2, 1]), about("cyd", "an offer", &[2])],
            messages: vec![message(session(1), "to both"), message(session(2), "to bob")],
            ..mutation()
        })
        .await;
    bench.ok(Mutation { outbox: vec![about("ada", "of nobody", &[])], messages: vec![message(session(1), "last")], ..mutation() }).await;
    erase(&bench, session(1), 1).await;
    assert_eq!(left(&bench, "ada").await, (vec![(3, "of nobody".to_owned())], 4));
    assert_eq!(left(&bench, "bob").await, (vec![(2, "to bob".to_owned())], 3));
    assert_eq!(left(&bench, "cyd").await, (vec![(2, "an offer".to_owned())], 2));
    let on = bench.ok(Mutation { outbox: vec![about("ada", "on", &[2]), about("cyd", "on", &[])], ..mutation() }).await;
    let next = [("ada", 5), ("cyd", 3)].map(|(agent, seq)| (AgentName::new(agent), Seq(seq)));
    assert_eq!(on.outbox, next, "no place is given out twice");
    erase(&bench, session(2), 1).await;
    assert_eq!(left(&bench, "bob").await, (vec![], 3), "where it ends is known when nothing is left");
    let on = bench.ok(Mutation { outbox: vec![about("bob", "on", &[])], ..mutation() }).await;
    assert_eq!(on.outbox, [(AgentName::new("bob"), Seq(4))]);
}

pub(super) async fn late_entries(bench: Bench) {
    bench.create(session(1)).await;
    bench.create(session(2)).await;
    erase(&bench, session(1), 1).await;
    let late = vec![about("ada", "of it", &[1]), about("ada", "quotes it", &[2, 1]), about("ada", "of another", &[2])];
    let done = bench.ok(Mutation { outbox: late, ..mutation() }).await;
    assert_eq!(done.outbox, [(AgentName::new("ada"), Seq(3))]);
    assert_eq!(left(&bench, "ada").await, (vec![(3, "of another".to_owned())], 3));
    let last = Mutation { documents: vec![erasure(session(2), 1)], outbox: vec![about("ada", "last words", &[2])], ..mutation() };
    bench.ok(last).await;
    assert_eq!(left(&bench, "ada").await, (vec![], 4), "not in the same breath either");
    let born = Mutation { documents: vec![document(session(3), 0, b"")], outbox: vec![about("ada", "new", &[3])], ..mutation() };
    bench.ok(born).await;
    assert_eq!(left(&bench, "ada").await, (vec![(5, "new".to_owned())], 5), "one that is born with it is there");
}

pub(super) async fn results(bench: Bench) {
    let asked = |n, of: Option<u32>| Mutation {
        request: Some(Request { of: of.map(session), ..request(n, 7, &format!("result {n}")) }),
        journal: vec![journal(None, "done")],
        ..mutation()
    };
    bench.create(session(1)).await;
    bench.create(session(2)).await;
    for (n, of) in [(1, Some(1)), (2, Some(2)), (3, None)] {
        assert!(!bench.ok(asked(n, of)).await.repeat);
    }
    let erasing = Mutation { documents: vec![erasure(session(1), 1)], ..asked(4, None) };
    bench.ok(erasing.clone()).await;
    assert!(bench.ok(erasing).await.repeat, "that it was erased is known");
    assert!(bench.ok(asked(2, Some(2))).await.repeat);
    assert!(bench.ok(asked(3, None)).await.repeat);
    assert!(!bench.ok(asked(1, None)).await.repeat, "what the first was answered is forgotten");
}
