//! Promises about what is appended: transcripts, outboxes, inbox, journal, snapshots.

use super::bench::{ALL, Bench, NOW, document, journal, later, message, mutation, outbox, routing, session};
use crate::AgentName;
use crate::Time;
use crate::store::form::OUTBOX_SLACK;
use crate::store::{Entry, Keep, Mutation, OUTBOX_LIMIT, RoutingWrite, Seq};

fn texts(entries: &[Entry]) -> Vec<(u64, String)> {
    entries.iter().map(|e| (e.seq.0, String::from_utf8_lossy(&e.body).into_owned())).collect()
}

fn numbered(pairs: &[(u64, &str)]) -> Vec<(u64, String)> {
    pairs.iter().map(|(n, text)| (*n, (*text).to_owned())).collect()
}

pub(super) async fn transcripts(bench: Bench) {
    let list = async |n, after, limit| texts(&bench.store.messages(&bench.domain, session(n), Seq(after), limit).await.unwrap());
    bench.create(session(1)).await;
    bench.create(session(2)).await;
    let several = vec![message(session(1), "a"), message(session(2), "x"), message(session(1), "b")];
    assert_eq!(bench.ok(Mutation { messages: several, ..mutation() }).await.messages, [Seq(1), Seq(1), Seq(2)]);
    assert_eq!(bench.ok(Mutation { messages: vec![message(session(1), "c")], ..mutation() }).await.messages, [Seq(3)]);
    assert_eq!(list(1, 0, ALL).await, numbered(&[(1, "a"), (2, "b"), (3, "c")]));
    assert_eq!(list(1, 1, 1).await, numbered(&[(2, "b")]));
    assert_eq!(list(1, 3, ALL).await, []);
    assert_eq!(list(1, 0, 0).await, []);
    assert_eq!(list(2, 0, ALL).await, numbered(&[(1, "x")]));
    let stored = bench.stored(session(1)).await;
    assert_eq!((stored.last_message, stored.version.0), (Seq(3), 1), "the document is not rewritten for a message");
    let born = Mutation { documents: vec![document(session(3), 0, b"")], messages: vec![message(session(3), "first")], ..mutation() };
    assert_eq!(bench.ok(born).await.messages, [Seq(1)], "in the mutation that creates the session too");
}

pub(super) async fn copies(bench: Bench) {
    let fence = Some(bench.own(1).await);
    bench.create(session(1)).await;
    bench.ok(Mutation { messages: vec![message(session(1), "to nobody")], ..mutation() }).await;
    let to = |expect, agents: &[&str], text: &str| Mutation {
        fence: fence.clone(),
        routing: vec![routing(session(1), expect, b"", agents)],
        messages: vec![message(session(1), text)],
        ..mutation()
    };
    bench.ok(to(0, &["ada", "bob", "ada"], "to both")).await;
    bench.ok(Mutation { messages: vec![message(session(1), "to both again")], ..mutation() }).await;
    bench.ok(to(1, &["bob"], "to bob")).await;
    bench.ok(to(2, &[], "to nobody")).await;
    assert_eq!(bench.outbox("ada").await, ["to both", "to both again"]);
    assert_eq!(bench.outbox("bob").await, ["to both", "to both again", "to bob"]);
    let copies = bench.store.outbox(&bench.domain, &AgentName::new("bob"), Seq(0), ALL).await.unwrap().entries;
    let of: Vec<_> = copies.iter().map(|c| c.message).collect();
    assert_eq!(of, [2, 3, 4].map(|n| Some((session(1), Seq(n)))), "each says which message it is");
}

pub(super) async fn joiners(bench: Bench) {
    let fence = Some(bench.own(1).await);
    bench.create(session(1)).await;
    let say = async |text: &str| bench.ok(Mutation { messages: vec![message(session(1), text)], ..mutation() }).await;
    let join = |expect, agents: &[&str], seen| Mutation {
        fence: fence.clone(),
        routing: vec![RoutingWrite { seen: Some(Seq(seen)), ..routing(session(1), expect, b"", agents) }],
        outbox: vec![outbox("ada", "it is yours")],
        messages: vec![message(session(1), "in the same breath")],
        ..mutation()
    };
    say("seen").await;
    say("said meanwhile").await;
    assert_eq!(bench.ok(join(0, &["ada"], 1)).await.outbox, [(AgentName::new("ada"), Seq(3))]);
    let first = ["it is yours", "said meanwhile", "in the same breath"];
    assert_eq!(bench.outbox("ada").await, first);
    let copies = bench.store.outbox(&bench.domain, &AgentName::new("ada"), Seq(1), ALL).await.unwrap().entries;
    let of: Vec<_> = copies.iter().map(|copy| copy.message).collect();
    assert_eq!(of, [2, 3].map(|n| Some((session(1), Seq(n)))), "each says which message it is");
    bench.ok(join(1, &["ada", "bob"], 2)).await;
    let again = [&first[..], &["it is yours", "in the same breath"]].concat();
    assert_eq!(bench.outbox("ada").await, again, "who had it already gets nothing twice");
    assert_eq!(bench.outbox("bob").await, ["in the same breath", "in the same breath"], "who is new gets what the former had");
    say("to both").await;
    assert_eq!(bench.outbox("bob").await.len(), 3);
    bench.ok(Mutation { messages: Vec::new(), ..join(2, &["bob"], 9) }).await;
    assert_eq!(bench.outbox("bob").await.len(), 3, "beyond the end there is nothing");
}

