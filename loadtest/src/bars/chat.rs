//! `chat`: a customer's message in → out at the agent, each durable before it is shown; 5,000 open chats, an open loop of
//! messages, none lost, none doubled; then more a second, step by step, while that holds. The floor is a WebSocket echo in the
//! same run.

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
/// Open chats.
const CHATS: usize = 5_000;
/// Messages a second.
const RATE: u64 = 2_000;
/// By how many messages a second each further step asks for more, how long a step lasts, and how many there are at most.
const STEP: (u64, Duration, u64) = (1_000, Duration::from_secs(3), 8);
/// The longest that one message in a hundred may take, in milliseconds.
const P99: f64 = 20.0;

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

/// How one rate went.
struct Held {
    latencies: Latencies,
    lost: usize,
    doubled: u64,
}

impl Held {
    fn holds(&self) -> bool {
        self.latencies.ms(0.99) <= P99 && self.lost == 0 && self.doubled == 0
    }
}

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let floor = floor().await?;
    let capacity = u32::try_from(CHATS.div_ceil(DESKS) * 30 + 60)?;
    let setup = Setup { agents: DESKS, capacity, store: options.store.clone() };
    let daemon = Daemon::start(&options.binary()?, &setup).await?;
    let (post, asked) = (Post::default(), Asked::default());
    let desks = desks(&daemon, &post, &asked).await?;
    let sessions = asked::sessions(&daemon, 64, CHATS).await?;
    asked::ask(&asked, sessions.clone(), 1_000).await?;
    asked.settle().await;
    say(&format!("{CHATS} chats are open; {RATE} messages a second"));
    let held = messages(&post, &sessions, RATE, options.span()).await?;
    let mut most = if held.holds() { RATE } else { 0 };
    let (more, span, steps) = STEP;
    for rate in (1..=steps).map(|step| RATE + more * step) {
        if most + more < rate {
            break;
        }
        let further = messages(&post, &sessions, rate, span).await?;
        say(&format!("{rate} a second: p99 {:.1} ms, {} lost", further.latencies.ms(0.99), further.lost));
        if further.holds() {
            most = rate;
        }
    }
    asked::leave(desks).await?;
    Ok(report(&held, &floor, most))
}

fn report(held: &Held, floor: &Latencies, most: u64) -> Report {
    let p99 = held.latencies.ms(0.99);
    let mut detail = serde_json::Map::new();
    detail.insert("latency".into(), held.latencies.summary());
    detail.insert("chats".into(), CHATS.into());
    detail.insert("most_per_second".into(), most.into());
    detail.insert("lost".into(), held.lost.into());
    detail.insert("doubled".into(), held.doubled.into());
    detail.insert("floor".into(), floor.summary());
    Report {
        bar: "chat",
        value: p99,
        unit: "ms p99",
        floor: Some(floor.ms(0.99)),
        ratio: Some(p99 / floor.ms(0.99)),
        goal: "p99 <= 20 ms at 2000 messages/s, none lost or doubled",
        holds: held.holds(),
        detail,
    }
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

/// So many messages a second, whether or not the ones before have arrived (an open loop), and how that went.
async fn messages(post: &Post, sessions: &[(Customer, Place)], rate: u64, span: Duration) -> anyhow::Result<Held> {
    let mut beat = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
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
    let until = Instant::now() + PATIENCE;
    while post.under_way() > 0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut latencies = Latencies::new()?;
    let (took, doubled) = post.with(|ledger| (std::mem::take(&mut ledger.took), std::mem::take(&mut ledger.doubled)));
    took.into_iter().for_each(|took| latencies.add(took));
    Ok(Held { latencies, lost: post.under_way(), doubled })
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
