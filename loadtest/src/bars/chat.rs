//! `chat`: a customer's message in → out at the agent, each durable before it is shown; open chats, an open loop of messages,
//! none lost, none doubled. The floor is a WebSocket echo in the same run.

use super::asked::{self, Asked};
use crate::daemon::{Daemon, Setup};
use crate::desk::{Desk, News, PATIENCE};
use crate::floor::echo;
use crate::report::{Latencies, Report};
use crate::{Options, say};
use segue_proto::client::{Customer, Place};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// Agents.
const DESKS: usize = 200;
/// Messages a second.
const RATE: u64 = 2_000;

/// When each message was sent, and when it arrived: by session and text.
#[derive(Clone, Default)]
struct Post(Arc<Mutex<Ledger>>);

#[derive(Default)]
struct Ledger {
    /// By session: times of messages under way, oldest first.
    sent: HashMap<String, std::collections::VecDeque<Instant>>,
    /// By session: the last number seen at the agent.
    last: HashMap<String, u64>,
    took: Vec<Duration>,
    doubled: u64,
}

impl Post {
    fn with<T>(&self, f: impl FnOnce(&mut Ledger) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
    fn sent(&self, session: &str) {
        self.with(|l| l.sent.entry(session.to_owned()).or_default().push_back(Instant::now()));
    }
    fn arrived(&self, session: String, number: u64) {
        self.with(|l| {
            let last = l.last.entry(session.clone()).or_default();
            if number <= *last {
                l.doubled += 1;
                return;
            }
            *last = number;
            if let Some(at) = l.sent.get_mut(&session).and_then(std::collections::VecDeque::pop_front) {
                l.took.push(at.elapsed());
            }
        });
    }
    fn under_way(&self) -> usize {
        self.with(|l| l.sent.values().map(std::collections::VecDeque::len).sum())
    }
}

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let chats: usize = if options.long { 5_000 } else { 2_000 };
    let floor = floor().await?;
    let capacity = u32::try_from(chats.div_ceil(DESKS) * 30 + 60)?;
    let setup = Setup { agents: DESKS, capacity, store: options.store.clone() };
    let daemon = Daemon::start(&options.binary()?, &setup).await?;
    let (post, asked) = (Post::default(), Asked::default());
    let desks = desks(&daemon, &post, &asked).await?;
    let sessions = asked::sessions(&daemon, 64, chats).await?;
    asked::ask(&asked, sessions.clone(), 1_000).await?;
    asked.settle().await;
    say(&format!("{chats} chats are open; {RATE} messages a second"));
    messages(&post, &sessions, options.span()).await?;
    let until = Instant::now() + PATIENCE;
    while post.under_way() > 0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    asked::leave(desks).await?;
    report(&post, &floor, chats)
}

fn report(post: &Post, floor: &Latencies, chats: usize) -> anyhow::Result<Report> {
    let (lost, doubled) = (post.under_way(), post.with(|l| l.doubled));
    let mut all = Latencies::new()?;
    post.with(|l| std::mem::take(&mut l.took)).into_iter().for_each(|took| all.add(took));
    let p99 = all.ms(0.99);
    let mut detail = serde_json::Map::new();
    detail.insert("latency".into(), all.summary());
    detail.insert("chats".into(), chats.into());
    detail.insert("lost".into(), lost.into());
    detail.insert("doubled".into(), doubled.into());
    detail.insert("floor".into(), floor.summary());
    Ok(Report {
        bar: "chat",
        value: p99,
        unit: "ms p99",
        floor: Some(floor.ms(0.99)),
        ratio: Some(p99 / floor.ms(0.99)),
        goal: "p99 <= 20 ms at 2000 messages/s, none lost or doubled",
        holds: p99 <= 20.0 && lost == 0 && doubled == 0,
        detail,
    })
}

/// Desks that accept and then only listen.
async fn desks(daemon: &Daemon, post: &Post, asked: &Asked) -> anyhow::Result<Vec<tokio::task::JoinHandle<anyhow::Result<()>>>> {
    let mut running = Vec::new();
    for agent in 0..DESKS {
        let mut desk = Desk::ready(daemon, agent).await?;
        let (post, asked) = (post.clone(), asked.clone());
        running.push(tokio::spawn(async move {
            loop {
                match desk.next().await? {
                    News::Offered { offer, session } => {
                        desk.accept(offer).await?;
                        asked.offered(&session);
                    }
                    News::Message(session, number) => post.arrived(session, number),
                    News::Assigned(_) => {}
                }
            }
        }));
    }
    Ok(running)
}

async fn messages(post: &Post, sessions: &[(Customer, Place)], span: Duration) -> anyhow::Result<()> {
    let mut beat = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (until, mut under_way) = (Instant::now() + span, Vec::new());
    for (customer, place) in sessions.iter().cycle() {
        if Instant::now() >= until {
            break;
        }
        beat.tick().await;
        let (mut customer, place, post) = (customer.clone(), place.clone(), post.clone());
        under_way.push(tokio::spawn(async move {
            post.sent(&place.session);
            customer.say(&place, "The light has been red since this morning.").await
        }));
    }
    for one in under_way {
        one.await??;
    }
    Ok(())
}

/// One socket's echo of a frame of the same size.
async fn floor() -> anyhow::Result<Latencies> {
    let server = echo::Echo::start().await?;
    let mut socket = server.socket().await?;
    let (text, mut all) = ("x".repeat(300), Latencies::new()?);
    for _ in 0..5_000 {
        let begin = Instant::now();
        echo::round_trip(&mut socket, &text).await?;
        all.add(begin.elapsed());
    }
    Ok(all)
}