pub(super) async fn outboxes(bench: Bench) {
    let (ada, fence) = (AgentName::new("ada"), Some(bench.own(1).await));
    let read = async |after, limit| {
        let outbox = bench.store.outbox(&bench.domain, &ada, Seq(after), limit).await.unwrap();
        let entries = outbox.entries.iter().map(|e| (e.seq.0, String::from_utf8_lossy(&e.body).into_owned()));
        (outbox.end.0, entries.collect::<Vec<_>>())
    };
    assert_eq!(read(0, ALL).await, (0, vec![]), "an empty one ends before 1");
    bench.create(session(1)).await;
    let done = bench
        .ok(Mutation {
            fence,
            routing: vec![routing(session(1), 0, b"", &["ada"])],
            messages: vec![message(session(1), "a message")],
            outbox: vec![outbox("ada", "an offer"), outbox("bob", "a state"), outbox("ada", "a pop")],
            ..mutation()
        })
        .await;
    assert_eq!(done.outbox, [(ada.clone(), Seq(3)), (AgentName::new("bob"), Seq(1))]);
    assert_eq!(read(0, ALL).await, (3, numbered(&[(1, "an offer"), (2, "a pop"), (3, "a message")])));
    for n in 4..20 {
        assert_eq!(bench.ok(Mutation { outbox: vec![outbox("ada", "more")], ..mutation() }).await.outbox, [(ada.clone(), Seq(n))]);
    }
    assert_eq!(read(17, ALL).await, (19, numbered(&[(18, "more"), (19, "more")])));
    assert_eq!(read(0, 1).await.1.len(), 1);
    assert_eq!(read(0, 0).await, (19, vec![]), "where it ends can be asked alone");
    let odd = "\u{e4}da:of {acme} -1";
    bench.ok(Mutation { outbox: vec![outbox(odd, "odd")], ..mutation() }).await;
    assert_eq!(bench.outbox(odd).await, ["odd"]);
}

/// Most of what is put in has fallen out at the far end, and yet the store kept at least what it promises.
pub(super) async fn long_outboxes(bench: Bench) {
    let ada = AgentName::new("ada");
    let rounds = OUTBOX_LIMIT / 10;
    for round in 0..rounds {
        let entries = (0..25).map(|n| outbox("ada", &format!("entry {}", round * 25 + n + 1))).collect();
        bench.ok(Mutation { outbox: entries, ..mutation() }).await;
    }
    let all = rounds * 25;
    let kept = bench.store.outbox(&bench.domain, &ada, Seq(0), ALL).await.unwrap();
    assert_eq!(kept.end, Seq(all));
    let first = kept.entries[0].seq.0;
    assert!((all - OUTBOX_LIMIT - OUTBOX_SLACK..=all - OUTBOX_LIMIT + 1).contains(&first), "{first} is the first of {all}");
    let expected: Vec<_> = (first..=all).map(|n| (n, format!("entry {n}"))).collect();
    let kept = kept.entries.iter().map(|e| (e.seq.0, String::from_utf8_lossy(&e.body).into_owned()));
    assert_eq!(kept.collect::<Vec<_>>(), expected, "and of what is kept nothing is missing");
    assert_eq!(bench.ok(Mutation { outbox: vec![outbox("ada", "on")], ..mutation() }).await.outbox, [(ada, Seq(all + 1))]);
}

