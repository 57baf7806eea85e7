//! Promises under concurrency.

use super::bench::{ALL, Bench, NOW, document, message, mutation, outbox, request, routing, session};
use crate::store::{Committed, Error, Mutation, Seq, Version};
use crate::{AgentName, SessionId};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

/// How many resumes race, unless `SEGUE_RACES` says otherwise.
const RACES: u32 = 10_000;
/// How many are under way at once.
const AT_ONCE: usize = 512;

/// Runs `racers` at once, and gives their outcomes.
async fn race<T: Send + 'static, F>(racers: u32, run: impl Fn(u32) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::try_from(racers).unwrap()));
    let mut all = JoinSet::new();
    for n in 0..racers {
        let (start, run) = (Arc::clone(&start), run(n));
        all.spawn(async move {
            start.wait().await;
            run.await
        });
    }
    all.join_all().await
}

pub(super) async fn one_winner(bench: Bench) {
    let id = session(1);
    for version in 0..20 {
        let outcomes = race(32, |n| {
            let bench = bench.clone();
            let write = Mutation { documents: vec![document(id, version, &n.to_be_bytes())], ..mutation() };
            async move { (n, bench.commit(write).await) }
        })
        .await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(n, _)| *n).collect();
        assert_eq!(winners.len(), 1, "at version {version}: {winners:?}");
        let told = |outcome: &Result<Committed, Error>| match outcome {
            Ok(_) => true,
            Err(Error::Conflict { at, .. }) => *at == Version(version + 1),
            Err(_) => false,
        };
        assert!(outcomes.iter().all(|(_, o)| told(o)), "the others are told where it is");
        let stored = bench.stored(id).await;
        assert_eq!((stored.version, stored.content), (Version(version + 1), winners[0].to_be_bytes().to_vec()));
    }
}

/// Each session is suspended; ten devices resume it at once, each with a request of its own.
pub(super) async fn resumes(bench: Bench) {
    #[expect(clippy::disallowed_methods, reason = "how much to try is the examiner's wish, not a setting")]
    let wished = std::env::var("SEGUE_RACES");
    let races = wished.ok().and_then(|n| n.parse().ok()).unwrap_or(RACES);
    let (devices, places) = (10, Arc::new(Semaphore::new(AT_ONCE)));
    let sessions = races / devices;
    for from in (0..sessions).step_by(500) {
        let documents = (from..sessions.min(from + 500)).map(|n| document(session(n), 0, b"suspended")).collect();
        bench.ok(Mutation { documents, ..mutation() }).await;
    }
    let mut all = JoinSet::new();
    for n in 0..sessions * devices {
        let (bench, places) = (bench.clone(), Arc::clone(&places));
        let (id, device) = (session(n / devices), n % devices);
        let resume =
            Mutation { request: Some(request(n, 1, "resumed")), documents: vec![document(id, 1, &device.to_be_bytes())], ..mutation() };
        all.spawn(async move {
            let _place = places.acquire().await.unwrap();
            match bench.commit(resume).await {
                Ok(done) => Some((id, device, done.repeat)),
                Err(Error::Conflict { at: Version(2), .. }) => None,
                Err(error) => panic!("{error}"),
            }
        });
    }
    let won: Vec<(SessionId, u32, bool)> = all.join_all().await.into_iter().flatten().collect();
    let ids: BTreeSet<_> = won.iter().map(|(id, ..)| *id).collect();
    assert_eq!((won.len(), ids.len()), (sessions as usize, sessions as usize), "one resume per session");
    for (id, device, repeat) in won {
        assert!(!repeat);
        assert_eq!(bench.stored(id).await.content, device.to_be_bytes(), "and the winner's content is there");
    }
}

pub(super) async fn messages(bench: Bench) {
    let (id, fence) = (session(1), Some(bench.own(1).await));
    bench.create(id).await;
    bench.ok(Mutation { fence, routing: vec![routing(id, 0, b"", &["ada"])], ..mutation() }).await;
    let numbers = race(200, |n| {
        let bench = bench.clone();
        let write = Mutation {
            messages: vec![message(id, &format!("message {n}"))],
            outbox: if n % 4 == 0 { vec![outbox("ada", "an offer")] } else { vec![] },
            ..mutation()
        };
        async move { bench.ok(write).await.messages[0].0 }
    })
    .await;
    assert_eq!(numbers.into_iter().collect::<BTreeSet<_>>(), (1..=200).collect());
    let transcript = bench.store.messages(&bench.domain, id, Seq(0), ALL).await.unwrap();
    let outbox = bench.store.outbox(&bench.domain, &AgentName::new("ada"), Seq(0), ALL).await.unwrap().entries;
    assert_eq!(outbox.iter().map(|e| e.seq.0).collect::<Vec<_>>(), (1..=250).collect::<Vec<_>>());
    let copies: Vec<_> = outbox.iter().filter_map(|e| e.message.map(|(_, seq)| (seq, &e.body))).collect();
    let originals: Vec<_> = transcript.iter().map(|e| (e.seq, &e.body)).collect();
    assert_eq!(copies, originals, "an outbox shows the transcript in its order");
}

pub(super) async fn repeats(bench: Bench) {
    let outcomes = race(64, |n| {
        let bench = bench.clone();
        let command = Mutation {
            request: Some(request(1, 1, &format!("drawn by {n}"))),
            inbox: vec![b"work".to_vec()],
            documents: vec![document(session(1), 0, b"")],
            ..mutation()
        };
        async move { bench.ok(command).await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|o| !o.repeat).count(), 1);
    assert!(outcomes.iter().all(|o| o.result == outcomes[0].result && o.inbox == Some(Seq(1))));
    assert_eq!(bench.store.inbox(&bench.domain, Seq(0), ALL).await.unwrap().len(), 1);
}

pub(super) async fn owners(bench: Bench) {
    let outcomes = race(32, |n| {
        let bench = bench.clone();
        async move { bench.store.acquire(&bench.domain, &format!("node {n}"), u64::from(n), NOW, 60_000).await.unwrap() }
    })
    .await;
    assert_eq!(outcomes.iter().flatten().count(), 1);
}