pub(super) async fn ends(bench: Bench) {
    let fence = Some(bench.own(1).await);
    let (agents, sessions) = (["ada", "bob"].map(AgentName::new), [1, 2, 3].map(session));
    let far = async || {
        let ends = bench.store.ends(&bench.domain, &sessions, &agents).await.unwrap();
        let sessions = ends.sessions.iter().map(|(version, routing, last)| [version.0, routing.0, last.0]).collect::<Vec<_>>();
        (sessions, ends.outboxes.iter().map(|end| end.0).collect::<Vec<_>>())
    };
    assert_eq!(far().await, (vec![[0; 3]; 3], vec![0; 2]), "nothing is there");
    bench.create(session(1)).await;
    bench.create(session(3)).await;
    bench.ok(Mutation { messages: vec![message(session(3), "to nobody")], ..mutation() }).await;
    let routing = vec![routing(session(1), 0, b"", &["ada"])];
    let messages = vec![message(session(1), "one"), message(session(1), "two")];
    bench.ok(Mutation { fence, routing, messages, outbox: vec![outbox("ada", "hers")], ..mutation() }).await;
    let stored = bench.stored(session(1)).await;
    assert_eq!(far().await, (vec![[1, stored.routing_version.0, 2], [0; 3], [1, 0, 1]], vec![3, 0]));
    let none = bench.store.ends(&bench.domain, &[], &[]).await.unwrap();
    assert_eq!((none.sessions.len(), none.outboxes.len()), (0, 0));
}

pub(super) async fn inbox(bench: Bench) {
    let fence = bench.own(1).await;
    let list = async |after, limit| texts(&bench.store.inbox(&bench.domain, Seq(after), limit).await.unwrap());
    let read = |n| Mutation { fence: Some(fence.clone()), inbox_read: Some(Seq(n)), ..mutation() };
    assert_eq!(bench.store.inbox_read(&bench.domain).await.unwrap(), Seq(0));
    assert_eq!(bench.ok(Mutation { inbox: vec!["a".into(), "b".into()], ..mutation() }).await.inbox, Some(Seq(2)));
    assert_eq!(bench.ok(Mutation { inbox: vec!["c".into()], ..mutation() }).await.inbox, Some(Seq(3)));
    assert_eq!(list(0, ALL).await, numbered(&[(1, "a"), (2, "b"), (3, "c")]));
    assert_eq!(list(1, 1).await, numbered(&[(2, "b")]));
    assert_eq!(list(0, 0).await, []);
    bench.ok(read(2)).await;
    bench.ok(read(1)).await;
    assert_eq!(bench.store.inbox_read(&bench.domain).await.unwrap(), Seq(2));
    assert_eq!(list(2, ALL).await, numbered(&[(3, "c")]));
}

pub(super) async fn journal_places(bench: &Bench, after: u64, limit: usize) -> Vec<(u64, String)> {
    texts(&bench.store.journal(&bench.domain, Seq(after), limit).await.unwrap())
}

pub(super) async fn journal_works(bench: Bench) {
    let (one, two) = (Some(session(1)), Some(session(2)));
    let first = Mutation { journal: vec![journal(one, "a"), journal(None, "b"), journal(two, "c")], ..mutation() };
    assert_eq!(bench.ok(first).await.journal, Some(Seq(1)));
    assert_eq!(bench.ok(Mutation { journal: vec![journal(one, "d")], ..mutation() }).await.journal, Some(Seq(4)));
    assert_eq!(bench.ok(mutation()).await.journal, None);
    assert_eq!(journal_places(&bench, 0, ALL).await, numbered(&[(1, "a"), (2, "b"), (3, "c"), (4, "d")]));
    assert_eq!(journal_places(&bench, 1, 2).await, numbered(&[(2, "b"), (3, "c")]));
    assert_eq!(journal_places(&bench, 0, 0).await, []);
    let about = bench.store.journal(&bench.domain, Seq(0), ALL).await.unwrap().into_iter().map(|e| e.session);
    assert_eq!(about.collect::<Vec<_>>(), [one, None, two, one]);
    let of = async |after, limit| texts(&bench.store.journal_of(&bench.domain, session(1), Seq(after), limit).await.unwrap());
    assert_eq!(of(0, ALL).await, numbered(&[(1, "a"), (4, "d")]));
    assert_eq!(of(1, ALL).await, numbered(&[(4, "d")]));
    assert_eq!(of(0, 1).await, numbered(&[(1, "a")]));
    assert_eq!(of(0, 0).await, []);
}

pub(super) async fn snapshots(bench: Bench) {
    let fence = bench.own(1).await;
    let picture = |text: &str, entries: &[&str]| Mutation {
        fence: Some(fence.clone()),
        snapshot: Some(text.into()),
        journal: entries.iter().map(|e| journal(None, e)).collect(),
        ..mutation()
    };
    let newest = async || bench.store.snapshot(&bench.domain).await.unwrap();
    assert_eq!(newest().await, None);
    bench.ok(picture("empty", &[])).await;
    assert_eq!(newest().await, Some((Seq(0), b"empty".to_vec())));
    bench.ok(picture("after b", &["a", "b"])).await;
    bench.ok(Mutation { journal: vec![journal(None, "c")], ..mutation() }).await;
    assert_eq!(newest().await, Some((Seq(2), b"after b".to_vec())));
    assert_eq!(journal_places(&bench, 2, ALL).await, numbered(&[(3, "c")]), "and the journal goes on from there");
    bench.ok(picture("after c", &[])).await;
    bench.ok(picture("after c, taken anew", &[])).await;
    assert_eq!(newest().await, Some((Seq(3), b"after c, taken anew".to_vec())));
}

pub(super) async fn trims(bench: Bench) {
    let fence = bench.own(1).await;
    let trim = async |snapshots| bench.store.trim(&bench.domain, NOW, Keep { snapshots, since: Time(0) }).await.unwrap().0;
    bench.ok(Mutation { journal: vec![journal(Some(session(1)), "before any picture")], ..mutation() }).await;
    assert_eq!(trim(1).await, 0);
    assert_eq!(journal_places(&bench, 0, ALL).await.len(), 1, "without a snapshot the journal is all there is");
    for n in 2..=5 {
        let one = Mutation {
            fence: Some(fence.clone()),
            snapshot: Some(format!("after {n}").into()),
            journal: vec![journal(Some(session(1)), &format!("entry {n}"))],
            inbox: vec![format!("work {n}").into()],
            inbox_read: (n == 4).then_some(Seq(2)),
            ..mutation()
        };
        bench.ok(one).await;
    }
    assert_eq!(trim(2).await, 4, "it says up to where the journal is dropped");
    assert_eq!(journal_places(&bench, 0, ALL).await, numbered(&[(5, "entry 5")]), "two pictures kept, the older covers 4");
    let of = bench.store.journal_of(&bench.domain, session(1), Seq(0), ALL).await.unwrap();
    assert_eq!(texts(&of), numbered(&[(5, "entry 5")]));
    assert_eq!(bench.store.snapshot(&bench.domain).await.unwrap().unwrap().0, Seq(5));
    let oldest = bench.store.oldest_snapshot(&bench.domain).await.unwrap();
    assert_eq!(oldest.unwrap().0, Seq(4), "a replay begins where the journal kept begins");
    assert_eq!(texts(&bench.store.inbox(&bench.domain, Seq(0), ALL).await.unwrap()), numbered(&[(3, "work 4"), (4, "work 5")]));
    trim(0).await;
    assert_eq!(bench.store.snapshot(&bench.domain).await.unwrap().unwrap().1, b"after 5", "the newest picture always stays");
    assert_eq!(journal_places(&bench, 0, ALL).await, []);
    let on = bench.ok(Mutation { journal: vec![journal(None, "on")], inbox: vec!["on".into()], ..mutation() }).await;
    assert_eq!((on.journal, on.inbox), (Some(Seq(6)), Some(Seq(5))), "counting goes on");
    long_trim(&bench, &fence).await;
}

/// Snapshots by age: none from before the moment, but the newest whatever its age.
pub(super) async fn ages(bench: Bench) {
    let fence = bench.own(1).await;
    for n in 1..=4 {
        let picture = Some(format!("after {n}").into());
        let journal = vec![journal(None, &format!("entry {n}"))];
        bench.ok(Mutation { fence: Some(fence.clone()), at: later(n * 1000), snapshot: picture, journal, ..mutation() }).await;
    }
    let trim = async |since| bench.store.trim(&bench.domain, later(9000), Keep { snapshots: 9, since: later(since) }).await.unwrap().0;
    assert_eq!(trim(1000).await, 1, "taken at that very moment is not before it");
    assert_eq!(trim(2500).await, 3);
    assert_eq!(journal_places(&bench, 0, ALL).await, numbered(&[(4, "entry 4")]));
    assert_eq!(bench.store.oldest_snapshot(&bench.domain).await.unwrap(), Some((Seq(3), b"after 3".to_vec())));
    assert_eq!(trim(99_000).await, 4, "the newest stays");
    assert_eq!(bench.store.snapshot(&bench.domain).await.unwrap(), Some((Seq(4), b"after 4".to_vec())));
}

/// More than one part's worth.
async fn long_trim(bench: &Bench, fence: &crate::store::Fence) {
    for _ in 0..10 {
        let many = (0..1000).map(|_| journal(Some(session(2)), "many")).collect();
        bench.ok(Mutation { journal: many, ..mutation() }).await;
    }
    bench.ok(Mutation { fence: Some(fence.clone()), snapshot: Some(vec![]), ..mutation() }).await;
    bench.store.trim(&bench.domain, later(1), Keep { snapshots: 1, since: Time(0) }).await.unwrap();
    assert_eq!(journal_places(bench, 0, ALL).await, []);
    assert_eq!(bench.store.journal_of(&bench.domain, session(2), Seq(0), ALL).await.unwrap(), []);
}
